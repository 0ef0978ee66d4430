"""Whose deadlines apply to a complaint, what is due when, and why (ISO 10002:2018, 7.2 and 7.3).

A regime is a file in `bot/regimes`; this module computes with it. Everything follows from a
complaint's events, in their order: a clock of the machine that jumps back changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.domain.basis import counted_so, written
from bot.domain.clocks import (
    Calendar,
    Clock,
    Fact,
    OpeningHours,
    Retention,
    SecondStage,
    Signpost,
    Trigger,
    Unit,
)
from bot.domain.complaint import Complaint
from bot.domain.counting import Gap, Term, WorkingDays, end_of
from bot.domain.events import (
    EVENTS,
    CloseReason,
    ComplainantAdded,
    DeadlineExtended,
    Event,
    QuestionAsked,
    ReviewRequested,
)
from bot.errors import ConfigurationError

_ACKNOWLEDGING = {1: "acknowledge", 2: "review_acknowledge"}
_ANSWERING = ("respond", "review_respond")


@dataclass(frozen=True)
class Regime:
    """One version of a set of rules; the fields but `days` are the keys of its file."""

    id: str
    title: str
    version: str
    effective_from: date
    clocks: tuple[Clock, ...]
    calendar: Calendar | None = None
    time_zone: ZoneInfo | None = None
    hours: OpeningHours | None = None
    warnings: tuple[int, ...] = (50, 80, 100)
    response_must_state: tuple[str, ...] = ()
    signpost: Signpost | None = None
    close_reasons: tuple[CloseReason, ...] = tuple(CloseReason)
    second_stage: SecondStage | None = None
    retention: Retention | None = None
    facts: tuple[Fact, ...] = ()
    days: WorkingDays = field(default=WorkingDays(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for problem in (self._names(), self._calendars(), self._starts(), self._warnings()):
            if problem is not None:
                raise ValueError(problem)

    @property
    def label(self) -> str:
        """How complaints name it."""
        return f"{self.id} {self.version}"

    def clock(self, name: str) -> Clock | None:
        """The clock of that name."""
        return next((clock for clock in self.clocks if clock.name == name), None)

    def answer_within(self, stage: int) -> Clock:
        """The clock of the answer in a stage, which every regime has."""
        return next(clock for clock in self.clocks if clock.name == _ANSWERING[stage - 1])

    def _names(self) -> str | None:
        names = [clock.name for clock in self.clocks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            return f"clocks: {', '.join(twice)} stands there twice; remove one"
        missing = [name for name in _ANSWERING if name not in names]
        if missing:
            return f"clocks: no clock is named {missing[0]}; add it, or complaints fall asleep"
        return None

    def _calendars(self) -> str | None:
        for clock in self.clocks:
            if clock.needs_calendar and self.calendar is None:
                return f"calendar: {clock.name} leaves out holidays; add [calendar] with country"
            if clock.unit is Unit.BUSINESS_HOURS and self.hours is None:
                return f"hours: {clock.name} counts business hours; add [hours] opens and closes"
        return None

    def _starts(self) -> str | None:
        for clock in self.clocks:
            wanted = clock.else_after or _ACKNOWLEDGING[clock.stage]
            before = self.clock(wanted)
            if clock.trigger is not Trigger.ACKNOWLEDGED:
                continue
            if before is None or before.trigger is Trigger.ACKNOWLEDGED:
                return f"clocks: {clock.name} begins after {wanted}; add that clock"
        return None

    def _warnings(self) -> str | None:
        if any(not 1 <= percent <= 100 for percent in self.warnings):
            return "warnings must be percentages between 1 and 100"
        return None


@dataclass(frozen=True)
class Rules:
    """Every version of every regime, and the id of the one that new complaints come under."""

    default: str
    regimes: tuple[Regime, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Which regimes there are."""
        return tuple(dict.fromkeys(regime.id for regime in self.regimes))

    def in_force(self, day: date) -> Regime:
        """The version that holds for what is received on `day`; before the first one, the first."""
        versions = [regime for regime in self.regimes if regime.id == self.default]
        if not versions:
            raise ConfigurationError(
                f"there is no regime {self.default}; take one of {', '.join(self.ids)}"
            )
        versions.sort(key=lambda regime: regime.effective_from)
        begun = [regime for regime in versions if regime.effective_from <= day]
        return begun[-1] if begun else versions[0]

    def of(self, complaint: Complaint) -> Regime:
        """The version that was in force when `complaint` was received."""
        found = next((one for one in self.regimes if one.label == complaint.regime), None)
        if found is None:
            raise ConfigurationError(
                f"{complaint.reference} came under the rules '{complaint.regime}', and no file in"
                " bot/regimes has that version; put it back"
            )
        return found


@dataclass(frozen=True)
class Moments:
    """When what starts clocks happened; `acknowledged` by stage. None has not happened."""

    received: datetime
    acknowledged: Mapping[int, datetime] = field(default_factory=dict)
    escalated: datetime | None = None
    forwarded: datetime | None = None
    responded: datetime | None = None

    @property
    def stage(self) -> int:
        """1 until a review was asked for, then 2."""
        return 2 if self.escalated else 1

    def of(self, clock: Clock) -> datetime | None:
        """When `clock` began; nobody passed on what came straight here."""
        match clock.trigger:
            case Trigger.RECEIVED:
                return self.received
            case Trigger.ACKNOWLEDGED:
                return self.acknowledged.get(clock.stage)
            case Trigger.ESCALATED:
                return self.escalated
            case Trigger.FORWARDED:
                return self.forwarded or self.received
            case Trigger.RESPONDED:
                return self.responded


@dataclass(frozen=True)
class Due:
    """Until when a clock runs, since when, and why; `count` of its unit in all."""

    clock: Clock
    count: int
    since: datetime
    due_at: datetime
    basis: str
    is_extended: bool = False

    @property
    def name(self) -> str:
        """The clock's name; what an extension would give has an ending of its own."""
        return f"{self.clock.name}_extended" if self.is_extended else self.clock.name

    def at_percent(self, percent: int) -> datetime:
        """The moment when so much of the time has passed."""
        return self.since + (self.due_at - self.since) * percent / 100


@dataclass(frozen=True)
class Deadline:
    """What is due when, since when it is done, and on which rule it rests."""

    name: str
    due_at: datetime
    met_at: datetime | None
    basis: str


def explained(regime: Regime, moments: Moments, zone: ZoneInfo) -> tuple[Due, ...]:
    """Every date that follows from `moments`, and what an extension would give, in file order."""
    counting = _Counting(regime, moments, regime.time_zone or zone)
    found = [
        due for clock in regime.clocks for due in (counting.due(clock), counting.extended(clock))
    ]
    return tuple(due for due in found if due is not None)


def deadlines(complaint: Complaint, regime: Regime, zone: ZoneInfo) -> tuple[Deadline, ...]:
    """All promises that run or ran for `complaint`, in the regime's order."""
    return tuple(
        Deadline(due.name, due.due_at, met_at, f"{regime.title}: {due.basis}")
        for due, met_at in promises(complaint, regime, zone)
    )


def promises(
    complaint: Complaint, regime: Regime, zone: ZoneInfo
) -> tuple[tuple[Due, datetime | None], ...]:
    """The same with all that is known of each clock, and since when it is kept."""
    return tuple(
        (due, _met_at(due.clock, complaint))
        for due in _running(complaint, regime, zone)
        if due.clock.is_promise
    )


def last_dates(complaint: Complaint, regime: Regime, zone: ZoneInfo) -> tuple[Due, ...]:
    """The dates that are no promise of ours, such as the last day to turn to an external body."""
    return tuple(due for due in _running(complaint, regime, zone) if not due.clock.is_promise)


def next_promise(complaint: Complaint, regime: Regime, zone: ZoneInfo) -> Deadline | None:
    """The earliest thing still due; None once nothing is promised."""
    if complaint.status.is_final:
        return None
    open_ones = [due for due in deadlines(complaint, regime, zone) if due.met_at is None]
    return min(open_ones, key=lambda due: due.due_at, default=None)


def _running(complaint: Complaint, regime: Regime, zone: ZoneInfo) -> tuple[Due, ...]:
    """Each clock as it runs for this complaint, extensions and pauses included."""
    zone = regime.time_zone or zone
    counting = _Counting(regime, _moments(complaint, regime), zone, complaint)
    running = (counting.due(clock) for clock in regime.clocks)
    return tuple(counting.moved(due) for due in running if due is not None)


def _moments(complaint: Complaint, regime: Regime) -> Moments:
    known = {}
    for stage, name in _ACKNOWLEDGING.items():
        clock = regime.clock(name)
        at = _met_at(clock, complaint) if clock else None
        if at is not None:
            known[stage] = at
    return Moments(
        received=complaint.received_at,
        acknowledged=known,
        escalated=complaint.review_requested_at,
        responded=complaint.response.at if complaint.response else None,
    )


def _met_at(clock: Clock, complaint: Complaint) -> datetime | None:
    kinds = tuple(EVENTS[name] for name in clock.met_by)
    events = complaint.history if clock.stage == 1 else _since_review(complaint)
    return next((event.at for event in events if isinstance(event, kinds)), None)


def _since_review(complaint: Complaint) -> tuple[Event, ...]:
    """What happened after a review was last asked for."""
    if complaint.review_requested_at is None:
        return ()
    latest = takewhile(
        lambda event: not isinstance(event, ReviewRequested), complaint.history[::-1]
    )
    return tuple(latest)[::-1]


def _extended_until(complaint: Complaint, stage: int) -> date | None:
    """The last day that was told in a stage; an extended answer does not extend its review."""
    later = _since_review(complaint)
    events = later if stage == 2 else complaint.history[: len(complaint.history) - len(later)]
    told = [event.until for event in events if isinstance(event, DeadlineExtended)]
    return told[-1] if told else None


@dataclass(frozen=True)
class _Counting:
    """Counts the clocks of one regime from what has happened."""

    regime: Regime
    moments: Moments
    zone: ZoneInfo
    complaint: Complaint | None = None

    def due(self, clock: Clock) -> Due | None:
        """Until when `clock` runs; None while it has not begun."""
        return self._counted(clock, clock.count)

    def extended(self, clock: Clock) -> Due | None:
        """Until when it can be made to run; None where the rules name no such day."""
        extension = clock.extension
        if extension is None or extension.count is None:
            return None
        return self._counted(clock, extension.count, is_extended=True)

    def moved(self, due: Due) -> Due:
        """The same after the complaint was extended, at most as far as the rules allow."""
        until = _extended_until(self.complaint, due.clock.stage) if self.complaint else None
        if until is None or due.clock.extension is None:
            return due
        told, longest = end_of(until, self.zone), self.extended(due.clock)
        if longest is None or told <= longest.due_at:
            return Due(due.clock, due.count, due.since, told, f"extended to {written(until)}")
        basis = f"extended as far as the rules allow, {longest.basis}"
        return Due(due.clock, longest.count, due.since, longest.due_at, basis)

    def _counted(self, clock: Clock, count: int, *, is_extended: bool = False) -> Due | None:
        since, words = self._since(clock)
        if since is None:
            return None
        counted = self._term(clock, count).after(since)
        basis = counted_so(clock, count, counted, words)
        if is_extended and clock.extension is not None:
            basis = f"{basis}, if the complainant is told {_told(clock)}"
        return Due(clock, count, since, counted.due_at, basis, is_extended)

    def _since(self, clock: Clock) -> tuple[datetime | None, str | None]:
        """From where `clock` runs, and how to say that where its trigger does not."""
        since = self.moments.of(clock)
        if since is None and clock.else_after and clock.stage == self.moments.stage:
            return self._unacknowledged(clock.else_after)
        if clock.trigger is Trigger.FORWARDED and self.moments.forwarded is None:
            return since, "after we received it"
        return since, None

    def _unacknowledged(self, name: str) -> tuple[datetime | None, str | None]:
        clock = self.regime.clock(name)
        last = self.due(clock) if clock else None
        if last is None:
            return None, None
        day = written(last.due_at.astimezone(self.zone).date())
        return last.due_at, f"after {day}, the last day to acknowledge it"

    def _term(self, clock: Clock, count: int) -> Term:
        regime = self.regime
        gaps = self._gaps(clock.pause.at_most_days) if clock.pause and self.complaint else ()
        return Term(clock, count, self.zone, regime.days, regime.hours, gaps)

    def _gaps(self, at_most_days: int) -> tuple[Gap, ...]:
        """The days of each question to the complainant, as long as the rules let a clock pause."""
        gaps: list[Gap] = []
        asked: date | None = None
        for event in self.complaint.history if self.complaint else ():
            day = event.at.astimezone(self.zone).date()
            if isinstance(event, QuestionAsked) and asked is None:
                asked = max(day, gaps[-1].till) if gaps else day
                gaps.append(Gap(asked, asked + timedelta(days=at_most_days)))
            elif isinstance(event, ComplainantAdded) and asked is not None:
                gaps[-1] = Gap(asked, max(asked, min(day, gaps[-1].till)))
                asked = None
        return tuple(gaps)


def _told(clock: Clock) -> str:
    must_state = clock.extension.must_state if clock.extension else ()
    *before, last = must_state or ("why",)
    return f"{', '.join(before)} and {last}" if before else last
