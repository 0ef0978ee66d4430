"""The answer, point by point, and what was promised in it until it has arrived (7.7 to 7.9)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.messages import Kind
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    ExternalBodySignposted,
    ResponseAccepted,
    ReviewRequested,
)
from bot.domain.reference import new_reference
from bot.errors import IllegalMove, InvalidRequest
from tests.casework.desk import HOME, NOW, ONE, RESPONSE, Desk, happened

TWO = new_reference("00000002")
RAISED = ("The kettle broke.", "Nobody answered the phone.", "The bill was wrong.")
PHONE = {"point": "nobody answered  the phone", "finding": "not_upheld", "reasons": "We did."}


@pytest.fixture
async def several(desk: Desk) -> Desk:
    """A desk with a second complaint, of three points."""
    await desk.lodge(TWO, points=RAISED)
    return desk


async def test_no_point_stays_without_an_answer(several: Desk) -> None:
    """What is not answered apart is answered by the whole answer, and stored so."""
    own = {**PHONE, "remedy": ["Apology"], "prevention": "none, because we did"}
    after = await several.act("respond", TWO, **RESPONSE, points=[own])

    assert list(RAISED) == after["points"]
    found = after["response"]["points"]
    assert list(RAISED) == [one["point"] for one in found]
    assert ["upheld", "not_upheld", "upheld"] == [one["finding"] for one in found]
    assert ["It broke.", "We did.", "It broke."] == [one["reasons"] for one in found]
    assert [[], ["apology"], []] == [one["remedy"] for one in found]
    assert found == after["history"][-1]["points"]


async def test_what_is_found_about_a_point_is_told(several: Desk) -> None:
    """Points with an answer of their own follow the words; the others do not repeat them."""
    await several.act("respond", TWO, **RESPONSE, points=[{**PHONE, "point": "2"}])

    (_, told), _ = await several.lines()
    assert 1 == told.count("⟦answer.point")
    assert "point=Nobody answered the phone. reasons=We did." in told


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ([{**PHONE, "point": "The shop smelled."}], "smelled.*not raised.*1: The kettle broke."),
        ([{**PHONE, "point": "0"}], "not raised"),
        ([{**PHONE, "point": "4"}], "not raised"),
        ([PHONE, {**PHONE, "point": "2"}], "twice"),
    ],
    ids=["other", "zero", "too_many", "twice"],
)
async def test_only_what_was_raised_can_be_answered(
    several: Desk, points: list[dict[str, Any]], told: str
) -> None:
    """Nothing is stored of an answer to something that nobody said."""
    before = await several.complaint(TWO)
    with pytest.raises(InvalidRequest, match=f"^points: .*{told}"):
        await several.act("respond", TWO, **RESPONSE, points=points)

    assert before == await several.complaint(TWO)


async def test_a_single_point_is_the_whole_answer(desk: Desk) -> None:
    """Where one was raised none is shown apart, whether it was named or not."""
    point = {"point": "1", "finding": "upheld", "reasons": "x"}
    named = await desk.act("respond", **RESPONSE, points=[point])
    plain = await desk.act("reopen", reason="x") and await desk.act("respond", **RESPONSE)

    assert "points" not in named["response"]
    assert "points" not in plain["response"]


async def test_remedies_with_a_name_are_counted_by_it(desk: Desk) -> None:
    """However they are written; what has no name stays as it was said."""
    remedy = ["Refund", "technical  assistance", "a ride in the new tram"]
    after = await desk.act("respond", **RESPONSE, remedy=remedy)

    assert ["refund", "technical_assistance", remedy[2]] == after["response"]["remedy"]


PROMISING = {**RESPONSE, "remedy": ["refund"], "prevention": "none, because it was chance"}


def _accepted() -> ResponseAccepted:
    return ResponseAccepted(at=NOW, by=COMPLAINANT)


def _kinds(complaint: Any) -> list[str]:
    """What there is to do beside sending words."""
    return [task["kind"] for task in complaint["tasks"] if task["kind"] != "tell"]


async def test_a_promised_remedy_is_carried_out_and_verified(desk: Desk) -> None:
    """Each is an act of its own; the second closes, and asks how it was."""
    await desk.act("respond", **PROMISING)
    await desk.happens(_accepted())
    due = await desk.casework.show(ONE, "Kim")
    done = await desk.act("fulfil", proof="Bank receipt 17.")
    told = (await desk.lines())[-1]
    closed = await desk.act("verify", by="Åsa")
    last = (await desk.storage.messages(HOME))[-1]

    assert ["carry_out_remedy"] == _kinds(due)
    assert ("responded", ["verify_remedy"]) == (done["status"], _kinds(done))
    assert ("bot", f"⟦told.fulfilled reference={ONE}⟧") == told
    assert ("closed", []) == (closed["status"], _kinds(closed))
    assert ["RemedyCarriedOut", "RemedyVerified", "ComplaintClosed"] == happened(closed)[-3:]
    assert Kind.RATING is last.kind
    assert closed == await desk.act("verify", by="Åsa")


async def test_carrying_out_twice_is_once(desk: Desk) -> None:
    """A second press changes nothing; another proof is another fact."""
    await desk.act("respond", **PROMISING)
    first = await desk.act("fulfil", proof="x")

    assert first == await desk.act("fulfil", proof="x")
    assert first != await desk.act("fulfil", proof="y")


async def test_nothing_is_verified_before_its_time(desk: Desk) -> None:
    """Neither without a promise, nor before it is carried out, nor before it is accepted."""
    await desk.act("respond", **RESPONSE)
    for action, fields in (("fulfil", {"proof": "x"}), ("verify", {})):
        with pytest.raises(IllegalMove, match="promised"):
            await desk.act(action, **fields)
    await desk.act("reopen", reason="x")
    await desk.act("respond", **PROMISING)
    with pytest.raises(IllegalMove, match="carried out"):
        await desk.act("verify")
    await desk.act("fulfil", proof="x")
    with pytest.raises(IllegalMove, match="accepted"):
        await desk.act("verify")


async def test_closing_as_accepted_answers_for_the_remedy(desk: Desk) -> None:
    """Whoever closes says with it that what was promised has arrived."""
    await desk.act("respond", **PROMISING)
    await desk.happens(_accepted())
    after = await desk.act("close", reason="accepted", by="Åsa")

    verified = after["history"][-2]
    assert "closed" == after["status"]
    assert ("RemedyVerified", "Åsa") == (verified["event"], verified["by"])


async def test_a_remedy_of_a_single_point_is_due_as_well(several: Desk) -> None:
    """What was promised for one point has to be carried out before it can be verified."""
    whole = {**RESPONSE, "prevention": "x"}
    point = {**PHONE, "finding": "upheld", "remedy": ["apology"]}
    await several.act("respond", TWO, **whole, points=[point])
    await several.happens(_accepted(), reference=TWO)
    due: Any = await several.casework.show(TWO, "Kim")

    assert ("carry_out_remedy", "apology") == (due["tasks"][-1]["kind"], due["tasks"][-1]["words"])
    assert "responded" == due["status"]


async def test_what_an_outside_body_decides_comes_back(desk: Desk) -> None:
    """It is recorded and told, and the complaint can be closed as exhausted."""
    await desk.act("respond", **RESPONSE)
    with pytest.raises(IllegalMove, match="external"):
        await desk.act("external", finding="upheld", text="x")
    await desk.happens(ReviewRequested(at=NOW, by=COMPLAINANT))
    await desk.act("respond", by="Åsa", **RESPONSE)
    await desk.happens(ExternalBodySignposted(at=NOW, by=OMBUD))
    after = await desk.act("external", finding="partly", text="Half of it is owed.")

    assert "external" == after["status"]
    assert ("partly", "Half of it is owed.", desk.now.isoformat()) == (
        after["external"]["finding"], after["external"]["text"], after["external"]["decided_at"],
    )  # fmt: skip
    assert ("bot", f"⟦told.external reference={ONE}⟧") == (await desk.lines())[-1]
    assert "closed" == (await desk.act("close", reason="exhausted"))["status"]
