"""Web chat in both directions: what clients send becomes messages, lines become JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.dialogue.messages import Address, InboundMessage, Kind, OutboundMessage
from bot.domain.answers import Attachment
from channels.web.shapes import ActionPressed, FilesSent, Said


def inbound(
    said: Said, address: Address, at: datetime, files: Sequence[Attachment] = ()
) -> InboundMessage:
    """What was sent, as a message; `files` are those that it names."""
    if isinstance(said, ActionPressed):
        return InboundMessage(address, said.id, at, action=said.action)
    return InboundMessage(address, said.id, at, text=said.text or "", attachments=tuple(files))


def named_files(said: Said) -> tuple[str, ...]:
    """The ids of the uploaded files that are sent with it."""
    return tuple(dict.fromkeys(said.attachments)) if isinstance(said, FilesSent) else ()


def wire(message: OutboundMessage) -> dict[str, Any]:
    """A line in the shape of contract §2."""
    shape: dict[str, Any] = {
        "seq": message.seq,
        "from": message.sender.value,
        "kind": message.kind.value,
        "text": message.text,
        "ask": message.ask.value if message.ask else None,
        "choices": [{"label": c.label, "action": c.action} for c in message.choices],
        "reference": message.reference,
        "at": message.at.isoformat(),
    }
    if message.kind is Kind.ACKNOWLEDGEMENT or message.private_code is not None:
        shape["private_code"] = message.private_code
    if message.client_id is not None:
        shape["id"] = message.client_id
    if message.attachments:
        shape["attachments"] = [file_shape(file) for file in message.attachments]
    return shape


def file_shape(file: Attachment) -> dict[str, Any]:
    """A file as it is told of; its content is never given out here."""
    return {"name": file.name, "type": file.type, "size": file.size, "sha256": file.sha256}
