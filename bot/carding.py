"""What showing complaints elsewhere asks of the storage: where each is shown, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.complaint import Complaint
from bot.domain.reference import Reference


@dataclass(frozen=True)
class Card:
    """Where a complaint is shown: one message of `channel`, empty `ts` before it is posted.

    - `shown` is how many of its events the card and its thread show.
    - `state` is whatever the desk remembers about it, as JSON.
    - At `look_at` it has to be looked at again although nothing happened.
    - `version` is how often it was kept; whoever keeps it names the version that they read.
    """

    channel: str
    ts: str = ""
    shown: int = 0
    state: Mapping[str, Any] = field(default_factory=dict)
    look_at: datetime | None = None
    version: int = 0
    desk: str = "slack"


Place = tuple[datetime, str]
"""Where a list was left: when a complaint was received, and its reference."""

Uncarded = tuple[Place, Complaint, Card | None]


class Carding(Protocol):
    """Keeps cards, one for each complaint."""

    async def cards_behind(
        self, now: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[Uncarded, ...]:
        """Complaints with events that their card does not show, or whose card is to be looked at
        by `now`; oldest first, those behind `after`. Ended ones without a card are left out."""
        ...

    async def card(self, name: str) -> Card | None:
        """The card of a complaint, by its reference."""
        ...

    async def card_at(self, channel: str, ts: str) -> Reference | None:
        """Which complaint a message shows."""
        ...

    async def keep_card(self, name: str, card: Card) -> bool:
        """Keeps it as its next version; False, and nothing is kept, if the stored version is
        another than `card.version` (0 where there is none)."""
        ...

    async def received_like(self, category: str, since: datetime) -> int:
        """How many complaints of a category came since."""
        ...
