"""Holds conversations with the real service, in memory and at a clock that stands still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from bot.assembly import Parts
from bot.dialogue.conversation import Conversation
from bot.dialogue.interpretation import Context, Interpretation
from bot.dialogue.messages import Address, InboundMessage, OutboundMessage
from bot.domain.answers import Attachment
from bot.domain.complaint import Complaint
from bot.domain.form import Question
from bot.domain.reference import Reference
from bot.languages import spoken
from bot.limiting import LookUps
from bot.ports import Answer, Understand
from bot.service import Service
from bot.settings import Settings
from nlu.understand import Understanding
from storage.files import MemoryFiles
from storage.memory import MemoryStorage

MONDAY = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
PNG += b"\0\0\0\0IEND\xaeB`\x82"
"""The smallest picture."""

PHOTO = Attachment("photo", "photo.png", "image/png", 10, "0" * 64)


@cache
def understanding() -> Understanding:
    """The real one, built once for all tests."""
    languages = spoken(Parts(Settings()).loaded_languages)
    return Understanding({code: language.hearing for code, language in languages.items()})


class HeardBy(Parts):
    """The parts of an installation, with the understanding that all tests share."""

    def understanding(self) -> Understand:
        """Built once for all tests."""
        return understanding().understand


@dataclass
class House:
    """An installation in memory, and a clock that only tests move."""

    settings: Settings = field(
        default_factory=lambda: Settings.model_validate(
            {
                "organisation": "Northwind Parcels",
                "country": "GB",
                "secret_key": "k" * 40,
                "external_body": {"name": "the Ombudsman", "url": "https://ombudsman.example"},
            }
        )
    )
    now: datetime = MONDAY
    storage: MemoryStorage = field(default_factory=MemoryStorage)

    def __post_init__(self) -> None:
        self.parts = HeardBy(self.settings)
        self.service = Service(
            self.storage,
            MemoryFiles(),
            self.parts.talk,
            lambda: self.now,
            LookUps(self.parts.look_up_limits),
            self.parts.metrics,
        )

    def later(self, **by: float) -> None:
        """Moves the clock on."""
        self.now += timedelta(**by)

    async def enter(self, key: str = "somebody", language: str | None = None) -> Talk:
        """A person comes in and is greeted."""
        talk = Talk(self, Address("web", key))
        talk.lines = (await self.service.begin(talk.address, language)).messages
        return talk

    async def complaint(self, reference: str) -> Complaint:
        """A complaint as it is stored."""
        return (await self.storage.complaints([Reference(reference)]))[Reference(reference)]


_NUMBERS = count()


@dataclass
class Talk:
    """One person's conversation; `lines` is what the last turn said."""

    house: House
    address: Address
    lines: tuple[OutboundMessage, ...] = ()
    sender_name: str | None = None
    knows_sender: bool = False

    @classmethod
    def at(cls, house: House, channel: str, **known: Any) -> Talk:
        """Somebody on a platform, who has not written yet."""
        return cls(house, Address(channel, "somebody"), **known)

    @staticmethod
    def file(name: str, type_: str) -> Attachment:
        """A file that was kept."""
        return Attachment(name, name, type_, 10, "0" * 64)

    async def say(self, text: str, *files: Attachment) -> tuple[OutboundMessage, ...]:
        """Writes something, perhaps with files."""
        return await self.send(text=text, attachments=files)

    async def press(self, action: str) -> tuple[OutboundMessage, ...]:
        """Presses a button."""
        return await self.send(action=action)

    async def fill(self, *answers: tuple[Question, str]) -> Answer:
        """Fills in the form."""
        return await self._receive(form=answers)

    async def send(self, **said: Any) -> tuple[OutboundMessage, ...]:
        """Anything that a channel can pass on."""
        self.lines = (await self._receive(**said)).messages
        return self.lines

    async def _receive(self, **said: Any) -> Answer:
        known = {
            "id": f"message-{next(_NUMBERS)}",
            "sender_name": self.sender_name,
            "knows_sender": self.knows_sender,
        }
        message = InboundMessage(self.address, at=self.house.now, **known | said)
        return await self.house.service.receive(message)

    @property
    def ask(self) -> str | None:
        """The question left open."""
        return next((line.ask.value for line in reversed(self.lines) if line.ask), None)

    @property
    def choices(self) -> tuple[str, ...]:
        """The buttons of the last message."""
        return tuple(choice.action for choice in self.lines[-1].choices)

    @property
    def text(self) -> str:
        """All that the last turn said."""
        return "\n".join(line.text for line in self.lines)

    @property
    def reference(self) -> str:
        """The reference that the last turn gave."""
        return next(line.reference for line in self.lines if line.reference)

    @property
    def code(self) -> str:
        """The private code that the last turn gave."""
        return next(line.private_code for line in self.lines if line.private_code)

    async def memory(self) -> Conversation:
        """What is remembered."""
        found = await self.house.service.find(self.address)
        assert found is not None
        return found

    async def lodge(
        self, story: str = "Order 48213 came smashed yesterday. I want a refund"
    ) -> str:
        """A whole complaint, everything that can be skipped skipped; its reference."""
        await self.say(story)
        return await self.finish()

    async def lodge_another(self) -> str:
        """One more, in the same conversation."""
        await self.press("complain")
        return await self.lodge("Order 77777 never came. I waited for it since monday")

    async def finish(self, *presses: str) -> str:
        """Skips what is asked, presses these at the check, and sends; the reference."""
        for _ in range(12):
            if self.ask == "check":
                for action in (*presses, "send"):
                    await self.press(action)
                return self.reference
            await self.press("skip")
        raise AssertionError(f"stuck at {self.ask}: {self.text}")


def heard(text: str, **known: Any) -> Interpretation:
    """What is heard in `text`, on that Monday in Britain."""
    context: Mapping[str, Any] = {"language": "en", "country": "GB", "today": MONDAY.date()}
    return understanding().understand(text, Context(**{**context, **known}))
