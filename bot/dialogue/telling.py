"""What a complainant hears of what caseworkers do: pure, one function for each act.

A question is left open only where no other is: a draft in the making is never disturbed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot.dialogue import asking
from bot.dialogue.conversation import Conversation, Open
from bot.dialogue.messages import Kind, Sender
from bot.dialogue.replies import Reply, Text, Words, say
from bot.domain.complaint import Complaint
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


def answer(complaint: Complaint, text: str) -> Reply:
    """A caseworker's own words."""
    return Reply(
        (Text("answer", {"text": Words(text)}),),
        sender=Sender.CASEWORKER,
        reference=complaint.reference,
    )


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


def closed(complaint: Complaint) -> tuple[Reply, Open]:
    """That nothing more is to be done, and the ratings after it."""
    reply = _notice("told.closed", complaint, {"reference": complaint.reference})
    return reply, Open(Question.RATING_HANDLING, complaint.reference)


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
