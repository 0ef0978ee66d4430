"""An event without the words that somebody wrote (ISO 10002:2018, 8.1).

What happened, when, by whom and until when stays, so that figures and deadlines are the same before
and after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final, TypeVar

from bot.domain.answers import Attachment, Contact, OccurredOn, RemedySought
from bot.domain.assessment import InitialAssessment
from bot.domain.events import (
    AssessmentMade,
    ChannelReachable,
    ChannelUnreachable,
    ComplaintReceived,
    DeadlineMissed,
    DetailTold,
    Event,
    MergedInto,
    MessageUndelivered,
    OwnerAssigned,
    OwnerReminded,
    PersonalDataErased,
    SplitFrom,
    SplitInto,
    TaskDone,
    UrgencyAlerted,
)
from bot.domain.form import Details, Question
from bot.domain.remedies import RemedyCode, remedy_named

E = TypeVar("E", bound=Event)

KEPT: Final[Mapping[type, frozenset[str]]] = {
    ComplaintReceived: frozenset({"language", "channel", "regime"}),
    InitialAssessment: frozenset({"category"}),
    OwnerAssigned: frozenset({"owner"}),
    AssessmentMade: frozenset({"category"}),
    DetailTold: frozenset({"question"}),
    MergedInto: frozenset({"into"}),
    SplitInto: frozenset({"into"}),
    SplitFrom: frozenset({"of"}),
    ChannelUnreachable: frozenset({"channel", "instead"}),
    ChannelReachable: frozenset({"channel"}),
    MessageUndelivered: frozenset({"channel"}),
    OwnerReminded: frozenset({"name", "to"}),
    DeadlineMissed: frozenset({"name"}),
    UrgencyAlerted: frozenset({"to"}),
    TaskDone: frozenset({"task"}),
    PersonalDataErased: frozenset({"reason"}),
}
"""The texts that are no words of anybody but names of things that are counted. Whatever is not
named here goes, so that an event which comes later can't keep words by being forgotten."""

_PERSONAL: Final = (Attachment, OccurredOn, Contact)
_CODES: Final = frozenset(RemedyCode)
_COUNTED_AS_SAID: Final = frozenset({"prevention", "note"})
"""Fields of which it is counted whether something was said, and whether that was "none"."""

_NONE: Final = "none"
_SAYS_NONE: Final = re.compile(r"\s*none\b", re.IGNORECASE)


def bare(event: E) -> E:
    """The event without words: its kind, time and actor, and what is counted."""
    changes = _bare_fields(event)
    if isinstance(event, DetailTold):
        changes["text"] = "" if event.question == Question.NARRATIVE else None
    return replace(event, **changes)


def names_improvement(prevention: str | None) -> bool:
    """Whether an answer says what keeps it from happening again, and not "none, because …" (7.7);
    it can still be told once the words are gone."""
    return prevention is not None and not _SAYS_NONE.match(prevention)


def _bare_fields(value: Any) -> dict[str, Any]:
    kept = KEPT.get(type(value), frozenset()) | {"at", "by"}
    return {
        field.name: _bare_field(field.name, getattr(value, field.name))
        for field in fields(value)
        if field.name not in kept
    }


def _bare_field(name: str, value: Any) -> Any:
    if name == "remedy" and value:
        return tuple(dict.fromkeys(map(remedy_code, value)))
    if name in _COUNTED_AS_SAID and value is not None:
        return "" if names_improvement(value) else _NONE
    return _bare(value)


def remedy_code(words: str) -> str:
    """A remedy that has a name keeps it; what was promised in own words is only counted."""
    name = remedy_named(words)
    return name if name in _CODES else RemedyCode.OTHER.value


def _bare(value: Any) -> Any:
    match value:
        case Enum() | bool() | int() | date() | None:  # a datetime, too
            return value
        case str():
            return ""
        case Details():
            return Details(remedy_sought=_bare(value.remedy_sought))
        case RemedySought():
            return RemedySought(value.kinds, None, "")
        case tuple():
            inside = (item for item in value if is_dataclass(item))
            return tuple(_bare(item) for item in inside if not isinstance(item, _PERSONAL))
        case _ if is_dataclass(value) and not isinstance(value, _PERSONAL):
            return replace(value, **_bare_fields(value))  # type: ignore[type-var]  # a value
        case _:
            return None
