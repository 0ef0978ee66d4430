"""What browsers are told to forbid, and which pages may talk to the chat."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.web.problems import problem

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not no-referrer: forms would then be sent with `Origin: null`. No address holds a secret.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
    "Cache-Control": "no-store",
}

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


class SecurityHeaders:
    """Puts the headers on every answer that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message["headers"]
                names = {name for name, _ in own}
                added = (header for header in self._headers if header[0] not in names)
                message["headers"] = [*own, *added]
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


class Origins:
    """Lets only the pages of known origins use the chat from a browser (CORS, no credentials).

    What is no browser sends no origin and is not stopped: no cookie makes a foreign page dangerous
    here; this keeps strangers' pages from being a front for our chat.
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/chat/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        is_allowed = origin is not None and origin.lower() in self._allowed
        if scope["method"] == "OPTIONS" and origin is not None:
            response = self._preflight(origin if is_allowed else None)
            await response(scope, receive, send)
        elif origin is not None and not is_allowed and _acts(scope, headers):
            response = problem(403, "Pages of this origin may not use the chat.")
            await response(scope, receive, send)
        else:
            allow = origin if is_allowed else None
            await self._app(scope, receive, _allowing(allow, send))

    def _preflight(self, origin: str | None) -> Response:
        if origin is None:
            return problem(403, "Pages of this origin may not use the chat.", {"Vary": "Origin"})
        allow = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return Response(status_code=204, headers=allow | _PREFLIGHT)


def _acts(scope: Scope, headers: Headers) -> bool:
    """Whether a request would change something for a page of another origin.

    Browsers alone write Sec-Fetch-Site: a page of ours that is reached by another of the server's
    names than the public one still may talk to it.
    """
    return scope["method"] == "POST" and headers.get("sec-fetch-site") != "same-origin"


def _allowing(origin: str | None, send: Send) -> Send:
    async def allowing(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            if origin is not None:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = "Retry-After"
        await send(message)

    return allowing
