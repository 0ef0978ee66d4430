"""`ombud chat`: the dialogue in the terminal, through the same service as every channel."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Final
from uuid import uuid4

import typer

from bot.commands.installation import Ombud, run
from bot.dialogue.messages import Address, Choice, InboundMessage, OutboundMessage, Sender
from bot.domain.answers import Attachment
from bot.errors import FileRefused, OmbudError
from bot.ports import Answer, Conversing

app = typer.Typer(rich_markup_mode=None, add_completion=False)

CHANNEL: Final = "terminal"
_CHUNK: Final = 65_536
_HELP: Final = "/NUMBER presses a button · /file PATH sends a file · /quit leaves"

Read = Callable[[], Awaitable[str | None]]
Show = Callable[[str], None]


@app.command()
def chat(
    language: Annotated[
        str | None, typer.Option(metavar="LANG", help="Language of the greeting.")
    ] = None,
) -> None:
    """Hold the same dialogue in the terminal. Ctrl-D or /quit leaves."""
    address = Address(CHANNEL, uuid4().hex)

    async def task(ombud: Ombud) -> None:
        lines = Lines(sys.stdin.fileno(), prompt="> " if sys.stdin.isatty() else "")
        await Terminal(ombud.service, address, lines.next, typer.echo).hold(language)

    with suppress(KeyboardInterrupt):  # leaving by Ctrl-C is as good as by /quit
        run(task)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).expanduser().open("rb")
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}") from error


@dataclass
class Lines:
    """What is typed, line by line, keeping neither the event loop nor the end waiting.

    A thread that reads standard input can't be stopped by Ctrl-C, so the loop watches the file.
    """

    file: int
    prompt: str = ""
    ahead: bytearray = field(default_factory=bytearray)

    async def next(self) -> str | None:
        """The next line without its end; None when there is no more."""
        if self.prompt:
            sys.stdout.write(self.prompt)
            sys.stdout.flush()
        while (end := self.ahead.find(b"\n")) < 0:
            more = await self._more()
            if not more:
                return self._taken(len(self.ahead)) if self.ahead else None
            self.ahead += more
        return self._taken(end + 1)

    def _taken(self, size: int) -> str:
        line = bytes(self.ahead[:size])
        del self.ahead[:size]
        return line.decode("utf-8", errors="replace").rstrip("\r\n")

    async def _more(self) -> bytes:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            loop.add_reader(self.file, ready.set)
        except OSError:  # a plain file is always ready and can't be watched
            return os.read(self.file, _CHUNK)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self.file)
        return os.read(self.file, _CHUNK)


@dataclass
class Terminal:
    """One conversation in a terminal; `seen` is the last line shown."""

    service: Conversing
    address: Address
    read: Read
    show: Show
    seen: int = 0
    choices: Sequence[Choice] = ()

    async def hold(self, language: str | None) -> None:
        """Greets, then takes one turn a line until the person leaves."""
        self.show(_HELP)
        answer = await self.service.begin(self.address, language)
        self._tell(answer)
        while (line := await self.read()) is not None:
            if line.strip() == "/quit":
                return
            await self._catch_up(answer)
            try:
                self._tell(await self._turn(line))
            except OmbudError as error:  # refused files and limits end a turn, not the conversation
                self.show(str(error))

    async def _turn(self, line: str) -> Answer:
        command, _, rest = line.strip().partition(" ")
        if command == "/file":
            file = await self._attach(rest.strip())
            return await self.service.receive(self._message(attachments=(file,)))
        if command.startswith("/") and command[1:].isdigit():
            number = int(command[1:])
            if 1 <= number <= len(self.choices):
                action = self.choices[number - 1].action
                return await self.service.receive(self._message(action=action))
        return await self.service.receive(self._message(text=line))

    async def _attach(self, path: str) -> Attachment:
        stream = _opened(path)
        with stream:
            return await self.service.attach(self.address, stream, Path(path).name)

    def _message(
        self,
        text: str = "",
        action: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> InboundMessage:
        now = datetime.now(UTC)
        return InboundMessage(self.address, uuid4().hex, now, text, action, attachments)

    async def _catch_up(self, answer: Answer) -> None:
        """Shows what a caseworker wrote since the last turn."""
        self._show_all(await self.service.messages(answer.conversation, self.seen))

    def _tell(self, answer: Answer) -> None:
        self._show_all(answer.messages)

    def _show_all(self, messages: Sequence[OutboundMessage]) -> None:
        for message in messages:
            if message.seq > self.seen and message.sender is not Sender.COMPLAINANT:
                self._show(message)
            self.seen = max(self.seen, message.seq)

    def _show(self, message: OutboundMessage) -> None:
        self.choices = message.choices
        self.show(f"\n{message.text}")
        if message.choices:
            numbered = enumerate(message.choices, start=1)
            self.show("  ".join(f"/{number} {choice.label}" for number, choice in numbered))
