"""What people type below a card: an internal note, once, that never leaves the desk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.cleaning import shown_name
from bot.dialogue.messages import TEXT_LIMIT
from bot.errors import NotFound
from bot.platforms import Batch
from bot.ports import Raw
from channels.slack.api import SlackFailed
from channels.slack.desk.counter import Body, Counter
from channels.slack.desk.filled import Step
from channels.slack.desk.roles import Colleague, Right, Unsure
from channels.slack.escaping import typed
from channels.slack.pausing import Pauses
from channels.slack.splitting import split

INBOX: Final = "slack-desk"
"""Under which name what was typed is kept until it is noted."""

_PLACES: Final = ("channel", "group")
_SUBTYPES: Final = (None, "file_share", "thread_broadcast", "me_message")


@dataclass(frozen=True)
class Typed:
    """Words below a message; `once` names them, `edits` tells that they stood otherwise before."""

    user: str
    channel: str
    thread: str
    once: str
    text: str
    files: tuple[str, ...] = ()
    edits: bool = False


def typed_below(body: Body) -> Typed | None:
    """What somebody typed below a message; None for anything else."""
    event = body.get("event")
    if body.get("type") != "event_callback" or not isinstance(event, Mapping):
        return None
    if event.get("type") != "message" or event.get("channel_type") not in _PLACES:
        return None
    if event.get("subtype") == "message_changed":
        return _edited(event)
    return _new(event, event) if event.get("subtype") in _SUBTYPES else None


def _new(event: Body, message: Body, edited: str = "") -> Typed | None:
    thread, ts = message.get("thread_ts"), message.get("ts")
    is_program = message.get("bot_id") or message.get("bot_profile") or message.get("app_id")
    if not thread or thread == ts or is_program or not isinstance(message.get("user"), str):
        return None
    channel = str(event["channel"])
    return Typed(
        user=message["user"],
        channel=channel,
        thread=str(thread),
        once=f"{channel}:{ts}{f':e{edited}' if edited else ''}",
        text=typed(str(message.get("text") or "")).strip(),
        files=tuple(shown_name(str(one.get("name") or "")) for one in message.get("files") or ()),
        edits=bool(edited),
    )


def _edited(event: Body) -> Typed | None:
    """Slack also tells of previews that it added: then the text is as it was."""
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    edited = message.get("edited") or {}
    if message.get("text") == before.get("text") or edited.get("user") != message.get("user"):
        return None
    return _new(event, message, str(edited.get("ts") or "")) if edited.get("ts") else None


def joins(first: Raw, second: Raw) -> bool:
    """Each message is a note of its own."""
    return False


@dataclass(frozen=True)
class Notes:
    """Handles batches of the inbox; while Slack does not tell who somebody is, they wait."""

    counter: Counter
    retry_seconds: float

    async def handle(self, batch: Batch) -> None:
        """Notes what was typed."""
        for raw in batch.raws:
            body = json.loads(raw.body)
            told = typed_below(body)
            if told is not None:
                await self._note(told, body)

    async def _note(self, told: Typed, body: Body) -> None:
        reference = await self.counter.cards.at(told.channel, told.thread)
        if reference is None:
            return
        who = await self._who(told, body)
        if who is None:
            await self.counter.refuse(told.user, told.channel, told.thread)
            return
        for number, piece in enumerate(split(self._words(told), TEXT_LIMIT)):
            once = f"note:{told.once}:{number}" if number else f"note:{told.once}"
            try:
                await self.counter.act(reference, Step("note", {"text": piece}), who, once)
            except NotFound:
                return

    async def _who(self, told: Typed, body: Body) -> Colleague | None:
        """Whoever wrote it, if they may; asked until Slack tells."""
        pauses = Pauses(max(self.retry_seconds, 0.01))
        roles = self.counter.roles
        while True:
            try:
                who = await roles.colleague(told.user, _without_user(body))
                return who if who and await roles.may(who, Right.NOTE) else None
            except (SlackFailed, Unsure):
                await pauses.wait()

    def _words(self, told: Typed) -> str:
        voice = self.counter.voice
        text = voice.text("note.edited", text=told.text) if told.edits else told.text
        if told.files:
            files = voice.text("note.files", files=voice.joined(told.files))
            text = f"{text}\n{files}".strip()
        return text


def _without_user(body: Body) -> Mapping[str, Any]:
    """The payload's workspace; in events the person's own is told by `users.info` alone."""
    return {key: value for key, value in body.items() if key != "user"}
