"""Carries committed lines to channels: in order for each address, many addresses at once.

A line is sent at least once; twice only where a platform's answer was lost, or where this process
died between sending and noting it. Whether a retry can help is for the channel to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Protocol

import structlog

from bot.dialogue.messages import ConversationId, OutboundMessage
from bot.errors import PermanentDeliveryError, StorageError, TemporaryDeliveryError
from bot.ports import Channel, Delivery, Storage

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Shown = Callable[[OutboundMessage], OutboundMessage]
Failed = Callable[[Delivery, PermanentDeliveryError], Awaitable[None]]

_CHANCE = SystemRandom().random


class RelayObserver(Protocol):
    """Counts what became of deliveries."""

    def delivered(self, channel: str, outcome: str) -> None:
        """One was tried; outcomes are `delivered`, `postponed`, `undeliverable`."""
        ...


@dataclass(frozen=True)
class RelayLimits:
    """How much the relay does at once, and for how long."""

    at_once: int = 64
    """Deliveries in flight."""
    poll_seconds: float = 0.5
    """How often it looks for what became due without a commit of this process."""
    lease_seconds: float = 10.0
    """How long a delivery stays with a process that died."""
    send_seconds: float = 120.0
    """After that long a channel that has not answered is taken not to have sent."""
    closing_seconds: float = 5.0
    """How long deliveries in flight may take once the relay is stopped."""
    growth: int = 60
    """Delays of retries double from the first to this many times it."""
    give_up_hours: float = 72.0
    """A line that could not be delivered for so long is given up, and caseworkers see it."""


@dataclass
class Relay:
    """Hands the outbox of `storage` to `channels`, by the name in the address.

    Lines for a channel that is not there wait. `shown` fills private codes in; `failed` decides
    what becomes of a line that can't be delivered. `chance` gives numbers from 0 to 1, by which up
    to half of a delay is taken off, so that retries don't all come at once.
    """

    storage: Storage
    channels: Mapping[str, Channel]
    clock: Clock
    retry_seconds: float
    observer: RelayObserver
    shown: Shown
    failed: Failed
    chance: Callable[[], float] = _CHANCE
    limits: RelayLimits = RelayLimits()
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _in_flight: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _sent: list[int] = field(default_factory=list)
    _renewed_at: datetime | None = None

    def __post_init__(self) -> None:
        self.storage.on_commit(self._committed)

    def _committed(self, _: Sequence[ConversationId]) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Works until it is cancelled; then waits for what is in flight, though not for ever."""
        try:
            while True:
                await self._round()
        finally:
            await self._finish()

    async def _round(self) -> None:
        self._wake.clear()
        try:
            await self._note_sent()
            await self._renew()
            await self._start_due()
        except StorageError as error:
            log.warning("outbox unreachable", reason=str(error))
            await asyncio.sleep(self.limits.poll_seconds)
        await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self.limits.poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _note_sent(self) -> None:
        if self._sent:
            sent = tuple(self._sent)
            await self.storage.delivered(sent)
            del self._sent[: len(sent)]

    async def _renew(self) -> None:
        """Keeps the leases of slow deliveries from running out."""
        now = self.clock()
        lease = timedelta(seconds=self.limits.lease_seconds)
        if self._renewed_at is None or not timedelta(0) <= now - self._renewed_at < lease / 3:
            self._renewed_at = now
            if self._in_flight:
                await self.storage.renew(tuple(self._in_flight), now + lease)

    async def _start_due(self) -> None:
        """Starts what is due, as far as there is room: each that ends wakes the relay again."""
        room = self.limits.at_once - len(self._in_flight)
        if room <= 0:
            return
        due = await self.storage.claim(
            self.clock(), self.limits.lease_seconds, room, tuple(self.channels)
        )
        for delivery in due:
            # A lease that ran out while this process was held up: it is being carried all the same.
            if delivery.id not in self._in_flight and delivery.id not in self._sent:
                task = asyncio.create_task(self._carry(delivery))
                self._in_flight[delivery.id] = task

    async def _carry(self, delivery: Delivery) -> None:
        try:
            await self._try(delivery)
        except StorageError as error:  # the lease will run out, and it is tried again
            log.warning("outbox unreachable", reason=str(error))
        finally:
            del self._in_flight[delivery.id]
            self._wake.set()

    async def _try(self, delivery: Delivery) -> None:
        channel = delivery.address.channel
        try:
            async with asyncio.timeout(self.limits.send_seconds):
                shown = replace(delivery, message=self.shown(delivery.message))
                await self.channels[channel].send(shown)
        except PermanentDeliveryError as error:
            await self._give_up(delivery, error)
        except TemporaryDeliveryError as error:
            await self._postpone(delivery, error.retry_after)
        except Exception:
            log.exception("delivery failed", **_about(delivery))
            await self._postpone(delivery, None)
        else:
            if delivery.message.is_fleeting:
                await self.storage.forget(delivery.conversation, delivery.message.seq)
            self._sent.append(delivery.id)
            self.observer.delivered(channel, "delivered")

    async def _give_up(self, delivery: Delivery, error: PermanentDeliveryError) -> None:
        await self.failed(delivery, error)
        if delivery.message.is_fleeting:
            await self.storage.forget(delivery.conversation, delivery.message.seq)
        self.observer.delivered(delivery.address.channel, "undeliverable")

    async def _postpone(self, delivery: Delivery, retry_after: float | None) -> None:
        oldest = self.clock() - timedelta(hours=self.limits.give_up_hours)
        if delivery.attempts and delivery.message.at < oldest:
            return await self._give_up(delivery, PermanentDeliveryError("it could not be sent"))
        wait = self._delay(delivery.attempts) if retry_after is None else retry_after
        await self.storage.postpone(delivery.id, self.clock() + timedelta(seconds=wait))
        return self.observer.delivered(delivery.address.channel, "postponed")

    def _delay(self, attempts: int) -> float:
        doubled = min(1 << min(attempts, 30), self.limits.growth)
        return self.retry_seconds * doubled * (1 - self.chance() / 2)

    async def _finish(self) -> None:
        tasks = tuple(self._in_flight.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self.limits.closing_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            await self._note_sent()
        except StorageError as error:
            log.warning("outbox unreachable", reason=str(error))


def _about(delivery: Delivery) -> dict[str, object]:
    return {
        "channel": delivery.address.channel,
        "conversation": delivery.conversation,
        "seq": delivery.message.seq,
        "attempts": delivery.attempts,
    }
