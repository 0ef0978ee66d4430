"""What happens when a modal of the desk is submitted: an act, or what is wrong beside its input.

Nothing typed is lost: a form that could not be taken stays open with all that is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, Final

from bot.domain.reference import read_reference
from bot.errors import IllegalMove, InvalidRequest, NotFound, OmbudError, StorageError
from channels.slack.blocks import Json
from channels.slack.desk import ids, inputs, menus, names
from channels.slack.desk.counter import Body, Counter, right_to
from channels.slack.desk.explaining import beside, explained, in_words
from channels.slack.desk.filled import Filled, Step, filled
from channels.slack.desk.inputs import Values
from channels.slack.desk.roles import Colleague
from channels.slack.desk.sealing import About
from channels.slack.desk.seconding import Seconding
from channels.slack.desk.snoozing import Snoozing, morning_of
from channels.slack.desk.standing import Complaint

Answer = Mapping[str, Any]
"""What the acknowledgement carries; empty where the form simply closes."""

CLOSED: Final[Answer] = {}


@dataclass(frozen=True)
class Form:
    """A form that somebody submitted, and may submit."""

    about: About
    who: Colleague
    view: Mapping[str, Any]
    values: Values

    @property
    def blocks(self) -> Sequence[str]:
        """Where something may be told; a form without inputs has nowhere."""
        return inputs.asked(self.view) or ("",)

    def once(self, step: Step) -> str:
        """The name of an act: what is sent again unchanged is the same."""
        told = json.dumps([step.action, step.fields], sort_keys=True, default=str)
        return f"{self.view['id']}:{sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"

    @property
    def done(self) -> Answer:
        """Closes it, and what it was opened above."""
        is_above = self.view.get("root_view_id") not in (None, self.view["id"])
        return {"response_action": "clear"} if is_above else CLOSED


@dataclass(frozen=True)
class Submitting:
    """Takes forms."""

    counter: Counter
    snoozing: Snoozing
    seconding: Seconding

    async def submit(self, body: Body) -> Answer:
        """Takes one form. Unsure, SlackFailed, StorageError."""
        counter, view = self.counter, body["view"]
        blocks = inputs.asked(view) or ("",)
        about = counter.seal.opened(body)
        who = await counter.who(body)
        if who is None:
            return self._refused(blocks)
        if about is None or about.kind != view["callback_id"]:
            await counter.refuse(who.user, about.channel if about else counter.triage)
            return self._refused(blocks)
        return await self._take(Form(about, who, view, inputs.values(view)))

    def _refused(self, blocks: Sequence[str]) -> Answer:
        return _errors({blocks[0]: self.counter.voice.text("refused")}) if blocks[0] else CLOSED

    async def _take(self, form: Form) -> Answer:
        counter, about = self.counter, form.about
        match about.kind:
            case names.FIND:
                return await self._find(form)
            case ids.LOG:
                return await self._log(form)
            case names.MORE:
                return CLOSED
        try:
            complaint = (await counter.seen(about.reference)).complaint
        except NotFound:
            return self._told(form, "error.unknown")
        if not await counter.may(form.who, right_to(about.kind, complaint), about.channel):
            return self._refused(form.blocks)
        match about.kind:
            case names.SNOOZE:
                return await self._snooze(form)
            case ids.IDENTITY:
                return await self._reveal(form, complaint)
        return await self._act(form, complaint)

    # Acts ------------------------------------------------------------------------------------

    async def _act(self, form: Form, complaint: Complaint) -> Answer:
        counter = self.counter
        told = filled(form.about.kind, form.values, complaint)
        if told.errors:
            return _errors(in_words(told.errors, counter.voice, form.blocks))
        steps = await self._named(form, told)
        if steps is None:
            return _errors({"owner": counter.voice.text("error.owner")})
        for step in steps:
            right = right_to(step.action, complaint)
            if not await counter.may(form.who, right, form.about.channel):
                return self._refused(form.blocks)
        if self.seconding.needs(steps):
            await self.seconding.propose(form.about.reference, steps, form.who)
            await counter.tell(form.who, form.about.channel, "second.waits")
            return form.done
        return await self._done(form, steps, complaint)

    async def _named(self, form: Form, told: Filled) -> tuple[Step, ...] | None:
        """The steps with the owner's name in the place of their id; None where they don't work
        here. Whoever names themself takes it."""
        steps = []
        for step in told.steps:
            if step.action == "handover":
                owner = str(step.fields["owner"])
                colleague = await self.counter.roles.colleague(owner, {})
                if colleague is None:
                    return None
                is_own = colleague.user == form.who.user
                step = Step("take") if is_own else Step("handover", {"owner": colleague.name})
            steps.append(step)
        return tuple(steps)

    async def _done(self, form: Form, steps: Sequence[Step], complaint: Complaint) -> Answer:
        """One act after another; each was done once, however often the form is sent."""
        counter, about = self.counter, form.about
        for number, step in enumerate(steps):
            try:
                await counter.act(about.reference, step, form.who, form.once(step))
            except StorageError:
                raise
            except OmbudError as error:
                is_late = isinstance(error, IllegalMove) and step.action == "take"
                if is_late and await counter.told_taken(form.who, about.reference, about.channel):
                    return form.done
                text = explained(error, step, await self._now(about, complaint), counter.voice)
                if number and step.action == "close":  # the answer is out: nothing to send again
                    await counter.privately.tell(form.who.user, about.channel, text)
                    return form.done
                return await self._wrong(form, beside(error, step, form.blocks), text)
        return form.done

    async def _now(self, about: About, complaint: Complaint) -> Complaint:
        try:
            return (await self.counter.seen(about.reference)).complaint
        except NotFound:
            return complaint

    # Beside acts -----------------------------------------------------------------------------

    async def _snooze(self, form: Form) -> Answer:
        voice = self.counter.voice
        try:
            day = date.fromisoformat(form.values.get("until", ""))
            end = morning_of(day, voice)
        except ValueError:
            return self._told(form, "error.needed")
        if end <= voice.now:
            return self._told(form, "error.until")
        try:
            await self.snoozing.snooze(form.about.reference, end, form.who)
        except NotFound:
            return self._told(form, "again")
        return form.done

    async def _reveal(self, form: Form, complaint: Complaint) -> Answer:
        """Recorded first, and shown to nobody else."""
        counter, about = self.counter, form.about
        step = Step("reveal", {"reason": form.values.get("reason", "")})
        try:
            shown = await counter.desk.act(about.reference, step.action, step.fields, form.who.name)
        except StorageError:
            raise
        except OmbudError as error:
            text = explained(error, step, complaint, counter.voice)
            return await self._wrong(form, beside(error, step, form.blocks), text)
        counter.wake()
        metadata = counter.seal.sealed(replace(about, kind=f"{ids.IDENTITY}_told"))
        return _update(menus.identity(shown, counter.voice, metadata))

    async def _find(self, form: Form) -> Answer:
        """A reference as anybody might write it."""
        reference = read_reference(form.values.get("reference", ""))
        if reference is None:
            return self._told(form, "error.reference")
        try:
            complaint = (await self.counter.seen(reference)).complaint
        except NotFound:
            return self._told(form, "error.unknown")
        about = replace(form.about, kind=names.MORE, reference=str(reference))
        metadata = self.counter.seal.sealed(about)
        return _update(menus.more(complaint, self.counter.voice, metadata))

    async def _log(self, form: Form) -> Answer:
        """What somebody told by word of mouth; its reference is shown, so that they can be told."""
        counter, about = self.counter, form.about
        if not await counter.may(form.who, right_to(ids.LOG, {}), about.channel):
            return self._refused(form.blocks)
        fields, once = dict(form.values), about.preset or form.view["id"]
        try:
            reference = await counter.desk.lodge_for(fields, form.who.name, f"slack:{once}")
        except InvalidRequest as error:
            step = Step("log")
            text = explained(error, step, {}, counter.voice)
            return _errors({beside(error, step, form.blocks): text})
        counter.around.observer.complaint(str(fields.get("channel") or "phone"))
        counter.wake()
        told = counter.voice.text("logged", reference=str(reference))
        metadata = counter.seal.sealed(replace(about, kind=f"{ids.LOG}_told"))
        return _update(menus.told(ids.LOG, counter.voice, metadata, told))

    # What is told ----------------------------------------------------------------------------

    def _told(self, form: Form, key: str) -> Answer:
        return _errors({form.blocks[0]: self.counter.voice.text(key)})

    async def _wrong(self, form: Form, block: str, text: str) -> Answer:
        """Beside an input, where there is one; what concerns the person is theirs alone anyway."""
        if block:
            return _errors({block: text})
        await self.counter.privately.tell(form.who.user, form.about.channel, text)
        return form.done


def _errors(errors: Mapping[str, str]) -> Answer:
    return {"response_action": "errors", "errors": dict(errors)}


def _update(view: Json) -> Answer:
    return {"response_action": "update", "view": view}
