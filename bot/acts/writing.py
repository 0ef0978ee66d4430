"""What caseworkers write: to the complainant, among themselves, and about a complaint."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.acts.asked import Asked, Decided
from bot.dialogue import telling
from bot.domain.events import (
    AssessmentMade,
    DeadlineExtended,
    Escalated,
    IdentityRevealed,
    MessageSent,
    NoteWritten,
    Privacy,
    QuestionAsked,
)
from bot.errors import IllegalMove, InvalidRequest

_FARTHEST: Final = timedelta(days=3652)
"""A later day is a slip of the pen, and there are calendars that end."""


def assess(asked: Asked) -> Decided:
    """A person judges; the machine's judgement stays beside it."""
    return Decided((*asked.noticed, AssessmentMade(**asked.stamp, **asked.told)))


def ask(asked: Asked) -> Decided:
    """A question, which the complainant's next words answer."""
    event = QuestionAsked(**asked.stamp, text=asked.told["text"])
    reply, open_ = telling.question(asked.complaint)
    said = (telling.answer(asked.complaint, event.text), reply)
    return Decided((*asked.noticed, event), said, open_)


def note(asked: Asked) -> Decided:
    """Words that never leave the desk."""
    return Decided((NoteWritten(**asked.stamp, text=asked.told["text"]),))


def reply(asked: Asked) -> Decided:
    """Words to the complainant that change nothing else."""
    event = MessageSent(**asked.stamp, text=asked.told["text"])
    return Decided((*asked.noticed, event), (telling.answer(asked.complaint, event.text),))


def extend(asked: Asked) -> Decided:
    """The answer comes later, and the complainant hears why."""
    event = DeadlineExtended(**asked.stamp, **asked.told)
    if not asked.today < event.until <= asked.today + _FARTHEST:
        raise InvalidRequest("until: it must be a day to come, and within ten years")
    told = telling.extended(asked.complaint, event.until, event.reason)
    return Decided((event,), (told,))


def escalate(asked: Asked) -> Decided:
    """Somebody higher up must look."""
    return Decided((Escalated(**asked.stamp, reason=asked.told["reason"]),))


def reveal(asked: Asked) -> Decided:
    """Shows who complains, and records that: cards hide it whatever the privacy (4.10)."""
    if asked.complaint.privacy is Privacy.ANONYMOUS:
        raise IllegalMove("Nobody knows who complains: this complaint is anonymous.")
    event = IdentityRevealed(**asked.stamp, reason=asked.told["reason"])
    return Decided((event,), reveals=True)
