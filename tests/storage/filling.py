"""Values filled by type, so that a new field is tested without anybody's help."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from tests.storage.building import NOW

_PLAIN: dict[object, Any] = {
    str: "Åse’s – “½” 🚲\n\u200f",
    bytes: b"\x00\xff",
    bool: True,
    int: 3,
    float: 0.25,
    Decimal: Decimal("12.50"),
    datetime: NOW,
    date: date(2026, 2, 28),
    types.NoneType: None,
    None: None,
    object: None,
}


def filled(kind: Any) -> Any:
    """A value of `kind` in which nothing is left at its default where that can be helped."""
    if isinstance(kind, NewType):
        return filled(kind.__supertype__)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: filled(hints[one.name]) for one in fields(kind)})  # type: ignore[operator]  # a class
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1]
    return _composed(kind)


def _composed(kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inner[-1]
    if origin in (Union, types.UnionType):
        return filled(next(one for one in inner if one is not types.NoneType))
    if origin is tuple:
        return tuple(filled(one) for one in inner if one is not Ellipsis)
    if origin is frozenset:
        return frozenset({filled(inner[0])})
    raise TypeError(f"no sample of {kind}")
