"""`ombud demo`: an installation with a desk, on this machine alone, without any account."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any, Final

import aiohttp
import structlog
import typer
import uvicorn
from pydantic import SecretStr

from bot.assembly import Ombud, Parts, migrate, now
from bot.background import Background, Platforms
from bot.casework import Casework
from bot.commands.figures import shape
from bot.errors import OmbudError
from bot.limiting import LookUps
from bot.logs import set_up_logs
from bot.metrics import Metrics
from bot.reminders import Reminders
from bot.reporting import Period, report
from bot.service import Service, Talk
from bot.serving import application
from bot.settings import Settings
from channels.demo.desk import DemoDesk
from channels.demo.seeding import COMPLAINTS, Past, Weeks, moved
from channels.demo.site import DemoSite, Shown
from channels.demo.workspace import PEOPLE, TRIAGE, Workspace

app = typer.Typer(rich_markup_mode=None, add_completion=False)
log = structlog.get_logger(__name__)

KEPT: Final = Path("ombud-demo")
_HOST: Final = "127.0.0.1"
_LEAVE_WITHIN: Final = 2  # seconds for answers in progress
_REPORT_DAYS: Final = 56
_SHOWN_EVERY: Final = 4  # complaints, while they come
_FIGURES_AFTER: Final = 0.5  # seconds: several commits in a row are counted together
_MOST_FILE: Final = 1_000_000


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8090,
    keep: Annotated[
        bool, typer.Option("--keep", help=f"Keep everything in ./{KEPT} and go on there.")
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Show a complainant's chat, the caseworkers' desk and a report on one page.

    It is a whole installation on this machine, with a stand-in for Slack inside: no account, no
    token, and nothing leaves the machine. Ctrl-C ends it.
    """
    set_up_logs("ERROR")
    folder = KEPT if keep else Path(tempfile.mkdtemp(prefix="ombud-demo-"))
    folder.mkdir(exist_ok=True)
    try:
        asyncio.run(_run(folder, port, opens=browser, keeps=keep))
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


async def _run(folder: Path, port: int, *, opens: bool, keeps: bool) -> None:
    async with running(folder, port) as house:
        _stop_by_signal(house.stop)
        typer.echo(f"The demo is at {house.url}/demo\nCtrl-C ends it.")
        if keeps:
            typer.echo(f"Everything is kept in ./{folder}")
        if opens:
            await asyncio.to_thread(webbrowser.open, f"{house.url}/demo")
        await house.stopped.wait()


def _stop_by_signal(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop)


@dataclass
class House:
    """The demo while it runs; `seeded` is set once all complaints of the past are there."""

    url: str
    ombud: Ombud
    workspace: Workspace
    shown: Shown
    seeded: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Nothing new is taken."""
        self.stopped.set()


@asynccontextmanager
async def running(
    folder: Path, port: int = 0, parts_of: Callable[[Settings], Parts] = Parts,
    complaints: int = COMPLAINTS,
) -> AsyncIterator[House]:  # fmt: skip
    """An installation on SQLite in `folder` with the page, until the block ends."""
    listening = socket.create_server((_HOST, port), backlog=128)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    url = f"http://{_HOST}:{listening.getsockname()[1]}"
    token, secret = f"xoxb-{token_urlsafe(24)}", token_urlsafe(24)
    settings = _settings(folder, url, token, secret)
    await asyncio.to_thread(migrate, settings)
    parts = parts_of(settings)
    await parts.storage.open()
    try:
        platforms, ombud = Platforms.opened(parts), Ombud(parts)
        web, http = application(ombud, settings, platforms)
        shown = Shown()
        workspace = _workspace(folder, shown)
        async with _calling(f"{url}/slack/events") as deliver:
            desk = DemoDesk(workspace, secret, deliver)
            http.include_router(DemoSite(workspace, desk, shown, token).router())
            house = House(url, ombud, workspace, shown)
            server = uvicorn.Server(_config(http))
            server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]  # the signals are ours
            async with Background(parts, platforms, web), asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(server.serve(sockets=[listening]))
                figures = _Figures(parts, shown)
                telling = tasks.create_task(figures.run())
                seeding = tasks.create_task(_seed(house, figures, folder, complaints))
                try:
                    yield house
                finally:
                    for task in (seeding, telling):
                        task.cancel()
                    web.close()
                    shown.close()
                    server.should_exit = True
                    await serving
        (folder / "workspace.json").write_bytes(workspace.dump())
    finally:
        await parts.storage.close()


def _settings(folder: Path, url: str, token: str, secret: str) -> Settings:
    """Told by nobody: what stands in the environment is of another installation."""
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{(folder / 'ombud.db').resolve()}",
            "files_dir": folder.resolve() / "files",
            "host": _HOST,
            "port": int(url.rpartition(":")[2]),
            "organisation": "Northwind Parcels",
            "time_zone": "Europe/London",
            "country": "GB",
            "max_attachment_bytes": _MOST_FILE,
            "slack_bot_token": token,
            "slack_signing_secret": secret,
            "slack_mode": "http",
            "slack_api_url": f"{url}/demo/api/",
            "slack_triage_channel": TRIAGE,
            "external_body": {"name": "the Parcel Ombudsman", "url": "https://ombudsman.example"},
        }
    )


def _workspace(folder: Path, shown: Shown) -> Workspace:
    workspace = Workspace(lambda: now().timestamp(), shown.changed)
    kept = folder / "workspace.json"
    if kept.exists():
        workspace.load(kept.read_bytes())
    return workspace


def _config(http: Any) -> uvicorn.Config:
    return uvicorn.Config(
        http,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LEAVE_WITHIN,
        lifespan="off",
        ws="none",
    )


@asynccontextmanager
async def _calling(
    url: str,
) -> AsyncIterator[Callable[[bytes, Mapping[str, str]], Awaitable[tuple[int, bytes]]]]:
    """Posts to the installation as Slack would: over HTTP."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def deliver(body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status, await answer.read()

        yield deliver


# The report -----------------------------------------------------------------------------------


class _Figures:
    """Keeps the report of the page at what the storage holds."""

    def __init__(self, parts: Parts, shown: Shown) -> None:
        self._parts, self._shown = parts, shown
        self._told = asyncio.Event()
        self.is_live = False
        parts.storage.on_commit(lambda changed: self._told.set())

    async def run(self) -> None:
        """Counts anew whenever something was committed."""
        while True:
            await self._told.wait()
            self._told.clear()
            if self.is_live:
                await self.show(self._parts)
            await asyncio.sleep(_FIGURES_AFTER)

    async def show(self, parts: Parts, at: datetime | None = None) -> None:
        """Counts what `parts` hold; `at` is the time that it is there while they still come."""
        organisation, is_seeding, at = parts.organisation, at is not None, at or now()
        last = at.astimezone(organisation.zone).date()
        period = Period(last - timedelta(days=_REPORT_DAYS), last, organisation.zone)
        since = parts.storage.all_complaints(period.looks_back_to)
        found = [one async for one in since]
        figures = shape(report(found, period, organisation.rules, at))
        language = self._parts.loaded_languages["en"]
        named = {name: _named(language.texts, name) for name in figures["by_category"]}
        self._shown.report = {
            **{key: figures[key] for key in _SHOWN},
            "category_names": named,
            "is_seeding": is_seeding,
            "of": COMPLAINTS,
        }
        self._shown.received = {str(one.reference): one.received_at.isoformat() for one in found}
        self._shown.changed()


_SHOWN: Final = (
    "from", "to", "received", "open", "overdue", "answered", "median_days_to_answer", "by_category",
    "by_channel", "findings", "promises", "ratings",
)  # fmt: skip


def _named(texts: Mapping[str, Any], category: str) -> str:
    key = f"desk.category.{category}"
    return str(texts.get(key, "Not classified" if category == "unclassified" else category))


# The past -------------------------------------------------------------------------------------


class _PastParts(Parts):
    """The same installation on a storage in memory, so that nobody is told of what is long past."""

    def __init__(self, parts: Parts) -> None:
        told = {"database_url": SecretStr("memory://"), "slack_bot_token": None}
        super().__init__(parts.settings.model_copy(update=told))
        self._parts = parts

    @cached_property
    def talk(self) -> Talk:
        """Built once."""
        return self._parts.talk

    def past(self, begin: datetime) -> Past:
        """What is played with, at a clock of its own."""
        metrics, storage = Metrics(), self.storage

        def clock() -> datetime:
            return past.now

        reminders = Reminders(storage, self.talk, clock, metrics, self.policy)
        look_ups = LookUps(self.look_up_limits)
        past = Past(
            service=Service(storage, self._parts.files, self.talk, clock, look_ups, metrics),
            desk=Casework(
                storage,
                self.talk,
                clock,
                staff=frozenset(one.name for one in PEOPLE if one.is_member),
                understand=self.talk.understand,
            ),
            storage=storage,
            remind=reminders.once,
            now=begin,
        )
        return past


async def _seed(house: House, figures: _Figures, folder: Path, complaints: int) -> None:
    """Fills the installation once."""
    marker = folder / "seeded"
    if not marker.exists():
        past = _PastParts(house.ombud.parts)
        await past.storage.open()

        async def progress(told: int) -> None:
            if told % _SHOWN_EVERY == 0:
                await figures.show(past, weeks.past.now)
            await asyncio.sleep(0)  # whoever is at the page is answered meanwhile

        begin = now()
        weeks = Weeks(past.past(begin), begin, progress, complaints)
        try:
            await weeks.play()
            await moved(past.storage, house.ombud.storage)
        except OmbudError as error:  # the rest of the demo is as good without a past
            log.error("past not played", reason=str(error))
        marker.touch()
    figures.is_live = True
    await figures.show(house.ombud.parts)
    house.seeded.set()
