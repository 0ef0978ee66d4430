"""An installation with Slack switched on, and people of a fake workspace who talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.dialogue.conversation import Draft
from bot.dialogue.messages import Address
from tests.platforms import HAS_FAKES, Installation, installation

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack
    from platform_fakes.slack.delivery import Delivery

MODES = ("socket", "http")
PATIENCE = 20.0  # seconds, on a machine that is busy with other tests
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 60
STORY = "My parcel 48213 came smashed on 18 November. I want my £42.50 back"


def settings_for(slack: FakeSlack, mode: str) -> dict[str, Any]:
    """What switches Slack on."""
    secret = (
        {"slack_app_token": slack.app_token}
        if mode == "socket"
        else {"slack_signing_secret": slack.signing_secret}
    )
    return {"slack_bot_token": slack.bot_token, "slack_api_url": slack.api_url, **secret}


@dataclass
class House:
    """The workspace and the installation that answers in it."""

    slack: FakeSlack
    ombud: Installation

    def enter(self, name: str = "alice", **fields: Any) -> Person:
        """Somebody new."""
        user = self.slack.user(name, **fields)
        return Person(self, user, self.slack.direct(user))

    def refused(self, reason: str) -> float:
        """How often something was turned away."""
        return self.ombud.metric("ombud_refused_total", reason=reason)

    @property
    def turns(self) -> float:
        """How many turns were taken, repeats left out."""
        return self.ombud.metric("ombud_turns_total", channel="slack", outcome="taken")

    @property
    def trouble(self) -> str | None:
        """What `/readyz` knows of the channel."""
        return self.ombud.platforms.troubles()["slack"]

    async def until(self, probe: Callable[[], object]) -> None:
        """Waits until something is true of the installation."""

        async def asked() -> object:
            return probe()

        await eventually(asked)


async def eventually(probe: Callable[[], Awaitable[object]]) -> None:
    """Asks until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not await probe():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.01)


@dataclass
class Person:
    """Somebody in their direct message with the app."""

    house: House
    user: str
    direct: str
    heard: str = "0"

    @property
    def slack(self) -> FakeSlack:
        return self.house.slack

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Writes something."""
        message: dict[str, Any] = self.slack.say(self.user, text, **more)
        return message

    async def hears(self, contains: str = "") -> dict[str, Any]:
        """The next of the bot's messages that says so."""
        found: dict[str, Any] = await self.slack.wait_for(
            self.direct, contains=contains, after=self.heard, timeout=PATIENCE
        )
        self.heard = found["ts"]
        return found

    async def tells(self, text: str, contains: str = "", **more: Any) -> dict[str, Any]:
        """Writes something and hears the answer."""
        self.say(text, **more)
        return await self.hears(contains)

    async def presses(self, action: str, **more: Any) -> Delivery:
        """Presses a button of the newest message that has it."""
        return await self.slack.press(self.user, f"ombud_say_{action}", **more)

    def messages(self) -> list[dict[str, Any]]:
        """All that the bot said."""
        return list(self.slack.from_bot(self.direct))

    def shown(self) -> list[str]:
        """The same in words."""
        return [str(message["text"]) for message in self.messages()]

    async def draft(self) -> Draft:
        """What is noted so far."""
        service = self.house.ombud.ombud.service
        conversation = await service.find(Address("slack", self.user))
        assert conversation is not None
        assert conversation.draft is not None
        return conversation.draft

    async def at_check(self, story: str = STORY) -> dict[str, Any]:
        """Tells a complaint until its summary is shown."""
        await self.tells(story, "⟦ask.effect⟧")
        for _ in range(6):
            await self.presses("skip")
            message = await self.hears("⟦")
            if "⟦check" in message["shown"]:
                return message
        raise AssertionError("no summary was shown")

    async def lodges(self, story: str = STORY) -> str:
        """Sends a complaint; its reference."""
        await self.at_check(story)
        await self.presses("send")
        shown = (await self.hears("⟦acknowledgement"))["shown"]
        return str(shown.split("reference=")[1].split()[0].rstrip("⟧"))


@asynccontextmanager
async def slack_house(
    folder: Path, mode: str = "socket", slack: FakeSlack | None = None, **settings: Any
) -> AsyncIterator[House]:
    """Everything runs, with the language `keys` unless told otherwise."""
    if slack is None:
        async with (
            FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack,
            slack_house(folder, mode, slack, **settings) as house,
        ):
            yield house
        return
    told = {"language": "keys", **settings_for(slack, mode), **settings}
    async with installation(folder, **told) as ombud:
        if mode == "socket":
            await slack.until(slack.sockets, timeout=PATIENCE)
        else:
            slack.use_http(f"{ombud.url}/slack/events")
        yield House(slack, ombud)
