"""Puts the desk together: what shows complaints, as long as there is a channel to show them in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.platforms import Around
from channels.slack.api import Api
from channels.slack.desk.claims import Claimant
from channels.slack.desk.digest import Digest
from channels.slack.desk.home import StaffHome
from channels.slack.desk.members import Members
from channels.slack.desk.posting import Board
from channels.slack.desk.routing import Routing
from channels.slack.desk.showing import Showing
from channels.slack.desk.worker import Worker
from channels.slack.people import People
from channels.slack.settings import Settings

log = structlog.get_logger(__name__)

_AGAIN_AFTER: Final = 1.0  # seconds


@dataclass(frozen=True)
class ShownDesk:
    """What the desk shows, and who works at it."""

    worker: Worker
    digest: Digest
    home: StaffHome
    members: Members
    routing: Routing

    @property
    def trouble(self) -> str | None:
        """Why cards can't be shown."""
        return self.worker.trouble

    async def run(self) -> None:
        """Shows until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_kept_alive(self.worker.run))
            tasks.create_task(_kept_alive(self.digest.run))


async def _kept_alive(job: Callable[[], Awaitable[None]]) -> None:
    """Whatever the desk fails on, what complainants write is still taken in."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("desk failed")
        await asyncio.sleep(_AGAIN_AFTER)


def open_desk(settings: Settings, around: Around, api: Api, people: People) -> ShownDesk | None:
    """The desk; None where there is no triage channel, or nobody hands in complaints."""
    if not settings.triage_channel or around.cards is None:
        return None
    cards, board, claimant = around.cards, Board(api), Claimant()
    routing = Routing.of(settings)
    members = Members(api, people, settings, around.now)
    showing = Showing(
        around=around,
        cards=cards,
        board=board,
        routing=routing,
        members=members,
        people=people,
        claimant=claimant,
    )
    return ShownDesk(
        worker=Worker(cards, showing, routing, settings.retry_seconds),
        digest=Digest(around, cards, board, claimant, settings.triage_channel),
        home=StaffHome(around, cards, members, people),
        members=members,
        routing=routing,
    )
