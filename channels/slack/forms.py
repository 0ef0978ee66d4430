"""What is answered at once, within Slack's three seconds: the modal, and hints to commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import structlog

from bot.dialogue.messages import InboundMessage
from bot.errors import MessageReused
from bot.ports import Answer, Conversing, Observer
from channels.slack.api import Api, SlackFailed
from channels.slack.escaping import escape, link
from channels.slack.people import People
from channels.slack.settling import settle
from channels.slack.sheets import modal
from channels.slack.translate import Press, address_of, settled, submitted

log = structlog.get_logger(__name__)

Json = dict[str, Any]

PATIENCE: Final = 2.5
"""Seconds: what is not answered in three is shown to the person as an error."""
_HINT_PATIENCE: Final = 1.5
_REMEMBERED: Final = 1000  # forms that are open
_LINK: Final = "\ue0c1"  # stands where the link comes, while the words around it are escaped


@dataclass
class Forms:
    """Implements `listening.Forms`; `turned` is told of everybody whose turn was taken."""

    api: Api
    people: People
    conversing: Conversing
    observer: Observer
    now: Callable[[], datetime]
    turned: Callable[[str], None]
    patience: float = PATIENCE
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _opened: dict[str, Press] = field(default_factory=dict)

    async def open(self, body: Json) -> bool:
        """Opens the summary as it is now."""
        address = address_of(body["user"]["id"])
        async with asyncio.timeout(self.patience):
            lines = await self.conversing.sheet(address)
            if not lines:
                return False
            conversation = await self.conversing.find(address)
            language = conversation.language if conversation else None
            view = modal(lines, lambda key: self.conversing.words(key, language))
            told = await self.api.call(
                self.api.client.views_open(trigger_id=body["trigger_id"], view=view)
            )
        self._remember(str((told.get("view") or {}).get("id")), settled(body))
        return True

    def _remember(self, view: str, press: Press | None) -> None:
        """Once the form is taken there is a new summary, and the old one loses its buttons."""
        if press is not None:
            self._opened[view] = press
        while len(self._opened) > _REMEMBERED:
            del self._opened[next(iter(self._opened))]

    async def submit(self, body: Json) -> Mapping[str, str]:
        """Takes what was changed; what is late goes on, and is the same when it is sent again."""
        message = submitted(body, self.now())
        if message is None:
            return {}
        task = asyncio.create_task(self._receive(message))
        self._keep(task)
        try:
            async with asyncio.timeout(self.patience):
                answer = await asyncio.shield(task)
        except MessageReused:
            self.observer.refused("slack_reused")
            return {}
        if not answer.errors and (press := self._opened.pop(body["view"]["id"], None)):
            self._keep(asyncio.create_task(settle(self.api, press)))
        self.turned(message.address.key)
        return {question.value: text for question, text in answer.errors.items()}

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("form not taken", error=type(error).__name__)

    async def close(self) -> None:
        """Waits for what was late; whoever waited was told to send it again."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _receive(self, message: InboundMessage) -> Answer:
        person = await self.people.of(message.address.key)
        named = replace(message, sender_name=person.name, language=person.language)
        return await self.conversing.receive(named)

    async def hint(self, body: Json) -> str:
        """Nothing in the direct message itself; elsewhere, where the answer is."""
        user = body.get("user_id")
        if not isinstance(user, str):
            return ""
        try:
            async with asyncio.timeout(_HINT_PATIENCE):
                if await self._is_direct(user, body):
                    return ""
                person = await self.people.of(user)
                language = person.language
        except TimeoutError:
            language = None
        return self.elsewhere(language, str(body.get("team_id")), str(body.get("api_app_id")))

    async def _is_direct(self, user: str, body: Json) -> bool:
        """Two people's direct message has the same name as the one with this app."""
        if body.get("channel_name") != "directmessage":
            return False
        try:
            return body.get("channel_id") == await self.people.direct(user)
        except SlackFailed:
            return True

    def elsewhere(self, language: str | None, team: str, app: str) -> str:
        """Where somebody may write in private, in mrkdwn."""
        words = escape(self.conversing.words("private.link", language, link=_LINK))
        url = f"slack://app?team={team}&id={app}&tab=messages"
        return words.replace(_LINK, link(url, "Ombud"))
