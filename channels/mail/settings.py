"""What the mail channel is told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Settings:
    """`smtp_url` is `smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS`, or `smtps://…` for TLS from the
    start; port and sender may be left out."""

    smtp_url: str
    organisation: str
    public_url: str

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.smtp_url)

    @property
    def host(self) -> str:
        """The mail server."""
        return self._parts.hostname or "localhost"

    @property
    def port(self) -> int:
        """Its port: 587, or 465 where TLS comes first."""
        return self._parts.port or _PORTS[self._parts.scheme]

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS comes before the first word; otherwise it is begun where it is offered."""
        return self._parts.scheme == "smtps"

    @property
    def credentials(self) -> tuple[str, str] | None:
        """Name and password, where the server wants them."""
        name, password = self._parts.username, self._parts.password
        return (unquote(name), unquote(password or "")) if name else None

    @property
    def sender(self) -> str:
        """Who writes: told, or the name that logs in, or nobody at that server."""
        told = parse_qs(self._parts.query).get("from")
        name = unquote(self._parts.username or "")
        return told[0] if told else name if "@" in name else f"complaints@{self.host}"
