"""Who is speaking, for whom, and what help they need."""

from __future__ import annotations

import re

from bot.dialogue.interpretation import Context, Heard
from nlu.hearing import Hearing
from nlu.reading import Piece, Reading, Span, is_word

_MOST_NAMES = 4
_LONGEST = 160
_PARTICLES = frozenset(
    {
        "de",
        "des",
        "d'",
        "del",
        "las",
        "los",
        "van",
        "von",
        "der",
        "den",
        "af",
        "av",
        "bin",
        "al",
        "el",
        "la",
        "da",
        "di",
        "du",
        "le",
        "dos",
        "ter",
        "ten",
        "y",
        "zu",
    }
)
_JOINS = frozenset("-'.’")


class People:
    """Hears names in one language."""

    def __init__(self, hearing: Hearing) -> None:
        words = hearing.words
        self._stop = words.get("stop_name", frozenset()) | words.get("function", frozenset())
        self._titles = words.get("titles", frozenset())
        self._known = hearing.vocabulary
        self._polite = words.get("polite", frozenset())

    def names(self, reading: Reading, context: Context) -> tuple[Heard, ...]:
        """Names that were told as such, or the answer where a name was asked for."""
        for mark in reading.found("people.name_cue"):
            if name := self._name(reading, mark.end, is_told=True):
                return (name,)
        if context.ask == "name" and (name := self._answer(reading)):
            return (name,)
        for mark in reading.found("people.i_am"):
            if (name := self._name(reading, mark.end, is_told=False)) and self._is_full(name.value):
                return (name,)
        return self._signature(reading)

    def _name(self, reading: Reading, start: int, *, is_told: bool) -> Heard | None:
        """The name that begins at a word; where it was told as one it may be in lower case."""
        while start < len(reading.norms) and reading.norms[start] in (":", ",", '"', "-"):
            start += 1
        end = start
        count = 0
        while (
            end < len(reading.norms)
            and count < _MOST_NAMES
            and self._continues(reading, start, end, is_told=is_told)
        ):
            count += is_word(reading.norms[end]) and reading.norms[end] not in _PARTICLES
            end += 1
        while end > start and not is_word(reading.norms[end - 1]):
            end -= 1
        return _heard(reading, Piece(start, end)) if end > start else None

    def _continues(self, reading: Reading, start: int, end: int, *, is_told: bool) -> bool:
        norm = reading.norms[end]
        written = reading.text[slice(*reading.spans[end])]
        touches = end > start and reading.spans[end - 1][1] == reading.spans[end][0]
        if not is_word(norm):
            return (
                end > start
                and norm in _JOINS
                and (
                    norm != "."
                    or len(reading.norms[end - 1]) == 1
                    or reading.norms[end - 1] in self._titles
                )
            )
        if any(sign.isdigit() for sign in written) or (end > start and _has_break(reading, end)):
            return False
        if written[0].isupper() or touches:
            return True
        is_particle = end > start and norm in _PARTICLES and self._leads_on(reading, start, end)
        return is_particle or (
            is_told and norm not in self._stop and not self._began_big(reading, start, end)
        )

    def _leads_on(self, reading: Reading, start: int, end: int) -> bool:
        """Whether a name goes on after a small word, with a capital if it began with one."""
        while end < len(reading.norms) and reading.norms[end] in _PARTICLES:
            end += 1
        is_over = end >= len(reading.norms) or not is_word(reading.norms[end])
        return not is_over and (
            reading.text[reading.spans[end][0]].isupper()
            or not self._began_big(reading, start, end)
        )

    def _began_big(self, reading: Reading, start: int, end: int) -> bool:
        """Whether the name is written with capitals so far, so that a small word ends it."""
        return end > start and reading.text[reading.spans[start][0]].isupper()

    def _is_full(self, name: str) -> bool:
        words = name.split()
        return len(words) >= 2 and (
            words[0].lower().strip(".") in self._titles
            or any(word.lower() not in self._known for word in words)
        )

    def _answer(self, reading: Reading) -> Heard | None:
        """The name in an answer to "what is your name?": what is left without small words."""
        marks = [*reading.found("people.i_am"), *reading.found("people.here_is")]
        start = max((mark.end for mark in marks if mark.start <= 1), default=0)
        while start < len(reading.norms) and (
            reading.norms[start] in self._polite or not is_word(reading.norms[start])
        ):
            if (
                reading.text[reading.spans[start][0]].isupper()
                and len(reading.norms) - start <= 3
                and start == 0
            ):
                break
            start += 1
        name = self._name(reading, start, is_told=True)
        if name is None or len(name.value) > 80:
            return None
        left = [norm for norm in reading.norms if is_word(norm)]
        return (
            name
            if len(name.value.split()) * 3 >= len(left) - start or name.value[0].isupper()
            else None
        )

    def _signature(self, reading: Reading) -> tuple[Heard, ...]:
        """A name on the last line, or after "kind regards"."""
        if len(reading.sentences) < 2:
            return ()
        for mark in reading.found("people.sign_off"):
            rest = reading.norms[mark.end :]
            if len([n for n in rest if is_word(n) and n not in _PARTICLES]) <= _MOST_NAMES:
                name = self._name(reading, mark.end, is_told=False)
                if name and (len(name.value.split()) >= 2 or name.value.lower() not in self._known):
                    return (name,)
        last = reading.sentences[-1]
        before = reading.text[: reading.span(last)[0]].rstrip(" ")
        name = self._name(reading, last.start, is_told=False) if before.endswith("\n") else None
        if name and self._is_full(name.value) and name.span[1] >= reading.span(last)[1] - 1:
            return (name,)
        return ()

    def acting_for(self, reading: Reading) -> str | None:
        """Their words for whom they speak, if they say that they do."""
        return _told(reading, "people.acting")

    def adjustments(self, reading: Reading) -> str | None:
        """Their words for the help they need."""
        for mark in reading.found("people.need"):
            sentence = reading.sentence_at(mark.start)
            if not reading.has("people.need_not", sentence):
                return _short(reading.words(sentence))
        return None


def _told(reading: Reading, label: str) -> str | None:
    marks = reading.found(label)
    if not marks:
        return None
    sentence = reading.sentence_at(marks[0].start)
    return _short(reading.words(Piece(marks[0].start, sentence.end)))


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ,;:-")
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0]


def _has_break(reading: Reading, position: int) -> bool:
    before: Span = reading.spans[position - 1]
    return "\n" in reading.text[before[1] : reading.spans[position][0]]


def _heard(reading: Reading, piece: Piece) -> Heard:
    text = reading.words(piece)
    return Heard(" ".join(text.split()), text, reading.span(piece))
