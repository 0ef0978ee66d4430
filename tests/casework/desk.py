"""A desk over a storage in memory, with a complaint that was acknowledged a day ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.casework import Casework
from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import (
    Address,
    ConversationId,
    OutboundMessage,
)
from bot.dialogue.scene import Organisation
from bot.domain.answers import (
    Amount,
    Attachment,
    Contact,
    ContactKind,
    OccurredOn,
    Precision,
    Remedy,
    RemedySought,
)
from bot.domain.assessment import InitialAssessment
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    ComplaintAcknowledged,
    ComplaintReceived,
    Event,
    Privacy,
)
from bot.domain.form import Details
from bot.domain.identity import Identity
from bot.domain.reference import Reference, new_reference
from bot.languages import KEYS, Language, load_languages
from bot.ports import Fact, Work
from bot.rules import load_rules
from storage.memory import MemoryStorage

NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
ONE, OTHER = new_reference("4F7K9Q2X"), new_reference("00000001")
HOME = ConversationId("home")
ASTRID = Identity("Astrid Ek", Contact(ContactKind.EMAIL, "astrid@example.org"), "her mother")
STORY = "The kettle broke on day one."
LANGUAGES = load_languages()
ACME = Organisation(
    name="Acme",
    public_url="https://complaints.example",
    zone=ZoneInfo("Europe/Stockholm"),
    country="SE",
    rules=load_rules("iso10002"),
    external_body=None,
    emergency={},
    max_attachments=10,
    draft_hours=72,
)
RESPONSE: dict[str, Any] = {"text": "Sorry.", "finding": "upheld", "reasons": "It broke."}


@dataclass(frozen=True)
class Voice:
    """Says keys, so that no wording matters."""

    default_language: str = KEYS
    languages: Mapping[str, Language] = field(default_factory=lambda: LANGUAGES)
    organisation: Organisation = field(default_factory=lambda: ACME)


def received(
    privacy: Privacy = Privacy.NAMED,
    points: tuple[str, ...] = ("It broke.",),
    regime: str = "iso10002 1",
) -> ComplaintReceived:
    """A complaint with every kind of answer."""
    details = Details(
        narrative=STORY,
        subject="kettle",
        occurred_on=OccurredOn(date(2026, 11, 2), date(2026, 11, 2), Precision.DAY, "2 Nov"),
        remedy_sought=RemedySought((Remedy.REFUND,), Amount(Decimal("42.50"), "GBP"), "my 42.50"),
    )
    return ComplaintReceived(
        at=NOW,
        by=COMPLAINANT,
        details=details,
        attachments=(Attachment("f1", "kettle.jpg", "image/jpeg", 7, "ab" * 32),),
        privacy=privacy,
        assessment=InitialAssessment(reasons=("nothing grave",)),
        points=points,
        language="en",
        channel="web",
        regime=regime,
    )


class Desk:
    """A desk, its storage, and one complaint that was acknowledged a day ago."""

    def __init__(self, **casework: Any) -> None:
        self.storage = MemoryStorage()
        self.now = NOW + timedelta(days=1)
        self.casework = Casework(self.storage, Voice(), lambda: self.now, **casework)

    async def open(self, privacy: Privacy = Privacy.NAMED) -> None:
        """Fills the storage."""
        await self.storage.open()
        conversation = Conversation(HOME, Address("web", "k"), "en", NOW, NOW, 1, complaints=(ONE,))
        await self.storage.commit(Work(conversation))
        await self.lodge(ONE, privacy)

    async def lodge(
        self, reference: Reference, privacy: Privacy = Privacy.NAMED, **received_: Any
    ) -> None:
        """One more complaint."""
        identity = Identity() if privacy is Privacy.ANONYMOUS else ASTRID
        first = received(privacy, **received_)
        events = (first, ComplaintAcknowledged(at=NOW, by=OMBUD))
        complaint = lodged(reference, HOME, events[0], identity).after(events[1])
        facts = tuple(Fact(event, HOME, reference) for event in events)
        await self.storage.commit(Work(facts=facts, complaints=((complaint, 0),)))

    async def happens(self, *events: Event, reference: Reference = ONE) -> None:
        """What the complainant does."""
        before = after = await self.complaint(reference)
        for event in events:
            after = after.after(event)
        facts = tuple(Fact(event, HOME, reference) for event in events)
        await self.storage.commit(Work(facts=facts, complaints=((after, before.version),)))

    async def act(self, action: str, reference: str = ONE, by: str = "Kim", **fields: Any) -> Any:
        """An act by Kim."""
        return await self.casework.act(reference, action, fields, by)

    async def complaint(self, reference: Reference = ONE) -> Complaint:
        """As it is stored."""
        return (await self.storage.complaints([reference]))[reference]

    async def conversation(self) -> Conversation:
        """As it is stored."""
        found = await self.storage.conversation(HOME)
        assert found is not None
        return found

    async def lines(self) -> list[tuple[str, str]]:
        """Who said what, where a conversation is held in keys."""
        return [(line.sender, line.text) for line in await self.storage.messages(HOME)]

    async def say(self, *lines: OutboundMessage, **memory: Any) -> None:
        """The bot's next lines, and what it remembers after them."""
        before = await self.conversation()
        last = before.last_seq + len(lines)
        after = replace(before, version=before.version + 1, last_seq=last, **memory)
        await self.storage.commit(Work(after, said=lines))


def happened(complaint: Mapping[str, Any]) -> list[str]:
    """The kinds of events after the acknowledgement, in order."""
    return [event["event"] for event in complaint["history"]][2:]
