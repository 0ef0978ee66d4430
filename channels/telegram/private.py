"""What people write and send in their private chat with the bot, and what they edit there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiogram import F, Router
from aiogram.enums import ChatType, ContentType
from aiogram.types import Message

from bot.ports import Conversing, Observer
from channels.telegram.files import Evidence
from channels.telegram.me import Me
from channels.telegram.sent import FILES, sent_files
from channels.telegram.translate import address_of, edited, inbound, message_id
from channels.telegram.turns import Turns

IS_PRIVATE = F.chat.type == ChatType.PRIVATE


class PrivateChat:
    """Makes turns of messages."""

    def __init__(
        self,
        conversing: Conversing,
        evidence: Evidence,
        turns: Turns,
        observer: Observer,
        me: Me,
    ) -> None:
        self._conversing = conversing
        self._evidence = evidence
        self._turns = turns
        self._observer = observer
        self._me = me

    def routers(self) -> Sequence[Router]:
        """Messages, and edits of them."""
        messages, edits = Router(name="private"), Router(name="edits")
        messages.message.register(self.heard, IS_PRIVATE)
        edits.edited_message.register(self.edited, IS_PRIVATE)
        return messages, edits

    async def heard(self, message: Message, parts: tuple[Message, ...]) -> None:
        """One message, or those that belong to the first."""
        if message.content_type == ContentType.UNKNOWN:
            self._observer.refused("telegram_unknown")
            return
        fresh = await self._fresh(parts)
        said = inbound(fresh, self._me.username) if fresh else None
        if said is None:
            return
        if files := sent_files(fresh):
            kept, refused = await self._evidence.keep(said.address, files)
            said = replace(said, attachments=kept, refused=refused)
        await self._turns.take(said)

    async def _fresh(self, parts: tuple[Message, ...]) -> list[Message]:
        """What came before as a part of something else, or would be fetched again, is left out; a
        repeated text is the service's matter."""
        if len(parts) == 1 and parts[0].content_type not in FILES:
            return [parts[0]]
        unique = {part.message_id: part for part in parts}
        address = address_of(parts[0].chat.id)
        is_taken = self._conversing.is_taken
        return [p for p in unique.values() if not await is_taken(address, message_id(p))]

    async def edited(self, message: Message) -> None:
        """An earlier message with other words."""
        if said := edited(message):
            await self._turns.take(said)
