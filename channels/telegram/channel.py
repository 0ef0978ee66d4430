"""The Telegram channel: listens by polling or webhook, sends what the outbox holds."""

from __future__ import annotations

import asyncio
from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import DeleteWebhook, GetMe, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.platforms import Around, ASGIApp, Platform
from bot.ports import Delivery
from channels.telegram.checkup import checkup
from channels.telegram.client import open_bot, set_webhook
from channels.telegram.errands import Errands
from channels.telegram.files import Evidence
from channels.telegram.health import RECEIVING, Health
from channels.telegram.me import Me
from channels.telegram.pacing import Pace
from channels.telegram.polling import Delays, Polling
from channels.telegram.receiving import Receiver
from channels.telegram.sending import Sender
from channels.telegram.settings import NAME, Settings
from channels.telegram.setup import set_up
from channels.telegram.updates import joins
from channels.telegram.webhook import webhook

_HELD_UP: Final = "Telegram takes no messages just now: too many were sent"

__all__ = ["Settings", "checkup", "open_channel", "set_up"]


class Telegram:
    """Implements `bot.platforms.Platform`."""

    name = NAME

    def __init__(self, settings: Settings, around: Around) -> None:
        self._settings = settings
        self._around = around
        self._bot: Bot = open_bot(settings)
        self._pace = Pace()
        self._health = Health()
        self._errands = Errands(self._bot, self._pace)
        self._me = Me()
        self._sender = Sender(self._bot, around.conversing, self._pace, self._health)
        self._inbox = around.inbox(NAME, self._receiver().handle, joins)
        self._webhook = self._open_webhook()

    def _receiver(self) -> Receiver:
        told = self._settings
        evidence = Evidence(
            self._bot,
            self._around.conversing,
            most_bytes=told.max_attachment_bytes,
            most=told.max_attachments,
        )
        return Receiver(self._bot, self._around, evidence, self._errands, self._me)

    def _open_webhook(self) -> ASGIApp | None:
        secret = self._settings.webhook_secret
        if not secret:
            return None
        around = self._around
        path = f"/{NAME}/webhook"
        return webhook(self._inbox, path, secret, now=around.now, observer=around.observer)

    @property
    def webhook(self) -> ASGIApp | None:
        """What Telegram may call; it knows the secret."""
        return self._webhook

    @property
    def trouble(self) -> str | None:
        """Why Telegram can't be used just now."""
        return self._health.trouble or (_HELD_UP if self._pace.is_held_up else None)

    async def send(self, delivery: Delivery) -> None:
        """Sends a line; TemporaryDeliveryError, PermanentDeliveryError."""
        await self._sender.send(delivery)

    async def run(self) -> None:
        """Listens until it is cancelled."""
        delays = Delays(self._settings.retry_seconds)
        self._me.user = await self._persist(GetMe(), delays)
        if self._settings.uses_webhook:
            await self._persist(set_webhook(self._settings), delays)
            self._health.well(RECEIVING)
            await asyncio.Event().wait()
        await self._persist(DeleteWebhook(), delays)
        around = self._around
        polling = Polling(
            self._bot,
            self._inbox,
            self._health,
            delays,
            now=around.now,
            observer=around.observer,
        )
        await polling.run()

    async def _persist(self, call: TelegramMethod[TelegramType], delays: Delays) -> TelegramType:
        """Makes a call until it works: the platform may be down when Ombud starts."""
        while True:
            try:
                return await self._bot(call)
            except AiogramError as error:
                self._health.failed(RECEIVING, error)
                await delays.after(error)

    async def close(self) -> None:
        """Ends small calls in progress, and the connections."""
        await self._errands.close()
        await self._bot.session.close()


def open_channel(settings: Settings, around: Around) -> Platform:
    """The channel, not connected yet; ConfigurationError."""
    return Telegram(settings, around)
