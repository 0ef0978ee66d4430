"""Looks the app over for `ombud doctor`: reads only, and says what mends what it finds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from bot.platforms import Finding
from channels.slack.api import Api, SlackFailed, data_of
from channels.slack.manifest import SCOPES
from channels.slack.names import EVENTS_PATH
from channels.slack.settings import Settings

_PASTE: Final = "ombud slack manifest, paste it under App Manifest, then install the app again"
_AGAIN: Final = "ombud doctor, once Slack answers"


async def checkup(settings: Settings) -> Sequence[Finding]:
    """What is well and what is not; it never raises."""
    api = Api(settings)
    try:
        return [finding async for finding in _findings(api, settings)]
    finally:
        await api.close()


async def _findings(api: Api, settings: Settings) -> AsyncIterator[Finding]:
    try:
        told = await api.response(api.client.auth_test())
    except SlackFailed as error:
        yield _no_token(error)
        return
    data = data_of(told)
    yield Finding("slack_token", True, f"{data.get('user')} in {data.get('team')}")
    yield _scopes(told.headers.get("x-oauth-scopes"))
    if settings.is_socket:
        yield await _socket(api, settings)
    else:
        yield _webhook(settings)


def _no_token(error: SlackFailed) -> Finding:
    if not error.code or error.code == "ratelimited":
        return Finding(
            "slack_token",
            False,
            "Slack does not answer",
            "nothing can be received or sent until it does",
            _AGAIN,
        )
    return Finding(
        "slack_token",
        False,
        f"Slack refuses the bot token ({error.code})",
        "nothing can be received or sent",
        "export OMBUD_SLACK_BOT_TOKEN=xoxb-… (OAuth & Permissions, Bot User OAuth Token)",
    )


def _scopes(header: str | None) -> Finding:
    if header is None:
        return Finding("slack_scopes", True, "Slack does not tell which scopes the token has")
    given = {scope.strip() for scope in header.split(",")}
    missing = [scope for scope in SCOPES if scope not in given]
    if not missing:
        return Finding("slack_scopes", True, "every scope that is needed")
    return Finding(
        "slack_scopes",
        False,
        f"scopes are missing: {', '.join(missing)}",
        "what needs them fails when somebody uses it",
        _PASTE,
    )


async def _socket(api: Api, settings: Settings) -> Finding:
    call = api.client.apps_connections_open(app_token=settings.app_token or "")
    try:
        await api.response(call)
    except SlackFailed as error:
        if not error.code or error.code == "ratelimited":
            why, mend = "nothing can be received until it does", _AGAIN
            return Finding("slack_socket", False, "Slack opens no socket just now", why, mend)
        return Finding(
            "slack_socket",
            False,
            f"Slack opens no socket ({error.code})",
            "nothing can be received",
            "export OMBUD_SLACK_APP_TOKEN=xapp-… (Basic Information, App-Level Tokens,"
            " scope connections:write)",
        )
    return Finding("slack_socket", True, "Slack opens a socket")


def _webhook(settings: Settings) -> Finding:
    url = f"{settings.public_url.rstrip('/')}{EVENTS_PATH}"
    if not settings.signing_secret:
        return Finding(
            "slack_webhook",
            False,
            "there is neither an app token nor a signing secret",
            "nothing can be received",
            "export OMBUD_SLACK_APP_TOKEN=xapp-… (Basic Information, App-Level Tokens)",
        )
    if not settings.public_url.startswith("https://"):
        return Finding(
            "slack_webhook",
            False,
            f"Slack is to call {url}, which has no encryption",
            "Slack calls https addresses alone",
            "export OMBUD_PUBLIC_URL=https://…",
        )
    return Finding("slack_webhook", True, f"Slack is to call {url}")
