"""What a channel of another network is built with, and what it offers (Telegram, Slack, mail)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.carding import Card, Place
from bot.languages import FALLBACK, Language
from bot.ports import Channel, Conversing, Desk, Observer, Raw

__all__ = [
    "ASGIApp",
    "Around",
    "Batch",
    "Behind",
    "Card",
    "Cards",
    "Evidence",
    "Finding",
    "Inbox",
    "Local",
    "Message",
    "OpenInbox",
    "Place",
    "Platform",
    "Scope",
]

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
class Behind:
    """A complaint with more to show than its card does; `card` is None where it has none yet.

    `complaint` is as the desk sees it (contract §4), but never with a name or contact in it;
    `similar` is how many of its category came within a week, itself among them.
    """

    reference: str
    version: int
    complaint: Mapping[str, Any]
    card: Card | None
    place: Place
    similar: int = 0


class Cards(Protocol):
    """Where complaints are shown to caseworkers, and what is not shown yet (`bot.cards`)."""

    async def behind(self, limit: int, after: Place | None = None) -> tuple[Behind, ...]:
        """Complaints whose card shows less than has happened, or is to be looked at again; oldest
        first, those behind `after`. Ended ones without a card are left out."""
        ...

    async def seen(self, reference: str) -> Behind | None:
        """One complaint with its card, whether or not there is more to show."""
        ...

    async def open(self) -> tuple[Mapping[str, Any], ...]:
        """Every complaint that is not ended, oldest first, in the same shape."""
        ...

    async def find(self, name: str) -> Card | None:
        """The card of a complaint, by its reference."""
        ...

    async def at(self, channel: str, ts: str) -> str | None:
        """The reference of the complaint that a message shows."""
        ...

    async def keep(self, name: str, card: Card) -> bool:
        """Keeps a card as its next version; False, and nothing is kept, where somebody else kept
        one since `card.version` was read (0: there was none)."""
        ...

    def on_change(self, callback: Callable[[], None]) -> None:
        """Has `callback` called on the event loop whenever something may be behind."""
        ...


class Evidence(Protocol):
    """The files of complaints."""

    async def read(self, reference: str, sha256: str) -> bytes:
        """A file's content, by what the complaint says of it; NotFound."""
        ...


def _every_day(day: date) -> bool:
    return True


@dataclass(frozen=True)
class Local:
    """How those who work here write and reckon."""

    language: str = FALLBACK
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    is_working_day: Callable[[date], bool] = _every_day


@dataclass(frozen=True)
class Around:
    """What a channel is built with; what caseworkers need is None where nobody works in it."""

    conversing: Conversing
    languages: Mapping[str, Language]
    inbox: OpenInbox
    now: Callable[[], datetime]
    observer: Observer
    desk: Desk | None = None
    cards: Cards | None = None
    evidence: Evidence | None = None
    local: Local = field(default_factory=Local)


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
