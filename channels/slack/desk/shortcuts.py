"""The desk's shortcuts: log a complaint for somebody, make one of a message, send one on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.errors import NotFound
from channels.slack.desk import ids, inputs, names
from channels.slack.desk.counter import Body, Counter, channel_of, right_to
from channels.slack.desk.roles import Colleague
from channels.slack.desk.sealing import About
from channels.slack.escaping import typed


@dataclass(frozen=True)
class Shortcuts:
    """Opens the form, filled with the message where there is one."""

    counter: Counter

    async def shortcut(self, body: Body) -> None:
        """Takes one. Unsure, SlackFailed, StorageError."""
        who = await self.counter.who(body)
        if who is None:
            return
        channel, callback = channel_of(body) or self.counter.triage, str(body["callback_id"])
        if callback == ids.SEND:
            await self._send(body, who, channel)
        elif await self.counter.may(who, right_to(callback, {}), channel):
            await self._log(body, who, channel, callback)

    async def _log(self, body: Body, who: Colleague, channel: str, callback: str) -> None:
        """A message is made a complaint once, whoever does so and however often."""
        values, preset = {"language": self.counter.around.local.language}, ""
        if callback == ids.MAKE:
            message = body["message"]
            values |= {"story": _words_of(message), "channel": "slack"}
            told = f"{channel}:{message['ts']}"
            preset = f"message:{sha256(told.encode()).hexdigest()[:32]}"
            if len(values["story"]) > inputs.MOST:
                await self.counter.tell(who, channel, "error.long")
                return
        about = About(ids.LOG, who.user, channel=channel, preset=preset)
        await self.counter.show(body, self.counter.form(about, {}, values))

    async def _send(self, body: Body, who: Colleague, channel: str) -> None:
        """The words of a message below a card, in the form in which they are seen before."""
        counter, message = self.counter, body["message"]
        place, below = channel_of(body), str(message.get("thread_ts") or message["ts"])
        reference = await counter.cards.at(place, below) if place else None
        if reference is None:
            await counter.tell(who, channel, "send.where")
            return
        text = _words_of(message)
        if not text or len(text) > inputs.MOST:
            await counter.tell(who, channel, "error.long" if text else "send.empty")
            return
        try:
            complaint = (await counter.seen(reference)).complaint
        except NotFound:
            await counter.refuse(who.user, channel)
            return
        if await counter.may(who, right_to(ids.SEND, complaint), channel):
            about = About(names.REPLY, who.user, reference, channel)
            await counter.show(body, counter.form(about, complaint, {"text": text}))


def _words_of(message: Mapping[str, Any]) -> str:
    return typed(str(message.get("text") or "")).strip()
