"""Posts to channels and threads, and finds again what was posted: a lost answer doubles nothing.

Every message says in its metadata what it shows (docs.slack.dev, "Message metadata").
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from channels.slack.api import Api, SlackFailed
from channels.slack.blocks import Json
from channels.slack.desk import names
from channels.slack.desk.card import Face
from channels.slack.escaping import typed

log = structlog.get_logger(__name__)

BADLY_FORMED: Final = frozenset(
    {
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long",
        "invalid_arguments", "invalid_metadata_format", "metadata_too_large",
    }
)  # fmt: skip
"""What Slack says of a message that it will never take (docs.slack.dev, chat.postMessage)."""

_SECONDS: Final = 12.0
_PAGE: Final = 200
_PAGES: Final = 10


@dataclass(frozen=True)
class Place:
    """A channel, and the message of it whose thread is meant; none: the channel itself."""

    channel: str
    thread: str | None = None


@dataclass(frozen=True)
class Content:
    """What a message says, and what its metadata tells."""

    text: str
    blocks: Sequence[Json]
    kind: str
    payload: Mapping[str, Any]


@dataclass
class Found:
    """What stands in a thread already."""

    parts: set[tuple[int, int]] = field(default_factory=set)  # event and part
    events: set[int] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    snoozes: set[str] = field(default_factory=set)
    typed: list[str] = field(default_factory=list)  # by people
    own: list[str] = field(default_factory=list)  # the times of what we posted


@dataclass(frozen=True)
class Board:
    """The calls that the desk makes; SlackFailed."""

    api: Api

    async def post(self, place: Place, content: Content, *, is_broadcast: bool = False) -> str:
        """Posts; the message's time. One whose form is refused goes out as plain text."""
        more: dict[str, Any] = {"thread_ts": place.thread} if place.thread else {}
        if place.thread and is_broadcast:
            more["reply_broadcast"] = True

        def call(**shown: Any) -> Awaitable[AsyncSlackResponse]:
            return self.api.client.chat_postMessage(
                channel=place.channel,
                text=content.text or "…",
                metadata=_metadata(content),
                unfurl_links=False,
                unfurl_media=False,
                **more,
                **shown,
            )

        told = await self._formed(call, content.blocks)
        return str(told["ts"])

    async def update(self, channel: str, ts: str, content: Content) -> None:
        """Edits a message."""

        def call(**shown: Any) -> Awaitable[AsyncSlackResponse]:
            return self.api.client.chat_update(
                channel=channel,
                ts=ts,
                text=content.text or "…",
                metadata=_metadata(content),
                **shown,
            )

        await self._formed(call, content.blocks)

    async def delete(self, channel: str, ts: str) -> None:
        """Takes a message away; one that is gone already is as well."""
        try:
            await self._call(self.api.client.chat_delete(channel=channel, ts=ts))
        except SlackFailed as error:
            if error.code not in ("message_not_found", "cant_delete_message"):
                raise

    async def delete_file(self, id_: str) -> None:
        """Takes a file away, as far as Slack lets us."""
        try:
            await self._call(self.api.client.files_delete(file=id_))
        except SlackFailed as error:
            if error.code in ("", "ratelimited"):
                raise

    async def posted(
        self, place: Place, kind: str, payload: Mapping[str, Any], since: float
    ) -> str | None:
        """The time of the message in a channel whose metadata tells this, if it is there."""
        async for message in self._history(place.channel, since):
            told = _told(message, kind)
            if told is not None and all(told.get(key) == payload[key] for key in payload):
                return str(message["ts"])
        return None

    async def thread(self, channel: str, ts: str) -> Found:
        """What stands below a message."""
        found = Found()
        cursor: str | None = None
        for _ in range(_PAGES):
            told = await self._call(
                self.api.client.conversations_replies(
                    channel=channel,
                    ts=ts,
                    limit=_PAGE,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            )
            for message in told.get("messages") or ():
                if message.get("ts") != ts:
                    _note(found, message)
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return found

    async def upload(self, content: bytes, name: str) -> str:
        """Hands over a file that nobody sees yet; its id."""
        told = await self._call(
            self.api.client.files_getUploadURLExternal(filename=name, length=len(content))
        )
        session = await self.api.session()
        try:
            async with asyncio.timeout(5 * _SECONDS):
                posting = session.post(str(told["upload_url"]), data=content)
                async with posting as response:
                    if response.status != 200:
                        raise SlackFailed("")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SlackFailed("") from error
        return str(told["file_id"])

    async def share(self, place: Place, files: Sequence[Mapping[str, str]]) -> None:
        """Shows files that were handed over, in one message."""
        await self._call(
            self.api.client.files_completeUploadExternal(
                files=[dict(file) for file in files],
                channel_id=place.channel,
                thread_ts=place.thread,
            )
        )

    async def link(self, channel: str, ts: str) -> str | None:
        """The address of a message for people; None where Slack tells none just now."""
        try:
            told = await self._call(
                self.api.client.chat_getPermalink(channel=channel, message_ts=ts)
            )
        except SlackFailed:
            return None
        return str(told["permalink"])

    async def _formed(
        self,
        call: Callable[..., Awaitable[AsyncSlackResponse]],
        blocks: Sequence[Json],
    ) -> Mapping[str, Any]:
        try:
            return await self._call(call(blocks=blocks))
        except SlackFailed as error:
            if error.code not in BADLY_FORMED:
                raise
            log.error("slack refuses a message's form", code=error.code)
            return await self._call(call(blocks=[]))

    async def _history(self, channel: str, since: float) -> AsyncIterator[Mapping[str, Any]]:
        cursor: str | None = None
        for _ in range(_PAGES):
            told = await self._call(
                self.api.client.conversations_history(
                    channel=channel,
                    oldest=f"{since:.6f}",
                    limit=_PAGE,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            )
            for message in told.get("messages") or ():
                yield message
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def _call(self, call: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(_SECONDS):
                return await self.api.call(call)
        except TimeoutError as error:
            raise SlackFailed("") from error


def card_content(face: Face, reference: str) -> Content:
    """A card as a message."""
    return Content(face.text, face.blocks, names.CARD, {"reference": reference})


def _metadata(content: Content) -> dict[str, Any]:
    return {"event_type": content.kind, "event_payload": dict(content.payload)}


def _told(message: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload")
    is_ours = metadata.get("event_type") == kind and isinstance(payload, dict)
    return payload if is_ours else None


def _note(found: Found, message: Mapping[str, Any]) -> None:
    payload = _told(message, names.EVENT)
    files = [str(file.get("id")) for file in message.get("files") or ()]
    is_ours = payload is not None or bool(message.get("bot_id") or message.get("app_id"))
    if not is_ours:
        found.typed.append(typed(str(message.get("text") or "")))
        return
    found.own.append(str(message.get("ts")))
    found.files.update(files)
    if payload is not None and "snoozed" in payload:
        found.snoozes.add(str(payload["snoozed"]))
    elif payload is not None:
        first, last = int(payload.get("event") or 0), int(payload.get("last") or 0)
        found.parts.add((first, int(payload.get("part") or 0)))
        found.events.update(range(first, last + 1))
