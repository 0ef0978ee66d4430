"""What the web channel is told: who answers, who may embed the chat, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network

JSON_LIMIT = 1_048_576
"""Bytes that a JSON body may have (contract §2)."""

_PARTS_AROUND_A_FILE = 65_536  # boundaries, headers and the other fields of a multipart body
_FILES_IN_A_FORM = 3  # of full size; more of them if they are smaller


@dataclass(frozen=True)
class WebSettings:
    """`public_url` is the origin of the pages."""

    organisation: str
    default_language: str
    public_url: str
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    max_attachment_bytes: int = 20_971_520
    max_attachments: int = 10
    messages_per_minute: int = 60

    heartbeat_seconds: float = 15
    """How often a silent stream gives a sign of life."""

    patience_seconds: float = 30
    """How long a reader may take for what is sent, or a sender for the next piece of a body."""

    streams_per_conversation: int = 16
    """Windows that may listen to one conversation; the oldest gives way."""

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may talk to the chat."""
        return frozenset(o.rstrip("/").lower() for o in (self.public_url, *self.allowed_origins))

    def body_limit(self, path: str) -> int:
        """How many bytes a body sent to `path` may have."""
        if path == "/chat/attachments":
            return self.max_attachment_bytes + _PARTS_AROUND_A_FILE
        if path in ("/complain", "/status"):
            return _FILES_IN_A_FORM * self.max_attachment_bytes + JSON_LIMIT
        return JSON_LIMIT
