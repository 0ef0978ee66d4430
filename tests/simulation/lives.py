"""Random lives of complaints on a virtual clock: people do what they may, the machine what it must.

Between any two acts of people the machine runs at the times that its index names; outages make it
run later. Who checks a life (`silences`) reads its events and the deadlines of the contract alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from random import Random  # noqa: TID251  # a seed must give the same lives again
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.assessment import InitialAssessment, Severity
from bot.domain.complaint import Complaint, lodged
from bot.domain.duties import duties, next_duty_at, next_word, recorded
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    AssessmentMade,
    CloseReason,
    ComplainantAdded,
    ComplainantNudged,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReceived,
    ComplaintReopened,
    ComplaintWithdrawn,
    DeadlineExtended,
    DeadlineMissed,
    Event,
    ExternalBodySignposted,
    Finding,
    MessageSent,
    NoteWritten,
    OwnerAssigned,
    QuestionAsked,
    RemedyCarriedOut,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
    UpdatePromised,
    UpdateSent,
)
from bot.domain.policy import Policy
from bot.domain.regimes import Rules, deadlines
from bot.domain.status import Status
from bot.errors import IllegalMove
from tests.storage.building import conversation, received, reference

ZONE = ZoneInfo("Europe/London")
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_STAFF = ("anna", "ben")
_HEARS = (
    ComplaintReceived, ComplaintAcknowledged, QuestionAsked, MessageSent, ResponseGiven,
    DeadlineExtended, ComplaintReopened, ReviewRequested, UpdateSent, ComplainantNudged,
)  # fmt: skip
_SILENT_BY_RIGHT = (Status.RESPONDED, Status.EXTERNAL, Status.CLOSED, Status.WITHDRAWN)


@dataclass(frozen=True)
class Outage:
    """A time in which nothing ran."""

    begin: datetime
    end: datetime


def running_at(at: datetime, outages: Sequence[Outage]) -> datetime:
    """`at`, or when the outage of that moment ended."""
    return next((one.end for one in outages if one.begin <= at < one.end), at)


@dataclass
class Life:
    """One complaint, from its receipt to the last of its days."""

    number: int
    chance: Random
    rules: Rules
    policy: Policy
    outages: Sequence[Outage] = ()
    now: datetime = field(init=False)
    complaint: Complaint = field(init=False)

    def __post_init__(self) -> None:
        self.now = BEGIN + timedelta(minutes=self.chance.randrange(60 * 24 * 28))
        severity = self.chance.choice(list(Severity))
        first = replace(
            received(self.number, at=self.now),
            regime=self.chance.choice(self.rules.regimes).label,
            assessment=InitialAssessment(severity=severity, safety=self.chance.random() < 0.02),
        )
        self.complaint = lodged(reference(self.number), conversation().id, first)
        self._happen(ComplaintAcknowledged(at=self.now, by=OMBUD))

    def lived(self, days: int) -> Complaint:
        """The complaint after so many days, in which people acted some times, and then nobody."""
        end = self.now + days * _DAY
        for _ in range(self.chance.randrange(12)):
            self._pass(min(end, self.now + self.chance.expovariate(1 / 5) * _DAY))
            self._act()
        self._pass(end)
        return self.complaint

    # Time passes --------------------------------------------------------------------------------

    def _pass(self, until: datetime) -> None:
        """The machine does what is due until then, each time within a minute of its time."""
        regime = self.rules.of(self.complaint)
        for _ in range(2_000):
            at = next_duty_at(self.complaint, regime, ZONE, self.policy)
            if at is None:
                break
            at = running_at(max(at, self.now) + self.chance.random() * _MINUTE, self.outages)
            if at > until:
                break
            self.now = max(self.now, at)
            self._do()
        else:
            raise AssertionError(f"{self.complaint.reference}: the machine never rests")
        self.now = max(self.now, until)

    def _do(self) -> None:
        one, now = self.complaint, self.now
        regime = self.rules.of(one)
        due = duties(one, regime, ZONE, now, self.policy)
        assert due, f"{one.reference} was due for nothing"
        self._happen(*recorded(due, now, next_word(one, regime, ZONE, now, self.policy)))

    def _happen(self, *events: Event) -> None:
        for event in events:
            self.complaint = self.complaint.after(event)

    # People act ---------------------------------------------------------------------------------

    def _act(self) -> None:
        """One of the things that people may do now; what the table forbids is not done."""
        event = self.chance.choice(list(self._possible()))
        try:
            self._happen(event)
        except IllegalMove:
            return

    def _possible(self) -> Iterator[Event]:
        staff: dict[str, Any] = {"at": self.now, "by": self.chance.choice(_STAFF)}
        person: dict[str, Any] = {"at": self.now, "by": COMPLAINANT}
        remedy = ("refund",) if self.chance.random() < 0.5 else ()
        until = (self.now + self.chance.randrange(2, 60) * _DAY).date()
        yield NoteWritten(**staff, text="Looked.")
        yield OwnerAssigned(**staff, owner=staff["by"])
        yield AssessmentMade(**staff, reason="Read.", severity=self.chance.choice(list(Severity)))
        yield QuestionAsked(**staff, text="Which?")
        yield MessageSent(**staff, text="We are at it.")
        yield ResponseGiven(**staff, text="So.", finding=Finding.PARTLY, reasons="B", remedy=remedy)
        yield DeadlineExtended(**staff, until=until, reason="Far.")
        yield RemedyCarriedOut(**staff, proof="Receipt.")
        yield ComplaintReopened(**staff, reason="New facts.")
        if self.complaint.status is Status.RESPONDED:
            yield ExternalBodySignposted(at=self.now, by=OMBUD, until=until)
            yield ResponseAccepted(**person)
            yield ReviewRequested(**person)
        yield ComplainantAdded(**person, text="This one.")
        if self.chance.random() < 0.2:
            yield ComplaintWithdrawn(**person)
            yield ComplaintClosed(**staff, reason=CloseReason.REFERRED)


# Checking ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Silence:
    """Somebody was told to hear by a day, and did not."""

    reference: str
    told_at: datetime
    promised: datetime
    heard_at: datetime


def silences(life: Life, end: datetime) -> Iterator[Silence]:
    """Every promise beyond which the complainant heard nothing, outages and hours allowed for."""
    one = life.complaint
    story = _Story(one)
    moments = sorted({event.at for event in one.history if isinstance(event, _HEARS)})
    for told_at, heard_at in pairwise([*moments, end]):
        promised = _promised(life, story.as_of(told_at), told_at)
        allowed = running_at(life.policy.within(promised + _MINUTE, ZONE), life.outages)
        if heard_at <= allowed + 2 * _MINUTE or story.was_left(told_at, heard_at):
            continue
        yield Silence(one.reference, told_at, promised, heard_at)


class _Story:
    """A complaint as it was at each moment of its life."""

    def __init__(self, one: Complaint) -> None:
        first, *rest = one.history
        assert isinstance(first, ComplaintReceived)
        begun = lodged(one.reference, one.conversation, first)
        self._states = list(accumulate(rest, Complaint.after, initial=begun))
        self._moments = [event.at for event in one.history]

    def as_of(self, at: datetime) -> Complaint:
        """As it was then."""
        return self._states[bisect_right(self._moments, at) - 1]

    def was_left(self, begin: datetime, end: datetime) -> bool:
        """Whether in between it was not for the organisation to speak."""
        first, last = bisect_right(self._moments, begin) - 1, bisect_left(self._moments, end)
        return any(one.status in _SILENT_BY_RIGHT for one in self._states[first:last])


def _promised(life: Life, then: Complaint, at: datetime) -> datetime:
    """What somebody who heard at that moment has been promised; an older promise is kept by it."""
    running = deadlines(then, life.rules.of(then), ZONE)
    told = [due.due_at for due in running if due.met_at is None and due.due_at > at]
    told += [
        event.due_at
        for event in then.history
        if isinstance(event, UpdatePromised) and event.at >= at
    ]
    return min(told, default=life.policy.day_after(at, life.policy.update_days, ZONE))


def floods(one: Complaint) -> Iterator[str]:
    """Everything that was said or recorded twice."""
    sent = [event.at for event in one.history if isinstance(event, UpdateSent)]
    yield from (f"heard twice on {b}" for a, b in pairwise(sent) if b - a < timedelta(hours=8))
    missed = [
        (event.name, event.due_at) for event in one.history if isinstance(event, DeadlineMissed)
    ]
    yield from (f"missed twice: {each}" for each in {m for m in missed if missed.count(m) > 1})


def unrecorded(life: Life) -> Iterator[str]:
    """Promises that were broken while nobody recorded it."""
    one = life.complaint
    known = {event.name for event in one.history if isinstance(event, DeadlineMissed)}
    ends = [
        event.at for event in one.history if isinstance(event, ComplaintClosed | ComplaintWithdrawn)
    ]
    for due in deadlines(one, life.rules.of(one), ZONE):
        ended = min(ends, default=life.now) if one.status.is_final else life.now
        if due.due_at + 4 * _DAY < (due.met_at or ended) and due.name not in known:
            yield f"{due.name} until {due.due_at}"
