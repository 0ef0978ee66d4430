"""What a Telegram channel is tested with: captured updates, and a small world around it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from aiogram.types import CallbackQuery, Message, Update

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import (
    Address,
    ConversationId,
    InboundMessage,
    Kind,
    OutboundMessage,
    Sender,
)
from bot.domain.answers import Attachment
from bot.errors import FileTooLarge, MessageReused, TooManyFiles, TypeNotAccepted
from bot.platforms import Around, Batch
from bot.ports import Answer, Conversing, Observer, Raw
from channels.telegram.updates import raw_of, read

PAYLOADS = Path(__file__).parent / "payloads" / "telegram"
NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)


def payload(name: str) -> dict[str, Any]:
    """A captured update."""
    told: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return told


def raw(name: str) -> Raw:
    """The same as it comes in."""
    return raw_of(payload(name), NOW)


def update(name: str) -> Update:
    """The same, read."""
    return read(raw(name))


def message(name: str) -> Message:
    """Its message, new or edited."""
    told = update(name)
    found = told.message or told.edited_message or told.channel_post
    assert found is not None
    return found


def query(name: str) -> CallbackQuery:
    """A press."""
    found = update(name).callback_query
    assert found is not None
    return found


def line(text: str = "Hello.", seq: int = 1, **more: Any) -> OutboundMessage:
    """Something the bot says."""
    return OutboundMessage(seq, Sender.BOT, more.pop("kind", Kind.TEXT), text, NOW, **more)


@dataclass
class Talk:
    """A service that notes what it is told; what it knows is for a test to say."""

    received: list[InboundMessage] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    says: str = "Noted."
    error: Exception | None = None
    most: int = 10

    async def receive(self, message: InboundMessage) -> Answer:
        """Takes it."""
        if self.error:
            raise self.error
        self.received.append(message)
        return Answer(ConversationId("c"), (line(self.says),))

    async def find(self, address: Address) -> Conversation | None:
        """A conversation in Swedish."""
        return Conversation(ConversationId("c"), address, "sv", NOW, NOW)

    async def is_taken(self, address: Address, message_id: str) -> bool:
        """As the test says."""
        return message_id in self.taken

    async def keep(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps it; by its content it is refused."""
        content = stream.read()
        errors = {b"big": FileTooLarge, b"exe": TypeNotAccepted}
        if error := errors.get(content):
            raise error
        if len(self.kept) >= self.most:
            raise TooManyFiles
        self.kept.append((name, content))
        return Attachment(f"f{len(self.kept)}", name, "text/plain", len(content), "0" * 64)

    def words(self, key: str, language: str | None, **values: str) -> str:
        """The key, the language and the values."""
        told = "".join(f" {name}={value}" for name, value in values.items())
        return f"⟦{key} {language}{told}⟧"


class Counted:
    """Counts refusals and quarantines."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def refused(self, reason: str) -> None:
        """One more."""
        self.counts[reason] += 1


class Direct:
    """An inbox that hands over at once; `error` is what taking fails with."""

    def __init__(self, handle: Callable[[Batch], Awaitable[None]]) -> None:
        self.handle = handle
        self.error: BaseException | None = None
        self.taken: list[Raw] = []

    async def take(self, raw: Raw) -> None:
        """Takes it."""
        if self.error:
            raise self.error
        self.taken.append(raw)
        await self.handle(Batch((raw,)))


@dataclass
class World:
    """Everything around a channel."""

    talk: Talk = field(default_factory=Talk)
    counted: Counted = field(default_factory=Counted)
    inbox: Direct | None = None
    now: datetime = NOW

    def around(self) -> Around:
        """As the channel gets it."""

        def opened(channel: str, handle: Any, joins: Any) -> Direct:
            self.inbox = Direct(handle)
            return self.inbox

        return Around(
            conversing=cast(Conversing, self.talk),
            languages={},
            inbox=opened,
            now=lambda: self.now,
            observer=cast(Observer, self.counted),
        )


def reused() -> Talk:
    """A service for which every id was used before."""
    return Talk(error=MessageReused())
