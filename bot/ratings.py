"""Both ratings of ISO 10002:2018, 8.3: what was told, by how many, and how many did not answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.domain.complaint import Complaint
from bot.domain.events import (
    CloseReason,
    ComplaintClosed,
    Event,
    HandlingRated,
    Outcome,
    OutcomeRated,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
)
from bot.estimates import Estimate, mean, share

_RATED_AFTER: Final = frozenset({CloseReason.ACCEPTED, CloseReason.EXHAUSTED, CloseReason.REFERRED})
_SCALE: Final = (1, 5)


@dataclass(frozen=True)
class Rating:
    """What complainants think of one thing: `asked` were asked, `counts` is what they said.

    `mean` is that of the handling, `fair` the share that finds the outcome fair.
    """

    asked: int
    counts: Mapping[str, int]
    mean: Estimate | None = None
    fair: Estimate | None = None

    @property
    def n(self) -> int:
        """How many answered."""
        return sum(self.counts.values())

    @property
    def non_response(self) -> float | None:
        """The share of those asked who did not answer."""
        return None if self.asked == 0 else 1 - self.n / self.asked


@dataclass(frozen=True)
class Round:
    """What the complainant said after one answer, the last word of each kind."""

    is_asked: bool
    handling: int | None
    outcome: Outcome | None


def rounds(complaint: Complaint) -> Iterator[Round]:
    """Ratings belong to the answer before them: one may be given after each."""
    history = complaint.history
    starts = [place for place, event in enumerate(history) if isinstance(event, ResponseGiven)]
    for start, end in pairwise((0, *starts, len(history))):
        part = history[start:end]
        rated = [event.handling for event in part if isinstance(event, HandlingRated)]
        fair = [event.outcome for event in part if isinstance(event, OutcomeRated)]
        yield Round(
            is_asked=any(map(_asks, part)) or bool(rated or fair),
            handling=rated[-1] if rated else None,
            outcome=fair[-1] if fair else None,
        )


def _asks(event: Event) -> bool:
    """Whether the ratings are asked for after it."""
    if isinstance(event, ComplaintClosed):
        return event.reason in _RATED_AFTER
    return isinstance(event, ResponseAccepted | ReviewRequested)


def handling(told_in: Sequence[Round]) -> Rating:
    told = [one.handling for one in told_in if one.handling is not None]
    least, most = _SCALE
    counts = {str(value): told.count(value) for value in range(least, most + 1)}
    return Rating(sum(one.is_asked for one in told_in), counts, mean=mean(told, least, most))


def outcome(told_in: Sequence[Round]) -> Rating:
    told = [one.outcome for one in told_in if one.outcome is not None]
    counts = {value.value: told.count(value) for value in Outcome}
    fair = share(counts[Outcome.YES], len(told))
    return Rating(sum(one.is_asked for one in told_in), counts, fair=fair)
