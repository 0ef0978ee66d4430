"""kill -9 at the worst moments of a conversation on Telegram: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random  # noqa: TID251  # a seed must give the same kills again
from typing import TYPE_CHECKING

import pytest

from bot.dialogue.messages import Sender
from channels.telegram.translate import address_of
from tests.channels.telegram_person import STORY, Person, fake_telegram
from tests.platforms import HAS_FAKES, installation, needs_fakes
from tests.serving import Caseworker, Server

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

pytestmark = needs_fakes


@asynccontextmanager
async def served(telegram: FakeTelegram, folder: Path) -> AsyncIterator[Server]:
    """A real server; it starts and stops beside the event loop that the fake runs on."""
    told = {
        "OMBUD_TELEGRAM_TOKEN": telegram.token,
        "OMBUD_TELEGRAM_API_URL": telegram.url,
        "OMBUD_LANGUAGE": "keys",
        "OMBUD_RETRY_SECONDS": "0.05",
    }
    server = Server(folder, told)
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


async def restart(server: Server) -> None:
    """As after a power cut."""
    server.kill()
    await asyncio.to_thread(server.start)


async def test_killed_while_it_sends(tmp_path: Path) -> None:
    """The turn is committed, its line on the way: it comes after the restart, once, and the
    complaint is there once."""
    async with fake_telegram() as telegram, served(telegram, tmp_path) as server:
        alice = Person.enter(telegram)
        await alice.tell()
        telegram.fault(method="sendMessage", kind="drop", seconds=60)
        telegram.press(alice.chat, "⟦choice.send⟧")
        await telegram.until(lambda: telegram.calls("sendMessage")[-1].outcome == "fault: drop")
        await restart(server)
        acknowledgement = await alice.hear("⟦acknowledgement", within=15)

        (complaint,) = await asyncio.to_thread(Caseworker(server.url).all)
        assert complaint["reference"] in acknowledgement["text"]
        assert sum("⟦acknowledgement" in text for text in alice.heard()) == 1


@pytest.mark.long
async def test_killed_once_it_was_sent(tmp_path: Path) -> None:
    """Nobody noted that the line arrived: it comes at most once more, and all goes on."""
    async with fake_telegram() as telegram, served(telegram, tmp_path) as server:
        alice = Person.enter(telegram)
        await alice.say("/start", "⟦greeting")
        telegram.fault(method="sendMessage", kind="lose_reply", seconds=60)
        await alice.say("/settings", "⟦settings")
        await restart(server)
        await alice.say("/help", "⟦", within=15)

        assert 1 <= sum("⟦settings" in text for text in alice.heard()) <= 2
        assert await asyncio.to_thread(server.stop) == 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 108))
async def test_killed_at_random(tmp_path: Path, seed: int) -> None:
    """Every message is taken once and in order, whenever the power goes."""
    chance = Random(seed)
    said = [STORY, *(f"And on day {number} it was late again" for number in range(1, 6))]
    doomed = {chance.randrange(len(said)) for _ in range(3)}
    async with fake_telegram() as telegram:
        alice = Person.enter(telegram)
        async with served(telegram, tmp_path) as server:
            for number, text in enumerate(said):
                telegram.say(alice.chat, text)
                if number in doomed:
                    await asyncio.sleep(chance.uniform(0, 0.05))
                    await restart(server)
            await telegram.until(lambda: not telegram.queue(), timeout=30)
            await alice.say("/settings", "⟦settings", within=30)

    async with installation(tmp_path) as ombud:
        conversation = await ombud.ombud.service.find(address_of(alice.chat))
        assert conversation is not None
        lines = await ombud.ombud.service.messages(conversation.id, 0)
        own = [line.text for line in lines if line.sender is Sender.COMPLAINANT]
    assert own[: len(said)] == said
    assert len(own) == len(said) + 1
