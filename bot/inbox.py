"""Takes payloads of a platform in order, lane by lane, each exactly once.

A payload is acknowledged after its turn is committed. Platforms do not wait for ever (Slack: three
seconds), so what is not committed in time is kept raw in the database, acknowledged, and its turn
goes on; after a crash it is taken from there. That a repeated payload takes no second turn is seen
to by the message's id (`bot.service`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import structlog

from bot.errors import StorageError, TooMany
from bot.platforms import Batch
from bot.ports import Observer, Raw, Storage
from bot.rates import Rates

log = structlog.get_logger(__name__)

Handle = Callable[[Batch], Awaitable[None]]
Joins = Callable[[Raw, Raw], bool]


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds, and how much may wait."""

    acknowledge: float = 2.0
    """After that long a payload is kept raw; Slack waits 3 seconds."""
    parts: float = 1.0
    """How long the next part of an album may take to come."""
    retry: float = 1.0
    """Before a kept payload is tried again when the database failed."""
    close: float = 5.0
    """For the turns in progress, once nothing more is taken."""
    lane: int = 200
    """Payloads of one lane that may wait; what comes beyond is dropped, and said so once."""
    per_minute: int = 60
    """Batches of one lane that are handled in a minute; the rest waits."""


@dataclass
class _Waiting:
    """A payload in its lane; `done` is set once its turn is committed, or can never be."""

    raw: Raw
    is_kept: bool
    done: asyncio.Future[None]


@dataclass
class _Lane:
    waiting: deque[_Waiting] = field(default_factory=deque)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    worker: asyncio.Task[None] | None = None
    is_flooded: bool = False


class PlatformInbox:
    """Implements `bot.platforms.Inbox` for one channel."""

    def __init__(
        self,
        channel: str,
        storage: Storage,
        observer: Observer,
        handle: Handle,
        joins: Joins,
        *,
        patience: Patience = Patience(),
    ) -> None:
        self._channel = channel
        self._storage = storage
        self._observer = observer
        self._handle = handle
        self._joins = joins
        self._patience = patience
        self._rates = Rates(asyncio.get_running_loop().time)
        self._lanes: dict[str, _Lane] = {}

    async def take(self, raw: Raw) -> None:
        """Returns once the turn is committed or the payload is kept."""
        lane = self._lanes.get(raw.lane)
        if lane and len(lane.waiting) >= self._patience.lane:
            self._observer.refused("flood")
            lane.is_flooded = True
            return None
        waiting = self._queue(raw, is_kept=False)
        if not raw.is_part:
            done, _ = await asyncio.wait({waiting.done}, timeout=self._patience.acknowledge)
            if done:
                return waiting.done.result()
        return await self._keep(waiting)

    async def resume(self) -> None:
        """Takes up what was acknowledged and not finished when the last process ended."""
        for raw in await self._storage.raws(self._channel):
            self._queue(raw, is_kept=True)

    async def close(self) -> None:
        """Waits for the turns in progress, though not for ever; the rest is in the database, or
        was never acknowledged."""
        workers = [lane.worker for lane in self._lanes.values() if lane.worker]
        if workers:
            _, late = await asyncio.wait(workers, timeout=self._patience.close)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _keep(self, waiting: _Waiting) -> None:
        waiting.is_kept = True  # before it is true: the lane then leaves the row to `_drop`
        try:
            await self._storage.keep_raw(self._channel, waiting.raw)
        except StorageError:
            waiting.is_kept = False
            return await waiting.done  # the turn may still be committed; then all is well
        if waiting.done.done():
            await self._drop([waiting])
        return None

    def _queue(self, raw: Raw, *, is_kept: bool) -> _Waiting:
        lane = self._lanes.setdefault(raw.lane, _Lane())
        waiting = _Waiting(raw, is_kept, asyncio.get_running_loop().create_future())
        # Whoever waited may be gone by then, as a connection that was closed.
        waiting.done.add_done_callback(_seen)
        lane.waiting.append(waiting)
        lane.came.set()
        if lane.worker is None:
            lane.worker = asyncio.create_task(self._work(raw.lane, lane))
        return waiting

    async def _work(self, name: str, lane: _Lane) -> None:
        """Empties the lane, and ends with it: a million strangers leave nothing behind."""
        try:
            while lane.waiting:
                await self._paced(name)
                batch = await self._next(lane)
                is_flood = lane.is_flooded and not lane.waiting
                lane.is_flooded = lane.is_flooded and not is_flood
                await self._finish(batch, lane, is_flood=is_flood)
        finally:
            del self._lanes[name]
            _let_go(lane.waiting)

    async def _paced(self, name: str) -> None:
        while True:
            try:
                return self._rates.count("say", name, self._patience.per_minute)
            except TooMany as error:
                await asyncio.sleep(error.retry_after)

    async def _next(self, lane: _Lane) -> list[_Waiting]:
        """The first payload, and its neighbours that belong to it, also those still to come."""
        batch = [lane.waiting.popleft()]
        while True:
            while lane.waiting and self._joins(batch[-1].raw, lane.waiting[0].raw):
                batch.append(lane.waiting.popleft())
            if lane.waiting or not batch[-1].raw.is_part:
                return batch
            lane.came.clear()
            try:
                async with asyncio.timeout(self._patience.parts):
                    await lane.came.wait()
            except TimeoutError:
                return batch

    async def _finish(self, batch: list[_Waiting], lane: _Lane, *, is_flood: bool) -> None:
        raws = tuple(waiting.raw for waiting in batch)
        try:
            await self._handled(Batch(raws, is_flood), batch)
        except StorageError as error:  # nothing was acknowledged: the platform sends it again
            _fail(batch, lane, error)
            return
        except asyncio.CancelledError:
            _let_go(batch)
            raise
        for waiting in batch:
            waiting.done.set_result(None)
        await self._drop([waiting for waiting in batch if waiting.is_kept])

    async def _handled(self, taken: Batch, batch: list[_Waiting]) -> None:
        """Takes the turn; what fails for ever is set aside, so that its lane goes on."""
        while True:
            try:
                return await self._handle(taken)
            except StorageError as error:
                if not any(waiting.is_kept for waiting in batch):
                    raise
                log.warning("inbox waits for the database", reason=str(error))
                await asyncio.sleep(self._patience.retry)
            except Exception as error:
                log.exception("payload can't be taken", channel=self._channel)
                self._observer.quarantined(self._channel)
                for waiting in batch:
                    name = type(error).__name__
                    await self._storage.quarantine_raw(self._channel, waiting.raw, name)
                return None

    async def _drop(self, kept: list[_Waiting]) -> None:
        if not kept:
            return
        try:
            await self._storage.drop_raw(self._channel, [waiting.raw.id for waiting in kept])
        except StorageError as error:  # it is taken once more at the next start, to no effect
            log.warning("inbox unreachable", reason=str(error))


def _fail(batch: list[_Waiting], lane: _Lane, error: StorageError) -> None:
    """What waits behind it fails, too, unless it is kept: it will come again, in its order."""
    behind = [waiting for waiting in lane.waiting if not waiting.is_kept]
    lane.waiting = deque(waiting for waiting in lane.waiting if waiting.is_kept)
    for waiting in (*batch, *behind):
        waiting.done.set_exception(error)


def _let_go(unfinished: Iterable[_Waiting]) -> None:
    for waiting in unfinished:
        waiting.done.cancel()


def _seen(done: asyncio.Future[None]) -> None:
    if not done.cancelled():
        done.exception()
