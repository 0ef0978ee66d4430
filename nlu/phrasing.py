"""The notation in which language files write phrases: `(a|b)` is one of them, `[c]` is optional.

Both may stand inside a word, so `leak[s|ing]` is three words; `#` stands for any number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

_CLOSING = {"(": ")", "[": "]"}
_PLAIN = re.compile(r"[^|()\[\]]+")
_SIGNS = re.compile(r"([^\w\s()\[\]|'#])")


@dataclass(frozen=True)
class Text:
    """Characters as they are; a space is the border between two words."""

    text: str


@dataclass(frozen=True)
class Chain:
    """One after the other."""

    parts: tuple[Phrase, ...]


@dataclass(frozen=True)
class Choice:
    """One of several."""

    options: tuple[Phrase, ...]


Phrase = Text | Chain | Choice


def read_phrase(template: str) -> Phrase:
    """The phrase that `template` writes; ValueError if its brackets do not match."""
    spaced = _SIGNS.sub(r" \1 ", template)
    phrase, end = _choice(spaced, 0, "")
    if end != len(spaced):
        raise ValueError(f"{template!r} closes what it did not open")
    return phrase


def words_of(phrase: Phrase) -> frozenset[str]:
    """Every word that stands in any wording of `phrase`."""
    pieces = _pieces(phrase)
    return (pieces.whole | pieces.head | pieces.tail | pieces.inner) - {""}


def _choice(template: str, start: int, closing: str) -> tuple[Phrase, int]:
    options: list[Phrase] = []
    position = start
    while True:
        chain, position = _chain(template, position)
        options.append(chain)
        if position >= len(template) or template[position] != "|":
            break
        position += 1
    if closing:
        if position >= len(template) or template[position] != closing:
            raise ValueError(f"{template!r} lacks a {closing!r}")
        position += 1
    return (options[0] if len(options) == 1 else Choice(tuple(options))), position


def _chain(template: str, start: int) -> tuple[Phrase, int]:
    parts: list[Phrase] = []
    position = start
    while position < len(template) and template[position] not in "|)]":
        sign = template[position]
        if sign in _CLOSING:
            inner, position = _choice(template, position + 1, _CLOSING[sign])
            parts.append(Choice((inner, Text(""))) if sign == "[" else inner)
        else:
            plain = _PLAIN.match(template, position)
            parts.append(Text(plain[0] if plain else sign))
            position += len(plain[0]) if plain else 1
    return Chain(tuple(parts)), position


@dataclass(frozen=True)
class _Pieces:
    """What a part of a phrase gives: whole wordings without a border, and words cut by one."""

    whole: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    tail: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()


_EMPTY = frozenset({""})


def _pieces(phrase: Phrase) -> _Pieces:
    match phrase:
        case Text(text) if " " in text:
            first, *inner, last = text.split(" ")
            return _Pieces(head=frozenset({first}), tail=frozenset({last}), inner=frozenset(inner))
        case Text(text):
            return _Pieces(whole=frozenset({text}))
        case Choice(options):
            return _either([_pieces(option) for option in options])
        case Chain(parts):
            joined = _Pieces(whole=_EMPTY)
            for part in parts:
                joined = _joined(joined, _pieces(part))
            return joined


def _either(options: Sequence[_Pieces]) -> _Pieces:
    return _Pieces(
        whole=frozenset().union(*(option.whole for option in options)),
        head=frozenset().union(*(option.head for option in options)),
        tail=frozenset().union(*(option.tail for option in options)),
        inner=frozenset().union(*(option.inner for option in options)),
    )


def _joined(left: _Pieces, right: _Pieces) -> _Pieces:
    return _Pieces(
        whole=_pairs(left.whole, right.whole),
        head=left.head | _pairs(left.whole, right.head),
        tail=right.tail | _pairs(left.tail, right.whole),
        inner=left.inner | right.inner | _pairs(left.tail, right.head),
    )


def _pairs(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    return frozenset(a + b for a, b in product(left, right))
