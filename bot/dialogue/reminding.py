"""What a complainant hears when time has passed: pure, one message however much has come together.

It tells how things stand now. A question is left open only where no other is, and somebody who is
telling a new complaint is not asked about another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.dialogue import asking
from bot.dialogue.conversation import Conversation, Open
from bot.dialogue.messages import Kind
from bot.dialogue.replies import Reply, Text, Value, Words
from bot.domain.complaint import Complaint
from bot.domain.duties import SPOKEN, Duty, NextWord
from bot.domain.duties import Kind as Due
from bot.domain.form import Question


@dataclass(frozen=True)
class Told:
    """What was due about a complaint, as it is after that, and when they hear of it next."""

    complaint: Complaint
    due: Sequence[Duty]
    word: NextWord
    now: datetime
    zone: ZoneInfo

    @property
    def is_anything(self) -> bool:
        """Whether there is something that the complainant hears."""
        return any(duty.kind in SPOKEN for duty in self.due)

    def day(self, at: datetime) -> date:
        """The day of a moment where the organisation is."""
        return at.astimezone(self.zone).date()

    def of(self, kind: Due) -> tuple[Duty, ...]:
        """The duties of one kind."""
        return tuple(duty for duty in self.due if duty.kind is kind)


def told(conversation: Conversation, what: Told) -> tuple[Conversation, Reply]:
    """The conversation after the message, and the message.

    It does not count as touched: a draft that lies there does not live longer for it.
    """
    reply, open_ = _put(what)
    if conversation.active_draft is not None and conversation.open is not None:
        return conversation, replace(
            reply, ask=None, choices=tuple(one for one in reply.choices if one != "skip")
        )
    if conversation.draft is None:
        conversation = replace(conversation, current=what.complaint.reference)
    if open_ is not None:
        conversation = replace(conversation, open=open_, offered=reply.choices)
    return conversation, reply


def _put(what: Told) -> tuple[Reply, Open | None]:
    """Everything in one message; what was not kept comes first, what is asked last."""
    reference = what.complaint.reference
    first = _standing(what)
    texts = [] if first is None else [first]
    if what.of(Due.NUDGE):
        texts.append(Text("told.nudge", {"reference": reference}))
        texts.append(Text("status.question", {"question": Words(_question(what.complaint))}))
        reply = Reply(tuple(texts), Kind.NOTICE, Question.NARRATIVE, ("skip",), reference)
        return reply, Open(Question.NARRATIVE, reference, "add")
    if what.of(Due.REACTION):
        texts += [_since(what), Text("confirm.response")]
        choices = asking.CONFIRM_CHOICES["response"]
        reply = Reply(tuple(texts), Kind.NOTICE, Question.CONFIRM, choices, reference)
        return reply, Open(Question.CONFIRM, reference, "response")
    return Reply(tuple(texts), Kind.NOTICE, reference=reference), None


def _question(complaint: Complaint) -> str:
    return complaint.open_question or ""


def _since(what: Told) -> Text:
    response = what.complaint.response
    since = response.at if response else what.now
    values: dict[str, Value] = {
        "reference": what.complaint.reference,
        "since": what.day(since),
    }
    return Text("told.reaction", values)


def _standing(what: Told) -> Text | None:
    """How it stands, and what was not kept; None where only a question is put again."""
    values: dict[str, Value] = {
        "reference": what.complaint.reference,
        "promise": what.day(what.word.due_at),
    }
    meaning = Text(f"status.meaning.{what.complaint.status}")
    if broken := what.of(Due.REOPEN):
        return Text("told.remedy_missed", {**values, "due": what.day(broken[-1].due_at)})
    late = [one for one in what.of(Due.UPDATE) if one.name and one.due_at < what.now]
    if missed := (*what.of(Due.MISSED), *late):
        due = max(one.due_at for one in missed)
        return Text("told.missed", {**values, "due": what.day(due), "meaning": meaning})
    if what.of(Due.UPDATE):
        return Text("told.update", {**values, "meaning": meaning})
    return None


def unsent(deadline: datetime) -> Reply:
    """That a complaint which was told is not sent, and what becomes of it."""
    text = Text("draft.nudge", {"moment": deadline})
    return Reply((text,), Kind.NOTICE, choices=("pause", "delete"))


def lodged_unsent() -> Reply:
    """That it was passed on although nobody sent it."""
    return Reply((Text("draft.lodged"),), Kind.NOTICE)
