"""What a language file says about hearing its language, checked and ready for use."""

from __future__ import annotations

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

    def section(self, name: str) -> Table:
        """A table inside the file, empty where the language has none."""
        found = self.table.get(name, {})
        if not isinstance(found, Mapping):
            raise TypeError(f"hearing.{name} of {self.code} is no table")
        return found


def read_hearing(code: str, table: Table) -> Hearing:
    """The hearing of language `code`, from the table `hearing` of its file."""
    phrases = {
        label: tuple(map(read_phrase, templates))
        for label, templates in _labelled(table.get("phrases", {}), "")
    }
    words = {name: frozenset(text.split()) for name, text in table.get("words", {}).items()}
    spoken = {word for label in phrases.values() for phrase in label for word in words_of(phrase)}
    dates = {
        word
        for value in _texts(table.get("dates", {}), skipped={"patterns"})
        for word in value.replace("|", " ").split()
        if word.isalpha()
    }
    return Hearing(
        code=code,
        table=table,
        phrases=phrases,
        words=words,
        spelling=dict(table.get("spelling", {})),
        vocabulary=frozenset(spoken.union(dates, *words.values())),
    )


def folded(word: str) -> str:
    """`word` as the language files write it: composed, in lower case, with a plain apostrophe."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", word).lower().replace("’", "'").replace("´", "'")


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
