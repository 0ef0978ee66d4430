"""Answers that promise much wait for a second person, who reads them in the thread.

What waits is kept with the card; its message only shows it, so nothing in a payload is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from slack_sdk.models.blocks import ActionsBlock

from bot.errors import Conflict, NotFound, OmbudError
from bot.platforms import Card
from channels.slack.api import SlackFailed
from channels.slack.blocks import FALLBACK, SECTION, Json
from channels.slack.desk import ids, pieces
from channels.slack.desk.amounts import highest
from channels.slack.desk.counter import Body, Counter
from channels.slack.desk.explaining import explained
from channels.slack.desk.filled import Step, remedies
from channels.slack.desk.posting import Content, Place
from channels.slack.desk.roles import Colleague
from channels.slack.desk.sealing import About
from channels.slack.escaping import escaped_to
from channels.slack.splitting import split

_TRIES: Final = 10
_SECTIONS: Final = 4
_SHOWN: Final = ("text", "finding", "reasons", "remedy", "prevention")

Proposal = Mapping[str, Any]


@dataclass(frozen=True)
class Seconding:
    """`above` is the amount from which on one person is not enough; None: never."""

    counter: Counter
    above: Decimal | None = None

    def needs(self, steps: Sequence[Step]) -> bool:
        """Whether an answer among `steps` names a higher amount."""
        if self.above is None:
            return False
        told = [text for step in steps if step.action == "respond" for text in remedies(step)]
        most = highest(told)
        return most is not None and most > self.above

    async def propose(self, reference: str, steps: Sequence[Step], who: Colleague) -> None:
        """Keeps the answer and shows it in the thread; a later one takes its place. SlackFailed:
        it is kept, and nobody sees it until it is proposed again."""
        proposal = {
            "id": uuid4().hex[:12],
            "user": who.user,
            "by": who.name,
            "steps": [{"action": step.action, "fields": dict(step.fields)} for step in steps],
        }
        card = await self._keep(reference, proposal)
        if not card.ts:
            raise NotFound
        content = self._content(reference, proposal, self._buttons(str(proposal["id"])))
        await self.counter.board.post(Place(card.channel, card.ts), content)

    async def decided(
        self, body: Body, about: About, id_: str, who: Colleague, *, is_yes: bool
    ) -> None:
        """A second person confirms, or anybody declines, what waits."""
        counter, reference = self.counter, about.reference
        card = await counter.cards.find(reference)
        proposal: Proposal = (card.state.get(ids.PROPOSED) if card else None) or {}
        if proposal.get("id") != id_:
            await counter.tell(who, about.channel, "second.gone")
            return
        is_own = who.user == proposal["user"] or who.name == proposal["by"]
        if is_yes and is_own:
            await counter.tell(who, about.channel, "second.self")
            return
        if is_yes and not await self._carried_out(about, proposal, who):
            return
        await self._keep(reference, None, only=id_)
        key = "second.confirmed" if is_yes else "second.declined"
        if not is_yes:
            note = Step("note", {"text": counter.voice.text("second.note.no", by=proposal["by"])})
            await counter.act(reference, note, who, f"second:{id_}:no")
        await self._settle(body, reference, proposal, counter.voice.text(key, by=who.name))

    async def _carried_out(self, about: About, proposal: Proposal, who: Colleague) -> bool:
        """The note comes first: that somebody confirmed stands there whatever breaks off after."""
        counter, id_ = self.counter, proposal["id"]
        author = Colleague(proposal["user"], proposal["by"])
        note = Step("note", {"text": counter.voice.text("second.note", by=author.name)})
        await counter.act(about.reference, note, who, f"second:{id_}:note")
        for number, told in enumerate(proposal["steps"]):
            step = Step(told["action"], told["fields"])
            try:
                await counter.act(about.reference, step, author, f"second:{id_}:{number}")
            except OmbudError as error:
                complaint = (await counter.seen(about.reference)).complaint
                text = explained(error, step, complaint, counter.voice)
                await counter.privately.tell(who.user, about.channel, text)
                return number > 0  # the answer is out; what comes after it can still be done
        return True

    async def _keep(
        self, reference: str, proposal: Proposal | None, only: str | None = None
    ) -> Card:
        """With `only` nothing but that proposal is taken away."""
        for _ in range(_TRIES):
            card = await self.counter.cards.find(reference)
            if card is None:
                raise NotFound
            if only and (card.state.get(ids.PROPOSED) or {}).get("id") != only:
                return card
            state = {key: value for key, value in card.state.items() if key != ids.PROPOSED}
            if proposal is not None:
                state[ids.PROPOSED] = proposal
            if await self.counter.cards.keep(reference, replace(card, state=state)):
                return card
        raise Conflict

    # What is shown ---------------------------------------------------------------------------

    def _buttons(self, id_: str) -> Json:
        voice = self.counter.voice
        yes = pieces.button(voice.text("button.confirm"), ids.CONFIRM, id_, "primary")
        no = pieces.button(voice.text("button.decline"), ids.DECLINE, id_)
        return ActionsBlock(elements=[yes, no]).to_dict()

    def _content(self, reference: str, proposal: Proposal, last: Json) -> Content:
        voice = self.counter.voice
        above = voice.language.money(self.above or Decimal(), None)
        head = voice.text("second.proposed", by=proposal["by"], above=above)
        sections = list(split("\n\n".join(self._lines(proposal)), SECTION))[:_SECTIONS]
        blocks = [pieces.small(head), *(pieces.section(piece) for piece in sections), last]
        payload = {"reference": reference, "proposal": proposal["id"]}
        return Content(escaped_to(head, FALLBACK), blocks, ids.PROPOSAL, payload)

    def _lines(self, proposal: Proposal) -> list[str]:
        voice, told = self.counter.voice, []
        fields = next(one["fields"] for one in proposal["steps"] if one["action"] == "respond")
        for part in (fields, *(fields.get("points") or ())):
            for name in _SHOWN:
                if value := part.get(name):
                    shown = voice.named("finding", value) if name == "finding" else value
                    told.append(f"{voice.text(f'form.{name}')}: {shown}")
        return told

    async def _settle(self, body: Body, reference: str, proposal: Proposal, text: str) -> None:
        """Its buttons go, and what was decided stands there."""
        content = self._content(reference, proposal, pieces.small(text))
        container = body["container"]
        try:
            await self.counter.board.update(
                str(container["channel_id"]), str(container["message_ts"]), content
            )
        except SlackFailed:
            return  # pressed again it is gone, and that is told
