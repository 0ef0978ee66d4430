"""The inputs that the desk's modals are made of, and what was put into them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    PlainTextInputElement,
    StaticSelectElement,
    UserSelectElement,
)

from bot.cleaning import clean
from channels.slack.blocks import Json, cut, plain_text
from channels.slack.desk import pieces

MOST: Final = 3000
"""Characters that an input takes."""
_LABEL: Final = 2000
_OPTIONS: Final = 100

Values = Mapping[str, str]
"""What was put into a form, by the block's id; what is empty is left out."""


def text(
    block: str,
    label: str,
    value: str = "",
    *,
    needed: bool = True,
    is_line: bool = False,
    hint: str = "",
) -> Json:
    """Words."""
    element = PlainTextInputElement(
        action_id=_held(block),
        initial_value=value[:MOST] or None,
        multiline=not is_line,
        max_length=MOST,
    )
    return _input(block, label, element, needed=needed, hint=hint)


def choice(
    block: str,
    label: str,
    options: Mapping[str, str],
    chosen: str | None = None,
    *,
    needed: bool = True,
) -> Json:
    """One of several, by their values."""
    several = dict(list(options.items())[:_OPTIONS])
    offered = pieces.options(list(several.values()), list(several))
    first = next((one for one in offered if one.value == chosen), None)
    element = StaticSelectElement(action_id=_held(block), options=offered, initial_option=first)
    return _input(block, label, element, needed=needed)


def _held(block: str) -> str:
    """What a block holds; where several ask for the same, a number tells them apart."""
    return re.sub(r"_\d+$", "", block)


def day(name: str, label: str, value: str = "") -> Json:
    """A day."""
    return _input(name, label, DatePickerElement(action_id=name, initial_date=value or None))


def person(name: str, label: str, *, needed: bool = True) -> Json:
    """Somebody of this workspace."""
    return _input(name, label, UserSelectElement(action_id=name), needed=needed)


def _input(
    block: str,
    label: str,
    element: InputInteractiveElement,
    *,
    needed: bool = True,
    hint: str = "",
) -> Json:
    shown = InputBlock(
        block_id=block,
        label=plain_text(cut(label, _LABEL)),
        element=element,
        optional=not needed,
        hint=plain_text(cut(hint, _LABEL)) if hint else None,
    )
    return dict(shown.to_dict())


def values(view: Mapping[str, Any]) -> Values:
    """What a view holds just now."""
    told = {}
    for block, actions in view["state"]["values"].items():
        for state in actions.values():
            value = _value(state)
            if value:
                told[block] = value
    return told


def _value(state: Mapping[str, Any]) -> str:
    chosen = state.get("selected_option") or {}
    found = (
        state.get("value")
        or chosen.get("value")
        or state.get("selected_date")
        or state.get("selected_user")
    )
    return clean(str(found or "")).strip()


def asked(view: Mapping[str, Any]) -> Sequence[str]:
    """The ids of the blocks that take something, in their order."""
    return [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]
