"""A message as it was read: its words, its sentences and clauses, and the phrases found in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nlu.automaton import Mark

Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A run of words: the first one, and the one past the last."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Reading:
    """What one language's pipeline makes of a text; positions count words, spans characters."""

    text: str
    norms: tuple[str, ...]
    spans: tuple[Span, ...]
    marks: Mapping[str, tuple[Mark, ...]]
    sentences: tuple[Piece, ...]
    clauses: tuple[Piece, ...]

    @property
    def whole(self) -> Piece:
        """The piece that is everything."""
        return Piece(0, len(self.norms))

    def found(self, label: str, piece: Piece | None = None) -> tuple[Mark, ...]:
        """The phrases of `label`, those that lie inside `piece` if one is given."""
        marks = self.marks.get(label, ())
        if piece is None:
            return marks
        return tuple(mark for mark in marks if piece.start <= mark.start and mark.end <= piece.end)

    def has(self, label: str, piece: Piece | None = None) -> bool:
        """Whether a phrase of `label` stands in `piece`, or anywhere."""
        return bool(self.found(label, piece))

    def labels(self, prefix: str) -> Iterator[tuple[str, tuple[Mark, ...]]]:
        """What was found under labels that begin with `prefix`, by the rest of the label."""
        for label, marks in self.marks.items():
            if label.startswith(prefix):
                yield label.removeprefix(prefix), marks

    def starts_with(self, label: str, piece: Piece) -> bool:
        """Whether a phrase of `label` begins `piece`."""
        return any(mark.start == piece.start for mark in self.found(label, piece))

    def span(self, piece: Piece | Mark) -> Span:
        """The characters that `piece` covers."""
        if piece.start >= piece.end:
            return (0, 0)
        return self.spans[piece.start][0], self.spans[piece.end - 1][1]

    def words(self, piece: Piece | Mark) -> str:
        """The text of `piece` as it was written."""
        start, end = self.span(piece)
        return self.text[start:end]

    def sentence_at(self, position: int) -> Piece:
        """The sentence in which the word at `position` stands."""
        return _around(self.sentences, position) or self.whole

    def clause_at(self, position: int) -> Piece:
        """The clause in which the word at `position` stands."""
        return _around(self.clauses, position) or self.whole

    def covering(self, span: Span) -> Piece:
        """The words that overlap the characters of `span`."""
        first = bisect_right(self.spans, span[0], key=lambda one: one[1])
        last = bisect_left(self.spans, span[1], key=lambda one: one[0])
        return Piece(first, last) if first < last else Piece(0, 0)


def _around(pieces: tuple[Piece, ...], position: int) -> Piece | None:
    return next((piece for piece in pieces if piece.start <= position < piece.end), None)


def is_word(norm: str) -> bool:
    """Whether a token is a word or number and not a sign."""
    return norm[:1].isalnum() or norm[:1] == "#"
