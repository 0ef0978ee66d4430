"""Carries lines to people: each once, as far as Slack lets anybody know, and in readable form.

A call whose answer was lost may have been done. Every message therefore says in its metadata which
line it is, and before a line is sent again the direct message is looked through for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

import structlog

from bot.dialogue.messages import Kind
from bot.errors import PermanentDeliveryError, TemporaryDeliveryError
from bot.ports import Conversing, Delivery
from channels.slack.api import Api, SlackFailed
from channels.slack.blocks import Post
from channels.slack.names import LINE
from channels.slack.people import People
from channels.slack.translate import posts

log = structlog.get_logger(__name__)

# docs.slack.dev/reference/methods/chat.postMessage and conversations.open, "Errors".
_UNREACHABLE: Final = frozenset(
    {
        "user_not_found", "users_not_found", "user_disabled", "user_not_visible",
        "channel_not_found", "is_archived", "is_inactive", "cannot_dm_bot",
        "messages_tab_disabled",
    }
)  # fmt: skip
_BADLY_FORMED: Final = frozenset(
    {
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long",
        "no_text", "invalid_arguments", "invalid_metadata_format", "metadata_too_large",
    }
)  # fmt: skip
_FIRST_TRY: Final = timedelta(seconds=5)
"""A line that waited longer may have been sent by a process that died before it noted that."""
_SKEW: Final = timedelta(minutes=2)
_LOOKED_THROUGH: Final = 200  # messages
_REMEMBERED: Final = 1000  # lines that were sent in part


@dataclass
class Sending:
    """Sends deliveries; several messages of one line are never begun anew."""

    api: Api
    people: People
    conversing: Conversing
    now: Callable[[], datetime]
    _sent: dict[int, set[int]] = field(default_factory=dict)

    async def send(self, delivery: Delivery) -> None:
        """Posts whatever of the line is not there yet. Temporary-, PermanentDeliveryError."""
        parts = posts(delivery.message, await self._form_label(delivery))
        try:
            there = await self._there(delivery)
            for number, post in enumerate(parts):
                if number not in there:
                    await self._post(delivery, number, post)
                    there.add(number)
        except SlackFailed as error:
            await self._raise(delivery, error)
        self._sent.pop(delivery.id, None)

    async def _form_label(self, delivery: Delivery) -> str:
        if delivery.message.kind is not Kind.CHECK:
            return ""
        conversation = await self.conversing.find(delivery.address)
        language = conversation.language if conversation else None
        return self.conversing.words("form.open", language)

    async def _there(self, delivery: Delivery) -> set[int]:
        """The parts that were sent before, by this process or another."""
        if delivery.id not in self._sent:
            self._sent[delivery.id] = set()
            while len(self._sent) > _REMEMBERED:
                del self._sent[next(iter(self._sent))]
        there = self._sent[delivery.id]
        waited = self.now() - delivery.message.at
        if delivery.attempts or waited > _FIRST_TRY:
            there |= await self._found(delivery)
        return there

    async def _found(self, delivery: Delivery) -> set[int]:
        channel = await self.people.direct(delivery.address.key)
        # Another installation may have numbered its lines alike, but hardly at this time.
        oldest = (delivery.message.at - _SKEW).timestamp()
        told = await self.api.call(
            self.api.client.conversations_history(
                channel=channel,
                oldest=f"{oldest:.6f}",
                limit=_LOOKED_THROUGH,
                include_all_metadata=True,
            )
        )
        parts = (_part(message, delivery.id) for message in told.get("messages") or ())
        return {part for part in parts if part is not None}

    async def _post(self, delivery: Delivery, number: int, post: Post) -> None:
        try:
            await self._call(delivery, number, text=post.text, blocks=post.blocks)
        except SlackFailed as error:
            if error.code not in _BADLY_FORMED:
                raise
            log.error("slack refuses a message's form", code=error.code, **_about(delivery))
            await self._call(delivery, number, text=post.plain)

    async def _call(self, delivery: Delivery, number: int, **content: Any) -> None:
        payload = {"delivery": str(delivery.id), "part": number}
        told = await self.api.call(
            self.api.client.chat_postMessage(
                channel=delivery.address.key,
                metadata={"event_type": LINE, "event_payload": payload},
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
                **content,
            )
        )
        self.people.met(delivery.address.key, str(told.get("channel") or ""))

    async def _raise(self, delivery: Delivery, error: SlackFailed) -> NoReturn:
        """What Slack refused, as whether another try can help."""
        if error.code in _UNREACHABLE or await self._is_gone(error):
            self._sent.pop(delivery.id, None)
            raise PermanentDeliveryError(error.code, is_unreachable=True) from error
        if error.code in _BADLY_FORMED:
            raise PermanentDeliveryError(error.code) from error
        log.warning("line not delivered yet", code=error.code, **_about(delivery))
        raise TemporaryDeliveryError(error.retry_after, error.code) from error

    async def _is_gone(self, error: SlackFailed) -> bool:
        """`account_inactive` may mean the person, or this app: then nobody could be sent a line."""
        if error.code != "account_inactive":
            return False
        try:
            await self.api.check()
        except SlackFailed:
            return False
        return True


def _part(message: Mapping[str, Any], id_: int) -> int | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    is_it = metadata.get("event_type") == LINE and payload.get("delivery") == str(id_)
    part = payload.get("part")
    return part if is_it and isinstance(part, int) else None


def _about(delivery: Delivery) -> dict[str, object]:
    return {
        "conversation": delivery.conversation,
        "seq": delivery.message.seq,
        "attempts": delivery.attempts,
    }
