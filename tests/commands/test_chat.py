"""`ombud chat`: the same dialogue in a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from bot.commands.chat import Lines, Terminal
from bot.dialogue.messages import (
    Address,
    Choice,
    ConversationId,
    InboundMessage,
    Kind,
    OutboundMessage,
    Sender,
)
from bot.domain.answers import Attachment
from bot.errors import TooMany
from bot.ports import Answer, Conversing

ADDRESS = Address("terminal", "x")
AT = datetime(2026, 11, 23, tzinfo=UTC)
CHOICES = (Choice("Skip", "skip"), Choice("Send", "send"))


class Service:
    """Repeats what it is told, offers two buttons, and lets a caseworker write in between."""

    def __init__(self) -> None:
        self.received: list[InboundMessage] = []
        self.lines: list[OutboundMessage] = []

    def say(self, text: str, sender: Sender = Sender.BOT) -> OutboundMessage:
        """One more line."""
        line = OutboundMessage(len(self.lines) + 1, sender, Kind.TEXT, text, AT, choices=CHOICES)
        self.lines.append(line)
        return line

    async def begin(self, address: Address, language: str | None) -> Answer:
        """A greeting in the language asked for."""
        return Answer(ConversationId("c"), (self.say(f"hello {language}"),))

    async def receive(self, message: InboundMessage) -> Answer:
        """An echo; "flood" reaches the limit."""
        if message.text == "flood":
            raise TooMany(3)
        self.received.append(message)
        own = self.say(message.text, Sender.COMPLAINANT)
        return Answer(ConversationId("c"), (own, self.say(f"heard {len(self.received)}")))

    async def messages(self, conversation: ConversationId, after: int) -> list[OutboundMessage]:
        """The lines after one."""
        return self.lines[after:]

    async def attach(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps nothing, names it."""
        return Attachment(id="a", name=name, type="text/plain", size=len(stream.read()), sha256="")


class Typist:
    """Types these lines; a caseworker writes before the one marked `<`."""

    def __init__(self, service: Service, *lines: str) -> None:
        self.service, self.lines = service, iter(lines)

    async def __call__(self) -> str | None:
        """The next line."""
        line = next(self.lines, None)
        if line and line.startswith("<"):
            self.service.say("from Anna", Sender.CASEWORKER)
            return line[1:]
        return line


async def held(*lines: str) -> tuple[Service, list[str]]:
    """A conversation with these lines typed, and everything that was shown."""
    service, shown = Service(), list[str]()
    terminal = Terminal(cast(Conversing, service), ADDRESS, Typist(service, *lines), shown.append)
    await terminal.hold("sv")
    return service, [line.strip() for line in shown]


async def test_a_line_is_a_turn() -> None:
    """Each line is a message with its own id; the answer is shown, one's own words are not."""
    service, shown = await held("one", "two")

    assert ["one", "two"] == [message.text for message in service.received]
    assert len({message.id for message in service.received}) == 2
    assert [line for line in shown if line.startswith(("hello", "heard", "one"))] == [
        "hello sv", "heard 1", "heard 2",
    ]  # fmt: skip


async def test_a_number_presses_a_button() -> None:
    """`/2` presses the second button; a number that is none is words."""
    service, shown = await held("/2", "/9")

    assert [("send", ""), (None, "/9")] == [
        (message.action, message.text) for message in service.received
    ]
    assert "/1 Skip  /2 Send" in shown


async def test_a_file_is_sent(tmp_path: Path) -> None:
    """`/file PATH` gives the file as evidence; one that is not there is told and ends nothing."""
    (tmp_path / "proof.txt").write_text("seen")

    service, shown = await held(f"/file {tmp_path}/proof.txt", f"/file {tmp_path}/none", "more")

    assert [("proof.txt", 4)] == [
        (file.name, file.size) for message in service.received for file in message.attachments
    ]
    assert any("none cannot be read" in line for line in shown)
    assert service.received[-1].text == "more"


async def test_a_limit_ends_a_turn_not_the_conversation() -> None:
    """What the service refuses is shown, and the next line is taken."""
    service, shown = await held("flood", "calm")

    assert str(TooMany(3)) in shown
    assert ["calm"] == [message.text for message in service.received]


async def test_a_caseworkers_words_appear() -> None:
    """What a caseworker writes meanwhile is shown once, before the next answer."""
    _, shown = await held("one", "<two")

    assert shown.count("from Anna") == 1
    assert shown.index("from Anna") < shown.index("heard 2")


async def test_quit_leaves() -> None:
    """`/quit` ends the conversation; nothing after it is read."""
    service, _ = await held("one", "/quit", "two")

    assert ["one"] == [message.text for message in service.received]


@pytest.fixture(params=["pipe", "file"])
def typed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Three lines on standard input, as a pipe or as a plain file; the last has no end."""
    content = "one\nåäö\r\nthree".encode()
    if request.param == "pipe":
        file, writer = os.pipe()
        os.write(writer, content)
        os.close(writer)
    else:
        (tmp_path / "typed").write_bytes(content)
        file = os.open(tmp_path / "typed", os.O_RDONLY)
    yield file
    os.close(file)


async def test_lines_are_read_beside_the_event_loop(typed: int) -> None:
    """Lines come one by one without their ends, from a pipe and from a file alike."""
    lines = Lines(typed)

    assert ["one", "åäö", "three", None] == [await lines.next() for _ in range(4)]
