"""The answer, what came of it outside, and what the complainant thinks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.events import Finding, Outcome, PointFinding


@dataclass(frozen=True)
class Response:
    """What the organisation answered; `stage` 1 is the first answer, 2 that of the review."""

    text: str
    finding: Finding
    reasons: str
    remedy: tuple[str, ...]
    prevention: str | None
    at: datetime
    by: str
    stage: int
    points: tuple[PointFinding, ...] = ()
    exception: str | None = None

    @property
    def promised(self) -> tuple[str, ...]:
        """Every remedy that is to be carried out, for the whole or for one point, each once."""
        of_points = (remedy for point in self.points for remedy in point.remedy)
        return tuple(dict.fromkeys((*self.remedy, *of_points)))


@dataclass(frozen=True)
class External:
    """The way outside: since when it was shown, until when it is open, and what came of it."""

    signposted_at: datetime
    until: date | None = None
    finding: Finding | None = None
    text: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Feedback:
    """What the complainant thinks of handling and outcome; None is not said."""

    handling: int | None = None
    outcome: Outcome | None = None
    comment: str | None = None
    at: datetime | None = None
