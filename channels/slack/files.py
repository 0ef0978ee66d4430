"""Fetches what people send as evidence: only from Slack, and never more than is taken."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import aiohttp
import structlog
from yarl import URL

from channels.slack.api import Api, SlackFailed
from channels.slack.settings import Settings
from channels.slack.translate import SentFile, is_handed_out

log = structlog.get_logger(__name__)

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)  # before further tries, in `retry_seconds`
_SECONDS: Final = 60.0  # for one file
_IN_MEMORY: Final = 1024 * 1024
_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = 3


class NotHandedOut(Exception):  # noqa: N818  # named for what happened
    """Slack does not give the file."""


class Oversized(Exception):  # noqa: N818  # named for what happened
    """The file is larger than is taken, whatever was announced."""


@dataclass(frozen=True)
class Downloads:
    """Fetches with the bot's token, which therefore goes to Slack's own hosts alone."""

    api: Api
    settings: Settings

    @asynccontextmanager
    async def fetched(self, file: SentFile) -> AsyncIterator[BinaryIO]:
        """The file's content, gone when the block ends. NotHandedOut, Oversized."""
        if file.size > self.settings.max_attachment_bytes:
            raise Oversized
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
            await self._fetch(file, content)  # type: ignore[arg-type]  # a BinaryIO but by name
            content.seek(0)
            yield content  # type: ignore[misc]  # the same

    async def _fetch(self, file: SentFile, into: BinaryIO) -> None:
        """A sign-in page or an error may pass: Slack hands out a file moments after its event."""
        url = URL(file.url or await self._looked_up(file))
        if not file.is_handed_out or not self._is_slack(url):
            raise NotHandedOut
        for pause in (*_PAUSES, None):
            try:
                async with asyncio.timeout(_SECONDS):
                    return await self._download(url, file, into)
            except (NotHandedOut, aiohttp.ClientError, TimeoutError, OSError) as error:
                into.seek(0)
                into.truncate()
                if pause is None:
                    log.warning("file not handed out", file=file.id, error=type(error).__name__)
                    raise NotHandedOut from error
                await asyncio.sleep(pause * self.settings.retry_seconds)
        return None

    async def _looked_up(self, file: SentFile) -> str:
        """Of files from elsewhere the event tells no address (`file_access`)."""
        try:
            told = await self.api.call(self.api.client.files_info(file=file.id))
        except SlackFailed as error:
            raise NotHandedOut from error
        found = told.get("file") or {}
        url = found.get("url_private_download")
        if not url or not is_handed_out(found):
            raise NotHandedOut
        return str(url)

    async def _download(self, url: URL, file: SentFile, into: BinaryIO) -> None:
        session, proxy = await self.api.session(), self.api.client.proxy
        headers = {"Authorization": f"Bearer {self.settings.bot_token}"}
        for _ in range(_REDIRECTS):
            if not self._is_slack(url):
                raise NotHandedOut
            async with session.get(
                url, headers=headers, proxy=proxy, allow_redirects=False
            ) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = url.join(URL(response.headers.get("Location", "")))
                    continue
                response.raise_for_status()
                if response.content_type == "text/html" and file.type != "text/html":
                    raise NotHandedOut  # the sign-in page, with status 200
                return await self._copy(response, into)
        raise NotHandedOut

    def _is_slack(self, url: URL) -> bool:
        """The configured host, or Slack's; nothing that a link may lead to inside this network."""
        if url.scheme not in ("http", "https") or not url.host:
            return False
        if url.origin() == URL(self.settings.base_url).origin():
            return True
        host = url.host or ""
        return url.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))

    async def _copy(self, response: aiohttp.ClientResponse, into: BinaryIO) -> None:
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > self.settings.max_attachment_bytes:
                raise Oversized
            into.write(chunk)
