"""Takes the turns of what was said: fetches names and files, and settles the button pressed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from bot.cleaning import shown_name
from bot.dialogue.messages import Address, InboundMessage, NotTaken, RefusedFile
from bot.domain.answers import Attachment
from bot.errors import FileRefused, FileTooLarge, MessageReused, TooManyFiles
from bot.platforms import Batch
from bot.ports import Conversing, Observer, Raw
from channels.slack.api import Api, SlackFailed
from channels.slack.files import Downloads, NotHandedOut, Oversized
from channels.slack.people import People, Person
from channels.slack.publishing import Homes
from channels.slack.settling import settle
from channels.slack.translate import (
    Body,
    HomeOpened,
    Mention,
    Said,
    SentFile,
    flood,
    is_bare_file,
    read,
)
from channels.slack.workspaces import Workspace

log = structlog.get_logger(__name__)

_MENTIONS: Final = 1000  # remembered, since Slack may tell of one twice
_TRIES: Final = 3
_LONGEST_WAIT: Final = 5.0  # seconds


def joins(first: Raw, second: Raw) -> bool:
    """Files without a word, one after another, are one turn."""
    return is_bare_file(json.loads(first.body)) and is_bare_file(json.loads(second.body))


@dataclass
class Turns:
    """Handles batches of the inbox."""

    api: Api
    people: People
    conversing: Conversing
    downloads: Downloads
    homes: Homes
    observer: Observer
    workspace: Workspace
    elsewhere: Callable[[str | None, str, str], str]
    most_files: int
    _mentions: dict[str, None] = field(default_factory=dict)

    async def handle(self, batch: Batch) -> None:
        """Takes the turn of what belongs together."""
        readings = [
            read(body, raw.at) for raw, body in _bodies(batch.raws) if self.workspace.is_ours(body)
        ]
        said = [reading for reading in readings if isinstance(reading, Said)]
        if said:
            await self._take(said, is_flood=batch.is_flood)
        for reading in readings:
            if isinstance(reading, Mention):
                await self._point_to_private(reading)
            elif isinstance(reading, HomeOpened):
                await self.homes.publish(reading.user)

    async def _take(self, said: list[Said], *, is_flood: bool) -> None:
        user = said[0].messages[0].address.key
        for one in said:
            if one.channel:
                self.people.met(user, one.channel)
        person = await self.people.of(user)
        messages = await self._with_files(said) if any(one.files for one in said) else _all(said)
        if is_flood:
            messages = [*messages, flood(said[-1].messages[-1])]
        for message in messages:
            await self._receive(message, person)
        for one in said:
            if one.settles:
                await settle(self.api, one.settles)
        self.homes.turned(user)

    async def _receive(self, message: InboundMessage, person: Person) -> None:
        named = replace(message, sender_name=person.name, language=person.language)
        try:
            await self.conversing.receive(named)
        except MessageReused:
            self.observer.refused("slack_reused")

    async def _with_files(self, said: list[Said]) -> list[InboundMessage]:
        """One message of all that came together; what was taken before is not fetched again."""
        new = [one for one in said if not await self._is_taken(one.messages[0])]
        if not new:
            return []
        first, *others = (one.messages[0] for one in new)
        files = [file for one in new for file in one.files]
        attachments, refused = await self._kept(first.address, files)
        parts = tuple(message.id for message in others)
        return [replace(first, attachments=attachments, refused=refused, parts=parts)]

    async def _is_taken(self, message: InboundMessage) -> bool:
        return await self.conversing.is_taken(message.address, message.id)

    async def _kept(
        self, address: Address, files: Iterable[SentFile]
    ) -> tuple[tuple[Attachment, ...], tuple[RefusedFile, ...]]:
        kept: list[Attachment] = []
        refused: list[RefusedFile] = []
        room = await self._room(address)
        for file in files:
            is_full = len(kept) >= room
            found = NotTaken.TOO_MANY if is_full else await self._fetch(address, file)
            if isinstance(found, NotTaken):
                refused.append(RefusedFile(shown_name(file.name), found))
            else:
                kept.append(found)
        return tuple(kept), tuple(refused)

    async def _room(self, address: Address) -> int:
        """How many more files the complaint that is being told may have."""
        conversation = await self.conversing.find(address)
        draft = conversation.draft if conversation else None
        return self.most_files - (len(draft.attachments) if draft else 0)

    async def _fetch(self, address: Address, file: SentFile) -> Attachment | NotTaken:
        try:
            async with self.downloads.fetched(file) as content:
                return await self.conversing.keep(address, content, shown_name(file.name))
        except (Oversized, FileTooLarge):
            return NotTaken.TOO_LARGE
        except TooManyFiles:
            return NotTaken.TOO_MANY
        except FileRefused:
            return NotTaken.TYPE
        except NotHandedOut:
            return NotTaken.LOST

    async def _point_to_private(self, mention: Mention) -> None:
        """Answers where others read along, with nothing but the way to where they don't."""
        key = f"{mention.channel}:{mention.ts}"
        if key in self._mentions:
            return
        self._mentions[key] = None
        while len(self._mentions) > _MENTIONS:
            del self._mentions[next(iter(self._mentions))]
        person = await self.people.of(mention.user)
        text = self.elsewhere(person.language, mention.team, mention.app)
        await self._post_in_thread(mention, text)

    async def _post_in_thread(self, mention: Mention, text: str) -> None:
        """Tried again only where Slack says that it did not do it: nobody wants it twice."""
        for _ in range(_TRIES):
            try:
                await self.api.call(
                    self.api.client.chat_postMessage(
                        channel=mention.channel,
                        thread_ts=mention.thread,
                        text=text,
                        unfurl_links=False,
                        unfurl_media=False,
                    )
                )
            except SlackFailed as error:
                if error.code != "ratelimited":
                    log.warning("mention not answered", code=error.code)
                    return
                await asyncio.sleep(min(error.retry_after or 1.0, _LONGEST_WAIT))
            else:
                return


def _bodies(raws: Iterable[Raw]) -> list[tuple[Raw, Body]]:
    return [(raw, json.loads(raw.body)) for raw in raws]


def _all(said: Iterable[Said]) -> list[InboundMessage]:
    return [message for one in said for message in one.messages]
