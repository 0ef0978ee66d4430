"""The storage on a database: each call of the port is one question or one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Address, ConversationId, InboundMessage, OutboundMessage
from bot.domain.complaint import Complaint
from bot.domain.events import Event
from bot.domain.reference import Reference
from bot.ports import ComplaintFilter, ComplaintPage, Delivery, Raw, Receipt, Work
from storage import inbox, outbox, reading, rows
from storage.engine import Database


class SqlStorage:
    """Keeps everything in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def is_ready(self) -> bool:
        return await self._database.is_ready()

    def on_commit(self, callback: Callable[[Sequence[ConversationId]], None]) -> None:
        self._database.on_commit(callback)

    async def commit(self, work: Work) -> None:
        await self._database.commit(rows.prepared(work))

    async def conversation_at(self, address: Address) -> Conversation | None:
        return await self._database.find(lambda found: reading.conversation_at(found, address))

    async def conversation(self, id_: ConversationId) -> Conversation | None:
        return await self._database.find(lambda found: reading.conversation(found, id_))

    async def receipt(self, address: Address, message_id: str) -> Receipt | None:
        return await self._database.find(lambda found: reading.receipt(found, address, message_id))

    async def messages(
        self, conversation: ConversationId, after: int = 0, until: int | None = None
    ) -> tuple[OutboundMessage, ...]:
        return await self._database.find(
            lambda found: reading.messages(found, conversation, after, until)
        )

    async def complaints(self, references: Sequence[Reference]) -> Mapping[Reference, Complaint]:
        if not references:
            return {}
        return await self._database.find(lambda found: reading.complaints(found, references))

    async def find_complaints(self, wanted: ComplaintFilter) -> ComplaintPage:
        return await self._database.search(lambda found: reading.find_complaints(found, wanted))

    async def all_complaints(self, since: datetime | None = None) -> AsyncIterator[Complaint]:
        chunks = self._database.walk(lambda found: reading.all_complaints(found, since))
        async with aclosing(chunks) as walked:
            async for chunk in walked:
                for complaint in chunk:
                    yield complaint

    async def conversation_facts(self, conversation: ConversationId) -> tuple[Event, ...]:
        return await self._database.find(
            lambda found: reading.conversation_facts(found, conversation)
        )

    async def stale_drafts(self, before: datetime, limit: int = 100) -> tuple[Conversation, ...]:
        return await self._database.search(lambda found: reading.stale_drafts(found, before, limit))

    async def claim(
        self, now: datetime, lease_seconds: float, limit: int, channels: Collection[str]
    ) -> tuple[Delivery, ...]:
        is_due = await self._database.find(
            lambda found: outbox.is_due(found, now, lease_seconds, channels)
        )
        if not is_due:
            return ()
        return await self._database.write(
            lambda within: outbox.claim(within, now, lease_seconds, limit, channels)
        )

    async def renew(self, ids: Sequence[int], until: datetime) -> None:
        await self._database.write(lambda within: outbox.renew(within, ids, until))

    async def delivered(self, ids: Sequence[int]) -> None:
        await self._database.write(lambda within: outbox.delivered(within, ids))

    async def postpone(self, id_: int, until: datetime) -> None:
        await self._database.write(lambda within: outbox.postpone(within, id_, until))

    async def undeliverable(self, id_: int, reason: str) -> None:
        await self._database.write(lambda within: outbox.undeliverable(within, id_, reason))

    async def forget(self, conversation: ConversationId, seq: int) -> None:
        await self._database.write(
            lambda within: outbox.forget(within, conversation, seq), erases=True
        )

    async def outbox_size(self) -> tuple[int, datetime | None]:
        return await self._database.search(reading.outbox_size)

    async def quarantine(self, message: InboundMessage, error: str) -> None:
        await self._database.write(lambda within: inbox.quarantine_message(within, message, error))

    async def keep_raw(self, channel: str, raw: Raw) -> None:
        await self._database.write(lambda within: inbox.keep(within, channel, raw))

    async def raws(self, channel: str) -> tuple[Raw, ...]:
        return await self._database.search(lambda found: inbox.raws(found, channel))

    async def drop_raw(self, channel: str, ids: Sequence[str]) -> None:
        await self._database.write(lambda within: inbox.drop(within, channel, ids))

    async def quarantine_raw(self, channel: str, raw: Raw, error: str) -> None:
        await self._database.write(lambda within: inbox.quarantine_raw(within, channel, raw, error))
