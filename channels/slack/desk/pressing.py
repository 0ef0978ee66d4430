"""What happens when somebody presses a button or chooses in a menu of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.reference import read_reference
from bot.errors import IllegalMove, NotFound, OmbudError
from channels.slack.desk import ids, inputs, menus, names
from channels.slack.desk.counter import Body, Counter, right_to
from channels.slack.desk.explaining import explained
from channels.slack.desk.filled import Step
from channels.slack.desk.roles import Colleague
from channels.slack.desk.sealing import About
from channels.slack.desk.seconding import Seconding
from channels.slack.desk.snoozing import Snoozing, until


@dataclass(frozen=True)
class Press:
    """What was pressed, about which complaint, and where."""

    action: str
    value: str
    about: About
    thread: str = ""

    @property
    def reference(self) -> str:
        return self.about.reference


@dataclass(frozen=True)
class Pressing:
    """Does what was pressed, or opens the form that it needs."""

    counter: Counter
    snoozing: Snoozing
    seconding: Seconding

    async def press(self, body: Body) -> None:
        """Takes one press. Unsure, SlackFailed, StorageError."""
        who = await self.counter.who(body)
        if who is None:
            return
        press = await self._read(body, who)
        if press is None:
            await self._refuse(body, who)
            return
        if press.action == names.FIND:
            about = replace(press.about, kind=names.FIND)
            await self.counter.show(body, self.counter.form(about, {}, {}))
            return
        try:
            complaint = (await self.counter.seen(press.reference)).complaint
        except NotFound:
            await self._refuse(body, who)
            return
        right = right_to(_right_of(press), complaint)
        if await self.counter.may(who, right, press.about.channel):
            await self._do(body, press, who, complaint)

    async def _refuse(self, body: Body, who: Colleague) -> None:
        channel = str((body.get("container") or {}).get("channel_id") or self.counter.triage)
        await self.counter.refuse(who.user, channel)

    # What is meant ---------------------------------------------------------------------------

    async def _read(self, body: Body, who: Colleague) -> Press | None:
        """None for what was never shown so: a value of another complaint, a view of another."""
        told = body["actions"][0]
        action, value = str(told["action_id"]), _value(told)
        if (body.get("view") or {}).get("type") == "modal":
            about = self.counter.seal.opened(body)
            return Press(action, value, about) if about else None
        if action in (names.OPEN, names.FIND):
            return self._named(body, Press(action, value, self._about(body, action, who)))
        return await self._on_card(body, Press(action, value, self._about(body, action, who)))

    def _about(self, body: Body, action: str, who: Colleague) -> About:
        channel = str((body.get("container") or {}).get("channel_id") or self.counter.triage)
        return About(action, who.user, channel=channel)

    def _named(self, body: Body, press: Press) -> Press | None:
        """In a list everybody who works here may open anything."""
        if press.action == names.FIND:
            return press
        reference = read_reference(press.value)
        return (
            replace(press, about=replace(press.about, reference=str(reference)))
            if reference
            else None
        )

    async def _on_card(self, body: Body, press: Press) -> Press | None:
        """Which complaint it is about is told by where it was pressed, never by the payload."""
        container = body["container"]
        ts, thread = str(container.get("message_ts") or ""), _thread_of(body)
        is_below = press.action in (ids.CONFIRM, ids.DECLINE)
        reference = await self.counter.shown_at(press.about.channel, thread if is_below else ts)
        is_other = press.value.startswith("CMP-") and press.value != reference
        if reference is None or is_other:
            return None
        return replace(press, about=replace(press.about, reference=reference), thread=thread)

    # What follows ----------------------------------------------------------------------------

    async def _do(
        self, body: Body, press: Press, who: Colleague, complaint: Mapping[str, Any]
    ) -> None:
        match press.action:
            case names.TAKE:
                await self._take(press, who, complaint)
                await self._refresh(body, press)
            case names.SNOOZE:
                await self._snooze(body, press, who, complaint)
            case ids.PREVIEW:
                await self._preview(body, press, complaint)
            case ids.CONFIRM | ids.DECLINE:
                await self.seconding.decided(
                    body, press.about, press.value, who, is_yes=press.action == ids.CONFIRM
                )
            case _:
                await self._open(body, press, complaint)

    async def _take(self, press: Press, who: Colleague, complaint: Mapping[str, Any]) -> None:
        counter, step = self.counter, Step("take")
        try:
            await counter.act(press.reference, step, who)
        except IllegalMove as error:
            channel = press.about.channel
            if not await counter.told_taken(who, press.reference, channel):
                await self._explain(error, step, who, press, complaint)
        except OmbudError as error:
            await self._explain(error, step, who, press, complaint)

    async def _refresh(self, body: Body, press: Press) -> None:
        """A view in which something was done shows how it stands now."""
        if view := body.get("view"):
            complaint = (await self.counter.seen(press.reference)).complaint
            metadata = self.counter.seal.sealed(press.about)
            shown = menus.more(complaint, self.counter.voice, metadata)
            client = self.counter.api.client
            await self.counter.api.call(client.views_update(view_id=view["id"], view=shown))

    async def _explain(
        self,
        error: OmbudError,
        step: Step,
        who: Colleague,
        press: Press,
        complaint: Mapping[str, Any],
    ) -> None:
        text = explained(error, step, complaint, self.counter.voice)
        await self.counter.privately.tell(who.user, press.about.channel, text)

    async def _snooze(
        self, body: Body, press: Press, who: Colleague, complaint: Mapping[str, Any]
    ) -> None:
        end = until(press.value, self.counter.voice)
        if end is None:
            await self._open(body, press, complaint)
        else:
            await self.snoozing.snooze(press.reference, end, who)

    async def _preview(self, body: Body, press: Press, complaint: Mapping[str, Any]) -> None:
        """The form as it was filled in, with what they will see of it."""
        counter, view = self.counter, body["view"]
        shown = counter.form(press.about, complaint, inputs.values(view))
        await counter.api.call(
            counter.api.client.views_update(view_id=view["id"], hash=view["hash"], view=shown)
        )

    async def _open(self, body: Body, press: Press, complaint: Mapping[str, Any]) -> None:
        counter, kind = self.counter, _opens(press)
        about = replace(press.about, kind=kind, preset="")
        voice, metadata = counter.voice, counter.seal.sealed(about)
        match kind:
            case names.MORE:
                view = menus.more(complaint, voice, metadata)
            case names.READ:
                view = menus.story(complaint, voice, metadata)
            case ids.HISTORY:
                view = menus.history(complaint, voice, metadata)
            case _:
                view = counter.form(about, complaint, {})
        await counter.show(body, view)


def _value(told: Mapping[str, Any]) -> str:
    return str(told.get("value") or (told.get("selected_option") or {}).get("value") or "")


def _thread_of(body: Body) -> str:
    container, message = body["container"], body.get("message") or {}
    return str(container.get("thread_ts") or message.get("thread_ts") or "")


def _opens(press: Press) -> str:
    """The callback id of the form behind a button."""
    if press.action == names.MORE:
        return ids.OVERFLOW.get(press.value, names.MORE)
    return names.MORE if press.action == names.OPEN else press.action


def _right_of(press: Press) -> str:
    if press.action in (ids.CONFIRM, ids.DECLINE):
        return "respond"
    return _opens(press) if press.action == names.MORE else press.action
