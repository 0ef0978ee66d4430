"""Pieces of Block Kit that the desk is made of; people's words are never markup in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import (
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
)

from channels.slack.blocks import LABEL, SECTION, Json, cut, plain_text
from channels.slack.escaping import escape

HEADER: Final = 150
FIELD: Final = 300  # Slack takes 2000, but a card is to be read at a glance
_CONTEXT: Final = 600
_MARKED: Final = re.compile(r"[*_~`:]|\n\s*(?:>|&gt;)")


def header(text: str) -> Json:
    """The line above all."""
    return HeaderBlock(text=plain_text(cut(text, HEADER))).to_dict()


def section(text: str) -> Json:
    """A paragraph."""
    return SectionBlock(text=plain_text(cut(text or "…", SECTION))).to_dict()


def small(*texts: str, markup: str = "") -> Json:
    """A small line of plain texts, and one of our own with markup."""
    elements: list[PlainTextObject | MarkdownTextObject] = [
        plain_text(cut(text, _CONTEXT)) for text in texts if text
    ]
    if markup:
        elements.append(MarkdownTextObject(text=markup))
    return ContextBlock(elements=elements).to_dict()


def field(label: str, value: str) -> PlainTextObject | MarkdownTextObject:
    """A label and what it holds. The label is bold unless the value has signs that would then
    mean something, or be swallowed."""
    value = cut(value, FIELD)
    if _MARKED.search(f"\n{value}"):
        return plain_text(f"{label}: {value}")
    return MarkdownTextObject(text=f"*{label}:* {escape(value)}", verbatim=True)


def bold(text: str) -> str:
    """A text of our own, bold."""
    return f"*{escape(text).replace('*', '')}*"


def button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    """A button."""
    text = plain_text(cut(label, LABEL))
    return ButtonElement(text=text, action_id=action, value=value, style=style)


def options(labels: Sequence[str], values: Sequence[str]) -> list[Option]:
    """What a menu offers."""
    return [
        Option(value=value, text=plain_text(cut(label, LABEL)))
        for label, value in zip(labels, values, strict=True)
    ]
