"""Block Kit: lines as sections of plain text, so that nothing in them is markup, and buttons.

Limits from docs.slack.dev/reference/block-kit; that all texts of a message may have about 13,200
characters together is told nowhere but in slackapi/bolt-js#2509.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    PlainTextObject,
    SectionBlock,
)

from bot.dialogue.messages import Choice, Kind, OutboundMessage
from channels.slack.escaping import escaped_to
from channels.slack.names import OPEN_SHEET, SAY
from channels.slack.splitting import split

Json = dict[str, Any]

SECTION: Final = 3000
LABEL: Final = 75
FALLBACK: Final = 4000
"""What a notification and a screen reader get; `chat.update` takes no more."""
_BUTTONS: Final = 25  # in one actions block
_SECTIONS: Final = 44  # in one message, beside which there is room for buttons (50 blocks in all)
_CHARACTERS: Final = 12_000  # in all texts of one message, with its buttons
_STYLES: Final = {"send": "primary", "delete": "danger"}
_PRIVACY: Final = ("named", "confidential", "anonymous")


@dataclass(frozen=True)
class Post:
    """One message as Slack is sent it; `text` is escaped, `plain` the whole without blocks."""

    text: str
    blocks: tuple[Json, ...]
    plain: str


def posts(line: OutboundMessage, form_label: str) -> tuple[Post, ...]:
    """A line as one message, or as several where it is long; the buttons stand under the last."""
    buttons = tuple(_buttons(line, form_label))
    room = _CHARACTERS - sum(len(choice.label[:LABEL]) for choice in line.choices)
    parts = list(_parts(line.text, room))
    last = len(parts) - 1
    return tuple(
        _post(part, buttons if number == last else (), line.choices if number == last else ())
        for number, part in enumerate(parts)
    )


def _parts(text: str, room: int) -> Iterator[list[str]]:
    part: list[str] = []
    for piece in split(text, SECTION):
        if part and (len(part) == _SECTIONS or sum(map(len, part)) + len(piece) > room):
            yield part
            part = []
        part.append(piece)
    yield part or ["…"]


def _post(part: list[str], buttons: Sequence[Block], choices: Sequence[Choice]) -> Post:
    sections = [SectionBlock(text=plain_text(piece)) for piece in part]
    text = "\n".join(part)
    # Without buttons people type what they would have pressed.
    labels = f"\n\n[{'] ['.join(choice.label for choice in choices)}]" if choices else ""
    return Post(
        text=escaped_to(text, FALLBACK),
        blocks=tuple(block.to_dict() for block in (*sections, *buttons)),
        plain=escaped_to(text + labels, 10 * FALLBACK),
    )


def plain_text(text: str) -> PlainTextObject:
    """Text that stays text: no markup, no emoji made of colons."""
    return PlainTextObject(text=text, emoji=False)


def cut(text: str, limit: int) -> str:
    """The text, its end left out where it is too long."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _buttons(line: OutboundMessage, form_label: str) -> Iterator[Block]:
    value = f"{line.seq}:{int(line.ask is not None)}"
    for row in _rows(line, form_label):
        elements = [button(choice, value) for choice in row]
        for start in range(0, len(elements), _BUTTONS):
            yield ActionsBlock(elements=elements[start : start + _BUTTONS])


def _rows(line: OutboundMessage, form_label: str) -> Iterator[list[Choice]]:
    """The summary's many buttons fall into three rows, what sends it first."""
    # An action twice in one block is refused by Slack, and says nothing to people either.
    choices = list({choice.action: choice for choice in line.choices}.values())
    if line.kind is not Kind.CHECK:
        yield choices
        return
    changes = [choice for choice in choices if choice.action.startswith("change:")]
    privacy = [choice for choice in choices if choice.action in _PRIVACY]
    others = [choice for choice in choices if choice not in (*changes, *privacy)]
    sends = [choice for choice in others if choice.action == "send"]
    rest = [choice for choice in others if choice.action != "send"]
    yield [*sends, Choice(form_label, OPEN_SHEET), *rest]
    yield changes
    yield privacy


def button(choice: Choice, value: str) -> ButtonElement:
    """A button that says what it does by its action id."""
    action = choice.action if choice.action == OPEN_SHEET else f"{SAY}{choice.action}"
    return ButtonElement(
        text=plain_text(cut(choice.label, LABEL)),
        action_id=action,
        value=value,
        style=_STYLES.get(choice.action),
    )


def pressed(blocks: Sequence[Json], label: str) -> list[Json]:
    """A message's blocks after a press: no buttons any more, but which one it was."""
    chosen = ContextBlock(elements=[plain_text(f"✓ {cut(label, LABEL)}")]).to_dict()
    return [*(block for block in blocks if block.get("type") != "actions"), chosen]
