"""Bodies of requests: how large they may be, how long they may take, and JSON read from them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.web.problems import Refused, is_json, told

Shape = TypeVar("Shape")


class BodyLimit:
    """Refuses what is larger than `limit(path)`, announced or not, and what drips too slowly."""

    def __init__(
        self,
        app: ASGIApp,
        limit: Callable[[str], int],
        patience: float,
        refused: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._app = app
        self._limit = limit
        self._patience = patience
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        self._check(_announced(scope), limit)
        await self._app(scope, self._limited(receive, limit), send)

    def _limited(self, receive: Receive, limit: int) -> Receive:
        taken = 0
        is_whole = False

        async def limited() -> Message:
            nonlocal taken, is_whole
            if is_whole:  # what comes now is the end of the connection: it may take long
                return await receive()
            try:
                async with asyncio.timeout(self._patience):
                    message = await receive()
            except TimeoutError:
                raise Refused(408, "The rest of the body did not come.") from None
            taken += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            self._check(taken, limit)
            return message

        return limited

    def _check(self, size: int, limit: int) -> None:
        if size > limit:
            self._refused("too_large")
            raise Refused(413, f"A body may have {limit} bytes here.")


def _announced(scope: Scope) -> int:
    value = next((v for name, v in scope["headers"] if name == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0


async def read_json(request: Request, adapter: TypeAdapter[Shape], empty: object = ...) -> Shape:
    """The body in its shape; `empty` stands for a body of nothing, where that may be."""
    body = await request.body()
    if not body and empty is not ...:
        return adapter.validate_python(empty)
    if not is_json(request):
        raise Refused(415, "Send JSON as application/json.")
    try:
        return adapter.validate_python(_parsed(body))
    except ValidationError as error:
        raise Refused(422, told(error.errors(include_input=False, include_url=False))) from None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        # Also what is no UTF-8, nested without end, or a number of thousands of digits.
        raise Refused(400, "The body is not JSON.") from None
