"""Everything that hears one language, and how its findings come together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.interpretation import (
    Context,
    Correction,
    Heard,
    HeardAmount,
    HeardDate,
    Intent,
    Interpretation,
    Span,
)
from bot.domain.answers import Remedy
from bot.domain.reference import find_private_codes, find_references
from nlu.addresses import find_emails, find_phones, heard_contact
from nlu.amounts import Amounts
from nlu.categories import categorise
from nlu.commands import Commands
from nlu.corrections import Corrections, Entity, named_questions
from nlu.dangers import assess
from nlu.dategrammar import read_grammar
from nlu.dates import FoundDate, find_dates
from nlu.hearing import Hearing
from nlu.intents import heard_intents, sole_intent
from nlu.nonsense import Nonsense, is_advert
from nlu.numbers import Numbers
from nlu.occasions import ordered_dates
from nlu.people import People
from nlu.pipeline import Pipeline
from nlu.reading import Piece, Reading
from nlu.stories import Stories, Told
from nlu.wishes import Wishes, WishReader

_NONSENSE = 0.9
_CORRECTS = 0.8
_ASKED_INTENT = 0.9
_NO_NAME = frozenset(
    {
        Intent.SKIP,
        Intent.REFUSE,
        Intent.DENY,
        Intent.DONT_KNOW,
        Intent.ALREADY_TOLD,
        Intent.ANONYMOUS,
        Intent.WHY,
        Intent.PERSON,
        Intent.CANCEL,
        Intent.REPEAT,
        Intent.PAUSE,
    }
)
"""Answers to the question for a name that give none."""
_WITHOUT_STORY = frozenset(Intent) - {Intent.ADD, Intent.OTHER}
_WITHOUT_WISH = _WITHOUT_STORY - {Intent.CORRECT}
"""Messages that are one of these as a whole tell nothing and wish for nothing else."""
_MERE = 11  # words and signs around what is corrected, where nothing else is told
_TELLING = frozenset({None, "narrative", "check", "confirm", "comment"})
"""Where a message is no answer to a question of its own."""
_MOST_CORRECTING = 120  # words: beyond them no code without a name is sought
_CODE = re.compile(r"(?<!\w)(?=[\w/-]{0,20}\d\d\d)[\w/-]{3,24}(?!\w)")
_SIGNS = re.compile(r"\w+|[^\w\s]")
_SHORT = 16  # words: a longer message that changes something also tells something


@dataclass(frozen=True)
class Entities:
    """What stands in a text at a definite place."""

    references: tuple[Heard, ...]
    mistyped: tuple[Heard, ...]
    codes: tuple[str, ...]
    emails: tuple[Heard, ...]
    phones: tuple[Heard, ...]
    amounts: tuple[HeardAmount, ...]
    dates: tuple[FoundDate, ...]
    numbers: tuple[Heard, ...]
    own_spans: tuple[Span, ...]  # of references and codes


class Ear:
    """Hears one language."""

    def __init__(
        self, hearing: Hearing, nonsense: Nonsense, patterns: Sequence[re.Pattern[str]]
    ) -> None:
        self._nonsense = nonsense
        self._patterns = patterns
        self._pipeline = Pipeline(hearing)
        self._grammar = read_grammar(hearing)
        self._amounts = Amounts(hearing)
        self._numbers = Numbers(hearing)
        self._wishes = WishReader(hearing)
        self._commands = Commands(hearing)
        self._stories = Stories(hearing)
        self._corrections = Corrections(hearing)
        self._people = People(hearing)

    def hear(self, text: str, context: Context, language: str) -> Interpretation:
        """All that `text` says."""
        reading = self._pipeline.read(text)
        if not reading.norms:
            return Interpretation(language, text, assessment=assess(reading, is_story=False))
        found = self._entities(reading, context)
        corrections = self._corrections.find(reading, self._correctable(reading, found, context))
        dates = _dates(reading, found, context, corrections)
        wishes = self._wishes.read(reading, context, found.amounts)
        told = self._stories.read(
            reading,
            context,
            wants=bool(wishes.wanted) and not context.ask,
            best=dates[0][1] if dates else None,
        )
        is_mash = self._is_nonsense(reading, context, found, told)
        told = Told() if is_mash else told
        command = self._command(reading, context, found, told, wishes, corrections)
        if command in _WITHOUT_STORY:
            told = Told(told.kinds)
        if command in _WITHOUT_WISH and context.ask != "remedy_sought":
            wishes = Wishes()
        intents = heard_intents(reading, told, command, self._further(found, is_mash, corrections))
        return Interpretation(
            language=language,
            text=text,
            intents=intents,
            command=command,
            dates=tuple(date for date, _ in dates),
            amounts=found.amounts,
            emails=found.emails,
            phones=found.phones,
            names=() if command in _NO_NAME else self._people.names(reading, context),
            references=found.references,
            mistyped_references=found.mistyped,
            private_codes=found.codes,
            order_numbers=_numbers_left(found.numbers, corrections),
            remedies=wishes.wanted,
            dropped_remedies=wishes.dropped,
            asked_amount=wishes.amount,
            contact=heard_contact(reading, context, emails=found.emails, phones=found.phones),
            subject=told.subject,
            acting_for=_acting_for(self._people, reading, context, command),
            adjustments=self._people.adjustments(reading),
            corrections=corrections,
            is_addition=reading.has("wish.addition"),
            is_change_of_mind=reading.has("wish.mind"),
            questions_named=tuple(dict.fromkeys(name for name, _ in named_questions(reading))),
            category=categorise(reading) if told.is_story else None,
            assessment=assess(reading, is_story=told.is_story),
            points=told.points,
            is_story=told.is_story,
            is_thin=told.is_thin,
        )

    def _entities(self, reading: Reading, context: Context) -> Entities:
        text = reading.text
        written = find_references(text)
        codes = [
            one
            for one in find_private_codes(text)
            if written or _is_meant(reading, context, one.span)
        ]
        emails = find_emails(text)
        own = (*(one.span for one in written), *(one.span for one in codes))
        busy = [*own, *(one.span for one in emails)]
        amounts = tuple(a for a in self._amounts.find(text, context) if not _lies_in(a.span, busy))
        busy += [one.span for one in amounts]
        dates = tuple(
            one
            for one in find_dates(reading, self._grammar, context)
            if not _lies_in(one.span, busy) and not self._is_number(reading, one.span)
        )
        cued = tuple(
            one.span
            for one in self._numbers.find(reading, context, taken=busy)
            if self._numbers.is_cued(reading, one.span)
        )
        phones = find_phones(reading, context, taken=(*busy, *cued, *(one.span for one in dates)))
        busy += [*(one.span for one in dates), *(one.span for one in phones)]
        return Entities(
            references=tuple(_heard(one.reference, one) for one in written if one.reference),
            mistyped=tuple(_heard(one.text, one) for one in written if one.reference is None),
            codes=tuple(one.code for one in codes),
            emails=emails,
            phones=phones,
            amounts=amounts,
            dates=dates,
            numbers=(
                *self._configured(text),
                *self._numbers.find(reading, context, taken=busy),
            ),
            own_spans=own,
        )

    def _is_number(self, reading: Reading, span: Span) -> bool:
        """Figures that look like a day but are said to be a number."""
        is_bare = not any(sign.isalpha() for sign in reading.text[slice(*span)])
        return is_bare and self._numbers.is_cued(reading, span)

    def _configured(self, text: str) -> tuple[Heard, ...]:
        """Numbers in the organisation's own form: nothing else is as sure."""
        found = (match for pattern in self._patterns for match in pattern.finditer(text))
        return tuple(Heard(match[0], match[0], match.span()) for match in found if match[0])

    def _correctable(self, reading: Reading, found: Entities, context: Context) -> list[Entity]:
        days = ordered_dates(reading, found.dates, context, denied=frozenset())
        known = [
            *(Entity("date", day.text, day.span, day.value) for day, _ in days),
            *(Entity("number", one.text, one.span) for one in found.numbers),
            *(Entity("amount", one.text, one.span) for one in found.amounts),
            *(Entity("address", one.text, one.span) for one in (*found.emails, *found.phones)),
        ]
        if len(reading.norms) > _MOST_CORRECTING:
            return known
        busy = [one.span for one in known] + list(found.own_spans)
        codes = (code for code in _CODE.finditer(reading.text) if not _lies_in(code.span(), busy))
        return [*known, *(Entity("code", code[0], code.span()) for code in codes)]

    def _is_nonsense(self, reading: Reading, context: Context, found: Entities, told: Told) -> bool:
        if is_advert(reading):
            return True
        holds = found.numbers or found.references or found.codes or found.dates or found.emails
        if holds or told.is_story or any(reading.marks.values()):
            return False
        return self._nonsense.is_mash(reading, is_name=context.ask == "name")

    def _command(
        self,
        reading: Reading,
        context: Context,
        found: Entities,
        told: Told,
        wishes: Wishes,
        corrections: tuple[Correction, ...],
    ) -> Intent | None:
        free = {
            position
            for span in found.own_spans
            for position in range(reading.covering(span).start, reading.covering(span).end)
        }
        command = self._commands.find(reading, free=free)
        if (
            command is None
            and (found.references or found.mistyped)
            and len(free) >= len(reading.norms) - 2
        ):
            return Intent.TRACK
        requests = context.ask is None and sole_intent(told) is Intent.REQUEST
        if (
            command is None
            and not requests
            and self._only_corrects(reading, told, wishes, corrections)
        ):
            return Intent.CORRECT
        is_remedy = context.ask == "remedy_sought" and Remedy.CANCELLATION in wishes.wanted
        if command is Intent.CANCEL and is_remedy:
            return None
        if command is None and _holds_answer(found, wishes, context):
            return None
        if command is None and context.ask not in _TELLING:
            command = self._commands.find_answer(reading)
        return command or sole_intent(told)

    def _only_corrects(
        self,
        reading: Reading,
        told: Told,
        wishes: Wishes,
        corrections: tuple[Correction, ...],
    ) -> bool:
        if len(reading.norms) > _SHORT + 4:
            return False
        changes = reading.has("wish.mind") or reading.has("wish.addition")
        if wishes.wanted and (changes or wishes.dropped):
            return True
        if changes and wishes.dropped:
            return True
        if not corrections:
            return False
        values = [value for one in corrections for value in (one.old, one.new) if value]
        told_otherwise = len(reading.norms) - sum(len(_SIGNS.findall(value)) for value in values)
        return told_otherwise <= _MERE

    def _further(
        self, found: Entities, is_mash: bool, corrections: tuple[Correction, ...]
    ) -> dict[Intent, float]:
        further: dict[Intent, float] = {}
        if is_mash:
            further[Intent.NONSENSE] = _NONSENSE
        if corrections:
            further[Intent.CORRECT] = _CORRECTS
        if found.references or found.mistyped:
            further[Intent.TRACK] = 0.5
        return further


def _holds_answer(found: Entities, wishes: Wishes, context: Context) -> bool:
    """Whether what was asked for is told, whatever else is said with it."""
    match context.ask:
        case "occurred_on":
            return bool(found.dates)
        case "order_or_account":
            return bool(found.numbers)
        case "contact":
            return bool(found.emails or found.phones)
        case "remedy_sought":
            return any(kind is not Remedy.UNSURE for kind in wishes.wanted)
    return False


def _acting_for(
    people: People, reading: Reading, context: Context, command: Intent | None
) -> str | None:
    """Where it was asked, the whole answer: who it is and with what authority belong together."""
    if context.ask == "acting_for" and command is None:
        return reading.text.strip() or None
    return people.acting_for(reading)


def _is_meant(reading: Reading, context: Context, span: Span) -> bool:
    """Eight signs are a private code where one was asked for or named just before.

    Alone they are one too, if they look like no number of anything else.
    """
    if context.ask == "private_code":
        return True
    position = reading.covering(span).start
    if any(0 <= position - mark.end <= _NEAR for mark in reading.found("people.code_cue")):
        return True
    is_mixed = any(map(str.isalpha, reading.text[slice(*span)]))
    return is_mixed and context.ask is None and len(reading.norms) <= _ALONE


_NEAR = 3
_ALONE = 3


def _lies_in(span: Span, others: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _heard(value: str, written: object) -> Heard:
    return Heard(value, written.text, written.span)  # type: ignore[attr-defined]  # a found text


def _dates(
    reading: Reading, found: Entities, context: Context, corrections: tuple[Correction, ...]
) -> tuple[tuple[HeardDate, Piece], ...]:
    """The days in order; one that a correction takes back is no day of the trouble."""
    taken_back = {one.old for one in corrections if one.question == "occurred_on" and one.old}
    denied = frozenset(
        one.span for one in found.dates if reading.text[slice(*one.span)] in taken_back
    )
    return ordered_dates(reading, found.dates, context, denied=denied)


def _numbers_left(
    numbers: tuple[Heard, ...], corrections: tuple[Correction, ...]
) -> tuple[Heard, ...]:
    taken_back = {one.old for one in corrections if one.old}
    return tuple(one for one in numbers if one.value not in taken_back)
