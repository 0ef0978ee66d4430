"""What a caseworker may do, and what follows from it: pure, one function for each act.

The status table decides what is possible when; folding the events into a complaint asks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from bot.dialogue import telling
from bot.dialogue.conversation import Open
from bot.dialogue.messages import CODE_MARK, TEXT_LIMIT, Kind
from bot.dialogue.replies import Reply, Text
from bot.domain.assessment import Level, Severity
from bot.domain.complaint import Complaint
from bot.domain.events import (
    AcknowledgedByPerson,
    AssessmentMade,
    CloseReason,
    ComplaintClosed,
    ComplaintReopened,
    DeadlineExtended,
    Escalated,
    Event,
    Finding,
    IdentityRevealed,
    MergedInto,
    MessageSent,
    NoteWritten,
    OwnerAssigned,
    Privacy,
    QuestionAsked,
    ResponseGiven,
)
from bot.domain.form import Question
from bot.domain.reference import Reference, has_wrong_check_sign, read_reference
from bot.domain.status import MOVES, Move, Status
from bot.errors import IllegalMove, InvalidRequest, NotFound

_CONTROLS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff{CODE_MARK}]")
_RATINGS = ("1", "2", "3", "4", "5", "skip")
_RATED_AFTER = frozenset({CloseReason.ACCEPTED, CloseReason.EXHAUSTED, CloseReason.REFERRED})


# What is asked for -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """An act that somebody asks for: about which complaint, by whom, and with which fields."""

    complaint: Complaint
    by: str
    now: datetime
    today: date
    told: Mapping[str, Any]
    into: Complaint | None = None

    @property
    def stamp(self) -> dict[str, Any]:
        """When and by whom, for events."""
        return {"at": self.now, "by": self.by}


@dataclass(frozen=True)
class Decided:
    """What follows from an act; without events nothing is stored."""

    events: tuple[Event, ...] = ()
    replies: tuple[Reply, ...] = ()
    open: Open | None = None
    reveals: bool = False


Reading = Callable[[object], Any]


def _words(value: object) -> str:
    text = _CONTROLS.sub("", value).strip() if isinstance(value, str) else ""
    if not text:
        raise InvalidRequest("it needs words")
    if len(text) > TEXT_LIMIT:
        raise InvalidRequest(f"it may have {TEXT_LIMIT} characters")
    return text


def _one_of(kind: type[StrEnum], value: object) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidRequest(f"it must be one of: {', '.join(kind)}") from None


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidRequest("it must be true or false")
    return value


def _day(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise InvalidRequest("a day is written 2026-11-23") from None


def _items(value: object) -> tuple[str, ...]:
    """Several things: a list, or a text with one on each line."""
    several = value.splitlines() if isinstance(value, str) else value
    if not isinstance(several, list | tuple):
        raise InvalidRequest("it must be a list")
    return tuple(_words(item) for item in several)


def reference_in(value: object) -> Reference:
    """The reference that somebody wrote; NotFound says what is wrong with it."""
    text = str(value)
    reference = read_reference(text)
    if reference is not None:
        return reference
    if has_wrong_check_sign(text):
        raise NotFound("One character of this reference looks wrong.")
    raise NotFound("This is not a reference: it has the form CMP-XXXX-XXXX-C.")


# What follows from it --------------------------------------------------------------------------


def _take(asked: Asked) -> Decided:
    complaint = asked.complaint
    if complaint.owner is not None and complaint.owner != asked.by:
        raise IllegalMove(f"{complaint.owner} has taken this complaint.")
    stays = MOVES[complaint.status].get(Move.TAKE) is complaint.status
    if complaint.owner == asked.by and stays:
        return Decided()  # pressed twice
    return Decided((*_noticed(asked), OwnerAssigned(**asked.stamp, owner=asked.by)))


def _hand_over(asked: Asked) -> Decided:
    return Decided((OwnerAssigned(**asked.stamp, owner=asked.told["owner"]),))


def _assess(asked: Asked) -> Decided:
    return Decided((*_noticed(asked), AssessmentMade(**asked.stamp, **asked.told)))


def _ask(asked: Asked) -> Decided:
    event = QuestionAsked(**asked.stamp, text=asked.told["text"])
    reply, open_ = telling.question(asked.complaint)
    said = (telling.answer(asked.complaint, event.text), reply)
    return Decided((*_noticed(asked), event), said, open_)


def _note(asked: Asked) -> Decided:
    return Decided((NoteWritten(**asked.stamp, text=asked.told["text"]),))


def _reply(asked: Asked) -> Decided:
    event = MessageSent(**asked.stamp, text=asked.told["text"])
    return Decided((*_noticed(asked), event), (telling.answer(asked.complaint, event.text),))


def _respond(asked: Asked) -> Decided:
    event = ResponseGiven(**asked.stamp, **asked.told)
    reply, open_ = telling.response(asked.complaint)
    said = (telling.answer(asked.complaint, event.text), reply)
    return Decided((*_noticed(asked), event), said, open_)


def _extend(asked: Asked) -> Decided:
    event = DeadlineExtended(**asked.stamp, **asked.told)
    if event.until <= asked.today:
        raise InvalidRequest("until: it must be a day to come")
    told = telling.extended(asked.complaint, event.until, event.reason)
    return Decided((event,), (told,))


def _escalate(asked: Asked) -> Decided:
    return Decided((Escalated(**asked.stamp, reason=asked.told["reason"]),))


def _merge(asked: Asked) -> Decided:
    into = asked.into
    if into is None or into.reference == asked.complaint.reference:
        raise InvalidRequest("into: it must be another complaint")
    if into.merged_into is not None:
        raise InvalidRequest(f"into: {into.reference} goes on as part of {into.merged_into}")
    told = telling.merged(asked.complaint, into.reference)
    return Decided((MergedInto(**asked.stamp, into=into.reference),), (told,))


def _close(asked: Asked) -> Decided:
    complaint, reason = asked.complaint, asked.told["reason"]
    if complaint.status is Status.CLOSED and complaint.close_reason is reason:
        return Decided()  # pressed twice
    if reason is CloseReason.ACCEPTED and complaint.accepted_at is None:
        raise IllegalMove("The complainant has not accepted the answer.")
    reply, open_ = telling.closed(complaint)
    event = ComplaintClosed(**asked.stamp, reason=reason)
    if complaint.feedback is not None or reason not in _RATED_AFTER:
        return Decided((event,), (reply,))
    texts = (Text(f"ask.{Question.RATING_HANDLING}"),)
    rating = Reply(texts, Kind.RATING, Question.RATING_HANDLING, _RATINGS, complaint.reference)
    return Decided((event,), (reply, rating), open_)


def _reopen(asked: Asked) -> Decided:
    event = ComplaintReopened(**asked.stamp, reason=asked.told["reason"])
    return Decided((event,), (telling.reopened(asked.complaint),))


def _reveal(asked: Asked) -> Decided:
    match asked.complaint.privacy:
        case Privacy.NAMED:
            return Decided()  # everybody at the desk sees it
        case Privacy.ANONYMOUS:
            raise IllegalMove("Nobody knows who complains: this complaint is anonymous.")
        case Privacy.CONFIDENTIAL:
            event = IdentityRevealed(**asked.stamp, reason=asked.told["reason"])
            return Decided((event,), reveals=True)


def _noticed(asked: Asked) -> tuple[Event, ...]:
    """The first thing a person does about a complaint also tells that a person saw it."""
    if asked.complaint.acknowledged_by_person_at is not None:
        return ()
    return (AcknowledgedByPerson(**asked.stamp),)


@dataclass(frozen=True)
class Act:
    """One thing a caseworker may do: the fields it needs, those it may have, what follows."""

    decide: Callable[[Asked], Decided]
    needs: Mapping[str, Reading] = field(default_factory=dict)
    may_have: Mapping[str, Reading] = field(default_factory=dict)

    def read(self, fields: Mapping[str, object]) -> dict[str, Any]:
        """The fields, each in its type; InvalidRequest names the one that is wrong."""
        given = {name: value for name, value in fields.items() if value is not None}
        readings = {**self.needs, **self.may_have}
        for name in (*given, *self.needs):
            if name not in readings or name not in given:
                wrong = "is not a field of this" if name in given else "is missing"
                raise InvalidRequest(f"{name}: {wrong}")
        return {name: _read(name, readings[name], value) for name, value in given.items()}


def _read(name: str, reading: Reading, value: object) -> Any:
    try:
        return reading(value)
    except InvalidRequest as error:
        raise InvalidRequest(f"{name}: {error}") from None


_WHY: Mapping[str, Reading] = {"reason": _words}
_TEXT: Mapping[str, Reading] = {"text": _words}
_JUDGED: Mapping[str, Reading] = {
    "category": _words,
    "severity": partial(_one_of, Severity),
    "safety": _flag,
    "complexity": partial(_one_of, Level),
    "impact": partial(_one_of, Level),
    "immediate_action": _flag,
}
_FOUND: Mapping[str, Reading] = {"finding": partial(_one_of, Finding), "reasons": _words}

ACTS: Mapping[str, Act] = {
    "take": Act(_take),
    "handover": Act(_hand_over, {"owner": _words}),
    "assess": Act(_assess, _WHY, _JUDGED),
    "ask": Act(_ask, _TEXT),
    "note": Act(_note, _TEXT),
    "reply": Act(_reply, _TEXT),
    "respond": Act(_respond, {**_TEXT, **_FOUND}, {"remedy": _items, "prevention": _words}),
    "extend": Act(_extend, {"until": _day, **_WHY}),
    "escalate": Act(_escalate, _WHY),
    "merge": Act(_merge, {"into": reference_in}),
    "close": Act(_close, {"reason": partial(_one_of, CloseReason)}),
    "reopen": Act(_reopen, _WHY),
    "reveal": Act(_reveal, _WHY),
}
