"""What an act is decided from, and what is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialogue.conversation import Open
from bot.dialogue.replies import Reply
from bot.domain.complaint import Complaint
from bot.domain.events import AcknowledgedByPerson, Event
from bot.domain.reference import Reference
from bot.domain.regimes import Regime


@dataclass(frozen=True)
class Office:
    """Where caseworkers sit: by whose rules, who else could act, and what goes out by itself.

    `new_reference` is free to be used once.
    """

    regime: Regime
    zone: ZoneInfo
    new_reference: Reference
    staff: frozenset[str] = frozenset()
    has_mail: bool = False


@dataclass(frozen=True)
class Asked:
    """An act that somebody asks for: about which complaint, by whom, and with which fields."""

    complaint: Complaint
    by: str
    now: datetime
    told: Mapping[str, Any]
    office: Office
    into: Complaint | None = None

    @property
    def stamp(self) -> dict[str, Any]:
        """When and by whom, for events."""
        return {"at": self.now, "by": self.by}

    @property
    def today(self) -> date:
        """The day it is where the organisation is."""
        return self.now.astimezone(self.office.zone).date()

    @property
    def noticed(self) -> tuple[Event, ...]:
        """The first thing a person does about a complaint also tells that a person saw it."""
        if self.complaint.acknowledged_by_person_at is not None:
            return ()
        return (AcknowledgedByPerson(**self.stamp),)


@dataclass(frozen=True)
class Decided:
    """What follows from an act; without events nothing is stored. `begins` is another complaint
    that starts with it."""

    events: tuple[Event, ...] = ()
    replies: tuple[Reply, ...] = ()
    open: Open | None = None
    reveals: bool = False
    begins: Complaint | None = None


Decide = Callable[[Asked], Decided]
