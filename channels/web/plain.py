"""The dialogue without JavaScript: one form in, one page out, by the same conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import UploadFile

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import ConversationId, InboundMessage, OutboundMessage, Sender
from bot.errors import (
    FileRefused,
    FileTooLarge,
    MessageReused,
    TooMany,
    TooManyFiles,
    TypeNotAccepted,
)
from channels.web.forms import Filled, Problem
from channels.web.site import Site
from channels.web.tokens import address_of

_REFUSALS: Mapping[type[FileRefused], str] = {
    FileTooLarge: "widget.file_413",
    TooManyFiles: "widget.file_409",
    TypeNotAccepted: "widget.file_415",
}


@dataclass(frozen=True)
class Shown:
    """What a page shows: the latest turn, what came before, and the way to answer."""

    token: str
    language: str
    earlier: Sequence[dict[str, Any]]
    latest: Sequence[dict[str, Any]]
    id: str
    text: str = ""
    problems: tuple[Problem, ...] = ()
    retry_after: int = 0

    @property
    def ask(self) -> str | None:
        """The open question: that of the last message which has one."""
        asks = [message["ask"] for message in self.latest if message["ask"]]
        return asks[-1] if asks else None


class Plain:
    """Drives the same conversations as the chat."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def begin(self, request: Request, language: str) -> Shown:
        """A new conversation with its greeting."""
        token, answer = await self._site.begin(request, language)
        return await self._shown(token, answer.conversation, language)

    async def look_up(self, request: Request, filled: Filled, language: str) -> Shown:
        """A new conversation that asks for a complaint's status first."""
        token, answer = await self._site.begin(request, language)
        wanted = f"{filled.reference} {filled.private_code}".strip()
        for action, text in (("status", ""), (None, wanted)):
            message = InboundMessage(
                address_of(token), str(uuid4()), self._site.now(), text=text, action=action
            )
            await self._site.receive(message, answer.conversation, request)
        return await self._shown(token, answer.conversation, language)

    async def take(self, request: Request, filled: Filled, language: str) -> Shown:
        """Takes what was filled in; an unknown token begins anew and keeps the words."""
        conversation = await self._site.conversing.find(address_of(filled.token))
        if conversation is None:
            shown = await self.begin(request, language)
            restarted = (Problem("text", "page.restarted"),)
            return replace(shown, text=filled.text, problems=restarted)
        try:
            problems = await self._say(request, conversation, filled)
        except TooMany as error:
            shown = await self._again(conversation, filled, Problem("text", "page.slow_down"))
            return replace(shown, retry_after=error.retry_after)
        return await self._again(conversation, filled, *problems)

    async def _again(self, conversation: Conversation, filled: Filled, *problems: Problem) -> Shown:
        shown = await self._shown(filled.token, conversation.id, conversation.language)
        # Words beside a pressed button were not said: they stay in the box.
        is_kept = problems or filled.action
        return replace(shown, text=filled.text if is_kept else "", problems=problems)

    async def _say(
        self, request: Request, conversation: Conversation, filled: Filled
    ) -> list[Problem]:
        said = await self._said_before(conversation, filled)
        if said is not None:  # the page was loaded again, or went back and changed
            is_same = bool(filled.action) or said.text.strip() == filled.text.strip()
            return [] if is_same else [Problem("text", "page.stale")]
        self._site.count("say", request, conversation.address)
        problems = [
            problem
            for file in filled.files
            if (problem := await self._upload(request, conversation, file))
        ]
        return problems or await self._receive(request, conversation, filled)

    async def _said_before(
        self, conversation: Conversation, filled: Filled
    ) -> OutboundMessage | None:
        lines = await self._site.conversing.messages(conversation.id, 0)
        return next((line for line in lines if line.client_id == filled.id), None)

    async def _upload(
        self, request: Request, conversation: Conversation, file: UploadFile
    ) -> Problem | None:
        self._site.count("upload", request, conversation.address)
        try:
            await self._site.keep(conversation.address, file.file, file.filename)
        except FileRefused as error:
            return Problem("file", _REFUSALS.get(type(error), "widget.file_refused"))
        return None

    async def _receive(
        self, request: Request, conversation: Conversation, filled: Filled
    ) -> list[Problem]:
        address = conversation.address
        message = InboundMessage(address, filled.id, self._site.now())
        if filled.action:
            message = replace(message, action=filled.action)
        else:
            # All that was uploaded, also beside a file that was refused a page ago.
            uploaded = await self._site.conversing.find(address)
            files = uploaded.files if uploaded else ()
            if not filled.text.strip() and not files:
                return [Problem("text", "page.empty")]
            message = replace(message, text=filled.text, attachments=files)
        try:
            await self._site.receive(message, conversation.id, request)
        except MessageReused:
            return [Problem("text", "page.stale")]
        return []

    async def _shown(self, token: str, conversation: ConversationId, language: str) -> Shown:
        lines = await self._site.lines(conversation, 0)
        own = [at for at, line in enumerate(lines, 1) if line["from"] == Sender.COMPLAINANT]
        # Never an empty turn: what was said last stands there until something else is.
        latest_from = min(own[-1] if own else 0, max(len(lines) - 1, 0))
        return Shown(
            token=token,
            language=language,
            earlier=lines[:latest_from],
            latest=lines[latest_from:],
            id=str(uuid4()),
        )
