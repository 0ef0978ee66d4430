"""Listens through Bolt: every payload goes into the inbox, and is acknowledged after that.

What Bolt is asked to listen to stands in `names`, and so in the manifest.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.platforms import Inbox
from bot.ports import Observer
from channels.slack import names
from channels.slack.api import Api, quiet
from channels.slack.desk import ids
from channels.slack.settings import Settings
from channels.slack.translate import Ignored, raw_of, read
from channels.slack.workspaces import Workspace

log = structlog.get_logger(__name__)

Json = dict[str, Any]

MALFORMED: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError)
"""What reading a payload raises that is not as Slack documents it."""


class Forms(Protocol):
    """What can't wait for the inbox, since the acknowledgement carries the answer."""

    async def open(self, body: Json) -> bool:
        """Opens the summary as a form; False where there is none to be shown any more."""
        ...

    async def submit(self, body: Json) -> Mapping[str, str]:
        """Takes a form; what is wrong in it, by the block's id."""
        ...

    async def hint(self, body: Json) -> str:
        """What is said at once to a command: where its answer is."""
        ...


class Desk(Protocol):
    """What caseworkers do: all of it is answered within Slack's three seconds."""

    async def press(self, body: Json) -> None:
        """A button or a menu of the desk."""
        ...

    async def submit(self, body: Json) -> Mapping[str, Any]:
        """A form; what the acknowledgement carries."""
        ...

    async def shortcut(self, body: Json) -> None:
        """A shortcut, global or of a message."""
        ...

    async def command(self, body: Json) -> Mapping[str, Any]:
        """A command; what is shown to whoever gave it."""
        ...

    def is_note(self, body: Json) -> bool:
        """Whether an event is for the desk to keep."""
        ...

    async def note(self, body: Json) -> None:
        """Returns once the event may be acknowledged; what it raises, nothing was kept."""
        ...


@dataclass
class Listening:
    """Decides which payloads are ours, and hands them on; `desk` is None where nobody works in
    Slack."""

    settings: Settings
    api: Api
    inbox: Inbox
    forms: Forms
    observer: Observer
    now: Callable[[], datetime]
    workspace: Workspace
    desk: Desk | None = None

    def app(self) -> AsyncApp:
        """Bolt, told to acknowledge after its listeners and to call Slack for nothing."""
        app = AsyncApp(
            name="ombud",
            logger=quiet,
            client=self.api.client,
            signing_secret=self.settings.signing_secret or "",
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            ignoring_self_events_enabled=False,  # `translate` does it, also for other bots
            attaching_conversation_kwargs_enabled=False,
            authorize=self._authorizing(),
        )
        for event in names.EVENTS:
            app.event(event)(self._event)
        for command in names.COMMANDS:
            app.command(command)(self._command)
        for shortcut in names.SHORTCUTS:
            app.shortcut(shortcut)(self._interaction)
        app.action(re.compile(f"^{names.SAY}"))(self._interaction)
        app.action(names.OPEN_SHEET)(self._open_form)
        app.view(names.SHEET)(self._submit_form)
        if self.desk is not None:
            self._open_desk(app, self.desk)
        app.error(self._erring())
        return app

    def _open_desk(self, app: AsyncApp, desk: Desk) -> None:
        """What caseworkers press, fill in and call; whoever it is, the desk looks at that."""

        async def press(body: Json, ack: AsyncAck) -> None:
            await desk.press(body)
            await ack()

        async def shortcut(body: Json, ack: AsyncAck) -> None:
            await desk.shortcut(body)
            await ack()

        async def submit(body: Json, ack: AsyncAck) -> None:
            await ack(**await desk.submit(body))

        async def command(body: Json, ack: AsyncAck) -> None:
            await ack(**await desk.command(body))

        for button in ids.BUTTONS:
            app.action(button)(press)
        for modal in ids.MODALS:
            app.view(modal)(submit)
        for callback in ids.SHORTCUTS:
            app.shortcut(callback)(shortcut)
        app.command(ids.COMMAND)(command)

    def _authorizing(self) -> Callable[..., Awaitable[AuthorizeResult]]:
        """By default Bolt asks Slack who the app is, and drops what comes while Slack is down."""
        token = self.settings.bot_token

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

        return authorize

    def _erring(self) -> Callable[..., Awaitable[BoltResponse]]:
        """No listener of ours raises: what arrives here is unknown, or Bolt can't read it. Slack
        is not asked to send it again."""

        async def ignore(error: Exception) -> BoltResponse:
            if not isinstance(error, BoltUnhandledRequestError):
                log.warning("payload can't be read", error=type(error).__name__)
            self.observer.refused("slack_unknown")
            return BoltResponse(status=200, body="")

        return ignore

    async def _event(self, body: Json) -> BoltResponse | None:
        is_note = self.desk is not None and self.desk.is_note(body)
        is_taken = await (self._note(body) if is_note else self._take(body))
        return None if is_taken else _failed()

    async def _note(self, body: Json) -> bool:
        if self.desk is not None and self.workspace.is_ours(body):
            try:
                await self.desk.note(body)
            except Exception as error:  # noqa: BLE001  # nothing was kept: Slack must send it again
                log.warning("note not taken", error=type(error).__name__)
                return False
        return True

    async def _interaction(self, body: Json, ack: AsyncAck) -> BoltResponse | None:
        if not await self._take(body):
            return _failed()
        await ack()
        return None

    async def _command(self, body: Json, ack: AsyncAck) -> BoltResponse | None:
        if not self.workspace.is_ours(body):
            await ack()
            return None
        hint = asyncio.create_task(self.forms.hint(body))
        if not await self._take(body):
            hint.cancel()
            return _failed()
        await ack(await hint)
        return None

    async def _open_form(self, body: Json, ack: AsyncAck) -> BoltResponse | None:
        try:
            is_open = not self.workspace.is_ours(body) or await self.forms.open(body)
        except Exception:  # outermost: Slack then shows the person that it failed
            log.exception("form can't be opened")
            return _failed()
        if not is_open:  # a button of an old message: the dialogue answers it
            return await self._interaction(body, ack)
        await ack()
        return None

    async def _submit_form(self, body: Json, ack: AsyncAck) -> BoltResponse | None:
        try:
            errors = await self.forms.submit(body) if self.workspace.is_ours(body) else {}
        except Exception:  # the same
            log.exception("form can't be taken")
            return _failed()
        if errors:
            await ack(response_action="errors", errors=dict(errors))
        else:
            await ack()
        return None

    async def _take(self, body: Json) -> bool:
        """Whether a payload may be acknowledged. One that is malformed fails for good where its
        turn is taken, and is set aside there."""
        if not self.workspace.is_ours(body):
            return True
        now = self.now()
        try:
            reading = read(body, now)
        except MALFORMED:
            reading = None
        if isinstance(reading, Ignored):
            if reading is Ignored.UNKNOWN:
                self.observer.refused("slack_unknown")
            return True
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            await self.inbox.take(raw_of(body, content, now))
        except Exception as error:  # noqa: BLE001  # nothing was kept: Slack must send it again
            log.warning("payload not taken", error=type(error).__name__)
            return False
        return True


def _failed() -> BoltResponse:
    return BoltResponse(status=500, body="")
