"""Counts from a moment to the last moment of a term: days, working days, weeks, months, hours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clocks import Clock, DayOne, OpeningHours, Unit, Weekday

_DAY = timedelta(days=1)
_WEEK = tuple(Weekday)


def _no_holiday(day: date) -> str | None:
    return None


@dataclass(frozen=True)
class WorkingDays:
    """On which days work is done. `holiday` gives the name of a holiday, None on other days."""

    holiday: Callable[[date], str | None] = _no_holiday
    weekend: tuple[Weekday, ...] = (Weekday.SATURDAY, Weekday.SUNDAY)

    def is_weekend(self, day: date) -> bool:
        """Whether it falls on a weekend."""
        return _WEEK[day.weekday()] in self.weekend

    def is_open(self, day: date) -> bool:
        """Whether work is done on that day."""
        return not self.is_weekend(day) and self.holiday(day) is None


@dataclass(frozen=True)
class Gap:
    """Days on which a clock stood still: those after `asked`, up to and including `till`."""

    asked: date
    till: date


@dataclass(frozen=True)
class Counted:
    """Where a term ends, and which days mattered on the way."""

    due_at: datetime
    holidays: tuple[str, ...] = ()
    rolled_from: date | None = None
    paused_days: int = 0


@dataclass(frozen=True)
class Term:
    """So much of a clock's unit, seen from a zone, with the days on which work is done."""

    clock: Clock
    count: int
    zone: ZoneInfo
    days: WorkingDays
    hours: OpeningHours | None = None
    gaps: tuple[Gap, ...] = ()

    def after(self, since: datetime) -> Counted:
        """Where it ends when it begins at `since`."""
        match self.clock.unit:
            case Unit.HOURS:
                due = since.astimezone(UTC) + timedelta(hours=self.count)
                return Counted(due.astimezone(self.zone))
            case Unit.BUSINESS_HOURS:
                return self._business_hours(since)
            case Unit.BUSINESS_DAYS:
                return self._ending(self._business_days(self._before_day_one(since)))
            case _:
                return self._ending(self._calendar(self._before_day_one(since)))

    def _before_day_one(self, since: datetime) -> date:
        """The day after which counting begins."""
        local = since.astimezone(self.zone)
        came_late = self.clock.ends is not None and local.time() > self.clock.ends
        is_counted = self.clock.day_one is DayOne.SAME_DAY
        return local.date() + came_late * _DAY - is_counted * _DAY

    def _calendar(self, start: date) -> tuple[date, tuple[str, ...], int]:
        due = self._plain_end(start)
        paused = 0
        for gap in self.gaps:
            if gap.asked < due:
                stood_still = max(gap.till - max(gap.asked, start), timedelta())
                due += stood_still
                paused += stood_still.days
        return due, (), paused

    def _plain_end(self, start: date) -> date:
        match self.clock.unit:
            case Unit.WEEKS:
                return start + timedelta(weeks=self.count)
            case Unit.MONTHS:
                return months_later(start, self.count)
            case _:
                return start + timedelta(days=self.count)

    def _business_days(self, start: date) -> tuple[date, tuple[str, ...], int]:
        left, paused, holidays = self.count, 0, []
        day = start
        while left:
            day += _DAY
            if self.days.is_weekend(day):
                continue
            holiday = self.days.holiday(day)
            if holiday is not None:
                holidays.append(holiday)
            elif self._is_paused(day):
                paused += 1
            else:
                left -= 1
        return day, tuple(dict.fromkeys(holidays)), paused

    def _is_paused(self, day: date) -> bool:
        return any(gap.asked < day <= gap.till for gap in self.gaps)

    def _ending(self, counted: tuple[date, tuple[str, ...], int]) -> Counted:
        day, holidays, paused = counted
        last = self._rolled(day)
        return Counted(
            self._end(last), holidays, rolled_from=day if last > day else None, paused_days=paused
        )

    def _rolled(self, day: date) -> date:
        while self.clock.rolls_forward and not self.days.is_open(day):
            day += _DAY
        return day

    def _end(self, day: date) -> datetime:
        if self.clock.ends is None:
            return end_of(day, self.zone)
        return datetime.combine(day, self.clock.ends, self.zone)

    def _business_hours(self, since: datetime) -> Counted:
        left, holidays = timedelta(hours=self.count), []
        local = since.astimezone(self.zone)
        for day in _days_from(local.date()):
            holiday = self.days.holiday(day)
            if self.days.is_weekend(day) or self.hours is None:
                continue
            if holiday is not None:
                holidays.append(holiday)
                continue
            opens = max(since.astimezone(UTC), self._at(day, self.hours.opens))
            closes = self._at(day, self.hours.closes)
            if left <= closes - opens:
                due = (opens + left).astimezone(self.zone)
                return Counted(due, tuple(dict.fromkeys(holidays)))
            left -= max(closes - opens, timedelta())
        raise OverflowError("no day is left to count")

    def _at(self, day: date, clock_time: time) -> datetime:
        """In UTC, where differences are real hours also when the clocks change."""
        return datetime.combine(day, clock_time, self.zone).astimezone(UTC)


def _days_from(day: date) -> Iterator[date]:
    while day < date.max:
        yield day
        day += _DAY


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of `day`: the one before the next day begins.

    Counted back from there, because where clocks go back at midnight 23:59:59 comes twice, and
    where a zone changed sides of the date line a day is missing.
    """
    begins = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
    return (begins - timedelta(seconds=1)).astimezone(zone)


def months_later(day: date, months: int) -> date:
    """The day of the same number, or the month's last where it has none of that number."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
