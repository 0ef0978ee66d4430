"""An installation whose caseworkers work in a fake Slack, and somebody who complains elsewhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.assembly import now
from bot.dialogue.messages import Address, InboundMessage
from bot.domain.answers import Attachment
from bot.domain.complaint import Complaint
from bot.platforms import Card
from channels.slack.desk import names
from tests.channels.slack_house import MODES, STORY, House, eventually, slack_house
from tests.platforms import HAS_FAKES

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

__all__ = ["MODES", "STORY", "DeskHouse", "desk_house", "elements", "shown"]


@dataclass
class DeskHouse:
    """The workspace with a triage channel, two caseworkers and the installation."""

    house: House
    triage: str
    mina: str
    omar: str
    counted: list[int] = field(default_factory=list)

    @property
    def slack(self) -> FakeSlack:
        return self.house.slack

    @property
    def parts(self) -> Any:
        return self.house.ombud.ombud.parts

    async def lodge(self, story: str = STORY, name: str = "web-1") -> str:
        """Somebody complains in the web chat; the reference."""
        service = self.house.ombud.ombud.service
        address = Address("web", name)
        await service.begin(address, "en")
        await self._say(address, story)
        return await self._sent(address)

    async def lodge_with(self, address: Address, *files: Attachment) -> str:
        """The same in a conversation that has begun, with files."""
        await self._say(address, STORY)
        await self._say(address, files=files)
        return await self._sent(address)

    async def lodge_named(self, name: str, mail: str, at: str = "web-9") -> str:
        """The same by somebody who says in confidence who they are."""
        address = Address("web", at)
        await self.house.ombud.ombud.service.begin(address, "en")
        answer = await self._say(address, STORY)
        for _ in range(8):
            match answer.messages[-1].ask:
                case "name":
                    answer = await self._say(address, name)
                case "contact":
                    answer = await self._say(address, mail)
                case "check":
                    break
                case _:
                    answer = await self._say(address, action="skip")
        await self._say(address, action="confidential")
        return await self._sent(address)

    async def _sent(self, address: Address) -> str:
        known = {one.reference for one in await self.house.ombud.complaints()}
        for _ in range(8):
            answer = await self._say(address, action="skip")
            if answer.messages[-1].ask == "check":
                break
        await self._say(address, action="send")
        after = await self.house.ombud.complaints()
        (reference,) = {one.reference for one in after} - known
        return str(reference)

    async def adds(self, text: str, name: str = "web-1") -> None:
        """The complainant writes something more."""
        address = Address("web", name)
        await self._say(address, action="add")
        await self._say(address, text)

    async def _say(
        self,
        address: Address,
        text: str = "",
        action: str | None = None,
        files: tuple[Attachment, ...] = (),
    ) -> Any:
        self.counted.append(1)
        message = InboundMessage(
            id=f"m{len(self.counted)}",
            address=address,
            text=text,
            action=action,
            attachments=files,
            at=now(),
        )
        return await self.house.ombud.ombud.service.receive(message)

    async def act(self, reference: str, action: str, by: str = "mina", **fields: Any) -> None:
        """A caseworker does something, wherever."""
        await self.house.ombud.ombud.desk.act(reference, action, fields, by)

    def cards(self, channel: str | None = None) -> list[dict[str, Any]]:
        """The messages that are cards."""
        place = self.slack.workspace.channels[channel or self.triage]
        return [
            message
            for message in place.messages.values()
            if (message.get("metadata") or {}).get("event_type") == names.CARD
        ]

    def card(self, reference: str, channel: str | None = None) -> dict[str, Any]:
        """The one card of a complaint."""
        found = [
            message
            for message in self.cards(channel)
            if message["metadata"]["event_payload"]["reference"] == reference
        ]
        (card,) = found
        return card

    def thread(self, reference: str, channel: str | None = None) -> list[dict[str, Any]]:
        """What stands below it."""
        place, card = channel or self.triage, self.card(reference, channel)
        return [
            message
            for message in self.slack.messages(place, thread_ts=card["ts"])
            if message["ts"] != card["ts"]
        ]

    def said(self, reference: str, channel: str | None = None) -> str:
        """The same in words."""
        return "\n".join(str(message["text"]) for message in self.thread(reference, channel))

    async def shown(self, reference: str) -> Card:
        """Waits until all that has happened is shown."""

        async def is_shown() -> Card | None:
            complaint = await self.complaint(reference)
            card: Card | None = await self.parts.cards.find(reference)
            if card is None or card.shown != complaint.version or names.CLAIM in card.state:
                return None
            return card

        await eventually(is_shown)
        card = await is_shown()
        assert card is not None
        return card

    async def complaint(self, reference: str) -> Complaint:
        """The complaint as it is stored."""
        found = await self.parts.storage.complaints([reference])
        complaint: Complaint = found[reference]
        return complaint

    async def until(self, probe: Callable[[], object]) -> None:
        """Waits until something is so."""
        await self.house.until(probe)


def elements(card: dict[str, Any]) -> list[str]:
    """What can be pressed, in order."""
    return [
        element["action_id"]
        for block in card["blocks"]
        for element in (*block.get("elements", ()), block.get("accessory") or {})
        if "action_id" in element
    ]


def shown(message: dict[str, Any]) -> str:
    """All of a message as JSON."""
    return json.dumps(message, ensure_ascii=False)


@asynccontextmanager
async def desk_house(
    folder: Path, slack: FakeSlack | None = None, mode: str = "socket", **settings: Any
) -> AsyncIterator[DeskHouse]:
    """Everything runs. With the same workspace again, the channel and people are found anew."""
    if slack is None:
        async with (
            FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack,
            desk_house(folder, slack, mode, **settings) as desk,
        ):
            yield desk
        return
    users = {user["name"]: id_ for id_, user in slack.workspace.users.items()}
    mina = users.get("mina") or slack.user("mina")
    omar = users.get("omar") or slack.user("omar")
    channels = {one.name: id_ for id_, one in slack.workspace.channels.items()}
    triage = channels.get("triage") or slack.channel("triage", [mina, omar], private=True)
    told = {"slack_triage_channel": triage, **settings}
    async with slack_house(folder, mode, slack, **told) as house:
        yield DeskHouse(house, triage, mina, omar)
