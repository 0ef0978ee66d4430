"""Runs an installation: the web server and all that works beside it, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator, Sequence
from hmac import compare_digest

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from bot import __version__
from bot.assembly import Ombud, Parts, assembled, now
from bot.assembly import migrate as migrate_database
from bot.background import Background, Platforms
from bot.dialogue import process
from bot.dialogue.replies import Text
from bot.dialogue.wording import Wording
from bot.errors import ConfigurationError, OmbudError
from bot.languages import Language
from bot.settings import Settings
from channels.staff.channel import StaffChannel
from channels.web.app import build_app
from channels.web.channel import WebChannel
from channels.web.pages import Rights
from channels.web.settings import WebSettings

log = structlog.get_logger(__name__)

_LEAVE_WITHIN = 3  # seconds for answers in progress; the contract allows 10 in all
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def serve(settings: Settings, *, migrate: bool) -> int:
    """Serves until SIGTERM or SIGINT; 0 after either, 1 where it could not start."""
    try:
        if migrate:
            migrate_database(settings)
        asyncio.run(_serve(settings))
    except ConfigurationError:
        raise
    except (OmbudError, OSError) as error:
        log.error("not started", reason=str(error))
        return 1
    return 0


async def _serve(settings: Settings) -> None:
    listening = _listen(settings)
    settings = _with_port(settings, listening.getsockname()[1])
    async with assembled(settings) as ombud:
        platforms = Platforms.opened(ombud.parts)
        web, app = application(ombud, settings, platforms)
        server = uvicorn.Server(_config(app, settings))
        async with Background(ombud.parts, platforms, web) as background:
            log.info("listening", port=settings.port)
            with _stopping(web, background, server):
                await server.serve(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.create_server((settings.host, settings.port), family=family, backlog=512)
    # Inherited by each connection: asyncio sets it only where a socket names TCP, which this does
    # not, and every answer would wait 40 ms for the reader to acknowledge its head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _with_port(settings: Settings, port: int) -> Settings:
    """With port 0 the chosen one, also in addresses that were not told."""
    if settings.port == port:
        return settings
    told = settings.model_dump(exclude_unset=True) | {"port": port}
    return Settings.model_validate(told)


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LEAVE_WITHIN,
        lifespan="off",
        ws="none",
    )


@contextlib.contextmanager
def _stopping(web: WebChannel, background: Background, server: uvicorn.Server) -> Iterator[None]:
    """Streams never end by themselves: the first signal closes them, and then the server leaves."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        background.stop_listening()
        web.close()
        server.should_exit = True

    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]  # the signals are ours
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop)
    try:
        yield
    finally:
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)


def application(
    ombud: Ombud, settings: Settings, platforms: Platforms
) -> tuple[WebChannel, FastAPI]:
    """The web channel and the whole HTTP application around it."""
    parts = ombud.parts
    web_settings = WebSettings(
        organisation=settings.organisation,
        default_language=settings.language,
        public_url=parts.organisation.public_url,
        allowed_origins=settings.allowed_origins,
        trusted_proxies=settings.trusted_proxies,
        max_attachment_bytes=settings.max_attachment_bytes,
        max_attachments=settings.max_attachments,
        messages_per_minute=settings.messages_per_minute,
    )
    web = WebChannel(
        ombud.service,
        parts.loaded_languages,
        web_settings,
        now=now,
        rights=_rights(parts),
    )
    staff = StaffChannel(ombud.desk, parts.files, settings.names_by_token)
    app = build_app(
        web_settings,
        version=__version__,
        web=(*web.routers(), _health(ombud, settings, platforms)),
        staff=staff.routers(),
        refused=parts.metrics.refused,
    )
    for name, platform in platforms.by_name.items():
        if platform.webhook is not None:
            app.mount(f"/{name}", platform.webhook)
    ombud.storage.on_commit(web.wake)  # other servers write, too
    return web, app


def _rights(parts: Parts) -> Rights:
    """What `/rights` tells: the very texts that the chat says (ISO 10002:2018, 7.1)."""
    told = process.rights(parts.organisation)

    def rights(language: Language) -> Sequence[tuple[str, str, str]]:
        wording = Wording(language, now(), parts.zone)
        titled = ((id_, Text(f"rights.title.{id_}"), text) for id_, text in told)
        return [(id_, wording.text(title), wording.text(text)) for id_, title, text in titled]

    return rights


def _health(ombud: Ombud, settings: Settings, platforms: Platforms) -> APIRouter:
    """Alive, ready, and what is counted."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> Response:
        troubles = platforms.troubles()
        checks = {"database": await ombud.storage.is_ready()}
        checks |= {name: trouble is None for name, trouble in troubles.items()}
        is_ready = all(checks.values())
        status = "ok" if is_ready else "unavailable"
        return JSONResponse({"status": status, "checks": checks}, 200 if is_ready else 503)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _may_measure(request, settings):
            return JSONResponse({"status": "forbidden"}, 403)
        return Response(ombud.parts.metrics.text(), media_type="text/plain; version=0.0.4")

    return router


def _may_measure(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        return request.client is not None and request.client.host in _LOOPBACK
    told = request.headers.get("authorization", "")
    wanted = f"Bearer {settings.metrics_token.get_secret_value()}"
    return compare_digest(told.encode(), wanted.encode())
