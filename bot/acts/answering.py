"""The answer to a complaint, point by point, and what was promised in it (7.7 to 7.9)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.acts.asked import Asked, Decided
from bot.acts.owning import independence
from bot.dialogue import telling
from bot.domain.complaint import Complaint
from bot.domain.events import (
    ExternalOutcomeRecorded,
    Finding,
    PointFinding,
    RemedyCarriedOut,
    ResponseGiven,
)
from bot.errors import IllegalMove, InvalidRequest


def respond(asked: Asked) -> Decided:
    """The answer; no point that was raised stays without a finding and reasons."""
    exception = independence(asked, asked.by)
    told = {**asked.told, "points": _findings(asked)}
    event = ResponseGiven(**asked.stamp, **told, exception=exception)
    reply, open_ = telling.response(asked.complaint)
    said = (telling.answer(asked.complaint, event.text, event.apart), reply)
    return Decided((*asked.noticed, event), said, open_)


def _findings(asked: Asked) -> tuple[PointFinding, ...]:
    """One for each point, those without words of their own answered by the whole answer."""
    told, raised = asked.told, asked.complaint.points
    own: dict[str, PointFinding] = {}
    for found in told.get("points", ()):
        point = point_named(raised, found.point, field="points")
        if point in own:
            raise InvalidRequest(f"points: “{point}” is answered twice")
        own[point] = PointFinding(
            point, found.finding, found.reasons, found.remedy, found.prevention
        )
    if not own and len(raised) <= 1:
        return ()  # the whole answer is the point's
    finding: Finding = told["finding"]
    return tuple(own.get(point, PointFinding(point, finding, told["reasons"])) for point in raised)


def point_named(raised: Sequence[str], named: str, *, field: str) -> str:
    """The raised point that is meant, by its words or its number; InvalidRequest lists them."""
    alike = {_plain(point): point for point in raised}
    if point := alike.get(_plain(named)):
        return point
    number = int(named) if named.isascii() and named.isdigit() and len(named) <= 3 else 0
    if 1 <= number <= len(raised):
        return raised[number - 1]
    known = "; ".join(f"{number}: {point}" for number, point in enumerate(raised, 1))
    raise InvalidRequest(f"{field}: “{named}” was not raised; raised were {known or 'none'}")


def _plain(words: str) -> str:
    return " ".join(words.casefold().split()).rstrip(".")


def fulfil(asked: Asked) -> Decided:
    """What was promised is done; the complainant hears so, and somebody still has to make sure."""
    complaint, proof = asked.complaint, asked.told["proof"]
    _needs_remedy(complaint)
    last = complaint.history[-1]
    if isinstance(last, RemedyCarriedOut) and last.proof == proof:
        return Decided()  # pressed twice
    event = RemedyCarriedOut(**asked.stamp, proof=proof)
    return Decided((*asked.noticed, event), (telling.fulfilled(complaint),))


def _needs_remedy(complaint: Complaint) -> None:
    if not complaint.promised:
        raise IllegalMove("No remedy was promised for this complaint.")


def external(asked: Asked) -> Decided:
    """What an outside body decided comes back into the complaint (ISO 10003)."""
    event = ExternalOutcomeRecorded(**asked.stamp, **asked.told)
    return Decided((event,), (telling.decided_outside(asked.complaint),))
