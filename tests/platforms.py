"""A whole installation in this process, and the fake platforms that it talks to over real HTTP."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bot.assembly import Ombud, migrate
from bot.background import Background, Platforms
from bot.domain.complaint import Complaint
from bot.ports import ComplaintFilter
from bot.serving import application
from bot.settings import Settings
from tests.talking import HeardBy

_FAKES = Path(__file__).parents[2] / "shared" / "fakes" / "src"
if _FAKES.exists():
    sys.path.append(str(_FAKES))

HAS_FAKES = _FAKES.exists() and find_spec("tdjson") is not None
needs_fakes = [
    pytest.mark.shared,
    pytest.mark.skipif(not HAS_FAKES, reason="the fake platforms are not beside this clone"),
]
"""Marks of tests that talk to a fake platform: `pytestmark = needs_fakes`."""

_QUICK = {
    "organisation": "Northwind Parcels",
    "country": "GB",
    "secret_key": "k" * 40,
    "api_tokens": "Mina:a-token-for-tests",
    "messages_per_minute": 100_000,
    "lookups_per_hour": 100_000,
    "retry_seconds": 0.02,
    "external_body": {"name": "the Ombudsman", "url": "https://ombudsman.example"},
}


@dataclass
class Installation:
    """Everything runs, and answers at `url`."""

    ombud: Ombud
    settings: Settings
    platforms: Platforms
    url: str

    async def complaints(self) -> tuple[Complaint, ...]:
        """Every complaint, newest first."""
        return (await self.ombud.storage.find_complaints(ComplaintFilter())).complaints

    def metric(self, name: str, **labels: str) -> float:
        """A figure as Prometheus would read it; 0 where nothing was counted."""
        told = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        wanted = f"{name}{{{told}}} " if told else f"{name} "
        lines = self.ombud.parts.metrics.text().decode().splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(wanted)), 0.0)


@asynccontextmanager
async def installation(folder: Path, **settings: Any) -> AsyncIterator[Installation]:
    """An installation on SQLite in `folder`; with the same folder again it goes on."""
    listening = socket.create_server(("127.0.0.1", 0))  # whoever calls early waits in its queue
    kept = {
        "database_url": f"sqlite:///{folder / 'ombud.db'}",
        "files_dir": folder / "files",
        "port": listening.getsockname()[1],
    }
    told = Settings.model_validate(_QUICK | kept | settings)
    await asyncio.to_thread(migrate, told)
    parts = HeardBy(told)
    await parts.storage.open()
    platforms = Platforms.opened(parts)
    ombud = Ombud(parts)
    web, app = application(ombud, told, platforms)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    server.capture_signals = nullcontext  # type: ignore[assignment]  # the signals are pytest's
    try:
        async with Background(parts, platforms, web):
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield Installation(ombud, told, platforms, f"http://127.0.0.1:{told.port}")
            finally:
                web.close()
                server.should_exit = True
                await serving
    finally:
        await parts.storage.close()
