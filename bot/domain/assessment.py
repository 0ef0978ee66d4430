"""The initial assessment of ISO 10002:2018, 7.5: how grave, how complex, what to do at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How grave a complaint is; never judged by name, language, channel or tone."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least grave."""
        return list(Severity).index(self)


class Level(StrEnum):
    """A coarse size, for complexity and impact."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class InitialAssessment:
    """The five judgements that clause 7.5 names, each with what it rests on in `reasons`."""

    category: str | None = None
    severity: Severity = Severity.LOW
    safety: bool = False
    complexity: Level = Level.LOW
    impact: Level = Level.LOW
    immediate_action: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """Who judged what, when and why; None is what they left as it stood.

    The first is the machine's, so that its values stay beside a person's.
    """

    by: str
    at: datetime
    category: str | None
    severity: Severity | None
    safety: bool | None
    complexity: Level | None
    impact: Level | None
    immediate_action: bool | None
    reasons: tuple[str, ...]
