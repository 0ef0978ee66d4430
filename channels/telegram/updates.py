"""Updates as they come in: which lane they belong to, what joins them, and how they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from aiogram import Bot
from aiogram.enums import ChatType
from aiogram.types import Message, Update
from pydantic import ValidationError

from bot.ports import Raw
from channels.telegram.sent import FILES
from channels.telegram.translate import read_command

Json = Mapping[str, Any]

_LONG: Final = 2048  # characters: clients cut at 4096, or before it where a paragraph ends


def raw_of(update: Json, at: datetime) -> Raw:
    """The update as the inbox takes it. Nothing about its shape is certain yet."""
    body = _as_bytes(update)
    number = update.get("update_id")
    id_ = f"u{number}" if isinstance(number, int) else f"h{sha256(body).hexdigest()}"
    return Raw(_lane(update) or id_, id_, body, at, _is_part(update.get("message")))


def _as_bytes(update: Json) -> bytes:
    """As JSON, lone surrogates replaced: nothing further on can take them."""
    text = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _lane(update: Json) -> str | None:
    """The chat, for messages and presses alike: a press may overtake the message before it."""
    for content in update.values():
        for holder in (content, _inner(content, "message")):
            id_ = _inner(_inner(holder, "chat"), "id")
            if isinstance(id_, int):
                return str(id_)
    return None


def _inner(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None


def _is_part(message: object) -> bool:
    """Whether more may follow within a moment: an album, a file without words, a text so long that
    the sender's client may have cut it."""
    if not isinstance(message, Mapping) or _inner(message.get("chat"), "type") != ChatType.PRIVATE:
        return False
    if any(kind in message for kind in FILES):
        return "media_group_id" in message or "caption" not in message
    text = message.get("text")
    return isinstance(text, str) and len(text) >= _LONG


def joins(first: Raw, second: Raw) -> bool:
    """Whether two neighbours are parts of one message: an album, files in a row, a cut text."""
    one, other = _message(first), _message(second)
    if one is None or other is None or not first.is_part or other.chat.type != ChatType.PRIVATE:
        return False
    if one.text is not None:
        return other.text is not None and read_command(other.text, None) is None
    is_album = one.media_group_id is not None and one.media_group_id == other.media_group_id
    return other.content_type in FILES and (is_album or other.caption is None)


def _message(raw: Raw) -> Message | None:
    try:
        return read(raw).message
    except ValidationError:  # it will be set aside by itself
        return None


def read(raw: Raw, bot: Bot | None = None) -> Update:
    """The update; pydantic's ValidationError where it is none."""
    return Update.model_validate(json.loads(raw.body), context={"bot": bot})
