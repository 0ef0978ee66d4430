"""A complaint as it follows from its events: nothing about it is counted or kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce, singledispatch
from itertools import takewhile

from bot.domain import events as happened
from bot.domain.answers import Attachment
from bot.domain.assessment import InitialAssessment, Judgement
from bot.domain.erasure import bare
from bot.domain.events import CloseReason, Event, Privacy, facts
from bot.domain.form import Details, Question
from bot.domain.identity import NOBODY, Identity
from bot.domain.reference import Reference
from bot.domain.response import External, Feedback, Response
from bot.domain.status import Move, Status, moved


@dataclass(frozen=True)
class Complaint:
    """An expression of dissatisfaction and all that became of it.

    `version` is the number of events, which a writer names so that two can't both win. `details`
    never hold who complains: that is `identity`, kept apart (4.10).
    """

    reference: Reference
    conversation: str
    status: Status
    details: Details
    attachments: tuple[Attachment, ...]
    privacy: Privacy
    assessment: InitialAssessment
    points: tuple[str, ...]
    language: str
    channel: str
    regime: str
    received_at: datetime
    identity: Identity = NOBODY
    acknowledged_at: datetime | None = None
    acknowledged_by_person_at: datetime | None = None
    owner: str | None = None
    response: Response | None = None
    accepted_at: datetime | None = None
    review_requested_at: datetime | None = None
    extended_until: date | None = None
    open_question: str | None = None
    feedback: Feedback | None = None
    close_reason: CloseReason | None = None
    merged_into: str | None = None
    code_renewals: int = 0
    site: str | None = None
    unreachable: str | None = None  # the channel on which nothing reaches them
    fulfilled_at: datetime | None = None
    verified_at: datetime | None = None
    external: External | None = None
    split_from: str | None = None
    parts: tuple[str, ...] = ()  # complaints of their own that began as points of this one
    legal_hold: str | None = None  # why nothing of it may be deleted
    erased_at: datetime | None = None
    history: tuple[Event, ...] = ()

    @property
    def version(self) -> int:
        """How many events it has."""
        return len(self.history)

    @property
    def stage(self) -> int:
        """1 until a review was asked for, then 2."""
        return 2 if self.review_requested_at else 1

    @property
    def promised(self) -> tuple[str, ...]:
        """The remedies of the latest answer."""
        return self.response.promised if self.response else ()

    @property
    def is_remedy_due(self) -> bool:
        """Whether an accepted remedy is still to be carried out (7.9)."""
        is_open = self.accepted_at is not None and self.verified_at is None
        return is_open and bool(self.promised) and self.fulfilled_at is None

    @property
    def judged(self) -> tuple[Judgement, ...]:
        """Every judgement on it, the machine's first: a person's never replaces that (7.5)."""
        return tuple(judged for event in self.history if (judged := _judgement(event)))

    @property
    def first_answer_by(self) -> frozenset[str]:
        """Who gave the answer of the first stage: somebody else has to review it."""
        first = takewhile(lambda one: not isinstance(one, happened.ReviewRequested), self.history)
        return frozenset(one.by for one in first if isinstance(one, happened.ResponseGiven))

    def after(self, event: Event) -> Complaint:
        """The complaint once `event` has happened; IllegalMove if it can't happen now."""
        changed = _applied(event, self)
        return replace(changed, history=(*changed.history, event))


def lodged(
    reference: Reference,
    conversation: str,
    received: happened.ComplaintReceived,
    identity: Identity = NOBODY,
) -> Complaint:
    """The complaint that begins with `received`."""
    return Complaint(
        reference=reference,
        conversation=conversation,
        status=Status.RECEIVED,
        received_at=received.at,
        identity=identity,
        history=(received,),
        **facts(received),  # type: ignore[arg-type]  # the fields are named alike
    )


def complaint_from(
    reference: Reference,
    conversation: str,
    history: Iterable[Event],
    identity: Identity = NOBODY,
) -> Complaint:
    """Folds a complaint out of its whole history, oldest first."""
    first, *rest = history
    if not isinstance(first, happened.ComplaintReceived):
        raise TypeError(f"{reference} does not begin with its receipt")
    return reduce(Complaint.after, rest, lodged(reference, conversation, first, identity))


def _judgement(event: Event) -> Judgement | None:
    match event:
        case happened.ComplaintReceived(at=at, assessment=first):
            return Judgement(by=happened.OMBUD, at=at, **vars(first))
        case happened.AssessmentMade():
            told = {name: value for name, value in facts(event).items() if name != "reason"}
            return Judgement(by=event.by, at=event.at, reasons=(event.reason,), **told)  # type: ignore[arg-type]  # the fields are named alike
    return None


@singledispatch
def _applied(event: Event, complaint: Complaint) -> Complaint:
    return complaint  # notes, look-ups, requests for a person: history alone


def _go(complaint: Complaint, move: Move) -> Complaint:
    return replace(complaint, status=moved(complaint.status, move))


@_applied.register
def _(event: happened.ComplaintAcknowledged, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.ACKNOWLEDGE), acknowledged_at=event.at)


@_applied.register
def _(event: happened.AcknowledgedByPerson, complaint: Complaint) -> Complaint:
    return replace(
        complaint, acknowledged_by_person_at=complaint.acknowledged_by_person_at or event.at
    )


@_applied.register
def _(event: happened.OwnerAssigned, complaint: Complaint) -> Complaint:
    move = Move.TAKE if event.owner == event.by else Move.HANDOVER
    return replace(_go(complaint, move), owner=event.owner)


@_applied.register
def _(event: happened.AssessmentMade, complaint: Complaint) -> Complaint:
    judged = {name: value for name, value in facts(event).items() if value is not None}
    reason = judged.pop("reason")
    before = complaint.assessment
    after = replace(before, reasons=(*before.reasons, reason), **judged)  # type: ignore[arg-type]  # the fields are named alike
    return replace(_go(complaint, Move.ASSESS), assessment=after)


@_applied.register
def _(event: happened.QuestionAsked, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.ASK), open_question=event.text)


@_applied.register
def _(event: happened.MessageSent, complaint: Complaint) -> Complaint:
    return _go(complaint, Move.REPLY)


@_applied.register
def _(event: happened.ComplainantAdded, complaint: Complaint) -> Complaint:
    return replace(complaint, open_question=None)


@_applied.register
def _(event: happened.EvidenceAdded, complaint: Complaint) -> Complaint:
    return replace(complaint, attachments=(*complaint.attachments, *event.attachments))


@_applied.register
def _(event: happened.DetailTold, complaint: Complaint) -> Complaint:
    details = complaint.details.with_answer(Question(event.question), event.answer)
    return replace(complaint, details=details)


@_applied.register
def _(event: happened.PrivacyChanged, complaint: Complaint) -> Complaint:
    anonymous = event.privacy is Privacy.ANONYMOUS
    identity = NOBODY if anonymous else complaint.identity
    return replace(complaint, privacy=event.privacy, identity=identity)


@_applied.register
def _(event: happened.PrivateCodeRenewed, complaint: Complaint) -> Complaint:
    return replace(complaint, code_renewals=complaint.code_renewals + 1)


@_applied.register
def _(event: happened.ResponseGiven, complaint: Complaint) -> Complaint:
    response = Response(stage=complaint.stage, at=event.at, by=event.by, **facts(event))  # type: ignore[arg-type]  # the fields are named alike
    return replace(
        _go(complaint, Move.RESPOND),
        response=response,
        accepted_at=None,
        fulfilled_at=None,
        verified_at=None,
    )


@_applied.register
def _(event: happened.ResponseAccepted, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.ACCEPT), accepted_at=event.at)


@_applied.register
def _(event: happened.RemedyCarriedOut, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.FULFIL), fulfilled_at=event.at)


@_applied.register
def _(event: happened.RemedyVerified, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.VERIFY), verified_at=event.at)


@_applied.register
def _(event: happened.ReviewRequested, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.REVIEW), review_requested_at=event.at, accepted_at=None)


@_applied.register
def _(event: happened.ExternalBodySignposted, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.SIGNPOST), external=External(event.at, event.until))


@_applied.register
def _(event: happened.ExternalOutcomeRecorded, complaint: Complaint) -> Complaint:
    before = complaint.external or External(event.at)
    after = replace(before, finding=event.finding, text=event.text, decided_at=event.at)
    return replace(_go(complaint, Move.EXTERNAL_OUTCOME), external=after)


@_applied.register
def _(event: happened.DeadlineExtended, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.EXTEND), extended_until=event.until)


@_applied.register
def _(event: happened.Escalated, complaint: Complaint) -> Complaint:
    return _go(complaint, Move.ESCALATE)


@_applied.register
def _(event: happened.MergedInto, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.MERGE), merged_into=event.into)


@_applied.register
def _(event: happened.SplitInto, complaint: Complaint) -> Complaint:
    left = tuple(point for point in complaint.points if point != event.point)
    return replace(_go(complaint, Move.SPLIT), points=left, parts=(*complaint.parts, event.into))


@_applied.register
def _(event: happened.SplitFrom, complaint: Complaint) -> Complaint:
    return replace(complaint, split_from=event.of)


@_applied.register
def _(event: happened.ComplaintWithdrawn, complaint: Complaint) -> Complaint:
    return _go(complaint, Move.WITHDRAW)


@_applied.register
def _(event: happened.ComplaintClosed, complaint: Complaint) -> Complaint:
    closed = _go(complaint, Move(f"close_{event.reason}"))
    return replace(closed, close_reason=event.reason)


@_applied.register
def _(event: happened.ComplaintReopened, complaint: Complaint) -> Complaint:
    return replace(_go(complaint, Move.REOPEN), close_reason=None, accepted_at=None)


@_applied.register
def _(event: happened.LegalHoldSet, complaint: Complaint) -> Complaint:
    return replace(complaint, legal_hold=event.reason)


@_applied.register
def _(event: happened.LegalHoldReleased, complaint: Complaint) -> Complaint:
    return replace(complaint, legal_hold=None)


@_applied.register
def _(event: happened.PersonalDataErased, complaint: Complaint) -> Complaint:
    """The same complaint as it follows from events without words: whoever holds the value holds
    no more than the storage does."""
    wordless = map(bare, complaint.history)
    again = complaint_from(complaint.reference, complaint.conversation, wordless)
    return replace(again, erased_at=event.at)


@_applied.register
def _(event: happened.ChannelUnreachable, complaint: Complaint) -> Complaint:
    return replace(complaint, unreachable=event.channel)


@_applied.register
def _(event: happened.ChannelReachable, complaint: Complaint) -> Complaint:
    return replace(complaint, unreachable=None)


def _rated(complaint: Complaint, event: Event, **changes: object) -> Complaint:
    before = complaint.feedback or Feedback()
    return replace(complaint, feedback=replace(before, at=event.at, **changes))  # type: ignore[arg-type]  # the fields are named alike


@_applied.register
def _(event: happened.HandlingRated, complaint: Complaint) -> Complaint:
    return _rated(complaint, event, handling=event.handling)


@_applied.register
def _(event: happened.OutcomeRated, complaint: Complaint) -> Complaint:
    return _rated(complaint, event, outcome=event.outcome)


@_applied.register
def _(event: happened.RatingCommented, complaint: Complaint) -> Complaint:
    return _rated(complaint, event, comment=event.comment)
