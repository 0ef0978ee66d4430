"""How long a complaint's words are kept, and what of it outlives them (ISO 10002:2018, 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.basis import spelled
from bot.domain.clocks import KeptSince, Unit
from bot.domain.complaint import Complaint, complaint_from
from bot.domain.counting import end_of, months_later
from bot.domain.erasure import bare
from bot.domain.events import (
    ComplaintClosed,
    ComplaintWithdrawn,
    Event,
    LegalHoldReleased,
    LegalHoldSet,
    MergedInto,
    PersonalDataErased,
)
from bot.domain.regimes import Regime

_ENDING: Final = (ComplaintClosed, ComplaintWithdrawn, MergedInto)


@dataclass(frozen=True)
class Keeping:
    """How long words are kept once a complaint has ended: `days`, or as its regime says."""

    zone: ZoneInfo
    days: int | None = None

    def until(self, complaint: Complaint, regime: Regime) -> datetime | None:
        """When they go; None while it is open, and where no rule says that they ever do."""
        ended = ended_at(complaint)
        if ended is None:
            return None
        if self.days is not None:
            return ended + timedelta(days=self.days)
        if regime.retention is None:
            return None
        zone = regime.time_zone or self.zone
        is_from_receipt = regime.retention.since is KeptSince.RECEIVED
        since = complaint.received_at if is_from_receipt else ended
        last = months_later(since.astimezone(zone).date(), regime.retention.months)
        return max(end_of(last, zone), ended)

    def rule(self, regime: Regime) -> str:
        """Which rule that is, as it is recorded."""
        if self.days is not None:
            return f"kept {spelled(self.days, Unit.CALENDAR_DAYS)} after its end"
        if regime.retention is None:
            return "kept for good"
        months = spelled(regime.retention.months, Unit.MONTHS)
        return f"kept {months} since it was {regime.retention.since} ({regime.label})"


def ended_at(complaint: Complaint) -> datetime | None:
    """When it was closed, withdrawn or merged; None while it is open."""
    if not complaint.status.is_final:
        return None
    ends = (event.at for event in reversed(complaint.history) if isinstance(event, _ENDING))
    return next(ends, None)


def is_held(complaint: Complaint) -> bool:
    """Whether nothing of it may be deleted for now."""
    holds = (
        event
        for event in reversed(complaint.history)
        if isinstance(event, LegalHoldSet | LegalHoldReleased)
    )
    return isinstance(next(holds, None), LegalHoldSet)


def is_erased(complaint: Complaint) -> bool:
    """Whether its words are gone, and none came since."""
    newest = reversed(complaint.history)
    since = list(takewhile(lambda event: not isinstance(event, PersonalDataErased), newest))
    return len(since) < complaint.version and all(bare(event) == event for event in since)


def erased(complaint: Complaint, home: str, *events: Event) -> Complaint:
    """The complaint without words and without anybody's name, in a conversation that leads to
    nobody, and after `events`, which tell of the erasure."""
    history = (*map(bare, complaint.history), *events)
    return complaint_from(complaint.reference, home, history)
