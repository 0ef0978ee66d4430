"""What is to be done about a complaint follows from its events, and ends with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.answers import Contact, ContactKind
from bot.domain.assessment import InitialAssessment
from bot.domain.complaint import Complaint, complaint_from
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    ChannelReachable,
    ChannelUnreachable,
    CloseReason,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReceived,
    ComplaintReopened,
    DeadlineExtended,
    Event,
    Finding,
    HandlingRated,
    MessageSent,
    Outcome,
    OutcomeRated,
    PointFinding,
    Privacy,
    QuestionAsked,
    RemedyCarriedOut,
    RemedyVerified,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
    TaskDone,
)
from bot.domain.form import Details
from bot.domain.identity import Identity
from bot.domain.reference import new_reference
from bot.domain.tasks import Task, TaskKind, tasks

NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
MAIL = Contact(ContactKind.EMAIL, "astrid@example.org")
PHONE = Contact(ContactKind.PHONE, "+46701234567")


def happened(kind: type[Event], by: str = "Kim", **told: Any) -> Event:
    """An event a day after the receipt."""
    return kind(at=NOW + timedelta(days=1), by=by, **told)


def answered(**told: Any) -> Event:
    """An answer that leaves nothing open but what is told otherwise."""
    shape = {"text": "Sorry.", "finding": Finding.UPHELD, "reasons": "It broke.", "prevention": "x"}
    return happened(ResponseGiven, **{**shape, **told})


def complaint(*events: Event, contact: Contact | None = None) -> Complaint:
    """One that was acknowledged, and what happened after that; events begin with number 3."""
    first = ComplaintReceived(
        at=NOW, by=COMPLAINANT, details=Details(narrative="It broke."), attachments=(),
        privacy=Privacy.NAMED, assessment=InitialAssessment(), points=("It broke.",), language="en",
        channel="web", regime="iso10002 1",
    )  # fmt: skip
    begun = (first, ComplaintAcknowledged(at=NOW, by=OMBUD))
    identity = Identity("Astrid", contact)
    return complaint_from(new_reference("4F7K9Q2X"), "home", (*begun, *events), identity)


def kinds(*events: Event, **known: Any) -> list[str]:
    """What there is to do after these events."""
    return [task.task for task in tasks(complaint(*events, **known))]


def test_a_new_complaint_is_nobodys_task() -> None:
    """Moving it on is no task of this kind: its deadlines say that."""
    assert [] == kinds(contact=PHONE)


@pytest.mark.parametrize(
    ("contact", "has_mail", "way"),
    [
        (MAIL, False, "email"),
        (MAIL, True, None),
        (PHONE, True, "phone"),
        (Contact(ContactKind.NONE), False, None),
        (None, False, None),
    ],
    ids=["mail", "mail_by_itself", "phone", "none", "chat"],
)
def test_words_are_carried_by_hand_where_no_machine_can(
    contact: Contact | None, has_mail: bool, way: str | None
) -> None:
    """By the way that the complainant wants, with the words in it."""
    told = complaint(happened(MessageSent, text="We are on it."), contact=contact)
    expected = Task("tell-3", TaskKind.TELL, NOW + timedelta(days=1), way, "We are on it.")

    assert ((expected,) if way else ()) == tasks(told, has_mail=has_mail)


def test_all_that_caseworkers_write_is_carried() -> None:
    """Questions, messages, answers with their points, extensions, and where it goes on."""
    points = (
        PointFinding("It broke.", Finding.UPHELD, "It broke."),
        PointFinding("Nobody came.", Finding.NOT_UPHELD, "We did."),
    )
    told = tasks(
        complaint(
            happened(QuestionAsked, text="Which shop?"),
            happened(DeadlineExtended, until=NOW.date(), reason="The lab."),
            answered(points=points),
            happened(ComplaintReopened, reason="Not told."),
            happened(ComplaintClosed, reason=CloseReason.REFERRED, where="The water board."),
            contact=PHONE,
        )
    )

    assert [
        "Which shop?",
        "2026-11-23: The lab.",
        "Sorry.\n\nNobody came.\nWe did.",
        "The water board.",
    ] == [task.words for task in told]


def test_a_tick_ends_one_task() -> None:
    """And no other."""
    sent = (happened(MessageSent, text="One."), happened(MessageSent, text="Two."))

    assert ["tell-4"] == kinds(*sent, happened(TaskDone, task="tell-3"), contact=PHONE)


LOW = "look_into_rating"


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([(HandlingRated, {"handling": 3})], []),
        ([(HandlingRated, {"handling": 2})], [f"{LOW}-4"]),
        ([(OutcomeRated, {"outcome": Outcome.PARTLY})], []),
        ([(OutcomeRated, {"outcome": Outcome.NO})], [f"{LOW}-4"]),
        ([(HandlingRated, {"handling": 1}), (OutcomeRated, {"outcome": Outcome.NO})], [f"{LOW}-4"]),
        (
            [
                (HandlingRated, {"handling": 1}),
                (TaskDone, {"task": f"{LOW}-4"}),
                (OutcomeRated, {"outcome": Outcome.NO}),
            ],
            [f"{LOW}-6"],
        ),
    ],
    ids=["fair", "badly_handled", "partly", "unfair", "both", "again"],
)
def test_a_low_rating_is_looked_into(
    ratings: list[tuple[type[Event], dict[str, Any]]], expected: list[str]
) -> None:
    """Once for what is said at once; again after somebody has looked."""
    events = (happened(kind, **told) for kind, told in ratings)

    assert expected == kinds(answered(), *events)


def test_who_is_not_satisfied_is_looked_into_until_answered() -> None:
    """A review is a task until its answer."""
    review = happened(ReviewRequested, COMPLAINANT)

    assert ["look_into_rejection-4"] == kinds(answered(), review)
    assert [] == kinds(answered(), review, answered())


ACCEPTED = happened(ResponseAccepted, COMPLAINANT)
DONE = happened(RemedyCarriedOut, proof="Receipt.")
CLOSED = happened(ComplaintClosed, reason=CloseReason.ACCEPTED)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        ([ACCEPTED], ["carry_out_remedy-4"]),
        ([ACCEPTED, DONE], ["verify_remedy-5"]),
        ([DONE], []),
        ([DONE, ACCEPTED], ["verify_remedy-5"]),
        ([ACCEPTED, DONE, happened(RemedyVerified), CLOSED], []),
        ([ACCEPTED, CLOSED], []),
        ([ACCEPTED, happened(ComplaintReopened, reason="Not done.")], []),
        ([ACCEPTED, happened(ReviewRequested, COMPLAINANT)], ["look_into_rejection-5"]),
    ],
    ids=[
        "answered", "accepted", "done", "done_early", "done_before", "verified", "closed",
        "reopened", "rejected",
    ],
)  # fmt: skip
def test_what_is_accepted_is_carried_out_and_verified(
    events: list[Event], expected: list[str]
) -> None:
    """One after the other, and no longer once work goes on."""
    assert expected == kinds(answered(remedy=("refund",)), *events)


def test_without_a_remedy_there_is_nothing_to_carry_out() -> None:
    """An accepted apology in words is enough."""
    assert [] == kinds(answered(), ACCEPTED)


WRONG = PointFinding("It broke.", Finding.PARTLY, "x")
RIGHT = PointFinding("Nobody came.", Finding.NOT_UPHELD, "x")


@pytest.mark.parametrize(
    ("told", "is_open"),
    [
        ({"prevention": "none, because it was chance"}, False),
        ({"prevention": None}, True),
        ({"prevention": None, "finding": Finding.NOT_UPHELD}, False),
        ({"prevention": None, "points": (WRONG, RIGHT)}, True),
        ({"prevention": None, "points": (replace(WRONG, prevention="x"), RIGHT)}, False),
    ],
    ids=["none_because", "open", "nothing_wrong", "one_point", "each_point"],
)
def test_what_went_wrong_is_prevented_or_said_to_be_chance(
    told: dict[str, Any], is_open: bool
) -> None:
    """An answer that admits something leaves a task until it says what keeps it from recurring."""
    assert (["say_prevention-3"] if is_open else []) == kinds(answered(**told))


def test_who_is_not_reached_is_reached_otherwise() -> None:
    """Until they write again from there, or nothing is left to say."""
    told = {"channel": "telegram", "reason": "blocked"}
    gone = happened(ChannelUnreachable, OMBUD, instead="phone", **told)
    (task,) = tasks(complaint(gone))

    assert ("reach_otherwise-3", "phone") == (task.task, task.way)
    assert [] == kinds(gone, happened(ChannelReachable, COMPLAINANT, channel="telegram"))
    assert [] == kinds(gone, happened(ComplaintClosed, reason=CloseReason.UNREACHABLE))
