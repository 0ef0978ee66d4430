"""Reminders with all that they need, on a clock that a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from bot.codes import PrivateCodes
from bot.dialogue.messages import OutboundMessage
from bot.dialogue.scene import Organisation
from bot.domain.complaint import Complaint
from bot.domain.duties import Timing, timing
from bot.domain.events import Event
from bot.domain.policy import Policy
from bot.domain.regimes import Rules
from bot.expiring import Talk
from bot.languages import KEYS, load_languages
from bot.ports import Storage, Work
from bot.reminders import Reminders
from bot.rules import load_rules
from storage.memory import MemoryStorage
from tests.storage.building import NOW, complaint, conversation, following, lodging

HOURS = 72
LANGUAGES = load_languages()


@dataclass
class Seen:
    """What an observer was told last."""

    waiting: tuple[int, float] | None = None
    late: int | None = None
    lodged: list[str] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def outbox(self, pending: int, oldest_seconds: float) -> None:
        """Lines that wait."""
        self.waiting = pending, oldest_seconds
        self.told.set()

    def overdue(self, count: int) -> None:
        """Complaints past a deadline."""
        self.late = count

    def complaint(self, channel: str) -> None:
        """A complaint was lodged."""
        self.lodged.append(channel)


def organisation(rules: Rules, zone: str = "UTC") -> Organisation:
    """An organisation that answers by these rules."""
    return Organisation(
        name="Parcels Ltd",
        public_url="https://parcels.example",
        zone=ZoneInfo(zone),
        country="GB",
        rules=rules,
        external_body=None,
        emergency={},
        max_attachments=10,
        draft_hours=HOURS,
    )


def talk(rules: Rules, language: str = KEYS, zone: str = "UTC") -> Talk:
    """How it speaks: in keys, if nothing else is told."""
    return SimpleNamespace(
        organisation=organisation(rules, zone),
        languages=LANGUAGES,
        default_language=language,
        codes=PrivateCodes("s" * 40),
    )


@dataclass
class Bench:
    """A storage, its reminders, and a clock."""

    seen: Seen = field(default_factory=Seen)
    now: datetime = NOW
    rules: Rules = field(default_factory=lambda: load_rules("iso10002"))
    policy: Policy = field(default_factory=lambda: Policy(contact="Boss"))
    language: str = KEYS
    storage: Storage = field(init=False)

    def __post_init__(self) -> None:
        self.storage = MemoryStorage(self.timing)

    def timing(self, one: Complaint) -> Timing:
        """When a complaint is due."""
        return timing(one, self.rules, ZoneInfo("UTC"), self.policy)

    def reminders(self) -> Reminders:
        """Reminders that speak in keys."""
        talks = talk(self.rules, self.language)
        return Reminders(
            self.storage, talks, lambda: self.now, self.seen, self.policy, every_seconds=0.01
        )

    async def once(self, **after: float) -> int:
        """A round, so long after NOW."""
        self.now = NOW + timedelta(**after)
        return await self.reminders().once()

    async def begin(self, *events: Event, channel: str = "web", number: int = 1) -> Complaint:
        """Stores a complaint that was received and acknowledged at NOW, in a conversation."""
        if await self.storage.conversation(conversation().id) is None:
            await self.storage.commit(Work(conversation(channel=channel)))
        first = complaint(number, at=NOW)
        await self.storage.commit(lodging(first))
        return await self.follow(first, *events)

    async def follow(self, before: Complaint, *events: Event) -> Complaint:
        """Stores what happened then."""
        if not events:
            return before
        after, work = following(before, *events)
        await self.storage.commit(work)
        return after

    async def found(self, one: Complaint) -> Complaint:
        """The complaint as it is stored now."""
        return (await self.storage.complaints([one.reference]))[one.reference]

    async def lines(self) -> Sequence[OutboundMessage]:
        """What was said."""
        return await self.storage.messages(conversation().id)

    async def new_events(self, before: Complaint) -> Sequence[Event]:
        """What was recorded since."""
        return (await self.found(before)).history[before.version :]


def kinds(events: Sequence[Event]) -> list[str]:
    """Their names."""
    return [type(event).__name__ for event in events]


def at(event: Event, moment: datetime) -> Event:
    """The same event at another time."""
    return replace(event, at=moment)
