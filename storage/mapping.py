"""Values to what a column holds, and back; what an older row lacks takes its default."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import InboundMessage, OutboundMessage
from bot.domain.answers import Contact
from bot.domain.events import EVENTS, Event
from bot.domain.identity import Identity
from bot.errors import SchemaMismatch

_CONVERSATION = TypeAdapter(Conversation)
_MESSAGE = TypeAdapter(OutboundMessage)
_INBOUND = TypeAdapter(InboundMessage)
_CONTACT = TypeAdapter(Contact)


@cache
def _event_adapter(kind: str) -> TypeAdapter[Event]:
    if kind not in EVENTS:
        raise SchemaMismatch(f"A later version of Ombud recorded a '{kind}', unknown to this one.")
    return TypeAdapter(EVENTS[kind])


# A conversation and its lines may be written again, so what equals its default is left out. A fact
# stays for ever: it is written in full, for a default that changes later must not change it.


def conversation_state(conversation: Conversation) -> bytes:
    return _CONVERSATION.dump_json(conversation, exclude_defaults=True)


def conversation_from(state: bytes) -> Conversation:
    return _CONVERSATION.validate_json(state)


def storable(message: OutboundMessage) -> OutboundMessage:
    """The line without the private code: it is derived anew for whoever may see it."""
    return message if message.private_code is None else replace(message, private_code=None)


def message_body(message: OutboundMessage) -> bytes:
    return _MESSAGE.dump_json(storable(message), exclude_defaults=True)


def message_from(body: bytes) -> OutboundMessage:
    return _MESSAGE.validate_json(body)


def inbound_body(message: InboundMessage) -> bytes:
    return _INBOUND.dump_json(message, exclude_defaults=True)


def event_columns(event: Event) -> dict[str, Any]:
    kind = type(event).__name__
    body = _event_adapter(kind).dump_json(event, exclude={"at", "by"})
    return {"kind": kind, "at": event.at, "by": event.by, "body": body}


def event_from(kind: str, at: datetime, by: str, body: bytes) -> Event:
    held = orjson.loads(body)
    return _event_adapter(kind).validate_python({**held, "at": at, "by": by})


def identity_columns(identity: Identity) -> dict[str, Any]:
    contact = None if identity.contact is None else _CONTACT.dump_json(identity.contact)
    return {"name": identity.name, "contact": contact, "acting_for": identity.acting_for}


def identity_from(name: str | None, contact: bytes | None, acting_for: str | None) -> Identity:
    known = None if contact is None else _CONTACT.validate_json(contact)
    return Identity(name, known, acting_for)
