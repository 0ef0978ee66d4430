"""Finds the days that a message tells, as words with a place and the day or span that they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.dialogue.interpretation import Context
from nlu import days
from nlu.dategrammar import DateGrammar
from nlu.days import Day
from nlu.meanings import MEANINGS, Asked, ahead_rather
from nlu.reading import Piece, Reading, Span, is_word

_LONGEST_GAP = 9  # words between the first of a date and one that makes it a date


@dataclass(frozen=True)
class FoundDate:
    """Words for a day: what they mean, None where no such day exists, and how they were put."""

    day: Day | None
    meaning: str
    piece: Piece
    span: Span


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
    reading: Reading,
    position: int,
    spelled: tuple[str, list[int]],
    grammar: DateGrammar,
    context: Context,
) -> FoundDate | None:
    norms = reading.norms
    if not (norms[position] in grammar.starting or "#" in norms[position]):
        return None
    near = norms[position : position + _LONGEST_GAP]
    if not any("#" in norm or norm in grammar.strong for norm in near):
        return None
    if (
        position
        and reading.spans[position - 1][1] == reading.spans[position][0]
        and not norms[position - 1].endswith(("(", "'"))
    ):
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
    stop = next(
        (index for index in range(position, len(starts)) if starts[index] >= end), len(starts)
    )
    piece = Piece(position, stop)
    if _is_other(reading, piece, meaning, grammar):
        return None
    parts = {name: text for name, text in match.groupdict().items() if text}
    asked = Asked(grammar, parts, context)
    if meaning == "every" or _is_shy(reading, piece, asked, meaning):
        return FoundDate(None, "every", piece, reading.span(piece))
    day = MEANINGS[meaning](asked)
    before = reading.norms[position - 1] if position else ""
    if day and meaning == "day_month" and asked.year is None and before in grammar.ahead_before:
        day = ahead_rather(day, asked)
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
    touching = (
        piece.end < len(reading.norms)
        and reading.spans[piece.end - 1][1] == reading.spans[piece.end][0]
    )
    is_inside = (
        touching
        and after in ("-", "/", "%", ".")
        and piece.end + 1 < len(reading.norms)
        and reading.spans[piece.end][1] == reading.spans[piece.end + 1][0]
    )
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
    return any(
        norm in asked.grammar.perfect for norm in reading.norms[sentence.start : sentence.end]
    )


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


def _is_range(
    first: FoundDate, second: FoundDate, spelled: tuple[str, list[int]], grammar: DateGrammar
) -> bool:
    if not first.day or not second.day or second.piece.start - first.piece.end > 2:
        return False
    between = spelled[0][_place(first.piece, spelled)[1] : _place(second.piece, spelled)[0]]
    is_joined = grammar.between.fullmatch(" " + between.strip() + " ") is not None
    return is_joined and first.meaning == second.meaning and first.meaning != "back"


def _ranged(first: FoundDate, second: FoundDate, context: Context) -> FoundDate:
    start, end = first.day, second.day
    assert start  # noqa: S101  a range has two days
    assert end  # noqa: S101
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
