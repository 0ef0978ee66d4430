"""How often look-ups may hit nothing: for a person, a network address, and in all (contract §3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from bot.dialogue.messages import InboundMessage


@dataclass(frozen=True)
class LookUpLimits:
    """How many misses an hour."""

    per_person: int
    per_network: int
    in_all: int


class LookUps:
    """Counts look-ups that missed, by the hour."""

    def __init__(self, limits: LookUpLimits) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._person = RateLimitItemPerHour(limits.per_person)
        self._network = RateLimitItemPerHour(limits.per_network)
        self._all = RateLimitItemPerHour(limits.in_all)

    def may(self, message: InboundMessage) -> bool:
        """Whether whoever wrote this may try once more."""
        return all(self._limiter.test(limit, *whose) for limit, whose in self._counts(message))

    def missed(self, message: InboundMessage, count: int) -> None:
        """Notes tries that hit nothing."""
        for limit, whose in self._counts(message):
            for _ in range(count):
                self._limiter.hit(limit, *whose)

    def _counts(self, message: InboundMessage) -> Iterator[tuple[RateLimitItem, tuple[str, ...]]]:
        yield self._person, ("person", message.address.channel, message.address.key)
        yield self._all, ("all",)
        if message.network is not None:
            yield self._network, ("network", message.network)
