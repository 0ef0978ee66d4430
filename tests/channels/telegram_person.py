"""Somebody on the fake Telegram, and a channel that listens to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channels.telegram.channel import Settings, Telegram
from tests.channels.telegram_twin import World
from tests.platforms import HAS_FAKES

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

STORY = "My parcel 48213 came smashed on 3 November. I want my £42.50 back"


@asynccontextmanager
async def fake_telegram(**how: Any) -> AsyncIterator[FakeTelegram]:
    """A Telegram with one bot; whoever waits for something there also notices what we do."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.01)
            fake.changed()

    async with FakeTelegram(**how) as fake:
        fake.spawn(tick())
        yield fake


@dataclass
class Person:
    """Writes and presses, and sees what comes back."""

    telegram: FakeTelegram
    chat: int
    seen: int = 0

    @classmethod
    def enter(cls, telegram: FakeTelegram, name: str = "Alice", language: str = "en") -> Person:
        """Somebody new."""
        return cls(telegram, telegram.user(name, language_code=language))

    async def say(self, text: str, hears: str, within: float = 10) -> dict[str, Any]:
        """Writes, and waits for an answer with these words in it."""
        self.telegram.say(self.chat, text)
        return await self.hear(hears, within)

    async def press(self, label: str, hears: str, within: float = 10) -> dict[str, Any]:
        """Presses the newest button of that name, and waits for the answer."""
        self.telegram.press(self.chat, label)
        return await self.hear(hears, within)

    async def hear(self, words: str, within: float = 10) -> dict[str, Any]:
        """The next message with these words that was not heard before."""
        message = await self.telegram.wait_for(self.chat, words, after=self.seen, timeout=within)
        self.seen = message["message_id"]
        return dict(message)

    async def tell(self, story: str = STORY) -> dict[str, Any]:
        """Tells a complaint up to its summary; with the language `keys`."""
        await self.say(story, "⟦ask.effect")
        await self.press("⟦choice.skip⟧", "⟦ask.evidence")
        await self.press("⟦choice.no⟧", "⟦ask.contact")
        return await self.press("⟦choice.chat⟧", "⟦check")

    async def lodge(self, story: str = STORY) -> dict[str, Any]:
        """Makes a complaint."""
        await self.tell(story)
        return await self.press("⟦choice.send⟧", "⟦acknowledgement")

    def heard(self) -> list[str]:
        """Everything that the bot said, as it shows now."""
        return [message["text"] for message in self.telegram.from_bot(self.chat)]

    def buttons(self, message_id: int) -> list[str]:
        """What shows below a message now."""
        message = next(m for m in self.telegram.chat(self.chat) if m["message_id"] == message_id)
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]


def settings(telegram: FakeTelegram, **changes: Any) -> Settings:
    """How the channel reaches the fake."""
    told: dict[str, Any] = {
        "token": telegram.token,
        "api_url": telegram.url,
        "retry_seconds": 0.01,
        "organisation": "Northwind Parcels",
        "public_url": "https://complaints.example",
    }
    return Settings(**(told | changes))


@asynccontextmanager
async def listening(
    telegram: FakeTelegram, world: World, **changes: Any
) -> AsyncIterator[Telegram]:
    """A channel that runs with a small world around it."""
    channel = Telegram(settings(telegram, **changes), world.around())
    running = asyncio.create_task(channel.run())
    try:
        yield channel
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.close()
