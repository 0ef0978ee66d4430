"""Whether a whole message is one thing and nothing beside it: a command, a yes, a thank-you."""

from __future__ import annotations

from collections.abc import Iterable

from bot.dialogue.interpretation import Intent
from nlu.automaton import Mark
from nlu.hearing import Hearing
from nlu.reading import Piece, Reading, is_word

_MOST_WORDS = 22
# Small words that may stand beside any command.
_CIVIL = (Intent.GREET, Intent.THANK, Intent.BYE, Intent.SMALLTALK)
_YES_NO = (Intent.AFFIRM, Intent.DENY)
# Said of oneself, these need nothing more, so only words of politeness may stand beside them.
_STRICT = frozenset(
    {
        Intent.AFFIRM,
        Intent.DENY,
        Intent.GREET,
        Intent.THANK,
        Intent.BYE,
        Intent.SMALLTALK,
        Intent.SKIP,
        Intent.CODE,
        Intent.DONT_KNOW,
        Intent.WHY,
        Intent.REPEAT,
        Intent.SATISFIED,
        Intent.NOT_SATISFIED,
        Intent.INSULT,
        Intent.ROBOT,
    }
)
# The likelier meaning where two cover the same words comes first.
_ORDER = (
    Intent.ALREADY_TOLD,
    Intent.REFUSE,
    Intent.PAUSE,
    Intent.RESUME,
    Intent.RESTART,
    Intent.DELETE,
    Intent.WITHDRAW,
    Intent.LANGUAGE,
    Intent.NOT_SATISFIED,
    Intent.TRACK,
    Intent.PERSON,
    Intent.PRIVACY,
    Intent.FREE,
    Intent.DURATION,
    Intent.ROBOT,
    Intent.PROCESS,
    Intent.RIGHTS,
    Intent.WHY,
    Intent.REPEAT,
    Intent.CORRECT,
    Intent.DONT_KNOW,
    Intent.SKIP,
    Intent.SEND,
    Intent.CANCEL,
    Intent.NEW_COMPLAINT,
    Intent.LODGE,
    Intent.RATE,
    Intent.CODE,
    Intent.SATISFIED,
    Intent.ANONYMOUS,
    Intent.CONFIDENTIAL,
    Intent.HELP,
    Intent.DENY,
    Intent.AFFIRM,
    Intent.THANK,
    Intent.BYE,
    Intent.GREET,
    Intent.SMALLTALK,
    Intent.INSULT,
    Intent.QUESTION,
)
_ANSWERS = frozenset(
    {Intent.DONT_KNOW, Intent.REFUSE, Intent.SKIP, Intent.ALREADY_TOLD, Intent.ANONYMOUS}
)


class Commands:
    """Tells commands of one language."""

    def __init__(self, hearing: Hearing) -> None:
        self._polite = hearing.words.get("polite", frozenset())
        self._neutral = self._polite | hearing.words.get("neutral", frozenset())

    def find(self, reading: Reading, *, free: Iterable[int]) -> Intent | None:
        """The intent that the whole message is; references at `free` may stand beside it."""
        if len(reading.norms) > _MOST_WORDS:
            return None
        return self._in(reading, reading.whole, frozenset(free))

    def find_answer(self, reading: Reading) -> Intent | None:
        """An answer that the first clause is and the others only go on about ("no idea, I …")."""
        if len(reading.norms) > 2 * _MOST_WORDS or not reading.clauses:
            return None
        first = self._in(reading, reading.clauses[0], frozenset())
        return first if first in _ANSWERS else None

    def _in(self, reading: Reading, piece: Piece, free: frozenset[int]) -> Intent | None:
        civil = self._beside(reading, piece, _CIVIL)
        beside = civil | self._beside(reading, piece, _YES_NO)
        best: tuple[int, Intent] | None = None
        for intent in _ORDER:
            covered = _positions(reading.found(f"whole.{intent}", piece))
            if covered and (best is None or len(covered) > best[0]):
                rest = set(range(piece.start, piece.end)) - covered - free
                rest -= civil if intent in _YES_NO else beside
                if self._is_light(reading, rest, intent):
                    best = (len(covered), intent)
        return best[1] if best else None

    def _beside(self, reading: Reading, piece: Piece, intents: Iterable[Intent]) -> set[int]:
        return _positions(mark for one in intents for mark in reading.found(f"whole.{one}", piece))

    def _is_light(self, reading: Reading, rest: set[int], intent: Intent) -> bool:
        allowed = self._polite if intent in _STRICT else self._neutral
        return all(
            not is_word(reading.norms[index]) or allowed.issuperset(reading.norms[index].split())
            for index in rest
        )


def _positions(marks: Iterable[Mark]) -> set[int]:
    return {index for mark in marks for index in range(mark.start, mark.end)}
