"""Hands what was said to the service; a turn's replies come back through the outbox."""

from __future__ import annotations

from bot.dialogue.messages import InboundMessage
from bot.errors import MessageReused
from bot.ports import Answer, Conversing, Observer


class Turns:
    """Takes turns."""

    def __init__(self, conversing: Conversing, observer: Observer) -> None:
        self._conversing = conversing
        self._observer = observer

    async def take(self, said: InboundMessage) -> Answer | None:
        """Takes one; None where its id was used for something else, which is no turn."""
        try:
            return await self._conversing.receive(said)
        except MessageReused:
            self._observer.refused("telegram_reused")
            return None
