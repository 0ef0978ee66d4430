"""Everything that goes wrong over HTTP, as problem documents (RFC 9457)."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import errors

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger(__name__)

_STATUSES: Mapping[type[errors.OmbudError], HTTPStatus] = {
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.IllegalMove: HTTPStatus.CONFLICT,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.MessageReused: HTTPStatus.CONFLICT,
    errors.TooManyFiles: HTTPStatus.CONFLICT,
    errors.FileTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TypeNotAccepted: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.FileRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_TITLES = {
    # The names of RFC 9110; Python's older versions have others for these.
    413: "Content Too Large",
    422: "Unprocessable Content",
}


class Refused(HTTPException):
    """A request that is answered with a problem document."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, dict(headers or {}))


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The document that tells `detail`."""
    body = {"type": "about:blank", "title": title(status), "status": status, "detail": detail}
    # 401 asks for credentials by name (RFC 9110, 15.5.2).
    told = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    told |= dict(headers or {})
    return Response(orjson.dumps(body), status, told, media_type=MEDIA_TYPE)


def title(status: int) -> str:
    """What a status is called."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def install(app: FastAPI) -> None:
    """Makes `app` tell every error as a problem document."""
    app.add_exception_handler(errors.OmbudError, _own)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _wrong_shape)


class Failures:
    """The outermost layer: an error that nobody expected is logged and told without details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be told
        except Exception as error:  # noqa: BLE001 - the outermost loop
            response = self._response_to(error, scope)
            if not has_started:
                await response(scope, receive, send)

    def _response_to(self, error: Exception, scope: Scope) -> Response:
        if isinstance(error, StarletteHTTPException):  # from an app that was mounted
            return problem(error.status_code, str(error.detail), error.headers)
        frames = traceback.extract_tb(error.__traceback__)
        # Neither the error's own words nor values: they may be somebody's complaint.
        _log.error(
            "request_failed",
            method=scope["method"],
            error=type(error).__name__,
            where=[f"{Path(f.filename).name}:{f.lineno}" for f in frames[-6:]],
        )
        return problem(500, "Something went wrong here. Try again later.")


def _own(_: Request, error: Exception) -> Response:
    status = next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), None)
    if status is None:
        raise error
    headers = {}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(max(1, error.retry_after))
    if isinstance(error, errors.StorageError):
        _log.error("storage_failed", error=type(error).__name__)
        return problem(status, "Nothing was stored. Try again in a moment.", {"Retry-After": "1"})
    return problem(status, str(error), headers)


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, StarletteHTTPException):
        raise error
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(_allowed(request))}
    return problem(error.status_code, str(error.detail), headers)


def _allowed(request: Request) -> list[str]:
    """Every method of a path; Starlette alone would name those of the first route found there."""
    asked = {method: dict(request.scope, method=method) for method in ("GET", "HEAD", "POST")}
    routes: list[BaseRoute] = request.app.routes
    return [
        method
        for method, scope in asked.items()
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


def _wrong_shape(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(400, "The body is not JSON.")
    if any(one["loc"][0] == "body" for one in found) and not is_json(request):
        return problem(415, "Send JSON as application/json.")
    return problem(422, told(found))


def told(found: Sequence[Any]) -> str:
    """What is wrong with a request's shape; never the values, which need not be printable."""
    lines = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:10])
    return "; ".join(dict.fromkeys(lines)).encode("utf-8", "replace").decode()


def is_json(request: Request) -> bool:
    """Whether the body is said to be JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")
