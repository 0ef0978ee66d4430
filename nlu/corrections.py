"""What is taken back: "not 48213 but 48231", "the date is wrong, it was the 14th"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.dialogue.interpretation import Correction
from bot.domain.answers import OccurredOn
from nlu.automaton import Mark
from nlu.hearing import Hearing
from nlu.reading import Reading, Span

_MOST_WORDS = 120  # a longer message tells a story
_BEFORE, _AFTER = 40, 90
_LONGEST_NEW = 60
_QUESTIONS = (
    "occurred_on",
    "order_or_account",
    "remedy_sought",
    "name",
    "contact",
    "effect",
    "subject",
    "evidence",
    "narrative",
    "acting_for",
)
_KIND_OF = {
    "occurred_on": "date",
    "order_or_account": "number",
    "remedy_sought": "amount",
    "contact": "address",
}
_QUESTION_OF = {kind: question for question, kind in _KIND_OF.items()}


@dataclass(frozen=True)
class Entity:
    """Something that may be corrected: a date, a number, a sum or an address.

    A `code` is any other run of signs with digits: only its old value tells what it is.
    """

    kind: str
    text: str
    span: Span
    date: OccurredOn | None = None


class Corrections:
    """Hears corrections in one language."""

    def __init__(self, hearing: Hearing) -> None:
        table = hearing.section("corrections")
        self._plain = hearing.plain
        self._new_old = _whole(table.get("new_then_old", []))
        self._old_new = _whole(table.get("old_then_new", []))
        self._before_old = _ending(table.get("before_old", []))
        self._but_new = _whole(table.get("but_new", []))
        self._before_change = _ending(table.get("before_change", []))
        self._to_new = _whole(table.get("to_new", []))
        self._bare = _starting(table.get("bare", []))
        self._wrong_after = _starting(table.get("wrong_after", []))
        self._change_before = _ending(table.get("change_before", []))
        self._new_after = _starting(table.get("new_after", []))

    def find(self, reading: Reading, entities: Iterable[Entity]) -> tuple[Correction, ...]:
        """The corrections in a message."""
        if len(reading.norms) > _MOST_WORDS:
            return ()
        text = self._plain(_folded(reading.text))
        ordered = sorted(entities, key=lambda entity: entity.span)
        found = [*self._pairs(text, ordered), *self._named(reading, text, ordered)]
        if not found:
            found = list(self._alone(reading, text, ordered))
        return tuple(dict.fromkeys(found))

    def _pairs(self, text: str, ordered: list[Entity]) -> Iterator[Correction]:
        for first, second in pairwise(ordered):
            if not _is_alike(first.kind, second.kind):
                continue
            between = text[first.span[1] : second.span[0]]
            before = text[max(0, first.span[0] - _BEFORE) : first.span[0]]
            after = text[second.span[1] : second.span[1] + _BEFORE]
            if self._is_old_new(before, between, after):
                yield _swap(first, second)
            elif self._new_old.fullmatch(between):
                yield _swap(second, first)

    def _is_old_new(self, before: str, between: str, after: str) -> bool:
        if self._before_old.search(before) and self._but_new.fullmatch(between):
            return True
        if self._before_change.search(before) and self._to_new.fullmatch(between):
            return True
        return self._old_new.fullmatch(between) is not None

    def _named(self, reading: Reading, text: str, ordered: list[Entity]) -> Iterator[Correction]:
        """Corrections that name the question: "the order number should be 4711"."""
        for question, mark in named_questions(reading):
            start, end = reading.span(mark)
            before, after = text[max(0, start - _BEFORE) : start], text[end:]
            wrong = self._wrong_after.match(after)
            change = self._change_before.search(before)
            new = self._new_after.match(after[wrong.end() :] if wrong else after)
            says = new is not None and bool(re.search(r"\w", new[0]))
            if wrong or change or says:
                offset = end + (wrong.end() if wrong else 0) + (new.end() if new else 0)
                earliest = end + (wrong.end() if wrong else 0)
                yield _correction(question, reading.text, (earliest, offset), ordered, free=says)

    def _alone(self, reading: Reading, text: str, ordered: list[Entity]) -> Iterator[Correction]:
        """ "sorry, it's J-9034": only the new value is told."""
        bare = self._bare.match(text)
        if bare and ordered and ordered[0].span[0] - bare.end() <= 3 and len(reading.norms) <= 16:
            new = ordered[0]
            yield Correction(_QUESTION_OF.get(new.kind), None, new.text, new.date)


def named_questions(reading: Reading) -> list[tuple[str, Mark]]:
    """The form's questions that the words name, the longest name at each place."""
    marks = sorted(
        ((name, mark) for name in _QUESTIONS for mark in reading.found(f"named.{name}")),
        key=lambda one: (one[1].start, -one[1].end),
    )
    kept: list[tuple[str, Mark]] = []
    for question, mark in marks:
        longest = kept[-1][1] if kept else None
        if longest is None or mark.end > longest.end or _is_same(mark, longest):
            kept.append((question, mark))
    return kept


def _is_same(one: Mark, other: Mark) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _swap(old: Entity, new: Entity) -> Correction:
    question = _QUESTION_OF.get(new.kind) or _QUESTION_OF.get(old.kind)
    return Correction(question, old.text, new.text, new.date)


def _is_alike(kind: str, other: str | None) -> bool:
    return kind == other or {kind, other} == {"number", "code"}


def _correction(
    question: str, text: str, place: tuple[int, int], ordered: list[Entity], *, free: bool
) -> Correction:
    """The new value after the question's name: a fitting thing, else the words themselves."""
    earliest, offset = place
    kind = _KIND_OF.get(question)
    after = [
        one
        for one in ordered
        if earliest - 2 <= one.span[0] <= offset + _AFTER and _is_alike(one.kind, kind)
    ]
    if after:
        return Correction(question, None, after[0].text, after[0].date)
    rest = re.split(r"[.;!?\n]", text[offset : offset + _LONGEST_NEW])[0].strip(" ,:\"'")
    return Correction(question, None, rest if free and rest and kind is None else None)


def _folded(text: str) -> str:
    lower = text.lower().replace("’", "'")
    return lower if len(lower) == len(text) else text


def _ending(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})\s*$" if phrases else r"(?!)")


def _starting(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(rf"[\s,:]*(?:{'|'.join(phrases)})(?!\w)[\s,:]*" if phrases else r"(?!)")


def _whole(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(rf"[\s,.;:]*(?:{'|'.join(phrases)})\s*" if phrases else r"(?!)")
