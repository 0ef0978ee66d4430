"""Pressed buttons: each is answered, and a question that is answered loses its buttons."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery

from bot.ports import Answer, Conversing, Observer
from channels.telegram.errands import Errands
from channels.telegram.translate import Press, pressed, settled
from channels.telegram.turns import Turns


class Presses:
    """Makes turns of presses."""

    def __init__(
        self, conversing: Conversing, turns: Turns, errands: Errands, observer: Observer
    ) -> None:
        self._conversing = conversing
        self._turns = turns
        self._errands = errands
        self._observer = observer

    def router(self) -> Router:
        """Presses of whatever kind."""
        router = Router(name="presses")
        router.callback_query.register(self.pressed)
        return router

    async def pressed(self, query: CallbackQuery, at: datetime) -> None:
        """One press. Until it is answered, the button looks busy."""
        self._errands.run(AnswerCallbackQuery(callback_query_id=query.id), is_counted=False)
        press = pressed(query, at)
        if press is None:
            self._observer.refused("telegram_press")
            return
        answer = await self._turns.take(press.said)
        if answer and press.button.asks:
            await self._settle(query, press, answer)

    async def _settle(self, query: CallbackQuery, press: Press, answer: Answer) -> None:
        """Shows what was chosen, unless the button meant nothing any more."""
        conversation = await self._conversing.find(press.said.address)
        stale = self._conversing.words("stale", conversation.language if conversation else None)
        was_taken = not any(line.text.startswith(stale) for line in answer.messages)
        if call := settled(query, was_taken=was_taken):
            self._errands.run(call)
