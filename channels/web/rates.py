"""How often somebody may do something: a person by token, a network by client address."""

from __future__ import annotations

import math
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from fastapi import Request

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


def client_of(request: Request, trusted: tuple[IPv4Network | IPv6Network, ...]) -> str:
    """The network address that a request comes from; proxies are believed only if trusted.

    The last address that no trusted proxy wrote is the client: what stands before it, anybody may
    have written. An IPv6 customer has a whole /64, which counts as one.
    """
    client = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while forwarded and _is_within(client, trusted):
        client = forwarded.pop().strip() or client
    return _network(client)


def _is_within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in networks)


def _network(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Network((ip, 64), strict=False))
