"""What the web chat and the pages without JavaScript share: collaborators, limits, speaking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from fastapi import Request

from bot.cleaning import shown_name
from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Address, ConversationId, InboundMessage, OutboundMessage
from bot.domain.answers import Attachment
from bot.errors import NotFound
from bot.languages import KEYS, Language
from bot.ports import Answer, Conversing
from bot.rates import Rates
from channels.web.clients import client_of
from channels.web.events import Listeners
from channels.web.problems import Refused
from channels.web.settings import WebSettings
from channels.web.shapes import Said
from channels.web.tokens import address_of, new_token
from channels.web.translate import named_files, wire

# Many people may share a network address, so what one person may do is allowed there many times.
_PEOPLE_PER_ADDRESS = 20
_TYPING_AFTER_SECONDS = 0.3


@dataclass(frozen=True)
class Site:
    """Everything that answers to people on the web are made with."""

    conversing: Conversing
    languages: Mapping[str, Language]
    settings: WebSettings
    now: Callable[[], datetime]
    rates: Rates
    listeners: Listeners

    async def begin(self, request: Request, language: str | None) -> tuple[str, Answer]:
        """A new conversation and the token that opens it."""
        client = client_of(request, self.settings.trusted_proxies)
        self.rates.count("begin", client, self.settings.messages_per_minute)
        token = new_token()
        return token, await self.conversing.begin(address_of(token), self.known(language))

    async def speaker(self, token: str | None) -> Conversation:
        """The conversation that a token opens; 401."""
        conversation = await self.conversing.find(address_of(token)) if token else None
        if conversation is None:
            raise Refused(401, "No conversation is opened by this token. Begin a new one.")
        return conversation

    def count(self, act: str, request: Request, address: Address) -> None:
        """Counts what a person does; TooMany past the limit of person or network."""
        per_minute = self.settings.messages_per_minute
        client = client_of(request, self.settings.trusted_proxies)
        self.rates.count(act, address.key, per_minute)
        self.rates.count(act, client, _PEOPLE_PER_ADDRESS * per_minute)

    async def receive(
        self, message: InboundMessage, conversation: ConversationId, request: Request
    ) -> Answer:
        """Takes a turn, shown as typing in every window while it lasts."""
        message = replace(message, network=client_of(request, self.settings.trusted_proxies))
        with self._typing(conversation):
            answer = await self.conversing.receive(message)
        self.listeners.wake(conversation)
        return answer

    async def files(self, said: Said, conversation: Conversation) -> list[Attachment]:
        """The uploaded files that `said` names; 404 for those of nobody or of others.

        When a message is sent again its files are no longer waiting, but stand in its line.
        """
        wanted = named_files(said)
        waiting = {file.id: file for file in conversation.files}
        if not waiting.keys() >= set(wanted):
            lines = await self.conversing.messages(conversation.id, 0)
            mine = (line for line in lines if line.client_id == said.id)
            waiting |= {file.id: file for line in mine for file in line.attachments}
        if not waiting.keys() >= set(wanted):
            raise NotFound("There is no such upload in this conversation.")
        return [waiting[id_] for id_ in wanted]

    async def keep(self, address: Address, stream: BinaryIO, name: str | None) -> Attachment:
        """Keeps an uploaded file for the next message; FileRefused."""
        return await self.conversing.attach(address, stream, shown_name(name))

    async def lines(self, conversation: ConversationId, after: int) -> list[dict[str, Any]]:
        """The lines after a number, in their JSON shape."""
        return self.wires(await self.conversing.messages(conversation, after))

    def wires(self, messages: Sequence[OutboundMessage]) -> list[dict[str, Any]]:
        """Lines in their JSON shape."""
        return [wire(message) for message in messages]

    def known(self, language: str | None) -> str | None:
        """The language that is spoken for a wish like `sv-FI`; None leaves it to the service."""
        code = (language or "").strip().lower().partition("-")[0]
        return code if code in self.languages and code != KEYS else None

    def language(self, wished: str | None) -> Language:
        """The language of texts: what is wished, if it is spoken here.

        Where keys are shown, everything shows them (contract §9).
        """
        default = self.settings.default_language
        if default == KEYS:
            return self.languages[KEYS]
        return self.languages[self.known(wished) or default]

    @contextmanager
    def _typing(self, conversation: ConversationId) -> Iterator[None]:
        """Quicker answers need no sign of work."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(_TYPING_AFTER_SECONDS, self.listeners.tell_typing, conversation)
        try:
            yield
        finally:
            timer.cancel()
