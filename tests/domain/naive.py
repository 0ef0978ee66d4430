"""A slow second opinion on due dates: walks the calendar day by day, and knows no code of ours.

The rules and holidays are written down here anew, from the regulators' own words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)

Rule = tuple[str, str, int, str]
"""Name, from what, how many, of what."""

_OWN_REVIEW: Rule = ("review_respond", "escalated", 14, "days")

RULES: dict[str, tuple[Rule, ...]] = {
    "iso10002": (
        ("acknowledge", "received", 1, "days"),
        ("respond", "received", 14, "days"),
        _OWN_REVIEW,
    ),
    "uk-fca": (
        ("acknowledge", "received", 1, "work in England"),
        ("summary_resolution", "received", 3, "work in England"),
        ("respond", "received", 56, "days"),
        _OWN_REVIEW,
    ),
    "uk-fca-payments": (
        ("acknowledge", "received", 1, "work in England"),
        ("summary_resolution", "received", 3, "work in England"),
        ("respond", "received", 15, "work in England"),
        ("respond_extended", "received", 35, "work in England"),
        _OWN_REVIEW,
    ),
    "uk-housing": (
        ("acknowledge", "received", 5, "work in England"),
        ("respond", "acknowledged 1", 10, "work in England"),
        ("respond_extended", "acknowledged 1", 20, "work in England"),
        ("review_acknowledge", "escalated", 5, "work in England"),
        ("review_respond", "acknowledged 2", 20, "work in England"),
        ("review_respond_extended", "acknowledged 2", 40, "work in England"),
    ),
    "uk-ofcom": (
        ("signpost", "received", 0, "Ofcom"),
        ("respond", "received", 0, "Ofcom"),
        _OWN_REVIEW,
    ),
    "us-cfpb": (
        ("respond", "forwarded", 15, "days"),
        ("respond_extended", "forwarded", 60, "days"),
        _OWN_REVIEW,
    ),
    "au-rg271": (
        ("acknowledge", "received", 24, "hours"),
        ("closed_without_letter", "received", 5, "work in Australia"),
        ("respond", "received", 30, "days"),
        _OWN_REVIEW,
    ),
    "se-finance": (
        ("update", "received", 14, "days"),
        ("respond", "received", 56, "days"),
        _OWN_REVIEW,
    ),
    "se-consumer": (
        ("acknowledge", "received", 5, "work in Sweden"),
        ("respond", "received", 14, "days"),
        ("apply_externally", "received", 12, "months"),
        _OWN_REVIEW,
    ),
    "in-cpgrams": (
        ("respond", "received", 21, "days"),
        ("review_respond", "escalated", 30, "days"),
    ),
    "eu-whistleblower": (
        ("acknowledge", "received", 7, "days"),
        ("respond", "acknowledged 1", 3, "months"),
        ("respond_extended", "acknowledged 1", 6, "months"),
        _OWN_REVIEW,
    ),
    "eu-dsa": (("respond", "received", 14, "days"), _OWN_REVIEW),
}


def due(id_: str, when: dict[str, datetime], zone: ZoneInfo) -> dict[str, datetime]:
    """By name, the last second in UTC of everything that has begun."""
    found = {}
    for name, trigger, count, unit in RULES[id_]:
        if trigger not in when:
            continue
        if unit == "hours":
            found[name] = when[trigger] + timedelta(seconds=3600 * count)
            continue
        begun = when[trigger].astimezone(zone).date()
        found[name] = last_second(walked(begun, count, unit), zone)
    return found


def walked(begun: date, count: int, unit: str) -> date:
    """The last day, reached on foot."""
    if unit == "Ofcom":
        count, unit = (42 if begun >= date(2026, 4, 8) else 56), "days"
    if unit == "months":
        return _months_on(begun, count)
    is_free = _FREE[unit]
    day, left = begun, count
    while left > 0:
        day = day + DAY
        if not is_free(day):
            left -= 1
    return day


def _months_on(begun: date, count: int) -> date:
    """Walks until so many firsts of a month have passed, then to the day of the same number."""
    day, firsts = begun, 0
    while firsts < count:
        day += DAY
        firsts += day.day == 1
    while day.day != begun.day and (day + DAY).day != 1:
        day += DAY
    return day


@cache
def last_second(day: date, zone: ZoneInfo) -> datetime:
    """Steps back from far beyond, a quarter of an hour at a time, until the day is reached."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=50)
    step = timedelta(minutes=15)
    while at.astimezone(zone).date() > day:
        at -= step
    return at + step - timedelta(seconds=1)


def easter(year: int) -> date:
    """Counted by the rule of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _is_weekend(day: date) -> bool:
    return day.isoweekday() > 5


def _nth_monday_on(day: date) -> date:
    while day.isoweekday() != 1:
        day += DAY
    return day


@cache
def _england(year: int) -> frozenset[date]:
    """Bank holidays of England; one on a weekend is made up for on the next free weekday."""
    spring = date(year, 5, 25)
    found = {easter(year) - 2 * DAY, easter(year) + DAY, _nth_monday_on(date(year, 8, 25))}
    found.add(date(2020, 5, 8) if year == 2020 else _nth_monday_on(date(year, 5, 1)))
    found.add(date(2022, 6, 2) if year == 2022 else _nth_monday_on(spring))
    found |= {day for day in _ONCE_IN_ENGLAND if day.year == year}
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while _is_weekend(day) or day in found:
            day += DAY
        found.add(day)
    return frozenset(found)


_ONCE_IN_ENGLAND = (date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8))
"""A jubilee, a funeral, a coronation."""


@cache
def _sweden(year: int) -> frozenset[date]:
    """Public holidays by law (1989:253), and the three eves on which nobody works."""
    fixed = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    moving = (-2, 1, 39)
    midsummer_eve = next(
        date(year, 6, number) for number in range(19, 26) if date(year, 6, number).isoweekday() == 5
    )
    days = {date(year, *day) for day in fixed} | {easter(year) + n * DAY for n in moving}
    return frozenset(days | {midsummer_eve})


@cache
def _australia(year: int) -> frozenset[date]:
    """Those that all states share, without the days that states give in place of a weekend."""
    fixed = ((1, 1), (1, 26), (4, 25), (12, 25), (12, 26))
    days = {date(year, *day) for day in fixed} | {easter(year) - 2 * DAY, easter(year) + DAY}
    return frozenset(days | ({date(2022, 9, 22)} if year == 2022 else set()))


def _free_in(holidays: Callable[[int], frozenset[date]]) -> Callable[[date], bool]:
    return lambda day: _is_weekend(day) or day in holidays(day.year)


_FREE: dict[str, Callable[[date], bool]] = {
    "days": lambda day: False,
    "work in England": _free_in(_england),
    "work in Sweden": _free_in(_sweden),
    "work in Australia": _free_in(_australia),
}
