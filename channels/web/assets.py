"""The files that browsers load: read once, sent compressed, revalidated by their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from mimetypes import guess_type

from fastapi import APIRouter, Request
from starlette.responses import Response

from channels.web.problems import Refused

_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
    # They hold nothing private, and other sites load the widget as a module (which asks by CORS).
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@dataclass(frozen=True)
class Asset:
    """One file, as it is sent."""

    content: bytes
    compressed: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Asset:
        """The file, ready to be sent."""
        ending = name[name.rfind(".") :]
        media_type = _MEDIA_TYPES.get(ending) or guess_type(name)[0] or "application/octet-stream"
        compressed = gzip.compress(content, mtime=0)
        return cls(
            content, compressed, media_type, f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        )


class Assets:
    """The files in `static`, at `/static/NAME`; the widget also at `/widget.js`."""

    def __init__(self) -> None:
        folder = files("channels.web") / "static"
        found = (file for file in folder.iterdir() if file.is_file())
        self._assets = {file.name: Asset.of(file.name, file.read_bytes()) for file in found}

    def router(self) -> APIRouter:
        """The routes; no part of the API."""
        router = APIRouter(include_in_schema=False)
        methods = ["GET", "HEAD"]
        router.add_api_route("/widget.js", self.widget, methods=methods, response_model=None)
        router.add_api_route("/static/{name}", self.asset, methods=methods, response_model=None)
        return router

    async def widget(self, request: Request) -> Response:
        """The one tag that embeds the chat."""
        return self._answer("widget.js", request)

    async def asset(self, name: str, request: Request) -> Response:
        """Any of the files."""
        return self._answer(name, request)

    def _answer(self, name: str, request: Request) -> Response:
        asset = self._assets.get(name)
        if asset is None:
            raise Refused(404, "There is no such file.")
        headers = _HEADERS | {"ETag": asset.etag}
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = asset.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            content = asset.compressed
            headers["Content-Encoding"] = "gzip"
        return Response(content, headers=headers, media_type=asset.media_type)
