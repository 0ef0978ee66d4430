"""Takes Slack's requests over HTTP: what is too large or not signed never reaches the inbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.platforms import ASGIApp, Message, Scope
from bot.ports import Observer
from channels.slack.names import EVENTS_PATH

log = structlog.get_logger(__name__)

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LIMIT: Final = 2 * 1024 * 1024
"""Bytes of a request; Slack's own are far smaller."""
_TIMESTAMP: Final = b"x-slack-request-timestamp"
_SIGNATURE: Final = b"x-slack-signature"


class Webhook:
    """Bolt's adapter behind a guard; Bolt checks the signature and its five minutes."""

    def __init__(self, app: AsyncApp, signing_secret: str, observer: Observer) -> None:
        self._bolt: ASGIApp = AsyncSlackRequestHandler(app, EVENTS_PATH)  # type: ignore[assignment]  # its scope is a plain dict
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return None
        status = _refusal(scope)
        body = None if status else await _read(receive)
        if body is None:
            return await self._answer(send, status or 413)
        return await self._pass_on(scope, body, send)

    async def _pass_on(self, scope: Scope, body: bytes, send: Send) -> None:
        begun = False

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                self._count(message["status"])
            await send(message)

        try:
            await self._bolt(scope, receive, watched)
        except Exception as error:
            if begun:
                raise
            # Bolt reads a payload before it looks at the signature. What it can't read it never
            # will, so that Slack is not to send it again; anybody else is turned away.
            log.warning("request can't be read", error=type(error).__name__)
            is_signed = self._is_signed(scope, body)
            if is_signed:
                self._observer.refused("slack_unknown")
            await self._answer(send, 200 if is_signed else 401)

    def _is_signed(self, scope: Scope, body: bytes) -> bool:
        if self._verifier is None:
            return False
        headers = {
            name.decode("latin-1"): told.decode("latin-1") for name, told in scope["headers"]
        }
        try:
            return self._verifier.is_valid_request(body, headers)
        except ValueError:  # no text
            return False

    async def _answer(self, send: Send, status: int) -> None:
        self._count(status)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _count(self, status: int) -> None:
        reason = {401: "slack_signature", 413: "slack_too_large"}.get(status)
        if reason:
            self._observer.refused(reason)


def _refusal(scope: Scope) -> int:
    """What can be told from the head alone: 0 is nothing."""
    if scope["path"] != EVENTS_PATH:
        return 404
    if scope["method"] != "POST":
        return 405
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > LIMIT:
        return 413
    # Bolt takes these for a number and for ASCII.
    if not headers.get(_TIMESTAMP, b"").isdigit() or not headers.get(_SIGNATURE, b"").isascii():
        return 401
    return 0


async def _read(receive: Receive) -> bytes | None:
    """The body; None where it is too large, whatever was announced, or its sender is gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > LIMIT:
            return None
        if not message.get("more_body", False):
            return bytes(body)
