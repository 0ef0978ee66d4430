"""The whole life, searched through: every way that people and rules allow (clause 7)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, reduce
from typing import Any

import pytest

from bot.acts import ACTS, Asked, Office
from bot.domain.complaint import Complaint, complaint_from
from bot.domain.duties import next_duty_at
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    CloseReason,
    ComplainantAdded,
    ComplaintAcknowledged,
    ComplaintReopened,
    ComplaintWithdrawn,
    Event,
    ExternalBodySignposted,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
)
from bot.domain.policy import Policy
from bot.domain.status import MOVES, Move, Status
from bot.errors import OmbudError
from tests.casework.desk import ACME, ASTRID, HOME, NOW, ONE, OTHER, received

ANSWER = {"text": "x", "finding": "upheld", "reasons": "x"}
FIELDS: dict[str, list[dict[str, Any]]] = {
    "respond": [ANSWER, {**ANSWER, "remedy": ["refund"]}],
    "handover": [{"owner": "Kim"}, {"owner": "Åsa"}],
    "close": [{"reason": reason.value} for reason in CloseReason],
    "merge": [{"into": str(OTHER)}],
    "split": [{"point": "2"}],
    "external": [{"finding": "upheld", "text": "x"}],
    "extend": [{"until": "2027-01-15", "reason": "x"}],
    "fulfil": [{"proof": "x"}],
    "done": [],
    "note": [],
    "hold": [],
    "release": [],
    "reveal": [],
    "escalate": [],
    "reply": [],
}
"""What each act is given; those without change nothing that the search looks at."""


@dataclass(frozen=True)
class Step:
    """One way from a complaint to another."""

    name: str
    before: Complaint
    after: Complaint


def _office(complaint: Complaint) -> Office:
    regime = ACME.rules.of(complaint)
    return Office(regime, ACME.zone, OTHER, frozenset({"Kim", "Åsa"}))


def _acts(complaint: Complaint) -> Iterator[tuple[str, tuple[Event, ...]]]:
    now = complaint.history[-1].at + timedelta(minutes=1)
    other = replace(complaint, reference=OTHER)
    for name, act in ACTS.items():
        for fields in FIELDS.get(name, [dict.fromkeys(act.needs, "x")]):
            for by in ("Kim", "Åsa"):
                told = act.read(fields)
                into = other if name == "merge" else None
                try:
                    decided = act.decide(Asked(complaint, by, now, told, _office(complaint), into))
                except OmbudError:
                    continue
                yield name, decided.events


def _complainant(complaint: Complaint) -> Iterator[tuple[str, tuple[Event, ...]]]:
    """What the dialogue lets a complainant do, and what happens by itself."""
    now = complaint.history[-1].at + timedelta(minutes=1)
    own: dict[str, Any] = {"at": now, "by": COMPLAINANT}
    if complaint.status is Status.RESPONDED and complaint.accepted_at is None:
        yield "accept", (ResponseAccepted(**own),)
        if complaint.stage == 1:
            yield "review", (ReviewRequested(**own),)
        else:
            yield "signpost", (ExternalBodySignposted(at=now, by=OMBUD),)
    if Move.WITHDRAW in MOVES[complaint.status]:
        yield "withdraw", (ComplaintWithdrawn(**own),)
    if complaint.open_question:
        yield "add", (ComplainantAdded(**own, text="x"),)
    if complaint.is_remedy_due:
        yield "undone", (ComplaintReopened(at=now, by=OMBUD, reason="not carried out"),)


def _steps(complaint: Complaint) -> Iterator[Step]:
    for name, events in (*_acts(complaint), *_complainant(complaint)):
        try:
            yield Step(name, complaint, reduce(Complaint.after, events, complaint))
        except OmbudError:
            continue


def _seen(complaint: Complaint) -> tuple[object, ...]:
    """What tells two complaints apart in this search."""
    moments = (
        complaint.accepted_at, complaint.fulfilled_at, complaint.verified_at, complaint.response,
        complaint.merged_into,
    )  # fmt: skip
    return (
        complaint.status, complaint.stage, complaint.owner, complaint.promised,
        complaint.first_answer_by, complaint.external is not None,
        bool(complaint.external and complaint.external.decided_at), complaint.close_reason,
        *(moment is not None for moment in moments),
    )  # fmt: skip


@cache
def every_step() -> tuple[Step, ...]:
    """Each step from each complaint that can be reached, the shortest way first."""
    first = received(points=("It broke.", "Nobody came."))
    begun = (first, ComplaintAcknowledged(at=NOW, by=OMBUD))
    ahead = deque([complaint_from(ONE, HOME, begun, ASTRID)])
    seen, found = {_seen(ahead[0])}, []
    while ahead:
        for step in _steps(ahead.popleft()):
            found.append(step)
            if _seen(step.after) not in seen:
                seen.add(_seen(step.after))
                ahead.append(step.after)
    return tuple(found)


def reached() -> list[Complaint]:
    """Each complaint that can be reached."""
    return list({_seen(step.after): step.after for step in every_step()}.values())


def test_the_search_goes_everywhere() -> None:
    """Every status but the one before the acknowledgement, and every act that moves something."""
    assert set(Status) - {Status.RECEIVED} == {one.status for one in reached()}
    assert {name for name in ACTS if FIELDS.get(name, [{}])} <= {s.name for s in every_step()}


def _way_to_the_end(step: Step) -> str | None:
    """Which of the ways of 7.9 a complaint was closed by; None where it was none of them."""
    before, after = step.before, step.after
    match after.close_reason:
        case CloseReason.ACCEPTED if before.accepted_at is not None:
            is_settled = not after.promised or after.verified_at is not None
            return "accepted" if is_settled else None
        case CloseReason.EXHAUSTED if before.external is not None:
            return "exhausted and signposted"
        case CloseReason.WITHDRAWN if before.status is Status.WITHDRAWN:
            return "withdrawn"
        case CloseReason.UNREACHABLE | CloseReason.REFERRED:
            return str(after.close_reason)
    return "merged" if after.merged_into else None


def test_nothing_is_closed_but_for_a_reason_of_the_standard() -> None:
    """R21: acceptance with the remedy verified, exhausted and signposted, withdrawn, unreachable,
    referred or merged; and an answered complaint is not referred."""
    closing = [
        step
        for step in every_step()
        if step.after.status is Status.CLOSED is not step.before.status
    ]
    ways = {_way_to_the_end(step) for step in closing}
    answered = {_way_to_the_end(s) for s in closing if s.before.status is Status.RESPONDED}

    assert {
        "accepted", "exhausted and signposted", "withdrawn", "unreachable", "referred", "merged",
    } == ways  # fmt: skip
    assert {"accepted", "unreachable", "merged"} == answered


def test_every_open_complaint_has_a_way_out_and_a_time() -> None:
    """Nothing gets stuck, and nothing falls asleep: something happens by itself on a day."""
    leaving = {_seen(s.before) for s in every_step() if s.before.status is not s.after.status}
    stuck, asleep = [], []
    for one in reached():
        if one.status.is_final:
            continue
        if _seen(one) not in leaving:
            stuck.append(_seen(one))
        if next_duty_at(one, ACME.rules.of(one), ACME.zone, Policy()) is None:
            asleep.append(_seen(one))

    assert ([], []) == (stuck, asleep)


def test_somebody_is_accountable_from_the_first_on() -> None:
    """No step takes the owner away, or makes two."""
    assert [] == [s.name for s in every_step() if s.before.owner and not s.after.owner]


def test_a_review_is_another_persons() -> None:
    """No answer of the second stage is by whoever gave the first."""
    same = [
        step
        for step in every_step()
        if isinstance(step.after.history[-1], ResponseGiven)
        and step.after.stage == 2
        and step.after.history[-1].by in step.after.first_answer_by
        and step.after.history[-1].exception is None
    ]

    assert [] == same


def test_what_is_folded_again_is_the_same() -> None:
    """A complaint holds nothing but what its events tell."""
    for one in reached()[::7]:
        assert one == complaint_from(ONE, HOME, one.history, ASTRID)


@pytest.mark.parametrize("status", [Status.RESPONDED, Status.EXTERNAL])
def test_the_table_knows_what_follows_an_answer(status: Status) -> None:
    """Carrying out and verifying stay where they are; only closing ends."""
    row = MOVES[status]

    assert [status, status] == [row[Move.FULFIL], row[Move.VERIFY]]
