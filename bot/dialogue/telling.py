"""What a complainant hears of what caseworkers do: pure, one function for each act.

A question is left open only where no other is: a draft in the making is never disturbed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.dialogue import asking
from bot.dialogue.conversation import Conversation, Open
from bot.dialogue.messages import CodeOf, Kind, Sender
from bot.dialogue.replies import Code, Reply, Text, Words, say
from bot.domain.complaint import Complaint
from bot.domain.events import PointFinding
from bot.domain.form import Question
from bot.domain.reference import Reference


def told(
    conversation: Conversation, now: datetime, *replies: Reply, open_: Open | None = None
) -> tuple[Conversation, tuple[Reply, ...]]:
    """The conversation after these replies, and the replies; `open_` only if nothing else is."""
    is_free = conversation.open is None or not conversation.active_draft
    changed = replace(conversation, touched_at=now)
    if is_free:
        changed = replace(changed, open=open_, offered=replies[-1].choices)
    return changed, replies


def answer(complaint: Complaint, text: str, points: Sequence[PointFinding] = ()) -> Reply:
    """A caseworker's own words, and what was found about points that have an answer apart."""
    return Reply(
        (Text("answer", {"text": Words(text)}), *map(_found, points)),
        sender=Sender.CASEWORKER,
        reference=complaint.reference,
    )


def _found(point: PointFinding) -> Text:
    values = {"point": Words(point.point), "reasons": Words(point.reasons)}
    return Text("answer.point", {**values, "finding": Text(f"finding.{point.finding}")})


def question(complaint: Complaint) -> tuple[Reply, Open]:
    """How to answer a caseworker's question: the next words go to the complaint."""
    open_ = Open(Question.NARRATIVE, complaint.reference, "add")
    reply = Reply((Text("told.question"),), Kind.NOTICE, Question.NARRATIVE, ("skip",))
    return replace(reply, reference=complaint.reference), open_


def response(complaint: Complaint) -> tuple[Reply, Open]:
    """The offer that follows a response: accept it, or not."""
    open_ = Open(Question.CONFIRM, complaint.reference, "response")
    reply = Reply(
        (Text("confirm.response"),),
        ask=Question.CONFIRM,
        choices=asking.CONFIRM_CHOICES["response"],
        reference=complaint.reference,
    )
    return reply, open_


def extended(complaint: Complaint, until: date, reason: str) -> Reply:
    """That the answer comes later, and why."""
    values = {"reference": complaint.reference, "until": until, "reason": Words(reason)}
    return _notice("told.extended", complaint, values)


def closed(complaint: Complaint, where: str | None = None) -> tuple[Reply, Open]:
    """That nothing more is to be done, or where it goes on, and the ratings after it."""
    open_ = Open(Question.RATING_HANDLING, complaint.reference)
    if where is None:
        return _notice("told.closed", complaint, {"reference": complaint.reference}), open_
    values = {"reference": complaint.reference, "where": Words(where)}
    return _notice("told.referred", complaint, values), open_


def fulfilled(complaint: Complaint) -> Reply:
    """That what was promised is done."""
    return _notice("told.fulfilled", complaint, {"reference": complaint.reference})


def decided_outside(complaint: Complaint) -> Reply:
    """That the outside body's decision has arrived; the body itself tells what it is."""
    return _notice("told.external", complaint, {"reference": complaint.reference})


def split(complaint: Complaint, point: str, into: Reference) -> Reply:
    """That a point goes on by itself, with its own reference and private code."""
    values = {
        "reference": complaint.reference,
        "point": Words(point),
        "into": into,
        "private_code": Code(),
    }
    reply = _notice("told.split", complaint, values)
    return replace(reply, kind=Kind.ACKNOWLEDGEMENT, reference=into, code_of=CodeOf(into, 0))


def reopened(complaint: Complaint) -> Reply:
    """That work goes on after all."""
    return _notice("told.reopened", complaint, {"reference": complaint.reference})


def merged(complaint: Complaint, into: Reference) -> Reply:
    """That two complaints go on as one."""
    return _notice("told.merged", complaint, {"reference": complaint.reference, "into": into})


def expired(
    conversation: Conversation, now: datetime, hours: int
) -> tuple[Conversation, Reply, int]:
    """A draft that nobody touched is deleted: the conversation without it, what is said about it,
    and the first line to be forgotten (the draft's own)."""
    first = conversation.draft.first_seq if conversation.draft else conversation.last_seq + 1
    changed = replace(
        conversation, draft=None, open=None, offered=(), unbound=None, files=(), touched_at=now
    )
    return changed, say("expired", hours=hours), first


def _notice(key: str, complaint: Complaint, values: dict[str, object]) -> Reply:
    return Reply((Text(key, values),), Kind.NOTICE, reference=complaint.reference)  # type: ignore[arg-type]  # values of a text
