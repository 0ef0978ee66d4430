"""One point of a complaint becomes a complaint of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from typing import Final

from bot.acts.answering import point_named
from bot.acts.asked import Asked, Decided
from bot.dialogue import telling
from bot.domain.assessment import InitialAssessment
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import (
    OMBUD,
    AcknowledgedByPerson,
    AssessmentMade,
    ComplainantAdded,
    ComplaintAcknowledged,
    ComplaintReceived,
    DeadlineExtended,
    Event,
    OwnerAssigned,
    QuestionAsked,
    SplitFrom,
    SplitInto,
)
from bot.errors import IllegalMove, InvalidRequest

_CARRIED_OVER: Final = (AcknowledgedByPerson, AssessmentMade, ComplainantAdded, DeadlineExtended)
"""What was true of the whole before it was split is true of the part."""


def split(asked: Asked) -> Decided:
    """The point leaves this complaint, and the complainant is told both references."""
    complaint, reference = asked.complaint, asked.office.new_reference
    if complaint.response is not None:
        raise IllegalMove("It was answered already: what is new is another complaint.")
    point = point_named(complaint.points, asked.told["point"], field="point")
    if len(complaint.points) < 2:
        raise InvalidRequest("point: it is the only one of this complaint")
    event = SplitInto(**asked.stamp, into=reference, point=point)
    told = telling.split(complaint, point, reference)
    return Decided((*asked.noticed, event), (told,), begins=_part(asked, point))


def _part(asked: Asked, point: str) -> Complaint:
    """The new complaint: the point and the story that it came from.

    It was received, acknowledged and judged with the whole, so no clock begins anew.
    """
    whole, reference = asked.complaint, asked.office.new_reference
    part = lodged(reference, whole.conversation, _received(whole, point), whole.identity)
    acknowledged = ComplaintAcknowledged(at=whole.acknowledged_at or asked.now, by=OMBUD)
    own = SplitFrom(**asked.stamp, of=whole.reference)
    later = (acknowledged, *_carried_over(whole), own, *_owned(asked))
    return reduce(Complaint.after, later, part)


def _received(whole: Complaint, point: str) -> ComplaintReceived:
    return ComplaintReceived(
        at=whole.received_at,
        by=whole.history[0].by,
        details=replace(whole.details, narrative=f"{point}\n\n{whole.details.narrative}"),
        attachments=whole.attachments,
        privacy=whole.privacy,
        assessment=_first_assessment(whole),
        points=(point,),
        language=whole.language,
        channel=whole.channel,
        regime=whole.regime,
        site=whole.site,
    )


def _first_assessment(whole: Complaint) -> InitialAssessment:
    """The machine's; what people judged since is carried over."""
    first = whole.history[0]
    return first.assessment if isinstance(first, ComplaintReceived) else whole.assessment


def _carried_over(whole: Complaint) -> Iterator[Event]:
    """A question that is still open stays with the whole alone, or it would be put twice."""
    spoken = [n for n, event in enumerate(whole.history) if isinstance(event, ComplainantAdded)]
    last_answer = spoken[-1] if spoken else 0
    for number, event in enumerate(whole.history):
        is_answered = isinstance(event, QuestionAsked) and number < last_answer
        if is_answered or isinstance(event, _CARRIED_OVER):
            yield event


def _owned(asked: Asked) -> Iterator[Event]:
    """Whoever answers for the whole answers for the part."""
    if asked.complaint.owner is not None:
        yield OwnerAssigned(**asked.stamp, owner=asked.complaint.owner)
