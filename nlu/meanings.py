"""What each way to name a day means, given the parts of its words and the day it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.dialogue.interpretation import Context
from bot.domain.answers import Precision
from nlu import days
from nlu.dategrammar import DateGrammar
from nlu.days import Day

_MONTH_FIRST = frozenset({"US", "FM", "MH", "PW"})
_LONG_PAST = 120  # days


@dataclass(frozen=True)
class Asked:
    """What a meaning needs: the grammar, the parts of the words, and the day it is."""

    grammar: DateGrammar
    parts: Mapping[str, str]
    context: Context

    @property
    def today(self) -> date:
        """The day it is."""
        return self.context.today

    def number(self, name: str) -> int:
        """A part as a number, whether in digits or in words."""
        text = self.parts[name]
        digits = re.match(r"\d+", text)
        return int(digits[0]) if digits else int(self.grammar.numbers.get(text, 0))

    @property
    def count(self) -> float:
        """How many units."""
        text = self.parts["n"]
        return float(text) if text.isdigit() else float(self.grammar.numbers.get(text, 1))

    @property
    def unit(self) -> str:
        """Which units."""
        return self.grammar.units[self.parts["unit"]]

    @property
    def month(self) -> int:
        """The number of the month."""
        return self.grammar.months[self.parts["month"]]

    @property
    def weekday(self) -> int:
        """The number of the day of the week, Monday being 0."""
        return self.grammar.weekdays[self.parts["weekday"]]

    @property
    def year(self) -> int | None:
        """The year, if one was told."""
        for name in ("year", "year4", "yy"):
            if text := self.parts.get(name):
                return _full_year(text, self.today)
        return None


def _full_year(text: str, today: date) -> int:
    digits = text.strip("'")
    if len(digits) == 4:
        return int(digits)
    year = 2000 + int(digits)
    return year if year <= today.year + 1 else year - 100


def _day_month(asked: Asked) -> Day | None:
    return _named_day(asked, asked.number("d"), asked.month)


def _named_day(asked: Asked, number: int, month: int) -> Day | None:
    if asked.year is not None:
        moment = days.exact(asked.year, month, number)
    else:
        moment = days.latest(month, number, asked.today) if 1 <= month <= 12 else None
    return days.single(moment, asked.today) if moment else None


def ahead_rather(day: Day, asked: Asked) -> Day:
    """ "tickets for the 5th of December": the next one, where the latest is long past."""
    moment = days.coming(day.start.month, day.start.day, asked.today)
    is_long_past = (asked.today - day.start).days > _LONG_PAST
    return days.single(moment, asked.today) if moment and is_long_past else day


def _numeric(asked: Asked) -> Day | None:
    first, second = int(asked.parts["a"]), int(asked.parts["b"])
    if (asked.context.country in _MONTH_FIRST or second > 12) and first <= 12:
        first, second = second, first
    return _named_day(asked, first, second)


def _iso(asked: Asked) -> Day | None:
    year, month, number = map(int, re.split("[-/]", asked.parts["iso"]))
    moment = days.exact(year, month, number)
    return days.single(moment, asked.today) if moment else None


def _range_days(asked: Asked) -> Day | None:
    last = _named_day(asked, asked.number("d2"), asked.month)
    if last is None:
        return None
    number = asked.number("d1")
    first = days.exact(last.start.year, last.start.month, number)
    if first is None or first > last.start:
        return last
    return Day(first, last.start, Precision.DAY, is_future=first > asked.today)


def _month(asked: Asked) -> Day | None:
    if asked.year is not None:
        return days.month_span(asked.year, asked.month, asked.today)
    return days.latest_month(asked.month, asked.today)


def _weekday(asked: Asked) -> Day:
    return days.single(days.weekday_before(asked.weekday, asked.today), asked.today)


def _weekday_and_week(asked: Asked) -> Day:
    moment = days.weekday_before(asked.weekday, asked.today)
    return days.single(days.shifted(moment, 1, "week"), asked.today)


def _last_week_day(asked: Asked) -> Day:
    week = days.unit_span(asked.today, 1, "week")
    return days.single(days.shifted(week.start, -asked.weekday, "day"), asked.today)


def _ago(asked: Asked) -> Day:
    moment = days.shifted(asked.today, asked.count, asked.unit)
    return days.single(moment, asked.today, days.precision_of(asked.unit))


def _for(asked: Asked) -> Day:
    return days.ongoing(_ago(asked))


def _holiday(asked: Asked) -> Day | None:
    rule = asked.grammar.holidays[asked.parts["holiday"]]
    years = [asked.year] if asked.year else [asked.today.year, asked.today.year - 1]
    moments = [moment for year in years if (moment := days.holiday(rule, year))]
    past = [moment for moment in moments if moment <= asked.today or asked.year]
    return days.single(past[0], asked.today) if past else None


def _season(asked: Asked) -> Day:
    return days.season_span(asked.grammar.seasons[asked.parts["season"]], asked.year, asked.today)


def _the_day(asked: Asked) -> Day | None:
    moment = days.latest_number(asked.number("dth" if "dth" in asked.parts else "d"), asked.today)
    return days.single(moment, asked.today) if moment else None


def _back(asked: Asked) -> Day:
    moment = days.shifted(asked.today, asked.grammar.back[asked.parts["back"]], "day")
    return days.single(moment, asked.today)


def _next_weekday(asked: Asked) -> Day:
    return days.single(days.weekday_after(asked.weekday, asked.today), asked.today)


def _year_only(asked: Asked) -> Day:
    return days.year_span(asked.year or asked.today.year, asked.today)


def _next_week_day(asked: Asked) -> Day:
    week = days.unit_span(asked.today, -1, "week")
    return days.single(days.shifted(week.start, -asked.weekday, "day"), asked.today)


def _this_week_day(asked: Asked) -> Day:
    monday = days.shifted(asked.today, asked.today.weekday(), "day")
    return days.single(days.shifted(monday, -asked.weekday, "day"), asked.today)


def _ahead(asked: Asked) -> Day:
    return days.single(days.shifted(asked.today, -asked.count, asked.unit), asked.today)


def _nth_weekday(asked: Asked) -> Day | None:
    """The first Monday, or the last, of a month: that named, else the one before this."""
    is_named = "month" in asked.parts
    span = _month(asked) if is_named else days.unit_span(asked.today, 1, "month")
    if span is None:
        return None
    moment = days.nth_weekday(span.start, asked.weekday, asked.grammar.nth[asked.parts["nth"]])
    return days.single(moment, asked.today)


def _latest_unit(asked: Asked) -> Day:
    """The latest one that has begun: told on a Monday, "ce week-end" is the one just over."""
    this = days.unit_span(asked.today, 0, asked.unit)
    return days.unit_span(asked.today, 1, asked.unit) if this.is_future else this


def _last_month(asked: Asked) -> Day:
    return days.latest_month(asked.month, asked.today, before_this=True)


MEANINGS: Mapping[str, Callable[[Asked], Day | None]] = {
    "range_days": _range_days,
    "for": _for,
    "ago": _ago,
    "week_of_weekday": _weekday_and_week,
    "last_week_day": _last_week_day,
    "day_month": _day_month,
    "iso": _iso,
    "numeric": _numeric,
    "month": _month,
    "next_weekday": _next_weekday,
    "next_unit": lambda asked: days.unit_span(asked.today, -1, asked.unit),
    "weekday": _weekday,
    "last_weekday": _weekday,
    "next_week_day": _next_week_day,
    "this_week_day": _this_week_day,
    "ahead": _ahead,
    "nth_weekday": _nth_weekday,
    "latest_unit": _latest_unit,
    "last_unit": lambda asked: days.unit_span(asked.today, 1, asked.unit),
    "this_unit": lambda asked: days.unit_span(asked.today, 0, asked.unit),
    "bare_count": _ago,
    "before_last_unit": lambda asked: days.unit_span(asked.today, 2, asked.unit),
    "last_month": _last_month,
    "season": _season,
    "year_only": _year_only,
    "the_day": _the_day,
    "day_number": _the_day,
    "holiday": _holiday,
    "back": _back,
}
