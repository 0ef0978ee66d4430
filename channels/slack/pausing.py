"""Pauses between tries: they grow, and are never quite the same, so that not all try at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from secrets import SystemRandom
from typing import Final

_GROWTH: Final = 60  # times the first pause
_CHANCE = SystemRandom().random


@dataclass
class Pauses:
    """From `first` seconds, doubling; `chance` takes up to half of a pause off."""

    first: float
    chance: Callable[[], float] = _CHANCE
    _tries: int = 0

    def reset(self) -> None:
        """It worked."""
        self._tries = 0

    def next(self, told: float | None = None, *, is_hopeless: bool = False) -> float:
        """Seconds until the next try; what Slack told counts, what can't pass soon waits long."""
        factor = _GROWTH if is_hopeless else min(1 << min(self._tries, 30), _GROWTH)
        self._tries += 1
        return max(told or 0.0, self.first * factor * (1 - self.chance() / 2))

    async def wait(self, told: float | None = None, *, is_hopeless: bool = False) -> None:
        """Waits for the next try."""
        await asyncio.sleep(self.next(told, is_hopeless=is_hopeless))
