"""What reminders ask of a storage: what is due by itself, from an index that events can rebuild."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.domain.complaint import Complaint
from bot.domain.duties import Timing

Place = tuple[datetime, str]
"""Where a list in the order of time was left: the time, and what stands there at that time."""

Schedule = Callable[[Complaint], Timing]
"""When a complaint must be looked at: storage keeps that as an index, and knows no rules itself."""


class Scheduling(Protocol):
    """Tells what time has brought."""

    async def due_complaints(
        self, now: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[tuple[Place, Complaint], ...]:
        """Complaints that something must happen to by itself by `now`, longest due first, each
        with its place (due, reference); those behind `after`."""
        ...

    async def overdue(self, now: datetime) -> int:
        """How many open complaints are past a promise that is not kept."""
        ...

    async def reschedule(self) -> int:
        """Reckons anew, from the events, when each complaint is due; how many were kept wrong."""
        ...
