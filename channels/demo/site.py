"""The routes of the demo: its page, what the page asks, and the methods that the desk calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from channels.demo import methods
from channels.demo.desk import DemoDesk
from channels.demo.workspace import CHANNEL_NAME, PEOPLE, Json, Refused, Workspace

_WAITS: Final = 20.0  # seconds, for something to change
_MOST_CARDS: Final = 8
_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})

Act = Callable[[str, Mapping[str, Any]], Awaitable[None]]


@dataclass
class Shown:
    """What the page shows beside the workspace; whoever changes something says `changed`.

    `received` tells when each complaint came.
    """

    version: int = 1
    report: Mapping[str, Any] = field(default_factory=dict)
    received: Mapping[str, str] = field(default_factory=dict)
    is_closing: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self) -> None:
        """Wakes every page."""
        self.version += 1
        self._woken.set()
        self._woken = asyncio.Event()

    def close(self) -> None:
        """Nobody waits any more: a server that stops is not to wait for pages."""
        self.is_closing = True
        self.changed()

    async def after(self, version: int) -> None:
        """Returns once there is something else than `version` to see, or after a while."""
        if self.version != version or self.is_closing:
            return
        try:
            async with asyncio.timeout(_WAITS):
                await self._woken.wait()
        except TimeoutError:
            return


@dataclass(frozen=True)
class DemoSite:
    """Serves the demo to this machine alone; `token` is what the desk shows to the methods."""

    workspace: Workspace
    desk: DemoDesk
    shown: Shown
    token: str

    def router(self) -> APIRouter:
        """The routes; no part of the API."""
        router = APIRouter(include_in_schema=False)
        add = router.add_api_route
        add("/demo", self.page, methods=["GET"], response_model=None)
        add("/demo/static/{name}", self.asset, methods=["GET"], response_model=None)
        add("/demo/state", self.state, methods=["GET"], response_model=None)
        add("/demo/act/{name}", self.act, methods=["POST"], response_model=None)
        add("/demo/files/{id_}", self.file, methods=["GET"], response_model=None)
        add("/demo/api/{name}", self.method, methods=["GET", "POST"], response_model=None)
        add("/demo/upload/{id_}", self.upload, methods=["POST"], response_model=None)
        return router

    # For the page ----------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """The page itself."""
        return self._asset("demo.html")

    async def asset(self, name: str) -> Response:
        """One of its files."""
        return self._asset(name)

    def _asset(self, name: str) -> Response:
        content = _ASSETS.get(name)
        if content is None:
            return JSONResponse({"error": "not_found"}, 404)
        return Response(content, media_type=_TYPES[name.rpartition(".")[2]])

    async def state(self, user: str, after: int = 0) -> Response:
        """All that somebody sees, once it is something else than before."""
        await self.shown.after(after)
        workspace = self.workspace
        view = workspace.top_view(user)
        return JSONResponse(
            {
                "version": self.shown.version,
                "channel": CHANNEL_NAME,
                "people": [vars(one) for one in PEOPLE],
                "cards": [self._card(message) for message in self._newest()],
                "notices": workspace.notices.get(user, []),
                "view": {**view.body, "errors": dict(view.errors)} if view else None,
                "report": self.shown.report,
            }
        )

    def _newest(self) -> list[Json]:
        """The cards of the newest complaints; one that is not counted yet has just come."""
        received = self.shown.received

        def came(message: Json) -> tuple[str, str]:
            return received.get(_reference(message), "~"), message["ts"]

        return sorted(self.workspace.top(), key=came, reverse=True)[:_MOST_CARDS]

    def _card(self, message: Json) -> Json:
        below = [one for one in self.workspace.thread(message["ts"]) if one is not message]
        return {
            **self._message(message),
            "reference": _reference(message),
            "replies": [self._message(one) for one in below],
        }

    def _message(self, message: Json) -> Json:
        shown = {key: message.get(key) for key in ("ts", "text", "blocks", "files")}
        return {**shown, "by": self.workspace.named(message["user"])}

    async def act(self, name: str, request: Request) -> Response:
        """Something that somebody does at the page."""
        if not _is_ours(request):
            return JSONResponse({"error": "forbidden"}, 403)
        act = self._acts().get(name)
        if act is None:
            return JSONResponse({"error": "not_found"}, 404)
        try:
            told = json.loads(await request.body())
            await act(str(told["user"]), told)
        except Refused as error:
            return JSONResponse({"error": error.code}, 409)
        except (LookupError, TypeError, ValueError):
            return JSONResponse({"error": "invalid_arguments"}, 400)
        return JSONResponse({"version": self.shown.version})

    def _acts(self) -> Mapping[str, Act]:
        desk = self.desk
        return {
            "press": desk.press,
            "submit": desk.submit,
            "say": desk.say,
            "shortcut": desk.shortcut,
            "close": desk.close,
            "dismiss": desk.dismiss,
        }

    async def file(self, id_: str) -> Response:
        """A file of a thread, to be kept: it is never shown in our own page."""
        found = self.workspace.files.get(id_)
        if found is None:
            return JSONResponse({"error": "not_found"}, 404)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(found[1], headers=headers, media_type="application/octet-stream")

    # For the desk ----------------------------------------------------------------------------

    async def method(self, name: str, request: Request) -> Response:
        """One of Slack's methods."""
        shown = request.headers.get("authorization", "")
        if not compare_digest(shown.encode(), f"Bearer {self.token}".encode()):
            return JSONResponse({"ok": False, "error": "invalid_auth"})
        told = {**request.query_params, **await _arguments(request)}
        base = f"http://{request.url.netloc}"
        return JSONResponse(methods.answered(self.workspace, name, told, base))

    async def upload(self, id_: str, request: Request) -> Response:
        """A file's content; who knows its id was given it a moment ago."""
        try:
            self.workspace.fill(id_, await request.body())
        except Refused:
            return Response(status_code=404)
        return Response("OK")


def _reference(message: Json) -> str:
    told = (message.get("metadata") or {}).get("event_payload") or {}
    return str(told.get("reference") or "")


_FOLDER: Final = files("channels.demo") / "static"
_ASSETS: Final = {
    one.name: one.read_bytes() for one in _FOLDER.iterdir() if one.name.rpartition(".")[2] in _TYPES
}


async def _arguments(request: Request) -> Json:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        told = await request.json()
        return dict(told) if isinstance(told, dict) else {}
    if request.method == "POST":
        return dict(await request.form())
    return {}


def _is_ours(request: Request) -> bool:
    """Whether it comes from the page, and not from one of a stranger in the same browser."""
    origin, host = request.headers.get("origin"), request.url.hostname
    is_json = request.headers.get("content-type", "").startswith("application/json")
    is_own = origin is None or urlsplit(origin).netloc == request.url.netloc
    return is_json and is_own and host in _LOCAL
