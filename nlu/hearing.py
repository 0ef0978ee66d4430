"""What a language file says about hearing its language, checked and ready for use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nlu.phrasing import Phrase, read_phrase, words_of

Table = Mapping[str, Any]


@dataclass(frozen=True)
class Hearing:
    """The words of one language, read from the table `hearing` of its file.

    `phrases` has a label for every kind of thing that can be said; what the labels mean is told
    in the language files themselves, beside the phrases.
    """

    code: str
    table: Table
    phrases: Mapping[str, tuple[Phrase, ...]]
    words: Mapping[str, frozenset[str]]
    spelling: Mapping[str, str]
    vocabulary: frozenset[str]
    letters: Mapping[int, str]
    variants: Mapping[str, str]
    elision: re.Pattern[str] | None

    def plain(self, text: str) -> str:
        """`text` of the same length, its letters without the marks that people leave out."""
        return text.translate(self.letters)

    def bare(self, word: str) -> str:
        """`word` without a small one that is drawn together with it, as in "l'eau"."""
        return self.elision.sub("", word) if self.elision else word

    def section(self, name: str) -> Table:
        """A table inside the file, empty where the language has none."""
        found = self.table.get(name, {})
        if not isinstance(found, Mapping):
            raise TypeError(f"hearing.{name} of {self.code} is no table")
        return found


def read_hearing(code: str, table: Table) -> Hearing:
    """The hearing of language `code`, from the table `hearing` of its file.

    Its table `letters` tells which letters are heard as which; the file may write either.
    """
    letters = _letters(table.get("letters", {}))
    heard = _respelled(table, letters) if letters else table
    phrases = _phrases(heard)
    vocabulary = _vocabulary(heard, phrases)
    if letters:
        vocabulary |= _vocabulary(table, _phrases(table))
    return Hearing(
        code=code,
        table=heard,
        phrases=phrases,
        words=_words(heard),
        spelling=dict(heard.get("spelling", {})),
        vocabulary=vocabulary,
        letters=letters,
        variants=_variants(vocabulary, heard.get("shape", {}).get("variants", [])),
        elision=_elision(heard),
    )


def folded(word: str) -> str:
    """`word` as the language files write it: composed, in lower case, with a plain apostrophe."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", word).lower().replace("’", "'").replace("´", "'")


def _letters(table: Mapping[str, str]) -> dict[int, str]:
    """The letters that are heard as another, in both cases."""
    pairs = {**table, **{letter.upper(): plain.upper() for letter, plain in table.items()}}
    return str.maketrans(pairs)


def _respelled(value: Any, letters: Mapping[int, str]) -> Any:
    """All texts in `value`, names included, with their letters as they are heard."""
    match value:
        case str():
            return value.translate(letters)
        case Mapping():
            return {
                _respelled(name, letters): _respelled(inner, letters)
                for name, inner in value.items()
            }
        case list():
            return [_respelled(inner, letters) for inner in value]
    return value


def _phrases(table: Table) -> dict[str, tuple[Phrase, ...]]:
    elision = _elision(table)
    may_lack_hyphens = bool(table.get("shape", {}).get("hyphens_may_lack", False))

    def phrase(template: str) -> Phrase:
        if elision:
            template = elision.sub(r"\g<0> ", template)
        if may_lack_hyphens:
            template = template.replace("-", " [-] ")
        return read_phrase(template)

    return {
        label: tuple(map(phrase, templates))
        for label, templates in _labelled(table.get("phrases", {}), "")
    }


def _elision(table: Table) -> re.Pattern[str] | None:
    """The small words that lose a vowel before another and are words of their own all the same."""
    heads = table.get("shape", {}).get("elisions", [])
    if not heads:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(heads)})['’´](?=[\w(\[])", re.IGNORECASE)


def _words(table: Table) -> dict[str, frozenset[str]]:
    return {name: frozenset(text.split()) for name, text in table.get("words", {}).items()}


def _vocabulary(table: Table, phrases: Mapping[str, tuple[Phrase, ...]]) -> frozenset[str]:
    """Every word that the table knows."""
    spoken = {word for label in phrases.values() for phrase in label for word in words_of(phrase)}
    dates = {
        word
        for value in _texts(table.get("dates", {}), skipped={"patterns"})
        for word in value.replace("|", " ").split()
        if word.isalpha()
    }
    return frozenset(spoken.union(dates, *_words(table).values()))


def _variants(known: frozenset[str], ways: list[dict[str, str]]) -> dict[str, str]:
    """Known words by how else they are written ("fuer"), unless that is another known word.

    Each of `ways` tells by which letters people without the right keys write which ones.
    """
    found: dict[str, str] = {}
    for way in ways:
        letters = str.maketrans(way)
        for word in sorted(known):
            written = word.translate(letters)
            if written not in known:
                found.setdefault(written, word)
    return found


def _labelled(table: Table, prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Labels are the dotted names of the lists in nested tables: `remedy.refund.noun`."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _labelled(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _texts(value: Any, skipped: frozenset[str] | set[str] = frozenset()) -> Iterator[str]:
    """All texts in nested tables and lists, names of tables included."""
    match value:
        case str():
            yield value
        case Mapping():
            for name, inner in value.items():
                if name not in skipped:
                    yield name
                    yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
