"""How a complaint stands, as the desk's cards and lists tell it; read off its JSON alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from channels.slack.blocks import cut
from channels.slack.desk.voice import Voice, moment_of

Complaint = Mapping[str, Any]

_ENDED = ("closed", "withdrawn")
_ANSWERED = ("responded", "external")
_SUBJECT = 80


class State(StrEnum):
    """What a card says of its complaint; overdue and snoozed are told beside it."""

    NEW = "new"
    TAKEN = "taken"
    WAITING = "waiting"  # for the complainant
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True)
class Promise:
    """What is due next."""

    name: str
    due_at: datetime


def state_of(complaint: Complaint) -> State:
    """Where it stands."""
    status = complaint["status"]
    if status in _ENDED:
        return State.CLOSED
    if complaint.get("open_question"):
        return State.WAITING
    if status in _ANSWERED:
        return State.ANSWERED
    return State.TAKEN if complaint.get("owner") else State.NEW


def next_promise(complaint: Complaint) -> Promise | None:
    """The earliest that is still to be kept; None where nothing is."""
    if complaint["status"] in _ENDED:
        return None
    unmet = [
        Promise(one["name"], moment_of(one["due_at"]))
        for one in complaint["deadlines"]
        if one["met_at"] is None
    ]
    return min(unmet, key=lambda one: one.due_at, default=None)


def is_overdue(complaint: Complaint, now: datetime) -> bool:
    """Whether a promise is not kept."""
    promise = next_promise(complaint)
    return promise is not None and promise.due_at < now


def headline(complaint: Complaint, voice: Voice) -> str:
    """Severity and what it is about, in which their words may stand."""
    parts = [title(complaint, voice)]
    if is_overdue(complaint, voice.now):
        parts.insert(0, voice.text("card.overdue"))
    about = subject(complaint)
    return " · ".join(parts) + (f": {about}" if about else "")


def title(complaint: Complaint, voice: Voice) -> str:
    """The same without a word of theirs."""
    told = complaint["assessment"]
    severity = voice.named("severity", told["severity"])
    category = voice.named("category", told.get("category") or "other")
    return voice.text("card.title", severity=severity, category=category)


def subject(complaint: Complaint) -> str:
    """What it is about, in their words; empty where nothing is told."""
    points = complaint.get("points") or ()
    told = points[0] if points else complaint["details"].get("subject")
    return cut(" ".join(str(told or "").split()).rstrip(".…"), _SUBJECT)


def asked_at(complaint: Complaint) -> datetime | None:
    """When the question was put that is not answered yet."""
    for event in reversed(complaint["history"]):
        if event["event"] == "QuestionAsked":
            return moment_of(event["at"])
    return None


def ended(complaint: Complaint) -> Mapping[str, Any] | None:
    """The event that ended it last."""
    kinds = ("ComplaintClosed", "ComplaintWithdrawn", "MergedInto")
    told = (event for event in reversed(complaint["history"]) if event["event"] in kinds)
    return next(told, None)
