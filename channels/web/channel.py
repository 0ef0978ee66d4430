"""The web channel: what is committed wakes whoever listens; its routes take what people send."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter

from bot.dialogue.messages import ConversationId
from bot.languages import Language
from bot.ports import Conversing, Delivery
from bot.rates import Rates
from channels.web.assets import Assets
from channels.web.chat import Chat
from channels.web.events import Listeners
from channels.web.pages import Pages, Rights
from channels.web.settings import WebSettings
from channels.web.site import Site
from channels.web.tokens import CHANNEL


class WebChannel:
    """Implements `Channel`; the transcript in storage is what windows read."""

    name = CHANNEL

    def __init__(
        self,
        conversing: Conversing,
        languages: Mapping[str, Language],
        settings: WebSettings,
        *,
        now: Callable[[], datetime],
        rights: Rights,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._rights = rights
        self.listeners = Listeners(settings.streams_per_conversation)
        self._site = Site(
            conversing=conversing,
            languages=languages,
            settings=settings,
            now=now,
            rates=Rates(monotonic),
            listeners=self.listeners,
        )

    async def send(self, delivery: Delivery) -> None:
        """Wakes the windows; one that is closed reads the line when it comes back."""
        self.listeners.wake(delivery.conversation)

    def wake(self, conversations: Iterable[ConversationId]) -> None:
        """There may be new lines, perhaps written by another server (`Storage.on_commit`)."""
        for conversation in conversations:
            self.listeners.wake(conversation)

    def close(self) -> None:
        """Ends the streams, which otherwise would keep a server from stopping."""
        self.listeners.close()

    def routers(self) -> Sequence[APIRouter]:
        """Chat, pages and files."""
        return (
            Chat(self._site).router(),
            Pages(self._site, self._rights).router(),
            Assets().router(),
        )
