"""What an organisation has decided about acting by itself: how often, when, and who is told.

Days are calendar days in the organisation's time zone; the figures are Ombud's own where nothing
else is told, as ISO 10002:2018 names none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.clocks import Weekday
from bot.domain.counting import end_of

DESK: Final = "caseworkers"
"""Who is told where nobody is named."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = tuple(Weekday)
_MORNING: Final = time(9)


@dataclass(frozen=True)
class Opening:
    """On which days of the week, and between which hours, people are there."""

    days: frozenset[Weekday] = frozenset(_WEEK[:5])
    opens: time = time(9)
    closes: time = time(17)

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("days must name a day of the week")
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier than closes")

    def is_day(self, day: date) -> bool:
        """Whether people are there on that day."""
        return _WEEK[day.weekday()] in self.days


@dataclass(frozen=True)
class Policy:
    """How Ombud acts by itself.

    `contact` is told once an owner has been reminded in vain; `percents` of a deadline's time
    replace those of the regime; `alert_minutes` lie between two alerts about something urgent that
    nobody has taken. Without `opening` people are told at any hour.
    """

    contact: str | None = None
    percents: tuple[int, ...] | None = None
    alert_minutes: int = 15
    update_days: int = 7
    nudge_days: int = 3
    remedy_days: int = 28
    reaction_days: int = 14
    unreachable_days: int = 28
    closing_days: int = 7
    external_days: int = 183
    opening: Opening | None = None

    def within(self, at: datetime, zone: ZoneInfo) -> datetime:
        """`at`, or the next moment at which people are there."""
        opening, local = self.opening, at.astimezone(zone)
        if opening is None:
            return at
        day = local.date()
        if opening.is_day(day) and local.time() < opening.closes:
            return max(at, _at(day, opening.opens, zone))
        return _at(self._open_from(day + _DAY), opening.opens, zone)

    def morning_of(self, due_at: datetime, zone: ZoneInfo) -> datetime:
        """When to speak so that it is in time for `due_at`: that day, or the last open one."""
        day = due_at.astimezone(zone).date()
        if self.opening is None:
            return _at(day, _MORNING, zone)
        while not self.opening.is_day(day):
            day -= _DAY
        return _at(day, self.opening.opens, zone)

    def day_after(self, at: datetime, days: int, zone: ZoneInfo) -> datetime:
        """The end of the first day, `days` after `at`, on which people are there."""
        return end_of(self._open_from(at.astimezone(zone).date() + days * _DAY), zone)

    def end_of_day(self, at: datetime, days: int, zone: ZoneInfo) -> datetime:
        """The end of the day that is `days` after `at`, whoever is there."""
        return end_of(at.astimezone(zone).date() + days * _DAY, zone)

    def is_open(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether people may be told something now."""
        return self.within(at, zone) == at

    def _open_from(self, day: date) -> date:
        while self.opening is not None and not self.opening.is_day(day):
            day += _DAY
        return day


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone)
