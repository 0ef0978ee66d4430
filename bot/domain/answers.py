"""What people answer, as values: days, sums, remedies and ways to reach them (ISO 10002, 7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a person said when something happened."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ONGOING = "ongoing"


@dataclass(frozen=True)
class OccurredOn:
    """When it happened: a single day ends when it starts, something ongoing has no end."""

    start: date
    end: date | None
    precision: Precision
    text: str


@dataclass(frozen=True)
class Amount:
    """A sum of money; `currency` is ISO 4217, None where neither sign nor country tells it."""

    value: Decimal
    currency: str | None


class Remedy(StrEnum):
    """What a complainant may want (a short form of ISO 10002:2018, annex F)."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    COMPENSATION = "compensation"
    APOLOGY = "apology"
    EXPLANATION = "explanation"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    OTHER = "other"
    NONE = "none"
    UNSURE = "unsure"


@dataclass(frozen=True)
class RemedySought:
    """What would put it right, as understood and in the complainant's words."""

    kinds: tuple[Remedy, ...]
    amount: Amount | None
    text: str


class ContactKind(StrEnum):
    """Where the organisation may answer."""

    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    NONE = "none"


@dataclass(frozen=True)
class Contact:
    """How to reach the complainant: `value` is a lower-cased e-mail address or an E.164 number."""

    kind: ContactKind
    value: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file given as evidence: `sha256` names its content, `name` is only shown."""

    id: str
    name: str
    type: str
    size: int
    sha256: str
