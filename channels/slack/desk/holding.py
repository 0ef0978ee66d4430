"""One card while we hold its claim: what is noted on the way, and how it is let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.platforms import Card, Cards
from channels.slack.desk import names
from channels.slack.desk.claims import Claimant
from channels.slack.desk.voice import moment_of

_TRIES: Final = 5
_RENEWED_BELOW: Final = timedelta(seconds=20)
_GONE: Final = frozenset({names.CLAIM, names.CLAIMED_UNTIL})


class ClaimLost(Exception):  # noqa: N818  # named for what happened
    """Somebody else works on the card now, or did since it was read."""


@dataclass
class Held:
    """Every change names the version that was read: what others keep meanwhile stays."""

    cards: Cards
    claimant: Claimant
    now: Callable[[], datetime]
    reference: str
    card: Card

    @classmethod
    async def claimed(
        cls, cards: Cards, claimant: Claimant, now: Callable[[], datetime], name: str, card: Card
    ) -> Held:
        """The card with our claim on it; ClaimLost."""
        if claimant.must_wait(card.state, now()):
            raise ClaimLost
        ours = replace(card, state=claimant.claims(card.state, now()))
        if not await cards.keep(name, ours):
            raise ClaimLost
        return cls(cards, claimant, now, name, replace(ours, version=card.version + 1))

    async def renew(self) -> None:
        """Keeps the claim while there is much to say."""
        until = moment_of(self.card.state[names.CLAIMED_UNTIL])
        if until - self.now() < _RENEWED_BELOW:
            await self.note(state=self.claimant.claims({}, self.now()))

    async def note(
        self,
        *,
        channel: str | None = None,
        ts: str | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """Keeps how far it got; what is None in `state` goes."""

        def noted(card: Card) -> Card:
            told = {**card.state, **(state or {})}
            return replace(
                card,
                channel=card.channel if channel is None else channel,
                ts=card.ts if ts is None else ts,
                state={key: value for key, value in told.items() if value is not None},
            )

        await self.keep(noted)

    async def leave(self) -> None:
        """Lets go after a failure: whoever comes next looks at what was done by then."""

        def left(card: Card) -> Card:
            state = {key: value for key, value in card.state.items() if key not in _GONE}
            return replace(card, state={**state, names.UNSURE: True})

        await self.keep(left)

    async def keep(self, change: Callable[[Card], Card]) -> None:
        """Changes the card as it is now; ClaimLost if it is no longer ours to change."""
        for _ in range(_TRIES):
            changed = change(self.card)
            if await self.cards.keep(self.reference, changed):
                self.card = replace(changed, version=changed.version + 1)
                return
            fresh = await self.cards.find(self.reference)
            if fresh is None or not self.claimant.holds(fresh.state):
                raise ClaimLost
            self.card = fresh
        raise ClaimLost
