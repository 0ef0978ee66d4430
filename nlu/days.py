"""Which day or time span words mean, reckoned from today; a day that was is always preferred."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.answers import Precision

_FOUR_YEARS_TWICE = 9  # so far away can the latest 29 February be
_SEASONS = {"winter": 12, "spring": 3, "summer": 6, "autumn": 9}
_DAYS = {"day": 1, "week": 7, "fortnight": 14, "weekend": 7}


@dataclass(frozen=True)
class Day:
    """A day or span; `end` None is what goes on, `is_future` what has not been yet."""

    start: date
    end: date | None
    precision: Precision
    is_future: bool = False


def single(moment: date, today: date, precision: Precision = Precision.DAY) -> Day:
    """One day."""
    return Day(moment, moment, precision, is_future=moment > today)


def span(start: date, end: date, precision: Precision, today: date) -> Day:
    """From one day to another; what has begun lasts until today so far."""
    if start <= today < end:
        end = today
    return Day(start, end, precision, is_future=start > today)


def ongoing(day: Day) -> Day:
    """What began then and goes on."""
    return Day(day.start, None, Precision.ONGOING, is_future=day.is_future)


def exact(year: int, month: int, number: int) -> date | None:
    """The day with that number; None if there is none."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def latest(month: int, number: int, today: date) -> date | None:
    """The latest day of that name up to today; None if no year has it."""
    for year in range(today.year, today.year - _FOUR_YEARS_TWICE, -1):
        moment = exact(year, month, number)
        if moment and moment <= today:
            return moment
    return None


def coming(month: int, number: int, today: date) -> date | None:
    """The next day of that name after today; None if no year has it."""
    for year in range(today.year, today.year + _FOUR_YEARS_TWICE):
        moment = exact(year, month, number)
        if moment and moment > today:
            return moment
    return None


def latest_number(number: int, today: date) -> date | None:
    """The latest day of any month with that number, up to today."""
    moment = today
    for _ in range(62):
        if moment.day == number:
            return moment
        moment -= timedelta(days=1)
    return None


def weekday_before(weekday: int, today: date) -> date:
    """The latest such day of the week before today."""
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def weekday_after(weekday: int, today: date) -> date:
    """The next such day of the week after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def nth_weekday(month: date, weekday: int, count: int) -> date:
    """The first, second, … such weekday of the month; the last one where `count` is negative."""
    if count < 0:
        last = monthrange(month.year, month.month)[1]
        return weekday_before(weekday, month.replace(day=last) + timedelta(days=1))
    first = weekday_after(weekday, month.replace(day=1) - timedelta(days=1))
    return first + timedelta(weeks=count - 1)


def shifted(today: date, count: float, unit: str) -> date:
    """The day so many units before today, after it where `count` is negative."""
    if unit in _DAYS:
        return today - timedelta(days=round(count * _DAYS[unit]))
    if unit == "hour":
        return today
    months = round(count * (12 if unit == "year" else 1))
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    if not date.min.year <= year <= date.max.year:
        return today
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def precision_of(unit: str) -> Precision:
    """How exact somebody is who counts in that unit."""
    rough = {"month": Precision.MONTH, "year": Precision.YEAR, "week": Precision.WEEK}
    return rough.get(unit, Precision.WEEK if unit in ("fortnight", "weekend") else Precision.DAY)


def unit_span(today: date, back: int, unit: str) -> Day:
    """The week, weekend, month or year so many before this one."""
    moment = shifted(today, back, unit)
    match unit:
        case "week" | "fortnight":
            start = moment - timedelta(days=moment.weekday())
            return span(start, start + timedelta(days=6), Precision.WEEK, today)
        case "weekend":
            start = moment - timedelta(days=moment.weekday() - 5)
            return span(start, start + timedelta(days=1), Precision.DAY, today)
        case "month":
            return month_span(moment.year, moment.month, today)
        case "year":
            return year_span(moment.year, today)
    return single(moment, today)


def month_span(year: int, month: int, today: date) -> Day:
    """A whole month."""
    last = monthrange(year, month)[1]
    return span(date(year, month, 1), date(year, month, last), Precision.MONTH, today)


def latest_month(month: int, today: date, *, before_this: bool = False) -> Day:
    """The latest month of that name that has begun, or that is over."""
    is_past = month < today.month if before_this else month <= today.month
    return month_span(today.year - (not is_past), month, today)


def year_span(year: int, today: date) -> Day:
    """A whole year."""
    return span(date(year, 1, 1), date(year, 12, 31), Precision.YEAR, today)


def season_span(season: str, year: int | None, today: date) -> Day:
    """The latest season of that name that has begun, or that of a year.

    Winter begins in December.
    """
    month = _SEASONS[season]
    if year is None:
        year = today.year - (date(today.year, month, 1) > today)
    elif season == "winter":
        year -= 1
    end = shifted(date(year, month, 1), -3, "month") - timedelta(days=1)
    return span(date(year, month, 1), end, Precision.MONTH, today)


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian rule)."""
    century, rest = divmod(year, 100)
    moon = (
        19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    month, number = divmod(moon + week - 7 * ((year % 19 + 11 * moon + 22 * week) // 451) + 114, 31)
    return date(year, month, number + 1)


def holiday(rule: str, year: int) -> date | None:
    """The day of a holiday: `12-25`, or `easter-2`."""
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule.removeprefix("easter")))
    month, number = rule.split("-")
    return exact(year, int(month), int(number))
