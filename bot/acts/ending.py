"""How a complaint ends, goes on elsewhere, or begins again (7.9)."""

from __future__ import annotations

from bot.acts.asked import Asked, Decided
from bot.dialogue import telling
from bot.dialogue.messages import Kind
from bot.dialogue.replies import Reply, Text
from bot.domain.complaint import Complaint
from bot.domain.events import (
    CloseReason,
    ComplaintClosed,
    ComplaintReopened,
    Event,
    MergedInto,
    RemedyVerified,
)
from bot.domain.form import Question
from bot.domain.status import Status
from bot.errors import IllegalMove, InvalidRequest

_RATINGS = ("1", "2", "3", "4", "5", "skip")
_RATED_AFTER = frozenset({CloseReason.ACCEPTED, CloseReason.EXHAUSTED, CloseReason.REFERRED})


def close(asked: Asked) -> Decided:
    """Nothing more is to be done, for a reason that the rules know."""
    complaint, reason = asked.complaint, asked.told["reason"]
    where = asked.told.get("where")
    if complaint.status is Status.CLOSED and complaint.close_reason is reason:
        return Decided()  # pressed twice
    if reason not in asked.office.regime.close_reasons:
        raise IllegalMove(f"{asked.office.regime.title} closes no complaint as {reason}.")
    if where is not None and reason is not CloseReason.REFERRED:
        raise InvalidRequest("where: only what is referred elsewhere goes on there")
    if reason is CloseReason.ACCEPTED:
        _needs_acceptance(complaint)
    event = ComplaintClosed(**asked.stamp, reason=reason, where=where)
    return _closed(complaint, (*_verified_by_closing(asked, reason), event))


def _needs_acceptance(complaint: Complaint) -> None:
    if complaint.accepted_at is None:
        raise IllegalMove("The complainant has not accepted the answer.")


def _verified_by_closing(asked: Asked, reason: CloseReason) -> tuple[Event, ...]:
    """Whoever closes a complaint as settled answers for the remedy that was promised."""
    complaint = asked.complaint
    is_settled = not complaint.promised or complaint.verified_at is not None
    if reason is not CloseReason.ACCEPTED or is_settled:
        return ()
    return (RemedyVerified(**asked.stamp),)


def verify(asked: Asked) -> Decided:
    """Somebody made sure that the remedy arrived, which closes the complaint."""
    complaint = asked.complaint
    is_settled = complaint.close_reason is CloseReason.ACCEPTED
    if complaint.status is Status.CLOSED and is_settled and complaint.verified_at is not None:
        return Decided()  # pressed twice
    if not complaint.promised:
        raise IllegalMove("No remedy was promised for this complaint.")
    if complaint.fulfilled_at is None:
        raise IllegalMove("The remedy is not recorded as carried out: `fulfil` comes first.")
    _needs_acceptance(complaint)
    closed = ComplaintClosed(**asked.stamp, reason=CloseReason.ACCEPTED)
    return _closed(complaint, (RemedyVerified(**asked.stamp), closed))


def _closed(complaint: Complaint, events: tuple[Event, ...]) -> Decided:
    """The last events, what the complainant hears of them, and the ratings after it."""
    last = events[-1]
    reason = last.reason if isinstance(last, ComplaintClosed) else None
    where = last.where if isinstance(last, ComplaintClosed) else None
    reply, open_ = telling.closed(complaint, where)
    if complaint.feedback is not None or reason not in _RATED_AFTER:
        return Decided(events, (reply,))
    texts = (Text(f"ask.{Question.RATING_HANDLING}"),)
    rating = Reply(texts, Kind.RATING, Question.RATING_HANDLING, _RATINGS, complaint.reference)
    return Decided(events, (reply, rating), open_)


def reopen(asked: Asked) -> Decided:
    """Work goes on after all."""
    event = ComplaintReopened(**asked.stamp, reason=asked.told["reason"])
    return Decided((event,), (telling.reopened(asked.complaint),))


def merge(asked: Asked) -> Decided:
    """It goes on as part of another."""
    into = asked.into
    if into is None or into.reference == asked.complaint.reference:
        raise InvalidRequest("into: it must be another complaint")
    if into.merged_into is not None:
        raise InvalidRequest(f"into: {into.reference} goes on as part of {into.merged_into}")
    told = telling.merged(asked.complaint, into.reference)
    return Decided((MergedInto(**asked.stamp, into=into.reference),), (told,))
