"""Why something is due when it is, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.clocks import Clock, DayOne, Trigger, Unit
from bot.domain.counting import Counted

_SINCE = {
    Trigger.RECEIVED: "after we received it",
    Trigger.ACKNOWLEDGED: "after we acknowledged it",
    Trigger.ESCALATED: "after a review was asked for",
    Trigger.FORWARDED: "after it was passed on to us",
    Trigger.RESPONDED: "after we answered it",
}
_UNITS = {
    Unit.CALENDAR_DAYS: "day",
    Unit.BUSINESS_DAYS: "working day",
    Unit.WEEKS: "week",
    Unit.MONTHS: "month",
    Unit.HOURS: "hour",
    Unit.BUSINESS_HOURS: "opening hour",
}


def counted_so(clock: Clock, count: int, counted: Counted, since: str | None = None) -> str:
    """What was counted from when, and which days were left out; `since` in other words."""
    told = [f"{spelled(count, clock.unit)} {since or _SINCE[clock.trigger]}"]
    if clock.day_one is DayOne.SAME_DAY:
        told.append("that day counted")
    if counted.holidays:
        told.append(f"{listed(counted.holidays)} not counted")
    if counted.paused_days:
        days = spelled(counted.paused_days, Unit.CALENDAR_DAYS)
        told.append(f"{days} not counted while we waited for an answer")
    if counted.rolled_from is not None:
        told.append(f"moved on from {written(counted.rolled_from)}, when nobody works")
    return ", ".join(told)


def spelled(count: int, unit: Unit) -> str:
    """A number and its unit: "10 working days"."""
    return f"{count} {_UNITS[unit]}{'' if count == 1 else 's'}"


def written(day: date) -> str:
    """A day as a sentence has it: "Saturday 4 April 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def listed(items: Sequence[str]) -> str:
    """Items as in a sentence: "a, b and c"."""
    *before, last = items
    return f"{', '.join(before)} and {last}" if before else last
