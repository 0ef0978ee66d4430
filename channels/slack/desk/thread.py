"""The messages of a card's thread, ready to be posted: lines put together, long words cut apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from channels.slack.blocks import FALLBACK, SECTION, Json
from channels.slack.desk import pieces
from channels.slack.desk.lines import Line
from channels.slack.escaping import escaped_to
from channels.slack.splitting import split

_TOGETHER: Final = 8
"""Lines in one message."""
_SECTIONS: Final = 4
"""Sections in one message: Slack takes about 13,200 characters in all."""


@dataclass(frozen=True)
class Message:
    """One message of the thread: it tells of the events `first` to `last`.

    A long one has several parts. `line` is the line that calls somebody or brings files.
    """

    first: int
    last: int
    part: int
    text: str
    blocks: tuple[Json, ...]
    line: Line

    def payload(self, reference: str) -> dict[str, Any]:
        """What its metadata says, so that it is found again."""
        return {
            "reference": reference,
            "event": self.first,
            "last": self.last,
            "part": self.part,
        }


def messages(lines: Sequence[Line]) -> Iterator[Message]:
    """The messages that say `lines`, in order."""
    for group in _groups(lines):
        yield from _said(group)


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Plain lines share the message of what went before, so that catching up floods nobody."""
    group: list[Line] = []
    for line in lines:
        if group and not (line.is_plain and len(group) < _TOGETHER):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _said(group: Sequence[Line]) -> Iterator[Message]:
    """The first line with its words, in as many parts as these take; below them the plain ones."""
    first, *rest = group
    words = list(split(first.words, SECTION)) if first.words else []
    parts = [words[at : at + _SECTIONS] for at in range(0, len(words), _SECTIONS)] or [[]]
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        above = [first.text] if number == 0 else []
        below = [line.text for line in rest] if is_last else []
        yield Message(
            first=first.number,
            last=group[-1].number if is_last else first.number,
            part=number,
            text=escaped_to("\n".join((*above, *part, *below)), FALLBACK),
            blocks=(
                *map(pieces.small, above),
                *map(pieces.section, part),
                *map(pieces.small, below),
            ),
            line=first,
        )
