"""A review is another person's, where there is another (ISO 10002:2018, 4.7 and annex B)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.acts.owning import ALONE
from bot.domain.events import COMPLAINANT, ReviewRequested
from bot.domain.reference import Reference, new_reference
from bot.errors import IllegalMove, NotAllowed
from tests.casework.desk import NOW, ONE, RESPONSE, Desk

BOTH = frozenset({"Kim", "Åsa"})
FINANCE = new_reference("00000003")


async def _reviewed(staff: frozenset[str], reference: Reference = ONE) -> Desk:
    """A desk where Kim owned and answered, and the complainant did not accept it."""
    desk = Desk(staff=staff)
    await desk.open()
    await desk.lodge(FINANCE, regime="se-finance 1")
    await desk.act("take", reference)
    await desk.act("respond", reference, **RESPONSE)
    review = ReviewRequested(at=NOW, by=COMPLAINANT)
    await desk.happens(review, reference=reference)
    return desk


@pytest.mark.parametrize(
    ("action", "by", "fields"),
    [
        ("take", "Kim", {}),
        ("handover", "Åsa", {"owner": "Kim"}),
        ("respond", "Kim", RESPONSE),
    ],
)
async def test_whoever_gave_the_first_answer_does_not_review_it(
    action: str, by: str, fields: dict[str, Any]
) -> None:
    """The sentence says why, and who could; nothing is stored."""
    desk = await _reviewed(BOTH)
    before = await desk.complaint()
    with pytest.raises(NotAllowed, match=r"Kim gave the first answer.*Åsa"):
        await desk.act(action, by=by, **fields)

    assert before == await desk.complaint()


async def test_another_person_takes_the_review_over() -> None:
    """From an owner who may not review it nothing needs to be handed over."""
    desk = await _reviewed(BOTH)
    taken = await desk.act("take", by="Åsa")
    after = await desk.act("respond", by="Åsa", **RESPONSE)

    assert ("Åsa", "under_review") == (taken["owner"], taken["status"])
    assert ("Åsa", "responded") == (after["response"]["by"], after["status"])
    assert "exception" not in after["response"]
    with pytest.raises(IllegalMove, match="Åsa has taken"):
        await desk.act("take", by="Bo")


@pytest.mark.parametrize("staff", [frozenset({"Kim"}), frozenset()], ids=["one", "nobody_named"])
async def test_who_works_alone_reviews_alone(staff: frozenset[str]) -> None:
    """A one-person organisation is let through, and the events say why."""
    desk = await _reviewed(staff)
    await desk.act("handover", owner="Kim")
    after = await desk.act("respond", **RESPONSE)

    assert "responded" == after["status"]
    assert ALONE == after["response"]["exception"]
    said = [event.get("exception") for event in after["history"]]
    assert [ALONE, ALONE] == [one for one in said if one]


async def test_rules_that_ask_for_nobody_else_are_followed() -> None:
    """Where the regime does not ask for another person the same one may answer again."""
    desk = await _reviewed(BOTH, FINANCE)
    after = await desk.act("respond", FINANCE, **RESPONSE)

    assert ("responded", "Kim") == (after["status"], after["response"]["by"])
    assert "exception" not in after["response"]
