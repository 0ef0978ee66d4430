"""What every event has, and the words that events are told in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

COMPLAINANT: Final = "complainant"
OMBUD: Final = "ombud"


class Privacy(StrEnum):
    """Who may see who complains (ISO 10002:2018, 4.10)."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


class Finding(StrEnum):
    """What the organisation finds about a complaint."""

    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"


class Outcome(StrEnum):
    """Whether the complainant thinks the outcome fair."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class CloseReason(StrEnum):
    """Why a complaint may be closed (ISO 10002:2018, 7.9)."""

    ACCEPTED = "accepted"
    EXHAUSTED = "exhausted"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    REFERRED = "referred"


class OtherMatter(StrEnum):
    """What people say that is no complaint, and is recorded all the same (ISO 10002:2018, 3)."""

    QUESTION = "question"
    PRAISE = "praise"
    REQUEST = "request"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class PointFinding:
    """What is found about one point that was raised (7.7); `prevention` says what keeps it from
    happening again, or why nothing does."""

    point: str
    finding: Finding
    reasons: str
    remedy: tuple[str, ...] = ()
    prevention: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    at: datetime
    by: str
