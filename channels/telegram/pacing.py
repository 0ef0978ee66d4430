"""How fast Telegram may be called: 30 messages a second in all, and not at all while it says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot.errors import TemporaryDeliveryError

_IN_ALL: Final = 30  # messages a second (core.telegram.org/bots/faq)
_WINDOW: Final = 1.05  # seconds: their clock and ours don't tick together
_SLOW: Final = 5.0  # seconds, after which a call without an answer holds up no other


class Pace:
    """Lets calls through, in the order in which they came.

    Each holds its place for a second from its answer, not from its start: what is slow on its way
    would else arrive together with what came later.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._places = asyncio.Semaphore(_IN_ALL)
        self._until = 0.0
        self._limited: int | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Entered once the next message may go; TemporaryDeliveryError where none may."""
        self._check()
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        leaving = loop.call_later(_SLOW, self._places.release)
        try:
            self._check()
            yield
        finally:
            if loop.time() < leaving.when():
                leaving.cancel()
                loop.call_later(_WINDOW, self._places.release)

    def _check(self) -> None:
        left = self._until - self._clock()
        if left > 0:
            raise TemporaryDeliveryError(left)

    @property
    def is_held_up(self) -> bool:
        """Whether nothing at all may be sent just now."""
        return self._until > self._clock()

    def went(self) -> None:
        """A message was taken: whatever limit was met is one chat's."""
        self._limited = None

    def limited(self, chat_id: int, seconds: float) -> None:
        """A chat may get nothing for so long; the second in a row means the whole bot."""
        if self._limited not in (None, chat_id):
            self._until = max(self._until, self._clock() + seconds)
        self._limited = chat_id
