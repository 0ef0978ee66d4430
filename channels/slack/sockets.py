"""Socket Mode: keeps a connection to Slack, whatever happens to it.

The library's own way to reconnect waits a fixed time and tries a link again that is good for one
connection. Here each connection gets a link and a client of its own, after a growing pause, and
where Slack says so beforehand the new one is open before the old one ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.ports import Observer
from channels.slack.api import REFUSED_TOKEN, Api, SlackFailed, data_of, quiet
from channels.slack.pausing import Pauses

log = structlog.get_logger(__name__)

_CONNECTS_WITHIN: Final = 15.0
_SETTLED: Final = 30.0  # seconds after which a connection counts as one that worked
_LOOKED_AT: Final = 0.5  # seconds between looks at whether a connection still is one
_PING: Final = 5.0
_CLOSES_WITHIN: Final = 1.0
_DRAINS_WITHIN: Final = 3.0  # after that Slack has given up on an acknowledgement


class _Client(SocketModeClient):
    """One connection, which says that it is lost instead of making a new one."""

    def __init__(self, app_token: str, api: Api, url: str) -> None:
        super().__init__(app_token, quiet, api.client, ping_interval=_PING)
        self.wss_uri = url
        self.is_lost = asyncio.Event()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Slack refreshes the connection, or closed it, or answers no ping."""
        self.is_lost.set()

    async def end(self) -> None:
        """Closes the connection, though not waiting long for the other side to say goodbye."""
        try:
            async with asyncio.timeout(_CLOSES_WITHIN):
                await self.close()  # type: ignore[no-untyped-call]  # of the SDK
        except TimeoutError:
            await self.aiohttp_client_session.close()
        parts = (self.message_processor, self.message_receiver, self.current_session_monitor)
        running = [part for part in parts if part is not None]
        for part in running:
            part.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@dataclass
class Connection(AsyncBaseSocketModeHandler):
    """A client with Bolt behind it; counts what it is still to acknowledge."""

    app: AsyncApp
    client: _Client
    observer: Observer
    _open: set[str] = field(default_factory=set)
    _is_idle: asyncio.Event = field(default_factory=asyncio.Event)
    _is_closing: bool = False

    def __post_init__(self) -> None:
        self._is_idle.set()
        self.client.socket_mode_request_listeners.append(self.handle)

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """Takes one envelope; without an acknowledgement Slack sends it again."""
        if self._is_closing:
            return
        self._open.add(req.envelope_id)
        self._is_idle.clear()
        try:
            await send_async_response(client, req, await self._answer(req), 0)
        except OSError as error:  # the connection ended meanwhile
            log.warning("acknowledgement lost", error=type(error).__name__)
        finally:
            self._open.discard(req.envelope_id)
            if not self._open:
                self._is_idle.set()

    async def _answer(self, req: SocketModeRequest) -> BoltResponse:
        try:
            response: BoltResponse = await run_async_bolt_app(self.app, req)
        except Exception as error:  # noqa: BLE001  # Bolt can't read it, and never will
            log.warning("payload can't be read", error=type(error).__name__)
            self.observer.refused("slack_unknown")
            return BoltResponse(status=200, body="")
        return response

    async def lost(self) -> None:
        """Returns once this is no connection any more, or soon will be none."""
        while await self.client.is_connected():
            try:
                async with asyncio.timeout(_LOOKED_AT):
                    await self.client.is_lost.wait()
                    return
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Takes no more, and ends once what was taken is acknowledged."""
        self._is_closing = True
        try:
            async with asyncio.timeout(_DRAINS_WITHIN):
                await self._is_idle.wait()
        except TimeoutError:
            log.warning("acknowledgements given up", count=len(self._open))
        await self.client.end()


@dataclass
class Sockets:
    """Runs Socket Mode; `trouble` tells why there is no connection."""

    app_token: str
    api: Api
    app: Callable[[], AsyncApp]
    observer: Observer
    pauses: Pauses
    trouble: str | None = "there is no connection to Slack yet"

    async def run(self) -> None:
        """Stays connected until it is cancelled."""
        app = self.app()
        connections: list[Connection] = []
        try:
            while True:
                connections.append(await self._connected(app))
                if len(connections) > 1:
                    await connections.pop(0).close()
                await self._while_connected(connections[-1])
        finally:
            await asyncio.gather(*(connection.close() for connection in connections))

    async def _while_connected(self, connection: Connection) -> None:
        began = asyncio.get_running_loop().time()
        await connection.lost()
        log.info("socket to be renewed")
        if asyncio.get_running_loop().time() - began > _SETTLED:
            self.pauses.reset()
        else:  # Slack may refuse one after another
            await self.pauses.wait()

    async def _connected(self, app: AsyncApp) -> Connection:
        """A new connection, tried for until there is one."""
        while True:
            try:
                connection = await self._connect(app)
            except SlackFailed as error:
                await self._wait(error)
            else:
                log.info("socket connected")
                self.trouble = None
                return connection

    async def _connect(self, app: AsyncApp) -> Connection:
        call = self.api.client.apps_connections_open(app_token=self.app_token)
        url = data_of(await self.api.response(call)).get("url")
        if not isinstance(url, str):
            raise SlackFailed("")
        connection = Connection(app, _Client(self.app_token, self.api, url), self.observer)
        try:
            async with asyncio.timeout(_CONNECTS_WITHIN):
                await connection.connect_async()  # type: ignore[no-untyped-call]  # of Bolt
        except BaseException as error:
            await connection.close()
            if isinstance(error, TimeoutError):
                raise SlackFailed("") from error
            raise
        return connection

    async def _wait(self, error: SlackFailed) -> None:
        is_refused = error.code in REFUSED_TOKEN
        why = f"refused ({error.code})" if error.code else "not reached"
        told = f"Slack's Socket Mode is {why}"
        if is_refused:
            told += ": set a valid OMBUD_SLACK_APP_TOKEN"
        if told != self.trouble:
            (log.error if is_refused else log.warning)("no socket", code=error.code)
        self.trouble = told
        await self.pauses.wait(error.retry_after, is_hopeless=is_refused)
