"""What people say and what is said to them, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.dialogue.interpretation import Intent
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


class NotTaken(StrEnum):
    """Why a file that was sent is not kept."""

    TOO_LARGE = "too_large"
    TYPE = "type"
    TOO_MANY = "too_many"
    LOST = "lost"  # the platform did not hand it out


@dataclass(frozen=True)
class RefusedFile:
    """A file that somebody sent and that was not kept."""

    name: str
    reason: NotTaken


class Unreadable(StrEnum):
    """What can be sent but not be read here; `FLOOD` is more than anybody could read."""

    STICKER = "sticker"
    LOCATION = "location"
    FLOOD = "flood"
    OTHER = "other"


@dataclass(frozen=True)
class Origin:
    """Where somebody came in: the code on a counter, a link on a page."""

    category: str | None
    site: str | None


@dataclass(frozen=True)
class InboundMessage:
    """One thing somebody said, pressed or sent.

    `id` is the platform's or the client's: the same `(address, id)` never takes a second turn.
    Beside words, files and a pressed button (`action`) a message may be

    - a `command` of the platform's menu, which says its intent beyond doubt; `text` is its rest;
    - an edit: `edits` is the id of an earlier message, whose words now are `text` (empty: deleted);
    - a filled-in `form`: the answers that were changed, by question;
    - something that can't be read (`unreadable`), or files that were not kept (`refused`).
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
    knows_sender: bool = False  # the address tells the platform's people who this is
    pressed_seq: int | None = None  # the line that the button belongs to, where it is known
    command: Intent | None = None
    edits: str | None = None
    form: tuple[tuple[Question, str], ...] = ()
    unreadable: Unreadable | None = None
    refused: tuple[RefusedFile, ...] = ()
    origin: Origin | None = None
    parts: tuple[str, ...] = ()  # ids of further messages that came in with this one (an album)


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
    wants_phone: bool = False  # a channel may offer to hand over the number of the account
    is_fleeting: bool = False  # not kept once delivered: it would tie somebody to a complaint
