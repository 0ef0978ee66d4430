"""One conversation, one record: the transcripts of the web chat, held on every channel.

With the language `keys` (contract §9) no wording is in the way. What a channel may change is only
the name, which it tells itself, and so whether it is asked.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from bot.dialogue.messages import Address, Sender
from bot.errors import NotFound
from tests.platforms import HAS_FAKES, Installation, installation, needs_fakes
from tests.talking import PNG

if HAS_FAKES:
    from platform_fakes import FakeSlack, FakeTelegram

pytestmark = [*needs_fakes, pytest.mark.asyncio(loop_scope="module")]

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
FILES = sorted(TRANSCRIPTS.glob("*/*.txt"))
_MARKS = dict.fromkeys(("de", "fr", "es"), pytest.mark.long)  # every run plays two languages
BY_TIME = ("UrgencyAlerted", "OwnerReminded")
"""What time brings, whenever somebody looks."""

_ASKED = re.compile(r"⟦ask\.(\w+)")
_REFERENCE = re.compile(r"CMP-\w{4}-\w{4}-\w")
_CODE = re.compile(r"private_code=(\w+)")


class Person(Protocol):
    """Somebody who speaks on one channel."""

    @property
    def address(self) -> Address: ...

    async def say(self, text: str) -> None: ...

    async def press(self, action: str) -> None: ...

    async def photo(self) -> None: ...

    def shown(self) -> list[str]:
        """What the bot has said, as it stands on the platform now."""
        ...


@dataclass
class Everything:
    """An installation on all channels, and the platforms around it."""

    running: Installation
    telegram: FakeTelegram
    slack: FakeSlack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everything]:
    """Built once: each conversation is another person's."""
    async with (
        FakeTelegram() as telegram,
        FakeSlack() as slack,
        installation(
            tmp_path_factory.mktemp("everywhere"),
            language="keys",
            telegram_token=telegram.token,
            telegram_api_url=telegram.url,
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
        ) as running,
    ):
        await slack.until(slack.sockets, timeout=10)
        yield Everything(running, telegram, slack)


@dataclass
class Visitor:
    """Somebody with the web chat open."""

    url: str
    address: Address
    client: httpx.AsyncClient
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def _send(self, **said: object) -> None:
        answer = await self.client.post("/chat/messages", json={"id": str(uuid4()), **said})
        answer.raise_for_status()
        self.lines += answer.json()["messages"]

    async def say(self, text: str) -> None:
        """Writes."""
        await self._send(text=text)

    async def press(self, action: str) -> None:
        """Presses a button."""
        await self._send(action=action)

    async def photo(self) -> None:
        """Sends a picture."""
        files = {"file": ("photo.png", PNG, "image/png")}
        kept = await self.client.post("/chat/attachments", files=files)
        await self._send(attachments=[kept.json()["attachment"]])

    def shown(self) -> list[str]:
        """What came in answers."""
        return [line["text"] for line in self.lines]


@dataclass
class OnTelegram:
    """Somebody in a private chat with the bot."""

    telegram: FakeTelegram
    chat: int

    @property
    def address(self) -> Address:
        """Where they are reached."""
        return Address("telegram", str(self.chat))

    async def say(self, text: str) -> None:
        """Writes."""
        self.telegram.say(self.chat, text)

    async def press(self, action: str) -> None:
        """Presses the newest button of that label."""
        self.telegram.press(self.chat, f"⟦choice.{action}⟧")

    async def photo(self) -> None:
        """Sends a picture as a file, since photos lose their form on the way."""
        self.telegram.send_file(self.chat, PNG, file_name="photo.png", mime_type="image/png")

    def shown(self) -> list[str]:
        """The bot's messages in the chat, without the mark of what was chosen."""
        said = self.telegram.from_bot(self.chat)
        return [message["text"].partition("\n\n✓ ")[0] for message in said]


@dataclass
class OnSlack:
    """Somebody in direct messages with the app."""

    slack: FakeSlack
    user: str

    @property
    def address(self) -> Address:
        """Where they are reached."""
        return Address("slack", self.user)

    async def say(self, text: str) -> None:
        """Writes."""
        self.slack.say(self.user, text)

    async def press(self, action: str) -> None:
        """Presses the newest button of that action."""
        await self.slack.press(self.user, f"ombud_say_{action}")

    async def photo(self) -> None:
        """Uploads a picture."""
        file = self.slack.file(self.user, PNG, "photo.png", "image/png")
        self.slack.say(self.user, "", files=[file])

    def shown(self) -> list[str]:
        """The bot's messages in the conversation, as Slack escapes them."""
        said = self.slack.from_bot(self.slack.direct(self.user))
        return [unescape(message["text"]) for message in said]


@asynccontextmanager
async def visitor(running: Installation, language: str) -> AsyncIterator[Visitor]:
    """Somebody who opened the chat page."""
    async with httpx.AsyncClient(base_url=running.url, timeout=30) as client:
        begun = (await client.post("/chat/conversations", json={"language": language})).json()
        client.headers["Authorization"] = f"Bearer {begun['token']}"
        storage = running.ombud.storage
        conversation = await storage.conversation(begun["conversation"])
        assert conversation is not None
        yield Visitor(running.url, conversation.address, client, list(begun["messages"]))


@dataclass
class Held:
    """A conversation as it went: after which question each thing was done, and what came of it."""

    steps: list[tuple[str | None, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    records: list[Mapping[str, Any]] = field(default_factory=list)


async def hold(running: Installation, person: Person, script: list[tuple[str | None, str]]) -> Held:
    """Does what the script says; a step that answers the name is left out where nobody asks it."""
    held, known = Held(), dict[str, str]()
    for wanted, words in script:
        ask = await _open(running, person)
        if wanted == "name" and ask != "name":
            continue
        before, said = await _version(running, person), len(person.shown())
        await _do(person, words.format_map(known) if "{" in words else words)
        await _settled(running, person, before)
        if not any("⟦stale⟧" in text for text in person.shown()[said:]):
            held.steps.append((ask, words))  # a platform does not even show such a button
        found = [ref for text in person.shown() for ref in _REFERENCE.findall(text)]
        known |= {"reference": found[-1]} if found else {}
    told = [ask for text in person.shown() for ask in _ASKED.findall(text)]
    held.asked = [ask for ask in told if ask != "name"]
    references = dict.fromkeys(r for text in person.shown() for r in _REFERENCE.findall(text))
    held.records = [await _record(running, reference) for reference in references]
    return held


async def _do(person: Person, words: str) -> None:
    if words == "(photo)":
        await person.photo()
    elif pressed := re.fullmatch(r"\[(.+)\]", words):
        await person.press(pressed[1])
    else:
        await person.say(words)


async def _open(running: Installation, person: Person) -> str | None:
    conversation = await running.ombud.service.find(person.address)
    open_ = conversation.open if conversation else None
    return open_.ask.value if open_ else None


async def _version(running: Installation, person: Person) -> int:
    conversation = await running.ombud.service.find(person.address)
    return conversation.version if conversation else 0


async def _settled(running: Installation, person: Person, before: int) -> None:
    """Waits until the turn is committed and all that it said has arrived."""
    storage = running.ombud.storage

    async def has_turned() -> bool:
        return await _version(running, person) > before

    async def has_arrived() -> bool:
        return (await storage.outbox_size())[0] == 0

    for holds in (has_turned, has_arrived):
        await _until(holds)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(2000):
        if await holds():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


async def _record(running: Installation, reference: str) -> Mapping[str, Any]:
    """What the organisation has, without what a channel may tell by itself."""
    try:
        shown: Mapping[str, Any] = await running.ombud.desk.show(reference, "Mina")
    except NotFound:
        return {}  # it was only looked up
    details = {k: v for k, v in shown["details"].items() if k not in ("name", "contact")}
    files = [file["sha256"] for file in shown["attachments"]]
    events = [event["event"] for event in shown["history"] if event["event"] not in BY_TIME]
    kept = ("status", "language", "privacy", "assessment", "response", "feedback")
    return {**{key: shown[key] for key in kept}, "details": details, "files": files,
            "events": events}  # fmt: skip


async def _enter(person: Person, running: Installation) -> None:
    await person.say("/start" if person.address.channel == "telegram" else "hello")
    await _settled(running, person, 0)


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, marks=_MARKS.get(file.parent.name, ())) for file in FILES],
    ids=[f"{file.parent.name}/{file.stem}" for file in FILES],
)
async def test_a_transcript_goes_alike_on_every_channel(everything: Everything, file: Path) -> None:
    """The same facts, the same questions, the same record."""
    language, running = file.parent.name, everything.running
    written = file.read_text(encoding="utf-8").splitlines()
    words = [line.removeprefix("U ") for line in written if line.startswith("U ")]
    async with visitor(running, language) as web:
        expected = await hold(running, web, [(None, said) for said in words])

    for person in (
        OnTelegram(everything.telegram, everything.telegram.user(language_code=language)),
        OnSlack(everything.slack, everything.slack.user(locale=f"{language}-{language.upper()}")),
    ):
        await _enter(person, running)
        held = await hold(running, person, expected.steps)

        assert held.records == expected.records, person.address
        assert _without_entry(held.asked) == _without_entry(expected.asked), person.address
        said = await _said(running, person)
        assert said == _among(said, person.shown()), person.address


def _without_entry(asked: list[str]) -> list[str]:
    """The questions after the first: how somebody comes in differs."""
    return asked[next((i for i, ask in enumerate(asked) if ask != "narrative"), len(asked)) :]


def _among(wanted: list[str], shown: list[str]) -> list[str]:
    """What of `wanted` shows, in the order in which it shows; a deleted draft's lines show, too."""
    left = iter(shown)
    return [text for text in wanted if text in left]


async def _said(running: Installation, person: Person) -> list[str]:
    """The lines that were to be delivered, in their order."""
    conversation = await running.ombud.service.find(person.address)
    assert conversation is not None
    lines = await running.ombud.service.messages(conversation.id, 0)
    return [line.text for line in lines if line.sender is not Sender.COMPLAINANT]
