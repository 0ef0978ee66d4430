"""Takes the buttons of a question away once one of them was pressed."""

from __future__ import annotations

import structlog

from channels.slack.api import Api, SlackFailed
from channels.slack.blocks import FALLBACK
from channels.slack.translate import Press

log = structlog.get_logger(__name__)


async def settle(api: Api, press: Press) -> None:
    """Shows what was chosen. Where that fails the dialogue still knows what is outdated."""
    try:
        await api.call(
            api.client.chat_update(
                channel=press.channel,
                ts=press.ts,
                text=press.text[:FALLBACK],
                blocks=press.blocks,
            )
        )
    except SlackFailed as error:
        log.warning("buttons left in place", code=error.code)
