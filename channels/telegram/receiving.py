"""Sorts updates by kind and has each taken: one router for each concern."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.enums import ChatType
from aiogram.types import Message, Update
from aiogram.types.update import UpdateTypeLookupError

from bot.platforms import Around, Batch
from bot.ports import Observer
from channels.telegram.errands import Errands
from channels.telegram.files import Evidence
from channels.telegram.groups import Groups, membership
from channels.telegram.me import Me
from channels.telegram.presses import Presses
from channels.telegram.private import PrivateChat
from channels.telegram.translate import flooded
from channels.telegram.turns import Turns
from channels.telegram.updates import read

_WATCHED: Final = timedelta(minutes=1)  # older messages have nobody looking on


class Receiver:
    """Takes what the inbox hands over."""

    def __init__(
        self, bot: Bot, around: Around, evidence: Evidence, errands: Errands, me: Me
    ) -> None:
        self._bot = bot
        self._errands = errands
        self._observer: Observer = around.observer
        self._now: Callable[[], datetime] = around.now
        self._turns = Turns(around.conversing, around.observer)
        self._dispatcher = Dispatcher(disable_fsm=True)
        conversing, turns = around.conversing, self._turns
        self._dispatcher.include_routers(
            *PrivateChat(conversing, evidence, turns, around.observer, me).routers(),
            Presses(conversing, turns, errands, around.observer).router(),
            Groups(conversing, errands, me).router(),
            membership(),
        )

    async def handle(self, batch: Batch) -> None:
        """One update, or the messages of an album; what can't be read raises."""
        updates = [read(raw, self._bot) for raw in batch.raws]
        messages = tuple(update.message for update in updates if update.message)
        async with self._typing(updates[0]):
            handled = await self._fed(updates[0], messages, batch.raws[0].at)
        if not handled:
            self._observer.refused("telegram_unknown")
        if batch.is_flood and messages and messages[-1].chat.type == ChatType.PRIVATE:
            await self._turns.take(flooded(messages[-1]))

    async def _fed(self, update: Update, parts: tuple[Message, ...], at: datetime) -> bool:
        """Whether there is a router for it; the dispatcher would show a kind that is new."""
        try:
            _ = update.event_type
        except UpdateTypeLookupError:
            return False
        end = await self._dispatcher.feed_update(self._bot, update, parts=parts, at=at)
        return end is not UNHANDLED

    @asynccontextmanager
    async def _typing(self, update: Update) -> AsyncIterator[None]:
        message = update.message
        if message and self._is_watched(message):
            async with self._errands.typing(message.chat.id):
                yield
        else:
            yield

    def _is_watched(self, message: Message) -> bool:
        """Somebody just sent it, and looks on."""
        is_private = message.chat.type == ChatType.PRIVATE
        return is_private and self._now() - message.date < _WATCHED
