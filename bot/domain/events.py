"""What happened: facts in the past tense, from which everything about a complaint follows.

An event never changes once stored. `EVENTS` names each kind for storage and for `history`; every
event says when (`at`) and by whom (`by`: "complainant", "ombud" or a caseworker's name).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal

from bot.domain.answers import Attachment, Contact, OccurredOn, RemedySought
from bot.domain.assessment import InitialAssessment, Level, Severity
from bot.domain.form import Details

COMPLAINANT: Final = "complainant"
OMBUD: Final = "ombud"


class Privacy(StrEnum):
    """Who may see who complains (ISO 10002:2018, 4.10)."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


class Finding(StrEnum):
    """What the organisation finds about a complaint."""

    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"


class Outcome(StrEnum):
    """Whether the complainant thinks the outcome fair."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class CloseReason(StrEnum):
    """Why a complaint may be closed (ISO 10002:2018, 7.9)."""

    ACCEPTED = "accepted"
    EXHAUSTED = "exhausted"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    REFERRED = "referred"


class OtherMatter(StrEnum):
    """What people say that is no complaint, and is recorded all the same (ISO 10002:2018, 3)."""

    QUESTION = "question"
    PRAISE = "praise"
    REQUEST = "request"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class ComplaintReceived(Event):
    """A complaint was lodged; `regime` is the version of the rules in force on that day."""

    details: Details
    attachments: tuple[Attachment, ...]
    privacy: Privacy
    assessment: InitialAssessment
    points: tuple[str, ...]
    language: str
    channel: str
    regime: str
    site: str | None = None  # where they came in, if a code on a counter told


@dataclass(frozen=True, kw_only=True)
class ComplaintAcknowledged(Event):
    """The automatic acknowledgement was issued (7.4)."""


@dataclass(frozen=True, kw_only=True)
class AcknowledgedByPerson(Event):
    """A person took notice for the first time: another event, and another clock."""


@dataclass(frozen=True, kw_only=True)
class OwnerAssigned(Event):
    """Somebody is accountable from now on (4.12)."""

    owner: str


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
class ComplainantAdded(Event):
    """The complainant said more, or answered a caseworker's question; `corrects` are the words that
    they wrote before, where they edited a message."""

    text: str
    corrects: str | None = None


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(Event):
    """The complainant gave more files."""

    attachments: tuple[Attachment, ...]


Answer = str | OccurredOn | RemedySought | Contact | None


@dataclass(frozen=True, kw_only=True)
class DetailTold(Event):
    """An answer of the form came, or was corrected, after the complaint was lodged."""

    question: str
    text: str | None = None
    occurred_on: OccurredOn | None = None
    remedy_sought: RemedySought | None = None
    contact: Contact | None = None

    @property
    def answer(self) -> Answer:
        """The answer, whichever shape it has."""
        return self.occurred_on or self.remedy_sought or self.contact or self.text


@dataclass(frozen=True, kw_only=True)
class PrivacyChanged(Event):
    """The complainant decided anew who may see who they are."""

    privacy: Privacy


@dataclass(frozen=True, kw_only=True)
class PrivateCodeRenewed(Event):
    """The old private code opens nothing any more."""


@dataclass(frozen=True, kw_only=True)
class PersonRequested(Event):
    """Somebody asked to talk to a person."""

    text: str


@dataclass(frozen=True, kw_only=True)
class OtherMatterRecorded(Event):
    """A question, praise or request came; no complaint, but counted."""

    matter: OtherMatter
    text: str


@dataclass(frozen=True)
class PointFinding:
    """What is found about one point that was raised (7.7); `prevention` says what keeps it from
    happening again, or why nothing does."""

    point: str
    finding: Finding
    reasons: str
    remedy: tuple[str, ...] = ()
    prevention: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResponseGiven(Event):
    """The organisation answered: a finding with reasons, remedies and prevention (7.7, 7.8).

    `points` answer every point that was raised; empty where there was only one.
    """

    text: str
    finding: Finding
    reasons: str
    remedy: tuple[str, ...] = ()
    prevention: str | None = None
    points: tuple[PointFinding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResponseAccepted(Event):
    """The complainant accepts the answer."""


@dataclass(frozen=True, kw_only=True)
class RemedyCarriedOut(Event):
    """What was promised is done; `proof` tells how one can see it (7.9)."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class RemedyVerified(Event):
    """Somebody made sure that what was promised has reached the complainant (7.9)."""


@dataclass(frozen=True, kw_only=True)
class ReviewRequested(Event):
    """The complainant does not accept the answer: the next stage begins (7.9)."""


@dataclass(frozen=True, kw_only=True)
class ExternalBodySignposted(Event):
    """The stages here are exhausted; the complainant was told where to go, and until when they can
    (ISO 10003)."""

    until: date | None = None


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
class ComplaintWithdrawn(Event):
    """The complainant took the complaint back."""


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
class HandlingRated(Event):
    """How the complainant found the handling, 1 (bad) to 5 (good) (8.3)."""

    handling: Literal[1, 2, 3, 4, 5]


@dataclass(frozen=True, kw_only=True)
class OutcomeRated(Event):
    """Whether the complainant finds the outcome fair (8.3)."""

    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class RatingCommented(Event):
    """What the complainant says beside the ratings."""

    comment: str


@dataclass(frozen=True, kw_only=True)
class ChannelUnreachable(Event):
    """Nothing reaches the complainant there any more; `instead` is the way that is tried now."""

    channel: str
    reason: str
    instead: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelReachable(Event):
    """The complainant wrote again from where nothing had reached them."""

    channel: str


@dataclass(frozen=True, kw_only=True)
class MessageUndelivered(Event):
    """One message to the complainant was given up after all tries; others may still arrive."""

    channel: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OwnerReminded(Event):
    """So much of the time of a deadline has passed; `to` was told: the owner, or who stands above.

    `name` is the deadline's; what was reminded of once is not reminded of again.
    """

    name: str
    due_at: datetime
    percent: int
    to: str


@dataclass(frozen=True, kw_only=True)
class DeadlineMissed(Event):
    """A promise was not kept: by itself a fact to learn from (7.3)."""

    name: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class UpdatePromised(Event):
    """The complainant was told when they hear of it next."""

    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class UpdateSent(Event):
    """The complainant heard how it stands, also where nothing had changed (7.3)."""


@dataclass(frozen=True, kw_only=True)
class ComplainantNudged(Event):
    """A question to the complainant stayed without an answer, and was put once more."""


@dataclass(frozen=True, kw_only=True)
class UrgencyAlerted(Event):
    """Nobody had taken an urgent complaint: alerted again, `to` somebody further up (7.5)."""

    to: str


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


EVENTS: Final[dict[str, type[Event]]] = {
    kind.__name__: kind
    for kind in (
        ComplaintReceived, ComplaintAcknowledged, AcknowledgedByPerson, OwnerAssigned,
        AssessmentMade, QuestionAsked, NoteWritten, MessageSent, ComplainantAdded, EvidenceAdded,
        DetailTold, PrivacyChanged, PrivateCodeRenewed, PersonRequested, OtherMatterRecorded,
        ResponseGiven, ResponseAccepted, ReviewRequested, ExternalBodySignposted,
        DeadlineExtended, Escalated, MergedInto, IdentityRevealed, ComplaintWithdrawn,
        ComplaintClosed, ComplaintReopened, HandlingRated, OutcomeRated, RatingCommented,
        ChannelUnreachable, ChannelReachable, MessageUndelivered,
        RemedyCarriedOut, RemedyVerified, ExternalOutcomeRecorded, SplitInto, SplitFrom,
        OwnerReminded, DeadlineMissed, UpdatePromised, UpdateSent, ComplainantNudged,
        UrgencyAlerted, TaskDone, LegalHoldSet, LegalHoldReleased, PersonalDataErased,
    )
}  # fmt: skip


def facts(event: Event) -> dict[str, object]:
    """What an event holds beside time and actor, by field."""
    own = (field.name for field in fields(event) if field.name not in ("at", "by"))
    return {name: getattr(event, name) for name in own}
