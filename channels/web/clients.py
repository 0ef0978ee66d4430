"""Which network address a request comes from."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from fastapi import Request


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
