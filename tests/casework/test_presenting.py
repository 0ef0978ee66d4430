"""Complaints as JSON: whole, plain, and without who complains where that is kept apart."""

from __future__ import annotations

import pytest

from bot.domain.answers import (
    Contact,
    ContactKind,
)
from bot.domain.events import (
    COMPLAINANT,
    DetailTold,
    Privacy,
)
from bot.errors import IllegalMove, NotAllowed
from bot.ports import ComplaintFilter
from channels.staff.shapes import ComplaintShape
from tests.casework.desk import NOW, ONE, OTHER, RESPONSE, STORY, Desk


async def test_who_complains_in_confidence_is_kept_apart() -> None:
    """Seen by nobody but who asks with a reason, in that answer alone, and recorded."""
    desk = Desk()
    await desk.open(Privacy.CONFIDENTIAL)
    told = DetailTold(
        at=NOW, by=COMPLAINANT, question="contact", contact=Contact(ContactKind.PHONE, "+4670")
    )
    await desk.happens(told)
    before = await desk.act("take")
    shown = await desk.act("reveal", reason="To call her.")
    after = await desk.casework.show(ONE, "Kim")

    for hidden in (before, after):
        assert "Astrid" not in str(hidden)
        assert "astrid" not in str(hidden)
        assert "+4670" not in str(hidden)
        assert {"kind": "email", "value": None} == hidden["details"]["contact"]  # type: ignore[index]
        assert hidden["details"]["narrative"] == STORY  # type: ignore[index]
    assert "Astrid Ek" == shown["details"]["name"]
    assert "her mother" == shown["details"]["acting_for"]
    assert "astrid@example.org" == shown["details"]["contact"]["value"]
    revealed = shown["history"][-1]
    assert ("IdentityRevealed", "Kim", "To call her.") == (
        revealed["event"],
        revealed["by"],
        revealed["reason"],
    )


async def test_nobody_knows_who_complains_anonymously() -> None:
    """There is nothing to reveal."""
    desk = Desk()
    await desk.open(Privacy.ANONYMOUS)
    with pytest.raises(IllegalMove):
        await desk.act("reveal", reason="Curious.")

    shown = await desk.casework.show(ONE, "Kim")
    assert [None, None] == [shown["details"][name] for name in ("name", "acting_for")]  # type: ignore[index]


async def test_who_complains_by_name_is_known(desk: Desk) -> None:
    """The staff API shows it; whoever asks on a card, which hides it, is recorded all the same."""
    before = await desk.casework.show(ONE, "Kim")

    assert "Astrid Ek" == before["details"]["name"]  # type: ignore[index]
    after = await desk.act("reveal", reason="To call her.")
    assert "IdentityRevealed" == after["history"][-1]["event"]


async def test_revealing_is_a_right() -> None:
    """Who has it is for the organisation to say."""
    desk = Desk(may_reveal=lambda by: by == "Åsa")
    await desk.open(Privacy.CONFIDENTIAL)
    with pytest.raises(NotAllowed):
        await desk.act("reveal", reason="x")

    assert "Astrid Ek" == (await desk.act("reveal", by="Åsa", reason="x"))["details"]["name"]


async def test_a_list_holds_whole_complaints(desk: Desk) -> None:
    """In the same shape as one alone."""
    await desk.lodge(OTHER)
    page = await desk.casework.find(ComplaintFilter(limit=1), "Kim")
    rest = await desk.casework.find(ComplaintFilter(cursor=str(page["next"])), "Kim")

    both = [*page["complaints"], *rest["complaints"]]  # type: ignore[misc]  # lists
    assert {ONE, OTHER} == {complaint["reference"] for complaint in both}
    assert await desk.casework.show(ONE, "Kim") in both
    assert rest["next"] is None


async def test_the_shape_is_the_contracts(desk: Desk) -> None:
    """Every key of the form is there, and every value is plain JSON."""
    shown = await desk.act("respond", **RESPONSE)

    assert set(ComplaintShape.model_fields) == set(shown)
    ComplaintShape.model_validate_json(ComplaintShape.model_validate(shown).model_dump_json())
    details = shown["details"]
    assert {
        "start": "2026-11-02",
        "end": "2026-11-02",
        "precision": "day",
        "text": "2 Nov",
    } == details["occurred_on"]
    assert {
        "kinds": ["refund"],
        "amount": {"value": "42.50", "currency": "GBP"},
        "text": "my 42.50",
    } == details["remedy_sought"]
    assert [{"name": "kettle.jpg", "type": "image/jpeg", "size": 7, "sha256": "ab" * 32}] == shown[
        "attachments"
    ]
    first = shown["history"][0]
    assert ("2026-11-23T10:42:07+00:00", "ComplaintReceived", "complainant") == (
        first["at"],
        first["event"],
        first["by"],
    )
    assert STORY == first["details"]["narrative"]
