"""Everything that is held about one complaint, for whoever made it (ISO 10002:2018, 8.1).

Pure: what is held comes in, a file of plain values comes out. Who acted is told by role; notes
among caseworkers are left out unless they are asked for, and the file says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.dialogue.messages import CODE_MARK, Kind, OutboundMessage
from bot.domain.complaint import Complaint
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    AssessmentMade,
    ComplainantAdded,
    ComplaintReceived,
    DeadlineExtended,
    DetailTold,
    Event,
    EvidenceAdded,
    MessageSent,
    NoteWritten,
    OwnerAssigned,
    OwnerReminded,
    QuestionAsked,
    RatingCommented,
    ResponseGiven,
    TaskDone,
    UrgencyAlerted,
    facts,
)
from bot.domain.identity import joined
from bot.domain.reference import Reference
from bot.domain.regimes import Regime, deadlines, last_dates
from bot.presenting import plain

File = dict[str, Any]

CASEWORKER: Final = "caseworker"
"""The role of everybody who works here; a file names nobody among them."""

_HIDDEN_CODE: Final = "••••••••"
_WORDS: Final = (ComplaintReceived, ComplainantAdded, DetailTold, RatingCommented)
_ANSWERS: Final = (QuestionAsked, MessageSent, ResponseGiven, DeadlineExtended)
_NAMES: Final[Mapping[type[Event], tuple[str, ...]]] = {
    OwnerAssigned: ("owner",),
    OwnerReminded: ("to",),
    UrgencyAlerted: ("to",),
}
"""Fields that hold the name of somebody who works here."""

_INTERNAL: Final[Mapping[type[Event], tuple[str, ...]]] = {TaskDone: ("note",)}
"""Fields in which caseworkers write for one another."""


@dataclass(frozen=True)
class Held:
    """What there is about a complaint, and the rules by which it is dealt with."""

    complaint: Complaint
    regime: Regime
    zone: ZoneInfo
    lines: tuple[OutboundMessage, ...] = ()


def file_of(held: Held, made_at: datetime, *, with_notes: bool = False) -> File:
    """The file, as plain values; `made_at` is when it was made."""
    complaint = held.complaint
    return {
        "reference": complaint.reference,
        "made_at": plain(made_at),
        "status": complaint.status.value,
        "channel": complaint.channel,
        "language": complaint.language,
        "privacy": complaint.privacy.value,
        "received_at": plain(complaint.received_at),
        "acknowledged_at": plain(complaint.acknowledged_at),
        "complainant": plain(complaint.identity),
        "words": [_told(event) for event in complaint.history if isinstance(event, _WORDS)],
        "understood": {
            "details": plain(joined(complaint.details, complaint.identity)),
            "points": plain(complaint.points),
            "assessment": plain(complaint.assessment),
            "judgements": [_judgement(event) for event in complaint.history if _is_judged(event)],
        },
        "files": list(_files(complaint)),
        "answers": [_told(event) for event in complaint.history if isinstance(event, _ANSWERS)],
        "deadlines": _deadlines(held),
        "conversation": [_line(line) for line in held.lines],
        "notes": _notes(complaint) if with_notes else None,
        "notes_left_out": 0 if with_notes else len(_notes(complaint)),
        "history": list(_history(complaint)),
    }


def role(by: str) -> str:
    """In which role somebody acted."""
    return by if by in (COMPLAINANT, OMBUD) else CASEWORKER


def lines_about(
    lines: Sequence[OutboundMessage], complaint: Complaint, *, was_lodged_here: bool = True
) -> tuple[OutboundMessage, ...]:
    """The lines of a conversation that tell of a complaint, also where others are told there.

    A line names no complaint unless it is about one that is lodged. So whatever was said between
    the acknowledgement of the one before and the last that happened to this one counts as said
    about it, but for lines that name another: rather a line too many than a word too few.
    """
    own = [line.seq for line in lines if line.reference == complaint.reference]
    if not own and not was_lodged_here:
        return ()
    start = own[0] if own else (lines[-1].seq if lines else 0)
    if was_lodged_here:
        start = max(_acknowledged_before(lines, complaint.reference, start), default=0) + 1
    last = complaint.history[-1].at
    return tuple(
        line
        for line in lines
        if line.reference == complaint.reference
        or (line.reference is None and line.seq >= start and line.at <= last)
    )


def _acknowledged_before(
    lines: Sequence[OutboundMessage], reference: Reference, seq: int
) -> Iterator[int]:
    return (
        line.seq
        for line in lines
        if line.kind is Kind.ACKNOWLEDGEMENT
        and line.reference not in (None, reference)
        and line.seq < seq
    )


def _stamp(event: Event) -> File:
    return {"at": plain(event.at), "by": role(event.by)}


def _told(event: Event) -> File:
    """What somebody said, and on which occasion."""
    if isinstance(event, ComplaintReceived):
        return {**_stamp(event), "what": "complaint", "text": event.details.narrative}
    told = _facts(event)
    if isinstance(event, DetailTold):
        told = {"question": event.question, "answer": plain(event.answer)}
    return {**_stamp(event), "what": _what(event), **told}


def _what(event: Event) -> str:
    return {
        ComplainantAdded: "added",
        DetailTold: "detail",
        RatingCommented: "comment",
        QuestionAsked: "question",
        MessageSent: "message",
        ResponseGiven: "answer",
        DeadlineExtended: "extension",
    }[type(event)]


def _facts(event: Event) -> File:
    """What an event holds, without names of people who work here, and without their notes."""
    left_out = (*_NAMES.get(type(event), ()), *_INTERNAL.get(type(event), ()))
    told = {name: value for name, value in facts(event).items() if value is not None}
    return {name: plain(value) for name, value in told.items() if name not in left_out}


def _is_judged(event: Event) -> bool:
    return isinstance(event, ComplaintReceived | AssessmentMade)


def _judgement(event: Event) -> File:
    """The machine's judgement, or what a person changed in it."""
    if isinstance(event, ComplaintReceived):
        return {"at": plain(event.at), "by": OMBUD, **plain(event.assessment)}
    return {**_stamp(event), **_facts(event)}


def _files(complaint: Complaint) -> Iterator[File]:
    for event in complaint.history:
        if isinstance(event, ComplaintReceived | EvidenceAdded):
            for attachment in event.attachments:
                yield {"at": plain(event.at), **plain(attachment)}


def _deadlines(held: Held) -> list[File]:
    """What was promised, and the last dates of which somebody should know."""
    told = deadlines(held.complaint, held.regime, held.zone)
    others = last_dates(held.complaint, held.regime, held.zone)
    return [
        *(plain(deadline) for deadline in told),
        *(
            {"name": due.name, "due_at": plain(due.due_at), "met_at": None, "basis": due.basis}
            for due in others
        ),
    ]


def _line(line: OutboundMessage) -> File:
    return {
        "at": plain(line.at),
        "from": line.sender.value,
        "text": line.text.replace(CODE_MARK, _HIDDEN_CODE),
        "files": [file.name for file in line.attachments],
    }


def _notes(complaint: Complaint) -> list[File]:
    return [
        {**_stamp(event), "text": text} for event in complaint.history if (text := _note(event))
    ]


def _note(event: Event) -> str | None:
    match event:
        case NoteWritten():
            return event.text
        case TaskDone():
            return event.note
    return None


def _history(complaint: Complaint) -> Iterator[File]:
    """Everything that happened; notes stand apart, and files with their hashes."""
    for event in complaint.history:
        if isinstance(event, NoteWritten):
            yield {**_stamp(event), "event": "NoteWritten"}
        elif isinstance(event, ComplaintReceived | EvidenceAdded):
            yield {**_stamp(event), "event": type(event).__name__}
        else:
            yield {**_stamp(event), "event": type(event).__name__, **_facts(event)}
