"""A complaint as JSON (contract §4): for the staff API, the shell and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.answers import Attachment, Contact
from bot.domain.complaint import Complaint
from bot.domain.events import ComplaintReceived, DetailTold, Event, Privacy, facts
from bot.domain.form import FORM, IDENTIFYING, Details
from bot.domain.identity import joined
from bot.domain.regimes import Regime, deadlines
from bot.domain.response import Response
from bot.domain.tasks import tasks

_IDENTIFYING = frozenset(question.value for question in IDENTIFYING)


def presented(
    complaint: Complaint,
    regime: Regime,
    zone: ZoneInfo,
    *,
    is_revealed: bool = False,
    has_mail: bool = False,
) -> dict[str, Any]:
    """The complaint; who complains is left out of a confidential one unless `is_revealed`.

    With `has_mail` e-mail goes out by itself, and is nobody's task.
    """
    shows_identity = _shows_identity(complaint.privacy, is_revealed)
    return {
        "reference": complaint.reference,
        "status": complaint.status.value,
        "language": complaint.language,
        "channel": complaint.channel,
        "privacy": complaint.privacy.value,
        "received_at": plain(complaint.received_at),
        "acknowledged_at": plain(complaint.acknowledged_at),
        "owner": complaint.owner,
        "details": _details(joined(complaint.details, complaint.identity), shows_identity),
        "attachments": plain(complaint.attachments),
        "points": plain(complaint.points),
        "assessment": plain(complaint.assessment),
        "judged": plain(complaint.judged),
        "deadlines": plain(deadlines(complaint, regime, zone)),
        "tasks": plain(tasks(complaint, has_mail=has_mail)),
        "response": _response(complaint.response),
        "external": plain(complaint.external),
        "feedback": plain(complaint.feedback),
        "legal_hold": complaint.legal_hold,
        "history": [_happened(event, shows_identity) for event in complaint.history],
    }


def _shows_identity(privacy: Privacy, is_revealed: bool) -> bool:
    match privacy:
        case Privacy.NAMED:
            return True
        case Privacy.CONFIDENTIAL:
            return is_revealed
        case Privacy.ANONYMOUS:
            return False


def plain(value: object) -> Any:
    """A value of the domain in what JSON knows."""
    match value:
        case Enum():
            return value.value
        case date():  # a datetime, too
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case Attachment():
            return {key: plain(one) for key, one in _shallow(value).items() if key != "id"}
        case Details():
            return _details(value, shows_identity=True)
        case tuple() | list() | frozenset():
            return [plain(one) for one in value]
        case Mapping():
            return {key: plain(one) for key, one in value.items()}
        case _ if is_dataclass(value):
            return {key: plain(one) for key, one in _shallow(value).items()}
        case _:
            return value


def _shallow(value: object) -> dict[str, object]:
    return {one.name: getattr(value, one.name) for one in fields(value)}  # type: ignore[arg-type]  # a dataclass


def _details(details: Details, shows_identity: bool) -> dict[str, Any]:
    """Every question of the form by its name (contract §1)."""
    if not shows_identity:
        details = replace(details, name=None, acting_for=None, contact=_bare(details.contact))
    answers = {entry.question: details.answer(entry.question) for entry in FORM}
    return {question.value: plain(answer) for question, answer in answers.items()}


def _bare(contact: Contact | None) -> Contact | None:
    """By which way somebody is reached, but not where."""
    return contact and replace(contact, value=None)


def _response(response: Response | None) -> dict[str, Any] | None:
    if response is None:
        return None
    shape = {key: value for key, value in plain(response).items() if key != "stage"}
    if len(response.points) < 2:
        del shape["points"]
    if response.exception is None:
        del shape["exception"]
    return shape


def _happened(event: Event, shows_identity: bool) -> dict[str, Any]:
    told = {name: value for name, value in facts(event).items() if value is not None}
    if isinstance(event, DetailTold):
        told = _told_detail(event, shows_identity)
    shape = plain(told)
    if isinstance(event, ComplaintReceived):
        shape["details"] = _details(event.details, shows_identity)
    return {"at": plain(event.at), "event": type(event).__name__, "by": event.by, **shape}


def _told_detail(event: DetailTold, shows_identity: bool) -> dict[str, object]:
    """One answer; one that tells who somebody is only where that may be seen."""
    is_hidden = event.question in _IDENTIFYING and not shows_identity
    answer = event.answer
    if is_hidden:
        answer = _bare(answer) if isinstance(answer, Contact) else None
    return {"question": event.question, "answer": answer}
