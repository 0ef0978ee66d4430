"""Tells keyboard mash and advertising from words, however short."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlu.hearing import folded
from nlu.reading import Reading, is_word

_LINK = re.compile(
    r"https?://|www\.|(?<![@\w])[a-z0-9-]{2,40}\.(?:[a-z]{2,12}/|com\b|net\b|org\b|info\b|biz\b|xyz\b|ru\b|example\b)",
    re.IGNORECASE,
)
_VOWELS = frozenset("aeiouyåäöüéèêáàâíìîóòôúùûæøœ")
_ODD_SHARE = 0.5


class Nonsense:
    """Knows which letters follow one another in the shipped languages."""

    def __init__(self, words: Iterable[str]) -> None:
        self._triples = {triple for word in words if word.isalpha() for triple in _triples(word)}
        self._known = frozenset(words)

    def is_mash(self, reading: Reading, *, is_name: bool) -> bool:
        """Whether a message holds no word at all; a name or code is never mash."""
        words = [
            reading.text[start:end]
            for norm, (start, end) in zip(reading.norms, reading.spans, strict=True)
            if is_word(norm)
        ]
        if not words:
            return not any(sign in reading.text for sign in "👍👎")
        if any(sign.isdigit() for word in words for sign in word):
            return False
        if len(words) == 1 and (words[0][0].isupper() or is_name):
            return False
        odd = [self._is_odd(word) for word in words]
        return all(odd) and not (is_name and all(word[0].isupper() for word in words))

    def _is_odd(self, word: str) -> bool:
        lower = folded(word)
        if lower in self._known:
            return False
        if len(lower) <= 2:
            return not _VOWELS & set(lower)
        if not _VOWELS & set(lower):
            return True
        triples = _triples(lower)
        unknown = sum(triple not in self._triples for triple in triples)
        return unknown / len(triples) >= _ODD_SHARE


def is_advert(reading: Reading) -> bool:
    """Whether a message sells something: it has a link and promises, or only promises."""
    promises = len(reading.found("story.advert"))
    has_link = _LINK.search(reading.text) is not None
    return (promises >= 1 and has_link) or promises >= 3


def _triples(word: str) -> list[str]:
    padded = f"^{word}$"
    return [padded[index : index + 3] for index in range(len(padded) - 2)]
