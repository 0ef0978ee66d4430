"""How often somebody may do something: a person by address or token, a network by its address."""

from __future__ import annotations

import math
from collections.abc import Callable

from bot.errors import TooMany

_FORGET_AT = 10_000  # keys; then those that have waited long enough are dropped


class Rates:
    """Allows `per_minute` acts at once and then one whenever its share of the minute has passed.

    One number per key (the generic cell rate algorithm), so a million strangers cost 100 MB at the
    very worst, and in-process alone: each replica counts for itself. The in-memory storage of the
    `limits` package looks through all keys every 10 ms and never forgets some of them.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._free_at: dict[tuple[str, str], float] = {}
        self._forget_at = _FORGET_AT

    def count(self, act: str, who: str, per_minute: int) -> None:
        """Counts one `act`; TooMany, with the seconds to wait, past the limit."""
        now = self._clock()
        share = 60 / per_minute
        free_at = max(self._free_at.get((act, who), now), now)
        wait = free_at - now - (60 - share)
        if wait > 1e-9:
            raise TooMany(math.ceil(wait))
        self._free_at[act, who] = free_at + share
        if len(self._free_at) > self._forget_at:
            self._forget(now)

    def __len__(self) -> int:
        return len(self._free_at)

    def _forget(self, now: float) -> None:
        self._free_at = {key: at for key, at in self._free_at.items() if at > now}
        # Doubling keeps the cost per act constant however many keys are truly busy.
        self._forget_at = max(_FORGET_AT, 2 * len(self._free_at))
