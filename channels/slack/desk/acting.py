"""The desk's door: takes what caseworkers do in Slack, and answers each within three seconds."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import structlog

from bot.errors import StorageError
from bot.platforms import Around, Inbox
from channels.slack.api import Api, SlackFailed
from channels.slack.desk import inputs
from channels.slack.desk.commands import Commands
from channels.slack.desk.counter import Counter, channel_of, user_of
from channels.slack.desk.notes import INBOX, Notes, joins, typed_below
from channels.slack.desk.opening import ShownDesk
from channels.slack.desk.posting import Board
from channels.slack.desk.pressing import Pressing
from channels.slack.desk.privately import Privately
from channels.slack.desk.roles import Roles, Unsure
from channels.slack.desk.sealing import Seal
from channels.slack.desk.seconding import Seconding
from channels.slack.desk.shortcuts import Shortcuts
from channels.slack.desk.snoozing import Snoozing
from channels.slack.desk.submitting import CLOSED, Answer, Submitting
from channels.slack.escaping import escape
from channels.slack.people import People
from channels.slack.settings import Settings
from channels.slack.translate import raw_of
from channels.slack.workspaces import Workspace

log = structlog.get_logger(__name__)

Body = dict[str, Any]

PATIENCE: Final = 2.4
"""Seconds: what is not answered in three is shown to the person as an error."""
_CLOSING: Final = 3.0  # seconds
_REMEMBERED: Final = 1000  # forms that were taken
_AWKWARD: Final = (Unsure, SlackFailed, StorageError)
"""What passes: the person is told to try again."""


@dataclass
class Acting:
    """Implements `listening.Desk`. What takes longer goes on, and its outcome is told privately."""

    counter: Counter
    pressing: Pressing
    submitting: Submitting
    shortcuts: Shortcuts
    commands: Commands
    inbox: Inbox
    patience: float = PATIENCE
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _taken: OrderedDict[str, asyncio.Task[Answer]] = field(default_factory=OrderedDict)

    async def press(self, body: Body) -> None:
        """A button or menu."""
        await self._soon(self._careful(self.pressing.press(body), body))

    async def shortcut(self, body: Body) -> None:
        """A shortcut, global or of a message."""
        await self._soon(self._careful(self.shortcuts.shortcut(body), body))

    async def submit(self, body: Body) -> Answer:
        """A form; one that is sent twice at once is taken once."""
        key = _print_of(body)
        task = self._taken.get(key)
        if task is None or task.done():
            task = asyncio.create_task(self._submitted(body))
            self._keep(task)
            self._taken[key] = task
            while len(self._taken) > _REMEMBERED:
                self._taken.popitem(last=False)
        done, _ = await asyncio.wait({task}, timeout=self.patience)
        if done:
            return task.result()
        task.add_done_callback(lambda late: self._late(late, body))
        return CLOSED

    async def command(self, body: Body) -> Answer:
        """`/complaint`."""
        try:
            async with asyncio.timeout(self.patience):
                return await self.commands.command(body)
        except (*_AWKWARD, TimeoutError):
            text = escape(self.counter.voice.text("again"))
            return {"response_type": "ephemeral", "text": text}

    def is_note(self, body: Body) -> bool:
        """Whether somebody typed below a message."""
        return typed_below(body) is not None

    async def note(self, body: Body) -> None:
        """Returns once it is noted, or kept to be; whatever it raises, it was neither."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        await self.inbox.take(raw_of(body, content, self.counter.around.now()))

    async def close(self) -> None:
        """Waits for what was late, though not for ever."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSING)

    # In time ---------------------------------------------------------------------------------

    async def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._keep(task)
        await asyncio.wait({task}, timeout=self.patience)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _careful(self, work: Awaitable[None], body: Body) -> None:
        """A press that failed is always answered."""
        try:
            await work
        except _AWKWARD as error:
            log.warning("not done at the desk", error=type(error).__name__)
            await self._again(body)
        except Exception:  # outermost: a payload that can't be read, or a mistake of ours
            log.exception("press can't be taken")
            await self._again(body)

    async def _submitted(self, body: Body) -> Answer:
        try:
            return await self.submitting.submit(body)
        except _AWKWARD as error:
            log.warning("form not taken", error=type(error).__name__)
        except Exception:  # the same
            log.exception("form can't be taken")
        blocks = inputs.asked(body["view"])
        text = self.counter.voice.text("again")
        if not blocks:
            await self._again(body)
            return CLOSED
        return {"response_action": "errors", "errors": {blocks[0]: text}}

    async def _again(self, body: Body) -> None:
        user = user_of(body)
        if isinstance(user, str):
            channel = channel_of(body) or self.counter.triage
            await self.counter.privately.tell(user, channel, self.counter.voice.text("again"))

    def _late(self, task: asyncio.Task[Answer], body: Body) -> None:
        """The form is closed by then: what it says is told to its author, with what they typed."""
        if not task.cancelled() and not task.exception():
            self._keep(asyncio.create_task(self._told_late(task.result(), body)))

    async def _told_late(self, answer: Answer, body: Body) -> None:
        errors: Mapping[str, str] = answer.get("errors") or {}
        view = answer.get("view") or {}
        if not errors and not view:
            return
        told = [*errors.values(), *inputs.values(body["view"]).values()] if errors else _words(view)
        channel = self.counter.triage
        await self.counter.privately.tell(str(user_of(body)), channel, "\n\n".join(told))


def _words(view: Mapping[str, Any]) -> list[str]:
    return [str(one["text"]["text"]) for one in view["blocks"] if one["type"] == "section"]


def _print_of(body: Body) -> str:
    """The form and what it holds."""
    view = body["view"]
    return json.dumps([view["id"], view["state"]["values"]], sort_keys=True, default=str)


def open_acting(
    settings: Settings,
    around: Around,
    api: Api,
    people: People,
    workspace: Workspace,
    shown: ShownDesk | None,
) -> Acting | None:
    """What caseworkers do; None where nothing is shown to them, or nobody takes their acts."""
    if shown is None or around.desk is None or around.cards is None:
        return None
    counter = Counter(
        around=around,
        desk=around.desk,
        cards=around.cards,
        api=api,
        seal=Seal.of(settings),
        roles=Roles(api, people, shown.members, settings, workspace, around.now),
        privately=Privately(api),
        board=Board(api),
        triage=settings.triage_channel or "",
        wake=shown.worker.wake,
    )
    above = settings.desk_second_person_above
    seconding = Seconding(counter, None if above is None else Decimal(str(above)))
    snoozing = Snoozing(counter)
    notes = Notes(counter, settings.retry_seconds)
    return Acting(
        counter=counter,
        pressing=Pressing(counter, snoozing, seconding),
        submitting=Submitting(counter, snoozing, seconding),
        shortcuts=Shortcuts(counter),
        commands=Commands(counter),
        inbox=around.inbox(INBOX, notes.handle, joins),
    )
