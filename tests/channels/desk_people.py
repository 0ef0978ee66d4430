"""Caseworkers of the fake workspace: what they press, fill in, and are told privately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.dialogue.messages import Address, Sender
from bot.domain.complaint import Complaint
from bot.domain.events import Event, NoteWritten
from channels.slack.desk.acting import Acting
from channels.slack.desk.counter import Counter
from tests.channels.desk_house import DeskHouse
from tests.platforms import HAS_FAKES

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes.slack.delivery import Delivery


@dataclass
class Caseworker:
    """Somebody who works in the triage channel, or tries to."""

    desk: DeskHouse
    user: str

    async def presses(self, reference: str, action: str, value: str | None = None) -> Delivery:
        """Presses something on a complaint's card."""
        card = self.desk.card(reference)
        return await self.desk.slack.press(
            self.user, action, channel=self.desk.triage, ts=card["ts"], value=value
        )

    async def opens(self, reference: str, action: str, value: str | None = None) -> dict[str, Any]:
        """The same, where it opens a modal."""
        assert (await self.presses(reference, action, value)).acknowledged
        return self.view

    async def more(self, reference: str, action: str) -> dict[str, Any]:
        """The modal behind a button of the modal with everything."""
        above = await self.opens(reference, "ombud_more", "more")
        pressed = await self.desk.slack.press(self.user, action, view_id=above["id"])
        assert pressed.acknowledged
        return self.view

    @property
    def view(self) -> dict[str, Any]:
        """The modal that is on top."""
        body: dict[str, Any] = self.desk.slack.open_views(self.user)[-1].body
        return body

    @property
    def views(self) -> int:
        """How many are open."""
        return len(self.desk.slack.open_views(self.user))

    async def submits(self, **values: Any) -> dict[str, str]:
        """Submits the modal on top; what is wrong in it."""
        view = self.desk.slack.open_views(self.user)[-1]
        delivery = await self.desk.slack.submit(self.user, view.body["id"], values)
        assert delivery.acknowledged, delivery.attempts
        return dict(view.errors)

    @property
    def told(self) -> list[str]:
        """What they alone were told in the triage channel."""
        place = self.desk.slack.workspace.channels[self.desk.triage]
        return [str(one["text"]) for one in place.ephemeral if one["to"] == self.user]

    @property
    def written(self) -> list[str]:
        """What the app wrote to them directly."""
        direct = self.desk.slack.direct(self.user)
        return [str(one["text"]) for one in self.desk.slack.from_bot(direct)]


def kinds(complaint: Complaint) -> list[str]:
    """What happened, without what the machine does by itself."""
    ours = ("ComplaintReceived", "ComplaintAcknowledged", "AcknowledgedByPerson")
    return [type(one).__name__ for one in complaint.history if type(one).__name__ not in ours]


def last(complaint: Complaint) -> Event:
    """What happened last."""
    return complaint.history[-1]


def shown(view: dict[str, Any]) -> str:
    """The words of a view."""
    return "\n".join(_texts(view["blocks"]))


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for one in node for text in _texts(one)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for one in node.values() for text in _texts(one)]


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The inputs of a view by the block's id."""
    return {one["block_id"]: one for one in view["blocks"] if one["type"] == "input"}


def counter_of(desk: DeskHouse) -> Counter:
    """What the desk acts with."""
    return acting_of(desk).counter


async def lines(desk: DeskHouse, name: str = "web-1") -> list[str]:
    """Everything that was said to a complainant."""
    service = desk.house.ombud.ombud.service
    conversation = await service.find(Address("web", name))
    if conversation is None:
        return []
    said = await service.messages(conversation.id, 0)
    return [one.text for one in said if one.sender is not Sender.COMPLAINANT]


def acting_of(desk: DeskHouse) -> Acting:
    """What takes the desk's presses and forms."""
    channel = desk.house.ombud.platforms.by_name["slack"]
    acting: Acting = channel._acting  # type: ignore[attr-defined]  # of this channel
    return acting


async def carded(desk: DeskHouse) -> tuple[str, Caseworker, Caseworker]:
    """A complaint that is shown, and two who work on it."""
    reference = await desk.lodge()
    await desk.shown(reference)
    return reference, Caseworker(desk, desk.mina), Caseworker(desk, desk.omar)


async def noted(desk: DeskHouse, reference: str) -> list[str]:
    """The notes, in order."""
    history = (await desk.complaint(reference)).history
    return [one.text for one in history if isinstance(one, NoteWritten)]
