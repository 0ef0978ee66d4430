"""Where Telegram calls: each call carries one update, and is answered once that is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.errors import StorageError
from bot.platforms import ASGIApp, Inbox
from bot.ports import Observer
from channels.telegram.updates import raw_of

log = structlog.get_logger(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # its name
_RETRY_AFTER: Final = {"Retry-After": "5"}  # else Telegram's pauses grow to minutes


def webhook(
    inbox: Inbox, path: str, secret: str, *, now: Callable[[], datetime], observer: Observer
) -> ASGIApp:
    """The application that takes Telegram's calls at `path`."""

    async def answer(request: Request) -> Response:
        if request.scope["path"] != path:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            observer.refused("telegram_method")
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        told = request.headers.get(SECRET_HEADER, "")
        if not compare_digest(told.encode(), secret.encode()):
            observer.refused("telegram_secret")
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        update = _read(await request.body())
        if update is None:
            observer.refused("telegram_malformed")
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        return await taken(update)

    async def taken(update: dict[str, Any]) -> Response:
        try:
            await inbox.take(raw_of(update, now()))
        except StorageError as error:
            log.warning("update not kept", reason=type(error).__name__)
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=_RETRY_AFTER)
        return Response(status_code=HTTPStatus.OK)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            response = await answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    return app


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
