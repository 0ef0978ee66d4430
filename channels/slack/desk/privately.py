"""Words that one person alone sees: beside what they pressed, else in their direct message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from channels.slack.api import Api, SlackFailed
from channels.slack.blocks import FALLBACK, Json
from channels.slack.escaping import escaped_to

log = structlog.get_logger(__name__)

_TRIES: Final = 3
_LONGEST_WAIT: Final = 5.0  # seconds


@dataclass(frozen=True)
class Privately:
    """Best effort: whoever was not told sees from the card how it stands."""

    api: Api

    async def tell(
        self,
        user: str,
        channel: str,
        text: str,
        blocks: Sequence[Json] = (),
        thread: str | None = None,
    ) -> None:
        """Says it in `channel`, to `user` alone."""
        told: dict[str, Any] = {"text": escaped_to(text, FALLBACK)}
        if blocks:
            told["blocks"] = list(blocks)
        more: dict[str, Any] = {"thread_ts": thread} if thread else {}
        for _ in range(_TRIES):
            try:
                if channel:
                    await self.api.call(
                        self.api.client.chat_postEphemeral(
                            channel=channel, user=user, **told, **more
                        )
                    )
                else:
                    await self.api.call(
                        self.api.client.chat_postMessage(
                            channel=user, unfurl_links=False, unfurl_media=False, **told
                        )
                    )
            except SlackFailed as error:
                if error.code == "ratelimited":
                    await asyncio.sleep(min(error.retry_after or 1.0, _LONGEST_WAIT))
                elif channel and error.code:  # they are not in that channel
                    channel, more = "", {}
                else:
                    log.warning("not told", code=error.code)
                    return
            else:
                return
