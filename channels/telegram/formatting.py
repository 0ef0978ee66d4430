"""Text for Telegram: codes stand out, what is long is split; by entities, so that no text of
anybody's can break it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from aiogram.types import MessageEntity
from aiogram.utils.formatting import Bold, Code, Text

from bot.dialogue.messages import Kind, OutboundMessage

TEXT_LIMIT: Final = 4096
"""Characters of one message (Bot API, sendMessage)."""

_HEADED: Final = frozenset({Kind.CHECK, Kind.ACKNOWLEDGEMENT})
_NODES: Final = {"bold": Bold, "code": Code}

# The server blanks or drops these, which would shift entities (tdlib/td, misc.cpp). A ring that is
# a sign of its own goes too: composing first keeps the letter å.
_SERVERS: Final = {
    **{code: " " for code in range(32) if code != ord("\n")},
    **dict.fromkeys((*range(0x2028, 0x202F), 0x030A, 0x0333, 0x033F, ord("\r"))),
}

# Where a long text is cut, best first.
_ENDS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"[.!?…][\"'”’»)\]]*\s+|\n"),
    re.compile(r"\s+"),
)


@dataclass(frozen=True)
class Span:
    """A stretch of text that is shown in one way; offsets in characters."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Marked:
    """A text and what stands out in it: spans in order, none over another."""

    text: str
    spans: tuple[Span, ...] = ()


def marked(message: OutboundMessage) -> Marked:
    """The line's text: codes to be copied by a tap, the head of a summary bold."""
    text = shown(message.text)
    codes = sorted(_codes(text, message), key=lambda span: span.start)
    head = text.find("\n") if message.kind in _HEADED else -1
    bold = _around(0, head, codes) if head > 0 else ()
    return Marked(text, tuple(sorted((*bold, *codes), key=lambda span: span.start)))


def shown(text: str) -> str:
    """The text as the server will have it."""
    return normalize("NFC", text).translate(_SERVERS).strip()


def _codes(text: str, message: OutboundMessage) -> Iterator[Span]:
    for code in {message.reference, message.private_code} - {None, ""}:
        for found in re.finditer(rf"(?<!\w){re.escape(code or '')}(?!\w)", text):
            yield Span(*found.span(), "code")


def _around(start: int, end: int, codes: list[Span]) -> Iterator[Span]:
    """The stretch without the codes in it: code can't be bold (Bot API, MessageEntity)."""
    for code in (code for code in codes if code.start < end):
        if start < code.start:
            yield Span(start, code.start, "bold")
        start = code.end
    if start < end:
        yield Span(start, end, "bold")


def split(whole: Marked, limit: int = TEXT_LIMIT) -> list[Marked]:
    """Parts of at most `limit` characters: cut after a paragraph, a sentence, a word."""
    parts, start = [], 0
    while len(whole.text) - start > limit:
        end = start + _cut(whole.text[start : start + limit + 1], limit)
        parts.append(_piece(whole, start, end))
        start = end
    parts.append(_piece(whole, start, len(whole.text)))
    return [part for part in parts if part.text]


def _cut(text: str, limit: int) -> int:
    """Where a part ends; not so early that it would be a scrap."""
    for end in _ENDS:
        for found in reversed(list(end.finditer(text, limit // 2))):
            if len(text[: found.end()].rstrip()) <= limit:
                return found.end()
    return limit


def _piece(whole: Marked, start: int, end: int) -> Marked:
    """One part, without white space at its ends."""
    text = whole.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    end = start + len(text)
    spans = (
        Span(max(span.start, start) - start, min(span.end, end) - start, span.kind)
        for span in whole.spans
        if span.start < end and span.end > start
    )
    return Marked(text, tuple(spans))


def rendered(part: Marked) -> tuple[str, tuple[MessageEntity, ...]]:
    """The text and its entities, whose offsets count UTF-16 units."""
    nodes: list[str | Text] = []
    at = 0
    for span in part.spans:
        nodes += [part.text[at : span.start], _NODES[span.kind](part.text[span.start : span.end])]
        at = span.end
    text, entities = Text(*nodes, part.text[at:]).render()
    return text, tuple(entities)
