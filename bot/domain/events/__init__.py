"""What happened: facts in the past tense, from which everything about a complaint follows.

An event never changes once stored. `EVENTS` names each kind for storage and for `history`; every
event says when (`at`) and by whom (`by`: "complainant", "ombud" or a caseworker's name).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from bot.domain.events.caseworkers import (
    AcknowledgedByPerson,
    AssessmentMade,
    ComplaintClosed,
    ComplaintReopened,
    DeadlineExtended,
    Escalated,
    ExternalOutcomeRecorded,
    IdentityRevealed,
    LegalHoldReleased,
    LegalHoldSet,
    MergedInto,
    MessageSent,
    NoteWritten,
    OwnerAssigned,
    PersonalDataErased,
    QuestionAsked,
    RemedyCarriedOut,
    RemedyVerified,
    ResponseGiven,
    SplitFrom,
    SplitInto,
    TaskDone,
)
from bot.domain.events.complainants import (
    Answer,
    ComplainantAdded,
    ComplaintReceived,
    ComplaintWithdrawn,
    DetailTold,
    EvidenceAdded,
    HandlingRated,
    OtherMatterRecorded,
    OutcomeRated,
    PersonRequested,
    PrivacyChanged,
    PrivateCodeRenewed,
    RatingCommented,
    ResponseAccepted,
    ReviewRequested,
)
from bot.domain.events.machine import (
    ChannelReachable,
    ChannelUnreachable,
    ComplainantNudged,
    ComplaintAcknowledged,
    DeadlineMissed,
    ExternalBodySignposted,
    MessageUndelivered,
    OwnerReminded,
    UpdatePromised,
    UpdateSent,
    UrgencyAlerted,
)
from bot.domain.events.vocabulary import (
    COMPLAINANT,
    OMBUD,
    CloseReason,
    Event,
    Finding,
    OtherMatter,
    Outcome,
    PointFinding,
    Privacy,
)

__all__ = [
    "COMPLAINANT",
    "EVENTS",
    "OMBUD",
    "AcknowledgedByPerson",
    "Answer",
    "AssessmentMade",
    "ChannelReachable",
    "ChannelUnreachable",
    "CloseReason",
    "ComplainantAdded",
    "ComplainantNudged",
    "ComplaintAcknowledged",
    "ComplaintClosed",
    "ComplaintReceived",
    "ComplaintReopened",
    "ComplaintWithdrawn",
    "DeadlineExtended",
    "DeadlineMissed",
    "DetailTold",
    "Escalated",
    "Event",
    "EvidenceAdded",
    "ExternalBodySignposted",
    "ExternalOutcomeRecorded",
    "Finding",
    "HandlingRated",
    "IdentityRevealed",
    "LegalHoldReleased",
    "LegalHoldSet",
    "MergedInto",
    "MessageSent",
    "MessageUndelivered",
    "NoteWritten",
    "OtherMatter",
    "OtherMatterRecorded",
    "Outcome",
    "OutcomeRated",
    "OwnerAssigned",
    "OwnerReminded",
    "PersonRequested",
    "PersonalDataErased",
    "PointFinding",
    "Privacy",
    "PrivacyChanged",
    "PrivateCodeRenewed",
    "QuestionAsked",
    "RatingCommented",
    "RemedyCarriedOut",
    "RemedyVerified",
    "ResponseAccepted",
    "ResponseGiven",
    "ReviewRequested",
    "SplitFrom",
    "SplitInto",
    "TaskDone",
    "UpdatePromised",
    "UpdateSent",
    "UrgencyAlerted",
    "facts",
]  # fmt: skip

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
