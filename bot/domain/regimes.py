"""Whose deadlines apply to a complaint, what is due when, and why (ISO 10002:2018, 7.2 and 7.3).

A regime is a file in `bot/regimes`; this module knows its shape and computes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.complaint import Complaint
from bot.domain.events import ResponseGiven


class Trigger(StrEnum):
    """What starts a clock."""

    RECEIVED = "received"
    REVIEW_REQUESTED = "review_requested"


@dataclass(frozen=True)
class Clock:
    """One promise of a regime: `days` calendar days after `trigger`, till the end of that day."""

    name: str
    trigger: Trigger
    days: int
    basis: str


@dataclass(frozen=True)
class Regime:
    """A set of rules; a complaint keeps the version in force when it was received."""

    id: str
    title: str
    version: str
    clocks: tuple[Clock, ...]

    @property
    def label(self) -> str:
        """How complaints name it."""
        return f"{self.id} {self.version}"


@dataclass(frozen=True)
class Deadline:
    """What is due when, since when it is done, and on which rule it rests."""

    name: str
    due_at: datetime
    met_at: datetime | None
    basis: str


def deadlines(complaint: Complaint, regime: Regime, zone: ZoneInfo) -> tuple[Deadline, ...]:
    """All clocks that run or ran for `complaint`, in the regime's order."""
    return tuple(
        Deadline(
            clock.name,
            _due(clock, since, complaint, zone),
            _met_at(clock, complaint),
            f"{regime.title}: {clock.basis}",
        )
        for clock in regime.clocks
        if (since := _started(clock, complaint)) is not None
    )


def next_promise(complaint: Complaint, regime: Regime, zone: ZoneInfo) -> Deadline | None:
    """The earliest thing still due; None once nothing is promised."""
    if complaint.status.is_final:
        return None
    open_ones = [due for due in deadlines(complaint, regime, zone) if due.met_at is None]
    return min(open_ones, key=lambda due: due.due_at, default=None)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of `day`."""
    return datetime.combine(day, time(23, 59, 59), zone)


def _started(clock: Clock, complaint: Complaint) -> datetime | None:
    match clock.trigger:
        case Trigger.RECEIVED:
            return complaint.received_at
        case Trigger.REVIEW_REQUESTED:
            return complaint.review_requested_at


def _due(clock: Clock, since: datetime, complaint: Complaint, zone: ZoneInfo) -> datetime:
    if (
        clock.name.endswith("respond")
        and complaint.extended_until
        and _is_current(clock, complaint)
    ):
        return end_of(complaint.extended_until, zone)
    return end_of(since.astimezone(zone).date() + timedelta(days=clock.days), zone)


def _is_current(clock: Clock, complaint: Complaint) -> bool:
    return (clock.trigger is Trigger.REVIEW_REQUESTED) == (complaint.stage == 2)


def _met_at(clock: Clock, complaint: Complaint) -> datetime | None:
    if clock.name == "acknowledge":
        return complaint.acknowledged_at
    stage = 2 if clock.trigger is Trigger.REVIEW_REQUESTED else 1
    answers = (event.at for event in complaint.history if isinstance(event, ResponseGiven))
    after = complaint.review_requested_at if stage == 2 else None
    return next((at for at in answers if after is None or at > after), None)
