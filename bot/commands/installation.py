"""What a command needs of an installation, and how it gets one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from bot.assembly import assembled
from bot.dialogue.scene import Organisation
from bot.domain.complaint import Complaint
from bot.logs import set_up_logs
from bot.ports import Conversing, Desk, Storage
from bot.retention import Retention
from bot.settings import Settings, read_settings

Result = TypeVar("Result")


class Ombud(Protocol):
    """The parts of an assembled installation that commands use."""

    @property
    def service(self) -> Conversing: ...

    @property
    def desk(self) -> Desk: ...

    @property
    def storage(self) -> Storage: ...

    @property
    def retention(self) -> Retention: ...

    @property
    def organisation(self) -> Organisation: ...

    def as_json(self, complaint: Complaint) -> Mapping[str, object]:
        """The complaint in the JSON shape of contract §4, identity kept apart where it must be."""
        ...


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Ombud]:
    """The installation in this folder, open until the block ends."""
    async with assembled(settings) as ombud:
        yield ombud


def run(task: Callable[[Ombud], Awaitable[Result]]) -> Result:
    """Runs one task on the installation in this folder."""
    settings = read_settings()
    # A command answers on standard output; of the log only what went wrong is of interest.
    set_up_logs("DEBUG" if settings.log_level == "DEBUG" else "WARNING")
    return asyncio.run(_run(task, settings))


async def _run(task: Callable[[Ombud], Awaitable[Result]], settings: Settings) -> Result:
    async with opened(settings) as ombud:
        return await task(ombud)
