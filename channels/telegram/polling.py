"""Asks Telegram for updates; each is confirmed only once the inbox has taken it.

aiogram's own polling confirms an update while its handler still runs, and so loses turns.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from aiogram.utils.backoff import Backoff, BackoffConfig

from bot.errors import StorageError
from bot.platforms import Inbox
from bot.ports import Observer
from channels.telegram.client import KINDS, GetRawUpdates
from channels.telegram.health import RECEIVING, REFUSED_TOKEN, SENDING, Health
from channels.telegram.updates import Json, raw_of

_WAITS: Final = 25  # seconds that Telegram holds a question without an answer
_LATE: Final = 15  # seconds beyond it
_BATCH: Final = 100
_LEAVING: Final = 2.0
_GROWTH: Final = 60


class Delays:
    """How long to wait after a failure: doubling, never quite the same twice."""

    def __init__(self, first: float) -> None:
        self._longest = first * _GROWTH
        config = BackoffConfig(
            min_delay=first, max_delay=self._longest, factor=2.0, jitter=first / 4
        )
        self._backoff = Backoff(config)

    async def after(self, error: Exception) -> None:
        """Waits as long as the failure calls for; a refused token is tried at the slowest."""
        if isinstance(error, TelegramRetryAfter):
            await asyncio.sleep(error.retry_after)
        elif isinstance(error, REFUSED_TOKEN):
            await asyncio.sleep(self._longest)
        else:
            await asyncio.sleep(max(next(self._backoff), 0))

    def reset(self) -> None:
        """It works again."""
        self._backoff.reset()


class Polling:
    """The loop; `run` ends only when it is cancelled."""

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        health: Health,
        delays: Delays,
        *,
        now: Callable[[], datetime],
        observer: Observer,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._health = health
        self._delays = delays
        self._now = now
        self._observer = observer
        self._offset = 0
        self._confirmed = 0
        self._taken: set[int] = set()
        self._is_in_doubt = True

    async def run(self) -> None:
        """Asks, has the inbox take what came, and confirms it by asking for what follows."""
        try:
            while True:
                await self._round()
        finally:
            await self._confirm()

    async def _round(self) -> None:
        # After a failure an empty answer is news, too: it must not take half a minute to come.
        waits = 0 if self._is_in_doubt else _WAITS
        try:
            updates = await self._ask(waits, _BATCH)
            self._health.well(RECEIVING)
            self._health.well(SENDING)
            await self._take([update for update in updates if self._is_update(update)])
        except (AiogramError, StorageError) as error:
            # Two that poll end each other's waiting: whether the other is gone, only waiting shows.
            self._is_in_doubt = not isinstance(error, TelegramConflictError)
            self._health.failed(RECEIVING, error)
            await self._delays.after(error)
        else:
            self._is_in_doubt = False
            self._delays.reset()

    async def _ask(self, timeout: int, limit: int) -> Sequence[Any]:  # noqa: ASYNC109  # theirs
        call = GetRawUpdates(
            offset=self._offset, limit=limit, timeout=timeout, allowed_updates=KINDS
        )
        offset = self._offset
        updates = await self._bot(call, request_timeout=timeout + _LATE)
        self._confirmed = offset
        return updates

    def _is_update(self, update: object) -> bool:
        """What has no number can be neither told apart nor confirmed."""
        if isinstance(update, dict) and isinstance(update.get("update_id"), int):
            return True
        self._observer.refused("telegram_malformed")
        return False

    async def _take(self, updates: Sequence[Json]) -> None:
        """All at once: the inbox keeps the order within a chat, and no chat waits for another."""
        waiting = [update for update in updates if update["update_id"] not in self._taken]
        raws = [raw_of(update, self._now()) for update in waiting]
        ends = await asyncio.gather(*map(self._inbox.take, raws), return_exceptions=True)
        failed = [end for end in ends if isinstance(end, BaseException)]
        for update, end in zip(waiting, ends, strict=True):
            if end is None:
                self._taken.add(update["update_id"])
        self._move_on(updates)
        if failed:
            raise StorageError(f"{len(failed)} updates were not kept") from failed[0]

    def _move_on(self, updates: Sequence[Json]) -> None:
        """Confirms as far as every update was taken; what lies behind a gap comes once more."""
        for number in sorted(update["update_id"] for update in updates):
            if number not in self._taken:
                break
            self._offset = number + 1
        self._taken = {number for number in self._taken if number >= self._offset}

    async def _confirm(self) -> None:
        """Before leaving: what was taken need not come again after the restart."""
        if self._offset > self._confirmed:
            with contextlib.suppress(AiogramError, TimeoutError):
                async with asyncio.timeout(_LEAVING):
                    await self._ask(0, 1)
