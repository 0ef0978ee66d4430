"""What every act at the desk needs: who acts, about which complaint, and what is told to them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from babel.dates import format_timedelta

from bot.errors import NotFound
from bot.platforms import Around, Behind, Cards
from bot.ports import Desk
from channels.slack.api import Api
from channels.slack.blocks import Json
from channels.slack.desk import ids, names
from channels.slack.desk.filled import Step
from channels.slack.desk.modals import Asked, modal
from channels.slack.desk.posting import Board
from channels.slack.desk.privately import Privately
from channels.slack.desk.roles import Colleague, Right, Roles
from channels.slack.desk.sealing import About, Seal
from channels.slack.desk.standing import Complaint
from channels.slack.desk.voice import Voice, moment_of

log = structlog.get_logger(__name__)

Body = Mapping[str, Any]

REFUSED: Final = "slack_desk"
"""Under which reason refusals are counted."""
_AT_WORK: Final = 1.5  # in a smaller unit, until the next larger one is told: 89 seconds
_WAITS: Final = 10
_WAIT: Final = 0.1  # seconds: a card is known a moment after Slack shows it


@dataclass
class Counter:
    """Stands between what people do in Slack and the complaints."""

    around: Around
    desk: Desk
    cards: Cards
    api: Api
    seal: Seal
    roles: Roles
    privately: Privately
    board: Board
    triage: str
    wake: Callable[[], None]

    @property
    def voice(self) -> Voice:
        """How the desk speaks just now."""
        return Voice.of(self.around)

    # Who acts --------------------------------------------------------------------------------

    async def who(self, body: Body) -> Colleague | None:
        """Whoever sent a payload; None, and they are told, where they don't work here. Unsure."""
        user = user_of(body)
        found = await self.roles.colleague(user, body)
        if found is None:
            await self.refuse(user, channel_of(body) or self.triage)
        return found

    async def may(self, who: Colleague, right: Right, channel: str) -> bool:
        """Whether they may; they are told where not. Unsure."""
        is_allowed = await self.roles.may(who, right)
        if not is_allowed:
            await self.refuse(who.user, channel)
        return is_allowed

    async def refuse(self, user: object, channel: str, thread: str | None = None) -> None:
        """Tells somebody that they may not, and nobody else."""
        self.around.observer.refused(REFUSED)
        if isinstance(user, str) and user:
            text = self.voice.text("refused")
            await self.privately.tell(user, channel, text, thread=thread)

    async def tell(self, who: Colleague, channel: str, key: str, **values: str) -> None:
        """Tells somebody a text of the desk, and nobody else."""
        text = self.voice.text(key, **values)
        await self.privately.tell(who.user, channel or self.triage, text)

    # About which complaint -------------------------------------------------------------------

    async def seen(self, reference: str) -> Behind:
        """A complaint as its card knows it, without a name or contact; NotFound."""
        found = await self.cards.seen(reference)
        if found is None:
            raise NotFound
        return found

    async def shown_at(self, channel: str, ts: str) -> str | None:
        """The complaint of a card; one that was posted this moment is waited for."""
        for _ in range(_WAITS):
            if reference := await self.cards.at(channel, ts):
                return reference
            await asyncio.sleep(_WAIT)
        return None

    async def act(
        self, reference: str, step: Step, who: Colleague, once: str | None = None
    ) -> None:
        """Does one act, and has the card follow. Unsure."""
        if step.action in _INDEPENDENT:
            await self._meet_another(reference)
        await self.desk.act(reference, step.action, step.fields, who.name, once)
        self.wake()

    async def _meet_another(self, reference: str) -> None:
        """Whoever answered first reviews that only where nobody else works here (annex B)."""
        complaint = (await self.seen(reference)).complaint
        if _is_reviewed(complaint):
            told = complaint["history"]
            authors = {one["by"] for one in told if one["event"] == "ResponseGiven"}
            if name := await self.roles.another(authors):
                self.desk.meet(name)

    async def told_taken(self, who: Colleague, reference: str, channel: str) -> bool:
        """Tells who was quicker, and by how much; False where nobody else has it."""
        complaint = (await self.seen(reference)).complaint
        owner, voice = complaint.get("owner"), self.voice
        if not owner or owner == who.name:
            return False
        those = [one for one in complaint["history"] if one["event"] == "OwnerAssigned"]
        ago = max(voice.now - moment_of(those[-1]["at"]), timedelta())
        locale = voice.language.code
        seconds = format_timedelta(ago, threshold=_AT_WORK, locale=locale)
        await self.tell(who, channel, "taken", name=str(owner), seconds=seconds)
        return True

    # Forms -----------------------------------------------------------------------------------

    def asked(self, complaint: Complaint, values: Mapping[str, str]) -> Asked:
        """What a modal about a complaint is made of."""
        language = str(complaint.get("language") or "")

        def words(key: str, told: Mapping[str, str]) -> str:
            return self.around.conversing.words(key, language or None, **told)

        return Asked(complaint, self.voice, words, values)

    def form(self, about: About, complaint: Complaint, values: Mapping[str, str]) -> Json:
        """A modal."""
        return modal(about.kind, self.seal.sealed(about), self.asked(complaint, values))

    async def show(self, body: Body, view: Json) -> None:
        """Opens a view; above the one in which a button was pressed. SlackFailed."""
        client, trigger = self.api.client, body["trigger_id"]
        is_above = (body.get("view") or {}).get("type") == "modal"
        open_: Callable[..., Awaitable[Any]] = client.views_push if is_above else client.views_open
        await self.api.call(open_(trigger_id=trigger, view=view))


def right_to(action: str, complaint: Complaint) -> Right:
    """What one needs to be allowed to press a button, fill in its form, or do its act. Who decides
    about a review is another matter than who answers first."""
    if action in _DECISIONS:
        return Right.REVIEW if _is_reviewed(complaint) else Right.DECIDE
    return _RIGHTS[action]


def _is_reviewed(complaint: Complaint) -> bool:
    return any(one["event"] == "ReviewRequested" for one in complaint["history"])


_INDEPENDENT: Final = ("take", "handover", "respond")
"""What may be another person's to do in a review."""

_DECISIONS: Final = (ids.CLOSE, "respond", "close")

_RIGHTS: Final[Mapping[str, Right]] = {
    **dict.fromkeys(
        (names.MORE, names.READ, names.OPEN, names.FIND, ids.HISTORY, ids.PREVIEW), Right.READ
    ),
    **dict.fromkeys(
        (names.TAKE, names.CHANGE, names.SNOOZE, ids.ESCALATE, "take", "assess", "escalate"),
        Right.NOTE,
    ),
    **dict.fromkeys(
        (
            names.REPLY, names.REOPEN, ids.ASK, ids.MERGE, ids.FULFIL, ids.VERIFY, ids.EXTERNAL,
            ids.SPLIT, ids.DONE, ids.SEND, "reply", "ask", "reopen", "merge", "fulfil", "verify",
            "external", "split", "done",
        ),
        Right.WRITE,
    ),
    **dict.fromkeys(
        (
            names.HANDOVER, ids.EXTEND, ids.HOLD, ids.RELEASE, "handover", "extend", "hold",
            "release",
        ),
        Right.LEAD,
    ),
    **dict.fromkeys((ids.LOG, ids.MAKE), Right.LOG),
    ids.IDENTITY: Right.REVEAL,
}  # fmt: skip


def user_of(body: Body) -> object:
    """Who sent a payload, as it says."""
    user = body.get("user")
    return user.get("id") if isinstance(user, Mapping) else body.get("user_id")


def channel_of(body: Body) -> str:
    """Where they did so; empty in a view."""
    channel = body.get("channel")
    told = channel.get("id") if isinstance(channel, Mapping) else body.get("channel_id")
    return str(told or (body.get("container") or {}).get("channel_id") or "")
