"""What a regime file says, as values: clocks, calendars, extensions and the duties around them.

The fields are the keys of the files in `bot/regimes`. A value that can mean nothing is a ValueError
that says what to do about it; reading turns it into an error that names file and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from bot.domain.events import EVENTS

MOST: Final = 10_000
"""No rule counts further; a larger number is a slip of the pen."""


class Trigger(StrEnum):
    """What starts a clock."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"  # in the clock's own stage
    ESCALATED = "escalated"  # the complainant asked for the second stage
    FORWARDED = "forwarded"  # an authority's portal passed it on
    RESPONDED = "responded"


class Unit(StrEnum):
    """What a clock counts."""

    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    WEEKS = "weeks"
    MONTHS = "months"
    HOURS = "hours"
    BUSINESS_HOURS = "business_hours"

    @property
    def is_hours(self) -> bool:
        """Whether it ends at a moment rather than with a day."""
        return self in (Unit.HOURS, Unit.BUSINESS_HOURS)

    @property
    def is_business(self) -> bool:
        """Whether weekends and holidays are left out."""
        return self in (Unit.BUSINESS_DAYS, Unit.BUSINESS_HOURS)


class DayOne(StrEnum):
    """Which day is counted as the first."""

    NEXT_DAY = "next_day"
    SAME_DAY = "same_day"


class Standing(StrEnum):
    """How sure a fact is."""

    CONFIRMED = "confirmed"  # read in the source that is named
    UNCONFIRMED = "unconfirmed"  # widely told, not yet read in the rules themselves
    OWN = "own"  # the rules name no figure: this one is a promise of the organisation


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class KeptSince(StrEnum):
    """From when records are kept."""

    RECEIVED = "received"
    CLOSED = "closed"


@dataclass(frozen=True)
class Extension:
    """How far a deadline can be moved, counted as the clock counts, and what must be told then.

    `count` is the whole time since the trigger; None where the rules name no last day.
    """

    must_state: tuple[str, ...]
    count: int | None = None


@dataclass(frozen=True)
class Pause:
    """Days from a question to the complainant till its answer don't count, but `at_most_days`.

    The limit keeps a complaint from falling asleep: with the question still open the clock
    goes on after it.
    """

    at_most_days: int

    def __post_init__(self) -> None:
        if not 1 <= self.at_most_days <= MOST:
            raise ValueError(f"at_most_days must lie between 1 and {MOST}")


@dataclass(frozen=True)
class Clock:
    """`count` of `unit` after `trigger`; one event of a kind in `met_by` keeps it.

    What is no promise of ours (`is_promise` false) is a last date that somebody should know.
    `else_after` names the clock whose due date starts this one where nothing was acknowledged.
    `ends` is the hour at which a day is over, both for what comes in and for what is due; without
    it a day lasts to its last second.
    """

    name: str
    trigger: Trigger
    count: int
    unit: Unit
    standing: Standing
    source: str
    met_by: tuple[str, ...] = ()
    stage: int = 1
    is_promise: bool = True
    day_one: DayOne = DayOne.NEXT_DAY
    ends: time | None = None
    rolls_forward: bool = False
    else_after: str | None = None
    pause: Pause | None = None
    extension: Extension | None = None

    def __post_init__(self) -> None:
        for problem in (self._number(), self._rule(), self._keeping(), self._extending()):
            if problem is not None:
                raise ValueError(problem)

    @property
    def needs_calendar(self) -> bool:
        """Whether it can't be counted without knowing weekends and holidays."""
        return self.unit.is_business or self.rolls_forward

    def _number(self) -> str | None:
        if not 1 <= self.count <= MOST:
            return f"count must lie between 1 and {MOST}"
        if self.stage not in (1, 2):
            return "stage must be 1 (first answer) or 2 (review)"
        return None

    def _rule(self) -> str | None:
        of_days = (self.ends, self.pause, self.rolls_forward, self.day_one is DayOne.SAME_DAY)
        if self.unit.is_hours and any(of_days):
            return "hours end at a moment: remove ends, pause, rolls_forward and day_one"
        if self.else_after and self.trigger is not Trigger.ACKNOWLEDGED:
            return "else_after means something only with trigger = 'acknowledged': remove it"
        if self.trigger is Trigger.ESCALATED and self.stage == 1:
            return "what begins with trigger = 'escalated' belongs to stage = 2: add that"
        return None

    def _keeping(self) -> str | None:
        unknown = [kind for kind in self.met_by if kind not in EVENTS]
        if unknown:
            return f"met_by: there is no event {', '.join(unknown)}; events are {', '.join(EVENTS)}"
        if self.is_promise != bool(self.met_by):
            return "a promise needs met_by, a last date (is_promise = false) has none"
        return None

    def _extending(self) -> str | None:
        longest = self.extension.count if self.extension else None
        if longest is not None and not self.count < longest <= MOST:
            return f"extension.count is the whole time: it must lie between {self.count} and {MOST}"
        return None


@dataclass(frozen=True)
class Calendar:
    """Whose weekends and holidays count; the holidays are those of the library `holidays`."""

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = ("public",)
    weekend: tuple[Weekday, ...] = (Weekday.SATURDAY, Weekday.SUNDAY)

    def __post_init__(self) -> None:
        if len(set(self.weekend)) == len(Weekday):
            raise ValueError("weekend must leave a day on which work is done")


@dataclass(frozen=True)
class OpeningHours:
    """When business hours run on a working day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier than closes")


@dataclass(frozen=True)
class Signpost:
    """Who decides when no agreement is reached, and what a complainant must be told of it."""

    body: str
    text: str
    url: str | None = None


@dataclass(frozen=True)
class SecondStage:
    """What a review must be."""

    is_independent: bool
    note: str | None = None


@dataclass(frozen=True)
class Retention:
    """How long records are kept, in months."""

    months: int
    since: KeptSince
    standing: Standing
    source: str

    def __post_init__(self) -> None:
        if not 1 <= self.months <= MOST:
            raise ValueError(f"months must lie between 1 and {MOST}")


@dataclass(frozen=True)
class Fact:
    """Something else that the rules say; nothing is computed from it."""

    says: str
    standing: Standing
    source: str
