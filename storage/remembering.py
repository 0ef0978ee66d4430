"""Cards in memory: the twin of `storage.cards`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.carding import Card, Place, Uncarded
from bot.domain.complaint import Complaint
from bot.domain.reference import Reference


@dataclass
class RememberedCards:
    """Remembers where complaints are shown."""

    _complaints: dict[Reference, Complaint] = field(default_factory=dict, init=False)
    _cards: dict[str, Card] = field(default_factory=dict, init=False)

    async def cards_behind(
        self, now: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[Uncarded, ...]:
        found = {
            (one.received_at, str(one.reference)): one
            for one in self._complaints.values()
            if _is_behind(one, self._cards.get(one.reference), now)
        }
        places = behind(found, after)[:limit]
        return tuple((at, found[at], self._cards.get(at[1])) for at in places)

    async def card(self, name: str) -> Card | None:
        return self._cards.get(name)

    async def card_at(self, channel: str, ts: str) -> Reference | None:
        shown = (
            name for name, one in self._cards.items() if (one.channel, one.ts) == (channel, ts)
        )
        return Reference(next(shown, "")) or None if ts else None

    async def keep_card(self, name: str, card: Card) -> bool:
        stored = self._cards.get(name)
        if (stored.version if stored else 0) != card.version:
            return False
        self._cards[name] = replace(card, version=card.version + 1)
        return True

    async def received_like(self, category: str, since: datetime) -> int:
        those = self._complaints.values()
        return sum(
            one.assessment.category == category and one.received_at >= since for one in those
        )


def _is_behind(complaint: Complaint, card: Card | None, now: datetime) -> bool:
    if card is not None and card.look_at is not None and card.look_at <= now:
        return True
    shown = card.shown if card else 0
    return complaint.version > shown and (shown > 0 or not complaint.status.is_final)


def behind(places: Iterable[Place], after: Place | None) -> list[Place]:
    return sorted(place for place in places if after is None or place > after)
