"""Reads the fields of an act, each in its type; what means nothing is told with its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from bot.dialogue.messages import CODE_MARK, TEXT_LIMIT
from bot.domain.events import Finding, PointFinding
from bot.domain.reference import Reference, has_wrong_check_sign, read_reference
from bot.domain.remedies import remedy_named
from bot.errors import InvalidRequest, NotFound

_CONTROLS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff{CODE_MARK}]")
_MOST_POINTS = 100

Reading = Callable[[object], Any]


def words(value: object) -> str:
    """What somebody wrote, without signs that steer machines."""
    text = _CONTROLS.sub("", value).strip() if isinstance(value, str) else ""
    if not text:
        raise InvalidRequest("it needs words")
    if len(text) > TEXT_LIMIT:
        raise InvalidRequest(f"it may have {TEXT_LIMIT} characters")
    return text


def one_of(kind: type[StrEnum]) -> Reading:
    """A member of `kind`, by its value."""
    return partial(_member, kind)


def _member(kind: type[StrEnum], value: object) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidRequest(f"it must be one of: {', '.join(kind)}") from None


def flag(value: object) -> bool:
    """True or false, and nothing that is only taken for it."""
    if not isinstance(value, bool):
        raise InvalidRequest("it must be true or false")
    return value


def day(value: object) -> date:
    """A day in ISO 8601."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise InvalidRequest("a day is written 2026-11-23") from None


def remedies(value: object) -> tuple[str, ...]:
    """Several remedies: a list, or a text with one on each line; those with a name by it."""
    several = value.splitlines() if isinstance(value, str) else value
    return tuple(remedy_named(words(item)) for item in _listed(several))


def _listed(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise InvalidRequest("it must be a list")
    return value


def points(value: object) -> tuple[PointFinding, ...]:
    """What is found about single points; which number is wrong is told, counted from 1."""
    several = _listed(value)
    if len(several) > _MOST_POINTS:
        raise InvalidRequest(f"there may be {_MOST_POINTS} of them")
    return tuple(named(str(number), _point, one) for number, one in enumerate(several, 1))


def _point(value: object) -> PointFinding:
    if not isinstance(value, Mapping):
        raise InvalidRequest("it must have a point, a finding and reasons")
    return PointFinding(**read(value, _POINT_NEEDS, _POINT_MAY_HAVE))


_POINT_NEEDS: Mapping[str, Reading] = {
    "point": words,
    "finding": one_of(Finding),
    "reasons": words,
}
_POINT_MAY_HAVE: Mapping[str, Reading] = {"remedy": remedies, "prevention": words}


def reference_in(value: object) -> Reference:
    """The reference that somebody wrote; NotFound says what is wrong with it."""
    text = str(value)
    reference = read_reference(text)
    if reference is not None:
        return reference
    if has_wrong_check_sign(text):
        raise NotFound("One character of this reference looks wrong.")
    raise NotFound("This is not a reference: it has the form CMP-XXXX-XXXX-C.")


def read(
    fields: Mapping[str, object], needs: Mapping[str, Reading], may_have: Mapping[str, Reading]
) -> dict[str, Any]:
    """The fields, each in its type; InvalidRequest names the one that is wrong."""
    given = {str(name): value for name, value in fields.items() if value is not None}
    readings = {**needs, **may_have}
    for name in (*given, *needs):
        if name not in readings or name not in given:
            wrong = "is not a field of this" if name in given else "is missing"
            raise InvalidRequest(f"{name}: {wrong}")
    return {name: named(name, readings[name], value) for name, value in given.items()}


def named(name: str, reading: Reading, value: object) -> Any:
    """A value as read; what is wrong with it is told with its name."""
    try:
        return reading(value)
    except InvalidRequest as error:
        raise InvalidRequest(f"{name}: {error}") from None
