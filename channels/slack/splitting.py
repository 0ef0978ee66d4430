"""Cuts long texts where a reader would pause."""

from __future__ import annotations

import re
from collections.abc import Iterator

# From the best place to the worst: between paragraphs, lines, sentences, words.
_PAUSES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s"),
    re.compile(r"\s"),
)
_LEAST = 0.3  # of the limit: an earlier pause would leave too short a piece


def split(text: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` characters, nothing but white space lost between them."""
    rest = text.strip()
    while len(rest) > limit:
        end = _end(rest, limit)
        piece, rest = rest[:end].rstrip(), rest[end:].lstrip()
        if piece:
            yield piece
    if rest:
        yield rest


def _end(text: str, limit: int) -> int:
    for pause in _PAUSES:
        ends = [found.start() for found in pause.finditer(text, 0, limit + 1)]
        if ends and ends[-1] >= limit * _LEAST:
            return ends[-1]
    return limit
