"""Whether a message tells of something that went wrong, about what, and which points it raises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from bot.dialogue.interpretation import Context
from nlu.hearing import Hearing
from nlu.reading import Piece, Reading, is_word

_LONGEST_SUBJECT = 120
_FEWEST_WORDS = 4
_THIN = 5
_MOST_POINTS = 12
_OPEN = frozenset({None, "narrative", "confirm"})  # nothing in particular is asked
_ENDS = " \t\n.,;:!?-–—"


class Kind(Enum):
    """What a sentence does."""

    STORY = auto()
    QUESTION = auto()
    REQUEST = auto()
    PRAISE = auto()
    INSULT = auto()
    WISH = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Told:
    """A message's sentences by what they do, and what is told in them."""

    kinds: tuple[tuple[Piece, Kind], ...] = ()
    subject: str | None = None
    points: tuple[str, ...] = ()
    is_story: bool = False
    is_thin: bool = False

    def pieces(self, kind: Kind) -> tuple[Piece, ...]:
        """The sentences that do this."""
        return tuple(piece for piece, one in self.kinds if one is kind)


class Stories:
    """Tells stories from questions, requests and praise, in one language."""

    def __init__(self, hearing: Hearing) -> None:
        self._function = hearing.words.get("function", frozenset())
        self._light = self._function | hearing.words.get("polite", frozenset())
        self._negation = hearing.words.get("negation", frozenset())
        self._endings = tuple(hearing.section("shape").get("past_endings", ()))

    def read(self, reading: Reading, context: Context, *, wants: bool, best: Piece | None) -> Told:
        """What is told; `wants`: a remedy is wanted, `best`: where the likeliest date stands."""
        is_open = context.ask in _OPEN
        kinds = tuple(
            (piece, self._kind(reading, piece, is_open=is_open)) for piece in reading.sentences
        )
        told = [piece for piece, kind in kinds if kind is Kind.STORY]
        lodges = (
            reading.has("within.lodge")
            and len(self._content(reading, reading.whole)) >= _FEWEST_WORDS
        )
        wants = wants and not any(kind is Kind.REQUEST for _, kind in kinds)
        is_story = bool(told) or wants or lodges
        subject = self._subject(reading, told or ([reading.whole] if lodges else []), best)
        content = sum(len(self._content(reading, piece)) for piece in told)
        points = tuple(
            reading.words(piece).strip()
            for piece, kind in kinds
            if kind is Kind.STORY or (kind in (Kind.WISH, Kind.QUESTION) and is_story)
        )
        is_thin = is_story and (content < _THIN or subject is None)
        return Told(kinds, subject, points[:_MOST_POINTS], is_story, is_thin)

    def _kind(self, reading: Reading, piece: Piece, *, is_open: bool) -> Kind:
        trouble = self._trouble(reading, piece)
        words = [norm for norm in reading.norms[piece.start : piece.end] if is_word(norm)]
        if trouble < 2 and reading.has("within.request", piece):
            return Kind.REQUEST
        if trouble < 2 and reading.has("within.praise", piece):
            return Kind.PRAISE
        if self._asks(reading, piece):
            return self._question(reading, piece, trouble)
        if trouble < 2 and self._insults(reading, piece):
            return Kind.INSULT
        if self._only_wishes(reading, piece):
            return Kind.WISH
        if len(words) < 3 or self._is_small_talk(reading, piece):
            return Kind.STORY if trouble >= 2 and len(words) >= 2 else Kind.OTHER
        return (
            Kind.STORY
            if self._tells(reading, piece, trouble, words, is_open=is_open)
            else Kind.OTHER
        )

    def _tells(
        self, reading: Reading, piece: Piece, trouble: int, words: list[str], *, is_open: bool
    ) -> bool:
        if trouble >= 2 or (trouble and len(words) >= _FEWEST_WORDS - is_open):
            return True
        if len(words) < _FEWEST_WORDS:
            return False
        if self._happened(reading, piece):
            return reading.has("story.personal", piece) or any(self._categories(reading, piece))
        is_named = is_open and any(self._categories(reading, piece))
        return is_named and not reading.has("story.about_me", piece)

    def _trouble(self, reading: Reading, piece: Piece) -> int:
        """How much is wrong: a mere negation counts less than a word for something bad."""
        masked = {
            i
            for label in ("within.praise", "whole.insult", "story.harmless")
            for mark in reading.found(label, piece)
            for i in range(mark.start, mark.end)
        }
        score = 0
        for mark in reading.found("story.trouble", piece):
            words = reading.norms[mark.start : mark.end]
            if not any(index in masked for index in range(mark.start, mark.end)):
                score += 1 if all(word in self._negation for word in words) else 2
        danger = any(
            reading.has(label, piece)
            for label in ("danger.now", "danger.harm", "danger.violence", "danger.self_harm")
        )
        burns = reading.has("danger.device", piece) and reading.has("danger.heat", piece)
        return score + 2 * (danger or burns)

    def _happened(self, reading: Reading, piece: Piece) -> bool:
        if reading.has("story.event", piece):
            return True
        words = reading.norms[piece.start : piece.end]
        return (
            any(len(word) >= 5 and word.endswith(self._endings) for word in words)
            if self._endings
            else False
        )

    def _categories(self, reading: Reading, piece: Piece) -> Iterable[bool]:
        return (
            piece.start <= mark.start < piece.end
            for _, marks in reading.labels("category.")
            for mark in marks
        )

    def _asks(self, reading: Reading, piece: Piece) -> bool:
        first = self._opening(reading, piece)
        starts = any(mark.start == first for mark in reading.found("within.question", piece))
        return starts or "?" in reading.norms[piece.start : piece.end]

    def _opening(self, reading: Reading, piece: Piece) -> int:
        """The first word after greetings and the like."""
        starts = {mark.start: mark.end for mark in reading.found("story.lead_in", piece)}
        position = piece.start
        while position < piece.end:
            if position in starts:
                position = starts[position]
            elif not is_word(reading.norms[position]):
                position += 1
            else:
                break
        return position

    def _question(self, reading: Reading, piece: Piece, trouble: int) -> Kind:
        """A question tells a story where it blames, or where it says what happened."""
        first = self._opening(reading, piece)
        blames = any(mark.start == first for mark in reading.found("within.rhetorical", piece))
        if any(mark.start == first for mark in reading.found("story.missing", piece)):
            return Kind.STORY
        happened = self._happened(reading, piece)
        if blames and (trouble or happened) and len(piece) >= _FEWEST_WORDS:
            return Kind.STORY
        if self._tells_before_asking(reading, piece):
            return Kind.STORY
        if trouble >= 2 and happened and reading.has("story.personal", piece):
            asks_leave = any(mark.start == first for mark in reading.found("story.policy", piece))
            return Kind.QUESTION if asks_leave else Kind.STORY
        if reading.has("within.praise", piece):
            return Kind.PRAISE
        return Kind.QUESTION

    def _insults(self, reading: Reading, piece: Piece) -> bool:
        """Whether a sentence abuses whoever reads it; abuse that tells of an event is a story."""
        marks = reading.found("whole.insult", piece)
        begins = any(mark.start <= self._opening(reading, piece) + 1 for mark in marks)
        return bool(marks) and (begins or not self._happened(reading, piece))

    def _tells_before_asking(self, reading: Reading, piece: Piece) -> bool:
        """Whether a clause states the trouble before the one that asks ("…, is that normal?")."""
        clauses = [one for one in reading.clauses if piece.start <= one.start < piece.end]
        for clause in clauses[:-1]:
            words = [norm for norm in reading.norms[clause.start : clause.end] if is_word(norm)]
            first = Piece(self._opening(reading, clause), clause.end)
            asks = any(
                reading.starts_with(label, first)
                for label in ("within.question", "within.rhetorical", "story.policy", "story.hedge")
            )
            trouble = self._trouble(reading, clause)
            if not asks and self._tells(reading, clause, trouble, words, is_open=False):
                return True
        return False

    def _only_wishes(self, reading: Reading, piece: Piece) -> bool:
        first = self._opening(reading, piece)
        hopes = reading.has("wish.cue", piece)
        is_wish = any(mark.start == first for mark in reading.marks.get("wish.cue", ())) or any(
            mark.start == first
            for label, marks in reading.labels("remedy.")
            if label.endswith((".ask", ".verb")) or (label.endswith(".noun") and hopes)
            for mark in marks
        )
        earliest = piece.start if not self._is_cued(reading, first) else piece.start + 1
        clauses = [clause for clause in reading.clauses if earliest <= clause.start < piece.end]
        return is_wish and not any(
            self._trouble(reading, clause) >= 2 and self._happened(reading, clause)
            for clause in clauses
        )

    def _is_cued(self, reading: Reading, position: int) -> bool:
        """Whether a sentence begins with words that only wish, not with a mere verb."""
        marks = [*reading.marks.get("wish.cue", ())]
        marks += [
            m for label, found in reading.labels("remedy.") if label.endswith(".ask") for m in found
        ]
        return any(mark.start == position for mark in marks)

    def _is_small_talk(self, reading: Reading, piece: Piece) -> bool:
        labels = ("whole.smalltalk", "whole.thank", "whole.bye", "whole.greet", "people.name_cue")
        covered = {
            i
            for label in labels
            for mark in reading.found(label, piece)
            for i in range(mark.start, mark.end)
        }
        rest = [
            i
            for i in range(piece.start, piece.end)
            if i not in covered and is_word(reading.norms[i])
        ]
        return bool(covered) and len([i for i in rest if reading.norms[i] not in self._light]) <= 2

    def _content(self, reading: Reading, piece: Piece) -> list[str]:
        hidden = {
            i for mark in reading.found("story.lead_in", piece) for i in range(mark.start, mark.end)
        }
        return [
            reading.norms[i]
            for i in range(piece.start, piece.end)
            if i not in hidden and is_word(reading.norms[i]) and reading.norms[i] not in self._light
        ]

    def _subject(self, reading: Reading, told: list[Piece], best: Piece | None) -> str | None:
        """The words of the sentence that states the trouble best."""
        scored = [
            (self._weight(reading, piece, best), -piece.start, piece)
            for piece in told
            if len(self._content(reading, piece)) >= 2
        ]
        if not scored:
            return None
        piece = (
            max(scored)[2] if len({id(one[2]) for one in scored}) == len(scored) else scored[0][2]
        )
        text = (
            _cut(
                reading.text[
                    reading.spans[self._opening(reading, piece)][0] : reading.span(piece)[1]
                ]
            )
            if self._opening(reading, piece) < piece.end
            else ""
        )
        return text or None

    def _weight(self, reading: Reading, piece: Piece, best: Piece | None) -> float:
        has_best = best is not None and piece.start <= best.start < piece.end
        things = sum(self._categories(reading, piece))
        return min(self._trouble(reading, piece), 6) + 2 * has_best + min(things, 3) / 2


def _cut(text: str) -> str:
    """At most so many characters, cut between words, without signs at its ends."""
    text = re.sub(r"\s+", " ", text).strip(_ENDS)
    if len(text) <= _LONGEST_SUBJECT:
        return text
    return text[: _LONGEST_SUBJECT + 1].rsplit(" ", 1)[0].strip(_ENDS)
