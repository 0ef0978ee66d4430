"""What must happen to a complaint by itself, and when: all of it follows from its events.

Nothing here asks what time it is but to tell what is due; a clock that jumps back only makes
things wait. However long nobody looked, each duty comes once, with the time it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.assessment import Severity
from bot.domain.complaint import Complaint
from bot.domain.counting import end_of
from bot.domain.events import (
    OMBUD,
    ComplainantNudged,
    ComplaintReopened,
    DeadlineMissed,
    Event,
    OwnerReminded,
    QuestionAsked,
    ResponseGiven,
    UpdatePromised,
    UpdateSent,
    UrgencyAlerted,
)
from bot.domain.policy import DESK, Policy
from bot.domain.promising import HEARD, REMEDY, UPDATE, Promised
from bot.domain.regimes import Regime, Rules
from bot.domain.status import Status
from bot.errors import ConfigurationError

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When something is due of which nobody can say when."""

_MOMENT: Final = timedelta(seconds=1)
_IN_TIME: Final = timedelta(minutes=30)
_WORKED_ON: Final = frozenset(
    status
    for status in Status
    if not status.is_final and status not in (Status.RESPONDED, Status.EXTERNAL)
)


class Kind(StrEnum):
    """What there is to do; what the owner hears is recorded, what the complainant hears is said."""

    REMIND = "remind"  # the owner: so much of the time has passed
    SUGGEST = "suggest"  # to the owner: this could be closed now
    ALERT = "alert"  # whoever is there: nobody has taken something urgent
    LATE = "late"  # kept, but too late: only recorded
    MISSED = "missed"  # not kept: recorded, and the complainant hears so
    UPDATE = "update"  # the complainant hears how it stands
    NUDGE = "nudge"  # the complainant is asked once more
    REACTION = "reaction"  # the complainant is asked once more whether they accept
    REOPEN = "reopen"  # what was promised is not carried out


SPOKEN: Final = frozenset({Kind.MISSED, Kind.UPDATE, Kind.NUDGE, Kind.REACTION, Kind.REOPEN})
"""What the complainant hears of."""

_TOLD_HOW_IT_STANDS: Final = frozenset({Kind.MISSED, Kind.UPDATE, Kind.REOPEN})


@dataclass(frozen=True)
class Duty:
    """Something to be done from `at` on, because of what is or was due at `due_at`."""

    kind: Kind
    at: datetime
    due_at: datetime
    name: str = ""
    percent: int = 100
    to: str = ""


@dataclass(frozen=True)
class Timing:
    """When a complaint must be looked at by itself, and since when it is late; None is never."""

    next_due_at: datetime | None = None
    late_at: datetime | None = None


@dataclass(frozen=True)
class NextWord:
    """When the complainant hears of it next; `is_new` where no deadline says so already."""

    due_at: datetime
    is_new: bool


def duties(
    complaint: Complaint, regime: Regime, zone: ZoneInfo, now: datetime, policy: Policy
) -> tuple[Duty, ...]:
    """What is to be done by now, earliest first; of several reminders only the latest."""
    due = [duty for duty in _Life(complaint, regime, zone, policy).pending() if duty.at <= now]
    return tuple(sorted(_latest(due), key=lambda duty: duty.at))


def next_duty_at(
    complaint: Complaint, regime: Regime, zone: ZoneInfo, policy: Policy
) -> datetime | None:
    """When the earliest duty is to be done, perhaps in the past; None where nothing will be."""
    return _Life(complaint, regime, zone, policy).timing().next_due_at


def timing(complaint: Complaint, rules: Rules, zone: ZoneInfo, policy: Policy) -> Timing:
    """What storage keeps to find a complaint in time; at once where its rules are missing."""
    try:
        regime = rules.of(complaint)
    except ConfigurationError:
        return Timing() if complaint.status.is_final else Timing(AT_ONCE, AT_ONCE)
    return _Life(complaint, regime, zone, policy).timing()


def next_word(
    complaint: Complaint, regime: Regime, zone: ZoneInfo, now: datetime, policy: Policy
) -> NextWord:
    """What can truly be promised now to somebody who just heard how it stands."""
    own = policy.day_after(now, policy.update_days, zone)
    life = _Life(complaint, regime, zone, policy)
    ahead = [
        one.due_at for one in life.unkept if one.due_at > now and one.name not in (UPDATE, REMEDY)
    ]
    earliest = min(ahead, default=None)
    is_broken = any(one.due_at <= now for one in life.unkept) or life.standing is not None
    if earliest is not None and (earliest <= own or not is_broken):
        return NextWord(earliest, is_new=False)
    return NextWord(own, is_new=True)


def heard_next_at(
    complaint: Complaint, regime: Regime, zone: ZoneInfo, policy: Policy
) -> datetime | None:
    """Until when the complainant hears of it; None where it is not for us to speak."""
    if complaint.status not in _WORKED_ON:
        return None
    life = _Life(complaint, regime, zone, policy)
    standing = [life.standing.due_at] if life.standing else []
    return min((*standing, *(one.due_at for one in life.unkept)), default=life.regular)


def recorded(due: Sequence[Duty], now: datetime, word: NextWord) -> tuple[Event, ...]:
    """The events of duties that are done now, with the true times that they rest on."""
    return tuple(_events(due, now, word))


def _events(due: Sequence[Duty], now: datetime, word: NextWord) -> Iterator[Event]:
    kinds = {duty.kind for duty in due}
    for duty in due:
        yield from _event(duty, now)
    if kinds & {Kind.NUDGE, Kind.REACTION}:
        yield ComplainantNudged(at=now, by=OMBUD)
    if kinds & _TOLD_HOW_IT_STANDS:
        yield UpdateSent(at=now, by=OMBUD)
        if word.is_new:
            yield UpdatePromised(at=now, by=OMBUD, due_at=word.due_at)


def _event(duty: Duty, now: datetime) -> Iterator[Event]:
    match duty.kind:
        case Kind.REMIND | Kind.SUGGEST:
            yield OwnerReminded(
                at=now, by=OMBUD, name=duty.name, due_at=duty.due_at, percent=duty.percent,
                to=duty.to,
            )  # fmt: skip
        case Kind.ALERT:
            yield UrgencyAlerted(at=now, by=OMBUD, to=duty.to)
        case Kind.LATE | Kind.MISSED:
            yield DeadlineMissed(at=now, by=OMBUD, name=duty.name, due_at=duty.due_at)
        case Kind.REOPEN:
            yield DeadlineMissed(at=now, by=OMBUD, name=duty.name, due_at=duty.due_at)
            yield ComplaintReopened(at=now, by=OMBUD, reason=f"{duty.name} not carried out in time")
        case Kind.UPDATE if duty.name and duty.due_at < now:
            yield DeadlineMissed(at=now, by=OMBUD, name=duty.name, due_at=duty.due_at)


def _latest(due: Iterable[Duty]) -> Iterator[Duty]:
    due = tuple(due)
    reached: dict[str, int] = {}
    for duty in due:
        if duty.kind is Kind.REMIND:
            reached[duty.name] = max(duty.percent, reached.get(duty.name, 0))
    for duty in due:
        if duty.kind is not Kind.REMIND or duty.percent == reached[duty.name]:
            yield duty


@dataclass(frozen=True)
class _Life(Promised):
    """One complaint, seen for what must happen to it by itself."""

    def timing(self) -> Timing:
        earliest = min((duty.at for duty in self.pending()), default=None)
        if self.complaint.status.is_final:
            return Timing(earliest)
        late = min((one.due_at for one in self.promises if one.kept_at is None), default=None)
        return Timing(earliest, late)

    def pending(self) -> Iterator[Duty]:
        """The next duty of each kind, however far away."""
        yield from self._misses()
        status = self.complaint.status
        if status.is_final:
            return
        yield from self._reminders()
        yield from self._nudge()
        if status in _WORKED_ON:
            yield from self._alert()
            yield from self._updates()
        elif status is Status.EXTERNAL:
            yield from self._external()
        elif self.complaint.accepted_at is None:
            yield from self._reaction()
        elif self.remedy is None or self.remedy.kept_at is not None:
            yield from self._closing()

    def _misses(self) -> Iterator[Duty]:
        for one in self.promises:
            until = one.kept_at or self.ended_at
            if (until and until <= one.due_at) or self.is_told(one):
                continue
            if until is not None:
                yield Duty(Kind.LATE, one.due_at, one.due_at, one.name)
                continue
            kind = Kind.REOPEN if one.name == REMEDY else Kind.MISSED
            yield Duty(kind, self._within(one.due_at + _MOMENT), one.due_at, one.name)

    def _reminders(self) -> Iterator[Duty]:
        percents = sorted(self.policy.percents or self.regime.warnings)
        for one in self.unkept:
            if one.name == UPDATE:  # that happens by itself
                continue
            last = self.reminded(one)
            for percent in percents:
                if percent <= last:
                    continue
                at = self._within(one.since + (one.due_at - one.since) * percent / 100)
                told = self._told_at(percent, percents[-1])
                yield from (Duty(Kind.REMIND, at, one.due_at, one.name, percent, to) for to in told)

    def _told_at(self, percent: int, last: int) -> tuple[str, ...]:
        """The owner; with the last reminder also whoever stands above."""
        contact = self.policy.contact
        if percent < last or contact is None:
            return (self._owner,)
        return tuple(dict.fromkeys((self._owner, contact)))

    def _alert(self) -> Iterator[Duty]:
        judged = self.complaint.assessment
        is_urgent = judged.safety or judged.immediate_action or judged.severity is Severity.CRITICAL
        if not is_urgent or self.complaint.owner is not None:
            return
        last = self.last(UrgencyAlerted)
        pause = timedelta(minutes=self.policy.alert_minutes)
        at = _later(last.at, pause) if last else self.complaint.received_at
        yield Duty(Kind.ALERT, at, at, to=self.policy.contact or DESK)

    def _updates(self) -> Iterator[Duty]:
        for one in self.unkept:
            last = self.last(UpdateSent)
            if one.name == UPDATE and (last is None or last.at < one.since):
                yield self._update(one.due_at, one.since, "")
        if self.standing is not None:
            yield self._update(self.standing.due_at, self.standing.at, UPDATE)
        elif not self.unkept:
            yield self._update(self.regular, self._heard_at, "")

    @property
    def regular(self) -> datetime:
        """When they hear again where nothing else is promised."""
        return self.policy.day_after(self._heard_at, self.policy.update_days, self.zone)

    @property
    def _heard_at(self) -> datetime:
        heard = self.last(*HEARD)
        return heard.at if heard else self.complaint.received_at

    def _update(self, due_at: datetime, since: datetime, name: str) -> Duty:
        at = min(self.policy.morning_of(due_at, self.zone), due_at - _IN_TIME)
        return Duty(Kind.UPDATE, max(since, at), due_at, name)

    def _nudge(self) -> Iterator[Duty]:
        asked = self.last(QuestionAsked)
        if self.complaint.open_question is None or asked is None:
            return
        if self.last(QuestionAsked, ComplainantNudged) is asked:
            at = _later(asked.at, timedelta(days=self.policy.nudge_days))
            yield Duty(Kind.NUDGE, self._within(at), at)

    def _reaction(self) -> Iterator[Duty]:
        last = self.last(ResponseGiven, ComplainantNudged)
        if last is None:
            return
        if isinstance(last, ResponseGiven):
            at = _later(last.at, timedelta(days=self.policy.reaction_days))
            yield Duty(Kind.REACTION, self._within(at), at)
            return
        yield self._suggestion("unreachable", last.at, self.policy.unreachable_days)

    def _closing(self) -> Iterator[Duty]:
        complaint = self.complaint
        moments = (complaint.accepted_at, complaint.fulfilled_at, complaint.verified_at)
        since = max(at for at in (*moments, complaint.received_at) if at is not None)
        yield self._suggestion("close", since, self.policy.closing_days)

    def _external(self) -> Iterator[Duty]:
        outside = self.complaint.external
        since = outside.signposted_at if outside else self.complaint.received_at
        if outside and outside.decided_at:
            yield self._suggestion("close", outside.decided_at, self.policy.closing_days)
        elif outside and outside.until and self._suggested("external", since) is None:
            at = end_of(outside.until, self.zone) + _MOMENT
            yield Duty(Kind.SUGGEST, self._within(at), at, "external", to=self._owner)
        else:
            yield self._suggestion("external", since, self.policy.external_days)

    def _suggestion(self, name: str, since: datetime, days: int) -> Duty:
        """What the owner could do about it, told again each time so many days have passed."""
        before = self._suggested(name, since)
        at = _later(before.at if before else since, timedelta(days=days))
        return Duty(Kind.SUGGEST, self._within(at), at, name, to=self._owner)

    def _suggested(self, name: str, since: datetime) -> Event | None:
        return next(
            (
                event
                for event in reversed(self.complaint.history)
                if isinstance(event, OwnerReminded) and event.name == name and event.at >= since
            ),
            None,
        )

    @property
    def _owner(self) -> str:
        return self.complaint.owner or self.policy.contact or DESK

    def _within(self, at: datetime) -> datetime:
        return self.policy.within(at, self.zone)


def _later(at: datetime, time: timedelta) -> datetime:
    """So much time later, whatever the clocks of its zone did meanwhile."""
    return at.astimezone(UTC) + time
