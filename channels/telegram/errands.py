"""Small calls beside the conversation, such as the answer to a press: worth a try, not a turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.enums import ChatAction
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.methods import SendChatAction, TelegramMethod

from bot.errors import TemporaryDeliveryError
from channels.telegram.pacing import Pace

log = structlog.get_logger(__name__)

_TYPING_AFTER: Final = 0.3  # seconds of work, then it shows (design: no pretended delay)
_TYPING_LASTS: Final = 4.5  # Telegram shows it for five
_CLOSING: Final = 2.0
_DONE_ALREADY: Final = ("message is not modified", "query is too old")


class Errands:
    """Runs them in the background; what fails is logged and forgotten."""

    def __init__(self, bot: Bot, pace: Pace) -> None:
        self._bot = bot
        self._pace = pace
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, call: TelegramMethod[Any], *, is_counted: bool = True) -> None:
        """Makes a call soon; a counted one waits for its turn among the messages."""
        self._start(self.call(call, is_counted=is_counted))

    async def call(self, call: TelegramMethod[Any], *, is_counted: bool = True) -> None:
        """Makes a call; never raises."""
        try:
            async with self._pace.turn() if is_counted else nullcontext():
                await self._bot(call)
        except TemporaryDeliveryError:
            log.info("telegram call left out", method=type(call).__name__)
        except TelegramBadRequest as error:
            if not any(sign in error.message.lower() for sign in _DONE_ALREADY):
                log.warning("telegram call refused", method=type(call).__name__)
        except AiogramError as error:
            kind = type(error).__name__
            log.warning("telegram call failed", method=type(call).__name__, reason=kind)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @asynccontextmanager
    async def typing(self, chat_id: int) -> AsyncIterator[None]:
        """Shows that somebody is at work, once it takes long enough to wonder."""
        task = self._start(self._type(chat_id))
        try:
            yield
        finally:
            task.cancel()

    async def _type(self, chat_id: int) -> None:
        await asyncio.sleep(_TYPING_AFTER)
        while not self._pace.is_held_up:
            call = SendChatAction(chat_id=chat_id, action=ChatAction.TYPING)
            await self.call(call, is_counted=False)
            await asyncio.sleep(_TYPING_LASTS)

    async def close(self) -> None:
        """Lets those in progress end, though not for long."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_CLOSING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
