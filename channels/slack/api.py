"""Calls Slack's methods: no retries of its own, since the outbox retries, and errors by code."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from channels.slack.settings import Settings

log = structlog.get_logger(__name__)

REFUSED_TOKEN: Final = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
)
"""Slack does not know the token any more (docs.slack.dev, "Errors" of every method)."""

_SECONDS: Final = 30.0

# The platform's libraries write payloads and links with tickets into their lines; what matters of
# it is logged here, by code alone.
quiet = logging.getLogger("channels.slack.platform")
quiet.setLevel(logging.CRITICAL + 1)


class SlackFailed(Exception):  # noqa: N818  # named for what happened
    """Slack refused a call, or did not answer; `code` is empty where it gave none."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code or "no answer")
        self.code = code
        self.retry_after = retry_after


class Api:
    """The methods of one app; `trouble` is set while its token is refused."""

    def __init__(self, settings: Settings) -> None:
        self.client = AsyncWebClient(
            settings.bot_token, settings.base_url, retry_handlers=[], logger=quiet
        )
        self.trouble: str | None = None

    async def session(self) -> aiohttp.ClientSession:
        """The one session, made where there is an event loop."""
        if self.client.session is None or self.client.session.closed:
            timeout = aiohttp.ClientTimeout(total=_SECONDS)
            self.client.session = aiohttp.ClientSession(timeout=timeout)
        return self.client.session

    async def call(self, call: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
        """What a method of `client` answers; SlackFailed. Noted is whether the token holds."""
        try:
            response = await self.response(call)
        except SlackFailed as error:
            if error.code in REFUSED_TOKEN and error.code != "account_inactive":
                self.refused(error.code)
            raise
        self._accepted()
        return data_of(response)

    async def response(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """The same with its headers, for whoever looks at them."""
        await self.session()
        try:
            return await call
        except SlackClientError as error:
            raise _failed(error) from error
        # Answers that no method gives (a proxy's text, a list) end in AttributeError, ValueError.
        except (aiohttp.ClientError, OSError, AttributeError, TypeError, ValueError) as error:
            raise SlackFailed("") from error

    async def check(self) -> Mapping[str, Any]:
        """Who the app is; SlackFailed. Its token is refused also where its account is gone."""
        try:
            return await self.call(self.client.auth_test())
        except SlackFailed as error:
            if error.code in REFUSED_TOKEN:
                self.refused(error.code)
            raise

    def refused(self, code: str) -> None:
        """The token is worth nothing: loud once, and told as long as it lasts."""
        if self.trouble is None:
            log.error("slack refuses the bot token", code=code)
        self.trouble = f"Slack refuses the bot token ({code}): set a valid OMBUD_SLACK_BOT_TOKEN"

    def _accepted(self) -> None:
        if self.trouble is not None:
            log.info("slack accepts the bot token again")
        self.trouble = None

    async def close(self) -> None:
        """Lets go of the connections."""
        if self.client.session is not None:
            await self.client.session.close()


def data_of(response: AsyncSlackResponse) -> Mapping[str, Any]:
    """The answer as JSON."""
    data = response.data
    return data if isinstance(data, dict) else {}


def _failed(error: SlackClientError) -> SlackFailed:
    response = getattr(error, "response", None)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    status = getattr(response, "status_code", None)
    if code == "ratelimited" or status == 429:
        headers = getattr(response, "headers", None) or {}
        return SlackFailed("ratelimited", _seconds(headers.get("Retry-After")))
    return SlackFailed(code)


def _seconds(told: object) -> float | None:
    text = str(told or "")
    return float(text) if text.isascii() and text.isdigit() else None
