"""What a message wants as a whole, from all that was heard in it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.interpretation import Correction, Heard, HeardDate, Intent
from nlu.commands import Commands
from nlu.hearing import Hearing
from nlu.intents import sole_intent
from nlu.reading import Piece, Reading, is_word
from nlu.stories import Kind, Told
from nlu.wishes import Wishes

_LONGEST_CORRECTION = 24
_LONGEST_ABOUT_LANGUAGE = 20
_LONGEST_NAME = 4
_DECLINING = frozenset({Intent.DONT_KNOW, Intent.SKIP, Intent.REFUSE, Intent.ALREADY_TOLD})
_FORM_ASKS = frozenset(
    {"occurred_on", "order_or_account", "effect", "remedy_sought", "evidence", "name", "contact", "subject", "acting_for", "adjustments"}
)  # fmt: skip
_LITERAL_ASKS = frozenset({"effect", "comment", "narrative", "acting_for", "adjustments", "remedy_sought"})
_NEVER_BY_SENTENCES = frozenset({Intent.QUESTION})


@dataclass(frozen=True)
class Facts:
    """What the parts heard, as far as it decides what the message wants."""

    ask: str | None
    told: Told
    wishes: Wishes
    corrections: tuple[Correction, ...]
    dates: tuple[HeardDate, ...]
    numbers: tuple[Heard, ...]
    names: tuple[Heard, ...]
    references: tuple[Heard, ...]
    has_code: bool
    is_nonsense: bool


class Deciding:
    """Decides in one language."""

    def __init__(self, hearing: Hearing) -> None:
        self._commands = Commands(hearing)
        words = hearing.words
        self._light = words.get("neutral", frozenset()) | words.get("polite", frozenset())

    def is_about_language(self, reading: Reading) -> bool:
        """Whether a message does nothing but ask for a language."""
        covered = _covered(reading, "whole.language")
        if not covered or len(reading.norms) > _LONGEST_ABOUT_LANGUAGE:
            return False
        sentence = reading.sentence_at(min(covered))
        return self._is_light(reading, sentence, covered)

    def command(self, reading: Reading, facts: Facts) -> Intent | None:
        """The intent that the whole message is, if it is one."""
        if facts.is_nonsense:
            return None
        if self._is_correction(reading, facts):
            return Intent.CORRECT
        free = _positions(reading, facts.references)
        found = self._commands.find(reading, free=free)
        if found is None and facts.references and self._is_light(reading, reading.whole, free):
            found = Intent.TRACK
        if found is None and facts.ask in _FORM_ASKS:
            found = self._commands.find_answer(reading)
        if found is not None:
            return None if self._is_answer(reading, facts, found) else found
        sole = sole_intent(facts.told)
        if sole is Intent.QUESTION and facts.ask in _LITERAL_ASKS:
            return None
        return None if facts.references else sole

    def further(self, reading: Reading, facts: Facts) -> dict[Intent, float]:
        """What else was heard on the way."""
        scores: dict[Intent, float] = {}
        if facts.is_nonsense:
            scores[Intent.NONSENSE] = 0.95
        if facts.corrections:
            scores[Intent.CORRECT] = 0.8
        if facts.references:
            scores[Intent.TRACK] = 0.6
        return scores

    def _is_answer(self, reading: Reading, facts: Facts, found: Intent) -> bool:
        """Whether what looks like a command answers the open question all the same."""
        words = [one for one in reading.norms if is_word(one)]
        if facts.ask == "name" and facts.names and found not in _DECLINING:
            name = facts.names[0].value.split()
            return 2 <= len(name) <= _LONGEST_NAME and all(word[0].isupper() for word in name)
        if facts.ask == "occurred_on" and facts.dates and found in _DECLINING | {Intent.DENY}:
            return True
        if facts.ask == "order_or_account" and facts.numbers and found in _DECLINING:
            return True
        if found is Intent.CODE and facts.has_code:
            return True
        return facts.ask == "remedy_sought" and bool(facts.wishes.wanted) and len(words) > 1 and found in (Intent.CANCEL, Intent.HELP, Intent.DENY, Intent.WHY)

    def _is_correction(self, reading: Reading, facts: Facts) -> bool:
        """Whether the message does nothing but change what was told before."""
        if len(reading.norms) > _LONGEST_CORRECTION or facts.references:
            return False
        if facts.ask in (None, "narrative") and not facts.corrections:
            return False
        stories = facts.told.pieces(Kind.STORY)
        if facts.corrections:
            news = [one.new for one in facts.corrections if one.new] or [one.old for one in facts.corrections if one.old]
            return bool(news) and all(any(new in reading.words(piece) for new in news) for piece in stories)
        has_wish = facts.wishes.wanted or facts.wishes.dropped
        if not has_wish or facts.ask == "remedy_sought" or stories:
            return False
        return reading.has("wish.addition") or reading.has("wish.mind")

    def _is_light(self, reading: Reading, piece: Piece, covered: set[int]) -> bool:
        return all(
            index in covered or not is_word(reading.norms[index]) or reading.norms[index] in self._light
            for index in range(piece.start, piece.end)
        )


def _covered(reading: Reading, label: str) -> set[int]:
    return {index for mark in reading.found(label) for index in range(mark.start, mark.end)}


def _positions(reading: Reading, things: tuple[Heard, ...]) -> set[int]:
    pieces = [reading.covering(one.span) for one in things]
    return {index for piece in pieces for index in range(piece.start, piece.end)}
