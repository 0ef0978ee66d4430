"""The Slack channel: puts its parts together, and runs until it is told to stop."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.platforms import Around, ASGIApp, Platform
from bot.ports import Delivery
from channels.slack.api import REFUSED_TOKEN, Api, SlackFailed
from channels.slack.checking import checkup
from channels.slack.desk.acting import open_acting
from channels.slack.desk.opening import open_desk
from channels.slack.files import Downloads
from channels.slack.forms import Forms
from channels.slack.listening import Listening
from channels.slack.names import CHANNEL
from channels.slack.pausing import Pauses
from channels.slack.people import People
from channels.slack.publishing import Homes
from channels.slack.sending import Sending
from channels.slack.settings import Settings
from channels.slack.sockets import Sockets
from channels.slack.turns import Turns, joins
from channels.slack.webhook import Webhook
from channels.slack.workspaces import Workspace

__all__ = ["Settings", "checkup", "open_channel"]

log = structlog.get_logger(__name__)

_CHECKED_EVERY: Final = 300.0  # seconds: a token may be revoked while nobody writes


class SlackChannel:
    """Implements `bot.platforms.Platform`."""

    name = CHANNEL

    def __init__(self, settings: Settings, around: Around) -> None:
        self._settings = settings
        self._api = Api(settings)
        self._workspace = Workspace(around.observer)
        people = People(self._api, around.now)
        self._desk = open_desk(settings, around, self._api, people)
        self._homes = Homes(
            self._api, people, around.conversing, self._desk.home.blocks if self._desk else None
        )
        self._forms = Forms(
            api=self._api,
            people=people,
            conversing=around.conversing,
            observer=around.observer,
            now=around.now,
            turned=self._homes.turned,
        )
        self._turns = Turns(
            api=self._api,
            people=people,
            conversing=around.conversing,
            downloads=Downloads(self._api, settings),
            homes=self._homes,
            observer=around.observer,
            workspace=self._workspace,
            elsewhere=self._forms.elsewhere,
            most_files=settings.max_attachments,
        )
        self._acting = open_acting(settings, around, self._api, people, self._workspace, self._desk)
        self._listening = Listening(
            settings=settings,
            api=self._api,
            inbox=around.inbox(CHANNEL, self._turns.handle, joins),
            forms=self._forms,
            observer=around.observer,
            now=around.now,
            workspace=self._workspace,
            desk=self._acting,
        )
        self._sending = Sending(self._api, people, around.conversing, around.now)
        self._unchecked: str | None = "Slack did not answer yet"
        self._sockets = Sockets(
            app_token=settings.app_token or "",
            api=self._api,
            app=self._listening.app,
            observer=around.observer,
            pauses=Pauses(settings.retry_seconds),
        )
        self._webhook: ASGIApp | None = (
            None
            if settings.is_socket
            else Webhook(self._listening.app(), settings.signing_secret or "", around.observer)
        )

    @property
    def webhook(self) -> ASGIApp | None:
        """What Slack calls, where there is no socket."""
        return self._webhook

    @property
    def trouble(self) -> str | None:
        """Why nothing can be received or sent."""
        if self._api.trouble or self._unchecked:
            return self._api.trouble or self._unchecked
        if self._settings.is_socket and self._sockets.trouble:
            return self._sockets.trouble
        return self._desk.trouble if self._desk else None

    async def send(self, delivery: Delivery) -> None:
        """Carries one line; what a Home tab shows may have changed with it."""
        await self._sending.send(delivery)
        if delivery.message.reference is not None:
            self._homes.turned(delivery.address.key)

    async def run(self) -> None:
        """Listens until it is cancelled; looks now and then whether the token still holds."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_token())
            if self._settings.is_socket:
                tasks.create_task(self._sockets.run())
            if self._desk:
                tasks.create_task(self._desk.run())

    async def _watch_token(self) -> None:
        pauses = Pauses(self._settings.retry_seconds)
        while True:
            try:
                told = await self._api.check()
            except SlackFailed as error:
                if not error.code:
                    log.warning("slack not reached")
                    self._unchecked = "Slack does not answer"
                is_hopeless = error.code in REFUSED_TOKEN
                await pauses.wait(error.retry_after, is_hopeless=is_hopeless)
                continue
            team = told.get("team_id")
            self._workspace.team = team if isinstance(team, str) else None
            self._unchecked = None
            pauses.reset()
            await asyncio.sleep(_CHECKED_EVERY)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._forms.close()
        if self._acting:
            await self._acting.close()
        await self._homes.close()
        await self._api.close()


def open_channel(settings: Settings, around: Around) -> Platform:
    """The channel, not yet listening."""
    return SlackChannel(settings, around)
