"""Mends slips of the pen: an unknown word one slip away from a known one is read as it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

_SHORTEST = 5  # shorter words have too many neighbours
_LONGEST = 40  # longer ones are no words
_DIGITS = re.compile(r"\d+")


class Spelling:
    """Known words, their usual misspellings, and every word's wordings with a letter left out.

    `heads` are words that long ones may end in, which then are read as them; a word with a capital
    is mended only from `shortest_capital` letters on, where nouns have capitals at all.
    """

    def __init__(
        self,
        known: Iterable[str],
        spelling: Mapping[str, str],
        *,
        changed_letters: bool = False,
        heads: Iterable[str] = (),
        shortest_capital: int | None = None,
    ) -> None:
        self._known = frozenset(known)
        self._spelling = spelling
        self._changed_letters = changed_letters
        self._heads = frozenset(heads)
        self._head_lengths = sorted({len(head) for head in self._heads}, reverse=True)
        self._shortest_capital = shortest_capital
        self._shorter: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= _SHORTEST and word.isalpha():
                for key in _without_one(word):
                    self._shorter.setdefault(key, []).append(word)

    def knows(self, word: str) -> bool:
        """Whether the word stands in the language file."""
        return word in self._known

    def read(self, word: str, *, may_be_name: bool) -> str:
        """`word`, folded already, as the language file writes it."""
        if word in self._spelling:
            return self._spelling[word]
        if word in self._known:
            return word
        if any(sign.isdigit() for sign in word):
            return _DIGITS.sub("#", word)
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
            return word
        mended = None if may_be_name and self._is_spared(word) else self._neighbour(word)
        return mended or self._head(word) or word

    def _is_spared(self, word: str) -> bool:
        """Whether a word with a capital is left as it is, as it may be somebody's name."""
        return self._shortest_capital is None or len(word) < self._shortest_capital

    def _head(self, word: str) -> str | None:
        """What a compound is at heart: the longest head that it ends in."""
        ends = (word[-length:] for length in self._head_lengths if len(word) > length + 1)
        return next((end for end in ends if end in self._heads), None)

    def _neighbour(self, word: str) -> str | None:
        keys = (word, *_without_one(word))
        candidates = {near for key in keys for near in self._shorter.get(key, ())}
        near = [
            other
            for other in candidates
            if _is_slip(word, other, changed_letters=self._changed_letters)
        ]
        return min(near, default=None, key=lambda other: (abs(len(other) - len(word)), other))


def _without_one(word: str) -> list[str]:
    return [word[:index] + word[index + 1 :] for index in range(len(word))] + [word]


def _is_slip(word: str, other: str, *, changed_letters: bool) -> bool:
    """Whether one letter is too many, lacking, doubled or swapped; a changed one must be inside."""
    if OSA.distance(word, other, score_cutoff=1) > 1 or word[0] != other[0]:
        return False
    if len(word) != len(other) or sorted(word) == sorted(other):
        return True
    return changed_letters and len(word) >= _SHORTEST + 1
