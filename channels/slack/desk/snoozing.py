"""Lets a complaint rest: its card says until when, and that ends by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.errors import Conflict, NotFound
from channels.slack.desk import names
from channels.slack.desk.counter import Counter
from channels.slack.desk.roles import Colleague
from channels.slack.desk.voice import Voice

MORNING: Final = time(9)
_HOURS: Final = timedelta(hours=2)
_TRIES: Final = 10  # the worker keeps the card, too


def until(value: str, voice: Voice) -> datetime | None:
    """Until when a choice lasts; None for one that asks for a day."""
    match value:
        case "2h":
            return voice.now + _HOURS
        case "tomorrow":
            return morning_of(voice.today + timedelta(days=1), voice)
    return None


def morning_of(day: date, voice: Voice) -> datetime:
    """When people come, where the organisation is."""
    return datetime.combine(day, MORNING, voice.zone)


@dataclass(frozen=True)
class Snoozing:
    """Keeps it with the card."""

    counter: Counter

    async def snooze(self, reference: str, end: datetime, who: Colleague) -> None:
        """Until `end`; the card is looked at now, to show it. NotFound without a card."""
        cards = self.counter.cards
        for _ in range(_TRIES):
            card = await cards.find(reference)
            if card is None:
                raise NotFound
            told = {names.SNOOZED_UNTIL: end.isoformat(), names.SNOOZED_BY: who.name}
            now = self.counter.around.now()
            changed = replace(card, state={**card.state, **told}, look_at=now)
            if await cards.keep(reference, changed):
                self.counter.wake()
                return
        raise Conflict
