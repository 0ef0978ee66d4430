"""What caseworkers do with a complaint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.assessment import Level, Severity
from bot.domain.events.vocabulary import CloseReason, Event, Finding, PointFinding


@dataclass(frozen=True, kw_only=True)
class AcknowledgedByPerson(Event):
    """A person took notice for the first time: another event, and another clock."""


@dataclass(frozen=True, kw_only=True)
class OwnerAssigned(Event):
    """Somebody is accountable from now on (4.12).

    `exception` says why a rule did not hold: where one person works alone, the same one reviews.
    """

    owner: str
    exception: str | None = None


@dataclass(frozen=True, kw_only=True)
class AssessmentMade(Event):
    """A person judged; what is None was left as it stood."""

    category: str | None = None
    severity: Severity | None = None
    safety: bool | None = None
    complexity: Level | None = None
    impact: Level | None = None
    immediate_action: bool | None = None
    reason: str


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(Event):
    """A caseworker wants to know more from the complainant."""

    text: str


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    """Words among caseworkers: they never leave the desk."""

    text: str


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """A caseworker wrote to the complainant."""

    text: str


@dataclass(frozen=True, kw_only=True)
class ResponseGiven(Event):
    """The organisation answered: a finding with reasons, remedies and prevention (7.7, 7.8).

    `points` answer every point that was raised; empty where there was only one and the whole answer
    is its. `exception` says why a rule did not hold.
    """

    text: str
    finding: Finding
    reasons: str
    remedy: tuple[str, ...] = ()
    prevention: str | None = None
    points: tuple[PointFinding, ...] = ()
    exception: str | None = None

    @property
    def apart(self) -> tuple[PointFinding, ...]:
        """The points that are not answered by the whole answer."""
        whole = (self.finding, self.reasons)
        return tuple(one for one in self.points if (one.finding, one.reasons) != whole)


@dataclass(frozen=True, kw_only=True)
class RemedyCarriedOut(Event):
    """What was promised is done; `proof` tells how one can see it (7.9)."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class RemedyVerified(Event):
    """Somebody made sure that what was promised has reached the complainant (7.9)."""


@dataclass(frozen=True, kw_only=True)
class ExternalOutcomeRecorded(Event):
    """What the external body decided (ISO 10003)."""

    finding: Finding
    text: str


@dataclass(frozen=True, kw_only=True)
class DeadlineExtended(Event):
    """The answer will come later, and why."""

    until: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class Escalated(Event):
    """Somebody higher up must look."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class MergedInto(Event):
    """This complaint goes on as part of another."""

    into: str


@dataclass(frozen=True, kw_only=True)
class SplitInto(Event):
    """A part of this complaint goes on as one of its own."""

    into: str
    point: str


@dataclass(frozen=True, kw_only=True)
class SplitFrom(Event):
    """This complaint began as a part of another."""

    of: str


@dataclass(frozen=True, kw_only=True)
class IdentityRevealed(Event):
    """A caseworker saw who complains, and gave a reason (4.10)."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(Event):
    """Nothing more is to be done; of what was referred elsewhere, `where`."""

    reason: CloseReason
    where: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintReopened(Event):
    """Work goes on after all."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class TaskDone(Event):
    """Somebody ticked off what was to be done (`bot.domain.tasks` tells what there is)."""

    task: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class LegalHoldSet(Event):
    """Nothing of this complaint may be deleted for now (8.1)."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class LegalHoldReleased(Event):
    """It may be deleted when its time comes."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event):
    """All that people wrote is gone; what is counted and what was due stays (8.1)."""

    reason: str
