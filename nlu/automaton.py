"""Finds every phrase of a language in one pass, however many wordings the phrases stand for.

The templates of one language stand for more than a million wordings, too many to hold one by one
as spaCy's PhraseMatcher does. They become one automaton over characters, made deterministic only
where texts lead it, so a text costs one look-up per character.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nlu.phrasing import Chain, Choice, Phrase, Text

_MOST_STATES = 100_000  # what strange texts may make it hold before it forgets and begins anew


@dataclass
class _State:
    """A set of places in the templates, where each character leads, and what is complete here."""

    places: frozenset[int]
    labels: tuple[str, ...]
    following: dict[str, _State | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """A phrase that was found: its label, its first word and the one past its last."""

    label: str
    start: int
    end: int


class Automaton:
    """All phrases of a language; `find` may be called from several threads."""

    def __init__(self, phrases: Mapping[str, Iterable[Phrase]]) -> None:
        self._empty: list[list[int]] = []
        self._signs: list[list[tuple[str, int]]] = []
        self._labels: dict[int, str] = {}
        self._first = self._new()
        for label, items in phrases.items():
            end = self._new()
            self._labels[end] = label
            for phrase in items:
                self._empty[self._add(phrase, self._first)].append(end)
        self._states: dict[frozenset[int], _State] = {}
        self._start = self._state(self._closure([self._first], is_border=True))

    def find(self, words: list[str]) -> list[Mark]:
        """The longest wording of every label that begins at each word."""
        if len(self._states) > _MOST_STATES:
            self._states = {}
            self._start = self._state(self._closure([self._first], is_border=True))
        return [mark for start in range(len(words)) for mark in self._from(words, start)]

    def _from(self, words: list[str], start: int) -> Iterable[Mark]:
        found: dict[str, int] = {}
        state: _State | None = self._start
        for position in range(start, len(words)):
            word = words[position] if position == start else " " + words[position]
            for sign in word:
                state = self._next(state, sign) if state else None
            if state is None:
                break
            for label in state.labels:
                found[label] = position + 1
        return (Mark(label, start, end) for label, end in found.items())

    def _next(self, state: _State, sign: str) -> _State | None:
        if sign in state.following:
            return state.following[sign]
        reached = [to for place in state.places for edge, to in self._signs[place] if edge == sign]
        following = self._state(self._closure(reached, is_border=sign == " ")) if reached else None
        state.following[sign] = following
        return following

    def _state(self, places: frozenset[int]) -> _State:
        if places not in self._states:
            complete = self._closure(places, is_border=True)
            labels = {self._labels[place] for place in complete if place in self._labels}
            self._states[places] = _State(places, tuple(sorted(labels)))
        return self._states[places]

    def _closure(self, places: Iterable[int], *, is_border: bool) -> frozenset[int]:
        """The places reached without a sign; at a border of words a further space is none."""
        reached = set(places)
        waiting = list(reached)
        while waiting:
            place = waiting.pop()
            free = self._empty[place]
            if is_border:
                free = free + [to for edge, to in self._signs[place] if edge == " "]
            new = [to for to in free if to not in reached]
            reached.update(new)
            waiting.extend(new)
        return frozenset(reached)

    def _new(self) -> int:
        self._empty.append([])
        self._signs.append([])
        return len(self._empty) - 1

    def _add(self, phrase: Phrase, start: int) -> int:
        match phrase:
            case Text(text):
                for sign in text:
                    end = self._new()
                    self._signs[start].append((sign, end))
                    start = end
                return start
            case Chain(parts):
                for part in parts:
                    start = self._add(part, start)
                return start
            case Choice(options):
                end = self._new()
                for option in options:
                    self._empty[self._add(option, start)].append(end)
                return end
