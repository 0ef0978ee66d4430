"""Buttons below a line: how they are laid out, and what a pressed one tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.dialogue.messages import Choice, OutboundMessage

_MOST_BUTTONS: Final = 100
_DATA_BYTES: Final = 64
_WIDTHS: Final = ((3, 11), (2, 22))
"""How many buttons fit beside each other on a phone, with labels up to how long."""
_IN_A_ROW: Final = {"rating": 5, "change": 2}
_DATA = re.compile(r"([0-9]{1,9}):([01]):([a-z0-9_]+(?::[A-Za-z0-9_-]+)?)")


@dataclass(frozen=True)
class Button:
    """What a button of ours carries: its line, whether that line asks, and what it does."""

    seq: int
    asks: bool
    action: str

    @property
    def data(self) -> str:
        """As Telegram carries it."""
        return f"{self.seq}:{self.asks:d}:{self.action}"


def read_button(data: str) -> Button | None:
    """The button that callback data tells of; None where the data is not ours."""
    found = _DATA.fullmatch(data)
    return Button(int(found[1]), found[2] == "1", found[3]) if found else None


def keyboard(message: OutboundMessage) -> InlineKeyboardMarkup | None:
    """The buttons of a line, in rows that fit on a phone."""
    rows = [
        [_button(message, choice) for choice in row]
        for _, group in groupby(_fitting(message), _kind)
        for row in _rows(list(group))
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _fitting(message: OutboundMessage) -> list[Choice]:
    """What Telegram can carry; typing the label of a button does the same as pressing it."""
    choices = message.choices[:_MOST_BUTTONS]
    return [c for c in choices if c.label and len(_data(message, c).encode()) <= _DATA_BYTES]


def _button(message: OutboundMessage, choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=choice.label, callback_data=_data(message, choice))


def _data(message: OutboundMessage, choice: Choice) -> str:
    return Button(message.seq, message.ask is not None, choice.action).data


def _kind(choice: Choice) -> str:
    """Buttons of a kind stand together: figures in one row, what can be changed in pairs."""
    if choice.action.isdigit():
        return "rating"
    verb, _, object_ = choice.action.partition(":")
    return verb if object_ else "plain"


def _rows(choices: Sequence[Choice]) -> Iterator[Sequence[Choice]]:
    fixed = _IN_A_ROW.get(_kind(choices[0]))
    while choices:
        count = fixed or _fit(choices)
        yield choices[:count]
        choices = choices[count:]


def _fit(choices: Sequence[Choice]) -> int:
    """How many of the first fit beside each other."""
    for count, longest in _WIDTHS:
        if all(len(choice.label) <= longest for choice in choices[:count]):
            return count
    return 1


def label_of(markup: InlineKeyboardMarkup, data: str | None) -> str | None:
    """What the button with this data says."""
    buttons = (button for row in markup.inline_keyboard for button in row)
    return next((button.text for button in buttons if button.callback_data == data), None)


def phone_keyboard(label: str, placeholder: str) -> ReplyKeyboardMarkup:
    """The one button that hands over the number of the account, once."""
    return ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text=label, request_contact=True)]],
        one_time_keyboard=True,
        resize_keyboard=True,
        input_field_placeholder=placeholder[:64] or None,
    )
