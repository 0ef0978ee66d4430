"""What a channel of another network is built with, and what it offers (Telegram, Slack, mail)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.languages import Language
from bot.ports import Channel, Conversing, Observer, Raw

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
ASGIApp = Callable[
    [Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
"""An application as ASGI 3 has it, without any framework's name for it."""


@dataclass(frozen=True)
class Batch:
    """Payloads of one lane that belong together; `is_flood` where the rest of them was dropped."""

    raws: tuple[Raw, ...]
    is_flood: bool = False


class Inbox(Protocol):
    """Takes payloads in order, lane by lane, and hands each to its channel once (`bot.inbox`)."""

    async def take(self, raw: Raw) -> None:
        """Returns once the payload may be acknowledged: its turn is committed, or it is kept.

        Whatever it raises, nothing was kept: the platform must deliver it again.
        """
        ...


class OpenInbox(Protocol):
    """Makes the inbox of a channel (`bot.inbox.inbox_for`).

    `handle` takes the turn of a batch. What it raises beside a StorageError is quarantined, since
    it would fail again. `joins` tells whether the second of two neighbours belongs to the first.
    """

    def __call__(
        self,
        channel: str,
        handle: Callable[[Batch], Awaitable[None]],
        joins: Callable[[Raw, Raw], bool],
    ) -> Inbox: ...


@dataclass(frozen=True)
class Around:
    """What a channel is built with."""

    conversing: Conversing
    languages: Mapping[str, Language]
    inbox: OpenInbox
    now: Callable[[], datetime]
    observer: Observer


class Platform(Channel, Protocol):
    """A channel of its own network (`channels.telegram`): it also listens there."""

    @property
    def webhook(self) -> ASGIApp | None:
        """What is served below `/NAME/`, where the platform calls rather than is asked."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why nothing can be received or sent just now; None where all is well."""
        ...

    async def run(self) -> None:
        """Listens until it is cancelled, and reconnects for itself."""
        ...

    async def close(self) -> None:
        """Lets go of connections, once nothing is received or sent any more."""
        ...


@dataclass(frozen=True)
class Finding:
    """What a channel found when it was looked over: `ombud doctor` shows it.

    `mend` is the one command or step that mends it.
    """

    name: str
    is_fine: bool
    what: str
    why: str = ""
    mend: str = ""
