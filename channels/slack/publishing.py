"""Publishes Home tabs: when somebody opens theirs, and when what it shows has changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import structlog

from bot.errors import StorageError
from bot.ports import Conversing
from channels.slack.api import Api, SlackFailed
from channels.slack.blocks import Json
from channels.slack.home import Words, home
from channels.slack.people import People
from channels.slack.translate import address_of

log = structlog.get_logger(__name__)

_REMEMBERED: Final = 10_000


@dataclass
class Homes:
    """Best effort: a Home tab that could not be published is when it is opened next."""

    api: Api
    people: People
    conversing: Conversing
    desk: Callable[[str], Awaitable[Sequence[Json]]] | None = None  # what caseworkers see above it
    _shown: dict[str, str] = field(default_factory=dict)
    _publishing: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)

    def turned(self, user: str) -> None:
        """Something was said: what the tab shows may be otherwise now."""
        if user in self._publishing:
            self._again.add(user)
            return
        task = asyncio.create_task(self._catch_up(user))
        self._publishing[user] = task

    async def _catch_up(self, user: str) -> None:
        try:
            while True:
                self._again.discard(user)
                await self.publish(user, only_changed=True)
                if user not in self._again:
                    return
        finally:
            del self._publishing[user]

    async def publish(self, user: str, *, only_changed: bool = False) -> None:
        """Shows what is known now; somebody who never complained need not be shown that."""
        try:
            lines = await self.conversing.overview(address_of(user))
            if only_changed and not lines and user not in self._shown:
                return
            above = await self.desk(user) if self.desk else ()
            view = home(lines, await self._words(user), above)
            print_ = sha256(json.dumps(view).encode()).hexdigest()
            if only_changed and print_ == self._shown.get(user):
                return
            await self.api.call(self.api.client.views_publish(user_id=user, view=view))
        except (SlackFailed, StorageError) as error:
            log.warning("home not published", error=type(error).__name__)
            return
        self._shown.pop(user, None)
        self._shown[user] = print_
        while len(self._shown) > _REMEMBERED:
            del self._shown[next(iter(self._shown))]

    async def _words(self, user: str) -> Words:
        conversation = await self.conversing.find(address_of(user))
        language = conversation.language if conversation else (await self.people.of(user)).language
        return lambda key: self.conversing.words(key, language)

    async def close(self) -> None:
        """Lets go of what is being published."""
        tasks = tuple(self._publishing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
