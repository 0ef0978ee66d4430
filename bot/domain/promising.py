"""What was promised about one complaint, and how far it is kept, as it follows from its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.complaint import Complaint
from bot.domain.events import (
    ComplainantNudged,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReceived,
    ComplaintReopened,
    ComplaintWithdrawn,
    DeadlineExtended,
    DeadlineMissed,
    Event,
    MergedInto,
    MessageSent,
    OwnerReminded,
    QuestionAsked,
    ResponseGiven,
    ReviewRequested,
    UpdatePromised,
    UpdateSent,
)
from bot.domain.policy import Policy
from bot.domain.regimes import Regime, promises

UPDATE: Final = "update"
"""The name of clocks, and of promises beside them, by which the complainant hears how it stands."""

REMEDY: Final = "remedy"
"""The name of what was promised with an answer; a regime's clock of that name says until when."""

HEARD: Final = (
    ComplaintReceived, ComplaintAcknowledged, QuestionAsked, MessageSent, ResponseGiven,
    DeadlineExtended, ComplaintReopened, ReviewRequested, UpdateSent, ComplainantNudged,
)  # fmt: skip
"""After these the complainant has just heard how it stands."""

ENDED: Final = (ComplaintClosed, ComplaintWithdrawn, MergedInto)
"""With these nothing more is to be done, unless it is opened again."""


@dataclass(frozen=True)
class Promise:
    """What was promised since when, until when, and when it was kept.

    Times are in UTC: a share of the time between two others must not depend on their zones.
    """

    name: str
    since: datetime
    due_at: datetime
    kept_at: datetime | None

    @property
    def begun_at(self) -> datetime:
        """Since when it can have been missed: a day that was told may lie before its trigger."""
        return min(self.since, self.due_at)


@dataclass(frozen=True)
class Promised:
    """One complaint, seen for what was promised about it."""

    complaint: Complaint
    regime: Regime
    zone: ZoneInfo
    policy: Policy

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """Every one that runs or ran."""
        found = tuple(one for one in self._clocks if one.name != REMEDY)
        return found if self.remedy is None else (*found, self.remedy)

    @cached_property
    def unkept(self) -> tuple[Promise, ...]:
        """Those that are neither kept nor known to be missed."""
        return tuple(one for one in self.promises if one.kept_at is None and not self.is_told(one))

    @cached_property
    def remedy(self) -> Promise | None:
        """That what was accepted is carried out."""
        complaint, accepted_at = self.complaint, self.complaint.accepted_at
        if accepted_at is None or not complaint.promised:
            return None
        own = self.policy.end_of_day(accepted_at, self.policy.remedy_days, self.zone)
        told = next((one.due_at for one in self._clocks if one.name == REMEDY), own)
        kept_at = complaint.fulfilled_at or complaint.verified_at
        return Promise(REMEDY, accepted_at.astimezone(UTC), told.astimezone(UTC), kept_at)

    @cached_property
    def standing(self) -> UpdatePromised | None:
        """What was promised beside the deadlines, unless the complainant has heard since."""
        for event in reversed(self.complaint.history):
            if isinstance(event, UpdatePromised):
                return event
            if isinstance(event, HEARD):
                return None
        return None

    @cached_property
    def ended_at(self) -> datetime | None:
        """Since when nothing is promised any more; what was withdrawn is closed only later."""
        ended_at = None
        for event in self.complaint.history if self.complaint.status.is_final else ():
            if isinstance(event, ComplaintReopened):
                ended_at = None
            elif isinstance(event, ENDED) and ended_at is None:
                ended_at = event.at
        return ended_at

    def is_told(self, promise: Promise) -> bool:
        """Whether it is recorded that this was missed; a later extension promises anew."""
        since = promise.begun_at
        for event in reversed(self.complaint.history):
            if isinstance(event, DeadlineExtended):
                since = promise.due_at
            elif isinstance(event, DeadlineMissed) and event.name == promise.name:
                return event.due_at >= since
        return False

    def reminded(self, promise: Promise) -> int:
        """How much of the time had passed when the owner was reminded last, in percent."""
        since = promise.begun_at
        for event in reversed(self.complaint.history):
            if isinstance(event, DeadlineExtended):
                since = promise.due_at
            elif isinstance(event, OwnerReminded) and event.name == promise.name:
                return event.percent if event.due_at >= since else 0
        return 0

    def last(self, *kinds: type[Event]) -> Event | None:
        """The latest event of these kinds."""
        return next(
            (event for event in reversed(self.complaint.history) if isinstance(event, kinds)), None
        )

    @cached_property
    def _clocks(self) -> tuple[Promise, ...]:
        return tuple(
            Promise(due.name, due.since.astimezone(UTC), due.due_at.astimezone(UTC), kept_at)
            for due, kept_at in promises(self.complaint, self.regime, self.zone)
        )
