"""Who is accountable for a complaint, and who may review it (ISO 10002:2018, 4.7 and 4.12)."""

from __future__ import annotations

from typing import Final

from bot.acts.asked import Asked, Decided
from bot.domain.events import OwnerAssigned
from bot.domain.status import MOVES, Move
from bot.errors import IllegalMove, NotAllowed

ALONE: Final = "nobody else works here (ISO 10002:2018, annex B)"
"""Why the same person reviews, where one person is the whole organisation."""


def take(asked: Asked) -> Decided:
    """Whoever asks becomes the owner; of a review also where its owner may not review it."""
    complaint, owner = asked.complaint, asked.complaint.owner
    exception = independence(asked, asked.by)
    if owner not in (None, asked.by) and not _others(asked, str(owner)):
        raise IllegalMove(f"{owner} has taken this complaint.")
    stays = MOVES[complaint.status].get(Move.TAKE) is complaint.status
    if owner == asked.by and stays:
        return Decided()  # pressed twice
    event = OwnerAssigned(**asked.stamp, owner=asked.by, exception=exception)
    return Decided((*asked.noticed, event))


def hand_over(asked: Asked) -> Decided:
    """Somebody else becomes the owner."""
    owner = asked.told["owner"]
    exception = independence(asked, owner)
    return Decided((OwnerAssigned(**asked.stamp, owner=owner, exception=exception),))


def independence(asked: Asked, who: str) -> str | None:
    """Why the first answer's author may review it after all; None where that is not the case.

    NotAllowed where somebody else could.
    """
    if not _must_not_review(asked, who):
        return None
    if others := _others(asked, who):
        raise NotAllowed(
            f"{who} gave the first answer, so somebody else has to review this complaint:"
            f" {', '.join(sorted(others))}."
        )
    return ALONE


def _others(asked: Asked, who: str) -> frozenset[str]:
    """Who could review in the place of `who`, where `who` must not."""
    if not _must_not_review(asked, who):
        return frozenset()
    known = {*asked.office.staff, asked.by, *filter(None, [asked.complaint.owner])}
    return frozenset(known - asked.complaint.first_answer_by)


def _must_not_review(asked: Asked, who: str) -> bool:
    second = asked.office.regime.second_stage
    if asked.complaint.stage == 1 or second is None or not second.is_independent:
        return False
    return who in asked.complaint.first_answer_by
