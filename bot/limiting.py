"""How often somebody may look up what hits nothing: per person, and in all (contract §3)."""

from __future__ import annotations

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.dialogue.messages import Address


class LookUps:
    """Counts look-ups that missed, in a window of one hour."""

    def __init__(self, per_hour: int, in_all: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._one = RateLimitItemPerHour(per_hour)
        self._all = RateLimitItemPerHour(in_all)

    def may(self, address: Address) -> bool:
        """Whether this person may try once more."""
        one = self._limiter.test(self._one, address.channel, address.key)
        return one and self._limiter.test(self._all)

    def missed(self, address: Address, count: int) -> None:
        """Notes tries that hit nothing."""
        for _ in range(count):
            self._limiter.hit(self._one, address.channel, address.key)
            self._limiter.hit(self._all)
