"""What people say and what is said to them, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.answers import Attachment
from bot.domain.form import Question
from bot.domain.reference import Reference

ConversationId = NewType("ConversationId", str)

TEXT_LIMIT = 20_000
"""Characters that one message may have (contract §1)."""


@dataclass(frozen=True)
class Address:
    """Where somebody is reached: `key` means something to its channel alone."""

    channel: str
    key: str


@dataclass(frozen=True)
class InboundMessage:
    """One thing somebody said, pressed or sent.

    `id` is the platform's or the client's: the same `(address, id)` never takes a second turn.
    """

    address: Address
    id: str
    at: datetime
    text: str = ""
    action: str | None = None
    attachments: tuple[Attachment, ...] = ()
    sender_name: str | None = None  # where the platform tells it
    language: str | None = None  # the platform's guess
    network: str | None = None  # the network address it came from, where there is one


class Sender(StrEnum):
    """Who speaks."""

    BOT = "bot"
    CASEWORKER = "caseworker"
    COMPLAINANT = "complainant"


class Kind(StrEnum):
    """What a message is for, so that a channel may show it fittingly."""

    TEXT = "text"
    CHECK = "check"
    ACKNOWLEDGEMENT = "acknowledgement"
    STATUS = "status"
    RATING = "rating"
    NOTICE = "notice"


@dataclass(frozen=True)
class Choice:
    """A button: what it says and what it does."""

    label: str
    action: str


@dataclass(frozen=True)
class CodeOf:
    """A private code that a message shows: named, not written, so that no database holds it."""

    reference: Reference
    renewals: int


CODE_MARK = "\ue0c0"
"""Stands in a stored text where the private code is shown; nobody can type it (it is cleaned)."""


@dataclass(frozen=True)
class OutboundMessage:
    """A line of a conversation in words, numbered from 1 within it.

    The complainant's own lines are kept alike, with the client's id, so that a second window shows
    the whole conversation.
    """

    seq: int
    sender: Sender
    kind: Kind
    text: str
    at: datetime
    ask: Question | None = None
    choices: tuple[Choice, ...] = ()
    reference: Reference | None = None
    code_of: CodeOf | None = None
    private_code: str | None = None  # only ever filled in on the way to the complainant
    client_id: str | None = None
    attachments: tuple[Attachment, ...] = field(default=())
