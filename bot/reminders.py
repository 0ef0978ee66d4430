"""Looks now and then for what is due without anybody writing: drafts that nobody goes on with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.dialogue.conversation import Conversation
from bot.errors import Conflict, StorageError
from bot.ports import Storage, Work

log = logging.getLogger(__name__)


class Expire(Protocol):
    """Decides what becomes of a draft that is too old: None leaves it as it is."""

    def __call__(self, conversation: Conversation, now: datetime) -> Work | None: ...


class OutboxObserver(Protocol):
    """Is told how many lines wait, and for how many seconds the oldest has."""

    def __call__(self, pending: int, oldest_seconds: float) -> None: ...


def _unobserved(pending: int, oldest_seconds: float) -> None:
    """Notes nothing."""


@dataclass
class Reminders:
    """Removes drafts untouched for `draft_hours` and tells the person so; measures the outbox."""

    storage: Storage
    expire: Expire
    clock: Callable[[], datetime]
    draft_hours: float
    every_seconds: float = 60.0
    observe: OutboxObserver = _unobserved

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            try:
                await self.once()
            except StorageError as error:
                log.warning("reminders_failed", extra={"error": str(error)})
            await asyncio.sleep(self.every_seconds)

    async def once(self) -> int:
        """Does what is due now; how many drafts it removed."""
        await self._measure()
        removed = 0
        while expired := await self._expire_some():
            removed += expired
        return removed

    async def _measure(self) -> None:
        pending, oldest = await self.storage.outbox_size()
        waited = (self.clock() - oldest).total_seconds() if oldest else 0.0
        self.observe(pending, max(0.0, waited))

    async def _expire_some(self) -> int:
        now = self.clock()
        before = now - timedelta(hours=self.draft_hours)
        works = [self.expire(stale, now) for stale in await self.storage.stale_drafts(before)]
        outcomes = [await self._stored(work) for work in works if work is not None]
        return sum(outcomes)

    async def _stored(self, work: Work) -> bool:
        try:
            await self.storage.commit(work)
        except Conflict:  # the person came back this very moment: the draft lives on
            return False
        return True
