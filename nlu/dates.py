"""Finds the days that a message tells, as words with a place and the day or span that they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.dialogue.interpretation import Context
from bot.domain.answers import Precision
from nlu import days
from nlu.dategrammar import DateGrammar
from nlu.days import Day
from nlu.reading import Piece, Reading, Span, is_word

_MONTH_FIRST = frozenset({"US", "FM", "MH", "PW"})
_LONGEST_GAP = 9  # words between the first of a date and one that makes it a date


@dataclass(frozen=True)
class FoundDate:
    """Words for a day: what they mean, None where no such day exists, and how they were put."""

    day: Day | None
    meaning: str
    piece: Piece
    span: Span


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


def find_dates(reading: Reading, grammar: DateGrammar, context: Context) -> tuple[FoundDate, ...]:
    """The days in the message, in the order in which they are told."""
    text, starts = _spelled(reading)
    found: list[FoundDate] = []
    position = 0
    while position < len(reading.norms):
        date_here = _at(reading, position, (text, starts), grammar, context)
        if date_here and date_here.meaning not in ("every", "none"):
            found.append(date_here)
        position = date_here.piece.end if date_here else position + 1
    return tuple(_joined(found, (text, starts), grammar, context))


def _spelled(reading: Reading) -> tuple[str, list[int]]:
    """The text with slips mended, and where each word begins in it; digits stay as they are."""
    parts: list[str] = []
    starts: list[int] = []
    length = end = 0
    for norm, (start, stop) in zip(reading.norms, reading.spans, strict=True):
        gap = " " if start > end else ""
        word = reading.text[start:stop].lower() if "#" in norm else norm
        starts.append(length + len(gap))
        parts.append(gap + word)
        length += len(gap) + len(word)
        end = stop
    return "".join(parts), starts


def _at(
    reading: Reading, position: int, spelled: tuple[str, list[int]], grammar: DateGrammar, context: Context
) -> FoundDate | None:
    norms = reading.norms
    if not (norms[position] in grammar.starting or "#" in norms[position]):
        return None
    near = norms[position : position + _LONGEST_GAP]
    if not any("#" in norm or norm in grammar.strong for norm in near):
        return None
    if position and reading.spans[position - 1][1] == reading.spans[position][0] and not norms[position - 1] == "(":
        return None  # inside a number or code such as 4-1120
    text, starts = spelled
    best: tuple[int, str, re.Match[str]] | None = None
    for pattern in grammar.patterns:
        match = pattern.regex.match(text, starts[position])
        if match and (best is None or match.end() > best[0]):
            best = (match.end(), pattern.meaning, match)
    return _read(reading, position, best, starts, grammar, context) if best else None


def _read(
    reading: Reading,
    position: int,
    best: tuple[int, str, re.Match[str]],
    starts: list[int],
    grammar: DateGrammar,
    context: Context,
) -> FoundDate | None:
    end, meaning, match = best
    stop = next((index for index in range(position, len(starts)) if starts[index] >= end), len(starts))
    piece = Piece(position, stop)
    if _is_other(reading, piece, meaning, grammar):
        return None
    parts = {name: text for name, text in match.groupdict().items() if text}
    asked = Asked(grammar, parts, context)
    if meaning == "every" or _is_shy(reading, piece, asked, meaning):
        return FoundDate(None, "every", piece, reading.span(piece))
    day = _MEANINGS[meaning](asked)
    if meaning == "for":
        meaning = "for" if _goes_on(reading, piece, asked) else "none"
    return FoundDate(day, meaning, piece, reading.span(piece))


def _is_other(reading: Reading, piece: Piece, meaning: str, grammar: DateGrammar) -> bool:
    """Whether digits with a slash or a mere number are something else than a day."""
    if meaning == "bare_count":
        return len(piece) < len(reading.norms) or grammar.units.get(reading.norms[-1]) == "hour"
    if meaning not in ("numeric", "the_day", "range_days"):
        return False
    before = reading.norms[piece.start - 1] if piece.start else ""
    after = reading.norms[piece.end] if piece.end < len(reading.norms) else ""
    touching = piece.end < len(reading.norms) and reading.spans[piece.end - 1][1] == reading.spans[piece.end][0]
    is_inside = touching and after in ("-", "/", "%", ".") and piece.end + 1 < len(reading.norms) and reading.spans[piece.end][1] == reading.spans[piece.end + 1][0]
    if meaning == "the_day" and is_word(after):
        return after not in grammar.function  # "on the 3rd floor", "the third time"
    return before in grammar.not_before or after in grammar.not_after or is_inside


def _is_shy(reading: Reading, piece: Piece, asked: Asked, meaning: str) -> bool:
    """Whether a word that is a month or weekday only sometimes stands here without support."""
    if len(piece) > 1 or meaning not in ("month", "weekday"):
        return False
    word = reading.norms[piece.start]
    written = reading.text[reading.spans[piece.start][0]]
    is_first = any(sentence.start == piece.start for sentence in reading.sentences)
    is_alone = len(reading.norms) <= 2 or asked.context.ask == "occurred_on"
    return word in asked.grammar.shy and not is_alone and (is_first or not written.isupper())


def _goes_on(reading: Reading, piece: Piece, asked: Asked) -> bool:
    """Whether "for three weeks" tells how long something has gone on, not how long it took."""
    if asked.unit == "hour":
        return False
    if asked.context.ask == "occurred_on":
        return True
    sentence = reading.sentence_at(piece.start)
    return any(norm in asked.grammar.perfect for norm in reading.norms[sentence.start : sentence.end])


def _joined(
    found: list[FoundDate], spelled: tuple[str, list[int]], grammar: DateGrammar, context: Context
) -> Iterator[FoundDate]:
    """The dates with what stands round them: "since" before, "to" between two."""
    index = 0
    while index < len(found):
        first = found[index]
        second = found[index + 1] if index + 1 < len(found) else None
        index += 1
        if second and _is_range(first, second, spelled, grammar):
            index += 1
            yield _ranged(first, second, context)
        elif first.day and _is_since(first, spelled, grammar):
            yield replace(first, day=days.ongoing(first.day), meaning="since")
        else:
            yield first


def _place(piece: Piece, spelled: tuple[str, list[int]]) -> tuple[int, int]:
    text, starts = spelled
    return starts[piece.start], starts[piece.end] if piece.end < len(starts) else len(text)


def _is_range(first: FoundDate, second: FoundDate, spelled: tuple[str, list[int]], grammar: DateGrammar) -> bool:
    if not first.day or not second.day or second.piece.start - first.piece.end > 2:
        return False
    between = spelled[0][_place(first.piece, spelled)[1] : _place(second.piece, spelled)[0]]
    is_joined = grammar.between.fullmatch(" " + between.strip() + " ") is not None
    return is_joined and first.meaning == second.meaning and first.meaning != "back"


def _ranged(first: FoundDate, second: FoundDate, context: Context) -> FoundDate:
    start, end = first.day, second.day
    assert start and end  # noqa: S101  a range has two days
    piece = Piece(first.piece.start, second.piece.end)
    last = end.end or end.start
    begin = start.start
    if begin > last:
        begin = days.shifted(begin, 1, "week" if first.meaning == "weekday" else "year")
    day = Day(begin, max(last, begin), start.precision, is_future=begin > context.today)
    return FoundDate(day, "range", piece, (first.span[0], second.span[1]))


def _is_since(found: FoundDate, spelled: tuple[str, list[int]], grammar: DateGrammar) -> bool:
    start, end = _place(found.piece, spelled)
    before = spelled[0][max(0, start - 30) : start].rstrip() + " "
    return bool(grammar.since.search(before) or grammar.since_after.match(spelled[0], end))


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
    moment = days.latest_number(asked.number("dth"), asked.today)
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
    if "month" in asked.parts:
        span = _month(asked)
    else:
        span = days.unit_span(asked.today, 1, "month")
    if span is None:
        return None
    moment = days.nth_weekday(span.start, asked.weekday, asked.grammar.nth[asked.parts["nth"]])
    return days.single(moment, asked.today)


def _last_month(asked: Asked) -> Day:
    return days.latest_month(asked.month, asked.today, before_this=True)


_MEANINGS: Mapping[str, Callable[[Asked], Day | None]] = {
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
    "last_unit": lambda asked: days.unit_span(asked.today, 1, asked.unit),
    "this_unit": lambda asked: days.unit_span(asked.today, 0, asked.unit),
    "bare_count": _ago,
    "before_last_unit": lambda asked: days.unit_span(asked.today, 2, asked.unit),
    "last_month": _last_month,
    "season": _season,
    "year_only": _year_only,
    "the_day": _the_day,
    "holiday": _holiday,
    "back": _back,
}
