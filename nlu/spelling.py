"""Mends slips of the pen: an unknown word one slip away from a known one is read as it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

_SHORTEST = 5  # shorter words have too many neighbours
_DIGITS = re.compile(r"\d+")


class Spelling:
    """Known words, their usual misspellings, and every word's wordings with a letter left out."""

    def __init__(
        self, known: Iterable[str], spelling: Mapping[str, str], *, changed_letters: bool = False
    ) -> None:
        self._known = frozenset(known)
        self._spelling = spelling
        self._changed_letters = changed_letters
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
        if may_be_name or len(word) < _SHORTEST or not word.isalpha():
            return word
        return self._neighbour(word) or word

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
