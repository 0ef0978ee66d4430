"""The storage on a database: each call of the port is one question or one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial

from bot.carding import Card, Uncarded
from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Address, ConversationId, InboundMessage, OutboundMessage
from bot.disposing import Erasure
from bot.domain.complaint import Complaint
from bot.domain.events import Event
from bot.domain.reference import Reference
from bot.ports import ComplaintFilter, ComplaintPage, Delivery, Raw, Receipt, Work
from bot.scheduling import Place, Schedule
from storage import cards, due, erasing, inbox, outbox, reading, rows
from storage.engine import Database
from storage.works import never_due


class SqlStorage:
    """Keeps everything in `database`."""

    def __init__(self, database: Database, schedule: Schedule = never_due) -> None:
        self._database = database
        self._schedule = schedule

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def is_ready(self) -> bool:
        return await self._database.is_ready()

    def on_commit(self, callback: Callable[[Sequence[ConversationId]], None]) -> None:
        self._database.on_commit(callback)

    async def commit(self, work: Work) -> None:
        await self._database.commit(rows.prepared(work, self._schedule))

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

    async def stale_drafts(
        self, before: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[Conversation, ...]:
        return await self._database.search(
            lambda found: reading.stale_drafts(found, before, limit, after)
        )

    async def due_complaints(
        self, now: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[tuple[Place, Complaint], ...]:
        return await self._database.search(
            lambda found: due.due_complaints(found, now, limit, after)
        )

    async def overdue(self, now: datetime) -> int:
        return await self._database.search(lambda found: due.overdue(found, now))

    async def reschedule(self) -> int:
        wrong = 0
        chunks = self._database.walk(lambda found: due.misplaced(found, self._schedule))
        async with aclosing(chunks) as walked:
            async for chunk in walked:
                wrong += len(chunk)
                await self._database.write(partial(due.rewrite, rows=chunk))
        return wrong

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

    async def erase(self, erasure: Erasure) -> None:
        work = rows.prepared(erasing.work_of(erasure), self._schedule)
        await self._database.write(lambda within: erasing.erase(within, work), erases=True)

    async def ended_complaints(self, received_before: datetime) -> AsyncIterator[Complaint]:
        chunks = self._database.walk(lambda found: erasing.ended(found, received_before))
        async with aclosing(chunks) as walked:
            async for chunk in walked:
                for complaint in chunk:
                    yield complaint

    async def conversations_with(
        self, references: Collection[Reference]
    ) -> tuple[Conversation, ...]:
        return await self._database.search(
            lambda found: erasing.conversations_with(found, references)
        )

    async def digests(self) -> frozenset[str]:
        return await self._database.search(erasing.digests)

    async def prune(self, before: datetime) -> int:
        return await erasing.prune(self._database, before)

    async def cards_behind(
        self, now: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[Uncarded, ...]:
        return await self._database.search(
            lambda found: cards.cards_behind(found, now, limit, after)
        )

    async def card(self, name: str) -> Card | None:
        return await self._database.find(lambda found: cards.card(found, name))

    async def card_at(self, channel: str, ts: str) -> Reference | None:
        return await self._database.find(lambda found: cards.card_at(found, channel, ts))

    async def keep_card(self, name: str, card: Card) -> bool:
        return await self._database.write(lambda within: cards.keep_card(within, name, card))

    async def received_like(self, category: str, since: datetime) -> int:
        return await self._database.find(lambda found: cards.received_like(found, category, since))
