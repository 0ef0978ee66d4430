"""One point becomes a complaint of its own, and a complaint goes on elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.messages import Address, ConversationId, Kind
from bot.domain.events import COMPLAINANT, ComplainantAdded, Privacy
from bot.domain.reference import new_reference
from bot.domain.status import Status
from bot.errors import IllegalMove
from bot.ports import Work
from tests.casework.desk import ASTRID, HOME, NOW, ONE, OTHER, RESPONSE, STORY, Desk, happened

PART = new_reference("00000009")
RAISED = ("The kettle broke.", "Nobody answered the phone.")


async def _desk(privacy: Privacy = Privacy.CONFIDENTIAL) -> Desk:
    desk = Desk(new_reference=lambda: PART)
    await desk.open()
    await desk.lodge(OTHER, privacy, points=RAISED)
    return desk


async def test_a_point_goes_on_by_itself() -> None:
    """With its story, its regime and whoever complains, acknowledged, and in the same chat."""
    desk = await _desk()
    after = await desk.act("split", OTHER, point="2")
    part, conversation = await desk.complaint(PART), await desk.conversation()

    assert ([RAISED[0]], PART) == (after["points"], after["history"][-1]["into"])
    assert (f"{RAISED[1]}\n\n{STORY}", (RAISED[1],)) == (part.details.narrative, part.points)
    assert (OTHER, HOME) == (part.split_from, part.conversation)
    assert (ASTRID, Privacy.CONFIDENTIAL, "iso10002 1") == (
        part.identity, part.privacy, part.regime,
    )  # fmt: skip
    assert (Status.ACKNOWLEDGED, NOW, NOW) == (
        part.status, part.received_at, part.acknowledged_at,
    )  # fmt: skip
    assert (ONE, PART) == conversation.complaints


async def test_the_complainant_is_told_both_references() -> None:
    """And the private code of the new one, without which it could be opened nowhere else."""
    desk = await _desk()
    await desk.act("split", OTHER, point=RAISED[1].upper())
    (line,) = await desk.storage.messages(HOME)

    assert (Kind.ACKNOWLEDGEMENT, PART) == (line.kind, line.reference)
    assert line.code_of is not None
    assert (PART, 0) == (line.code_of.reference, line.code_of.renewals)
    for told in (f"into={PART}", f"reference={OTHER}", f"point={RAISED[1]}"):
        assert told in line.text


async def test_no_clock_begins_anew() -> None:
    """What was extended, asked, answered and judged before holds for the part, too; a question
    that is still open is not put twice."""
    desk = await _desk()
    await desk.act("take", OTHER)
    await desk.act("assess", OTHER, severity="high", reason="Hot water.")
    await desk.act("extend", OTHER, until="2026-12-24", reason="The lab is slow.")
    await desk.act("ask", OTHER, text="Which shop?")
    added = ComplainantAdded(at=desk.now, by=COMPLAINANT, text="The one in Lund.")
    await desk.happens(added, reference=OTHER)
    await desk.act("ask", OTHER, text="And when?")
    after = await desk.act("split", OTHER, point="1")
    part: Any = await desk.casework.show(PART, "Kim")

    assert after["deadlines"] == part["deadlines"]
    assert ("Kim", "under_investigation") == (part["owner"], part["status"])
    assert ["low", "high"] == [one["severity"] for one in part["judged"]]
    assert [
        "AcknowledgedByPerson", "AssessmentMade", "DeadlineExtended", "QuestionAsked",
        "ComplainantAdded", "SplitFrom", "OwnerAssigned",
    ] == happened(part)  # fmt: skip
    assert (await desk.complaint(PART)).open_question is None


async def test_what_was_answered_is_not_split() -> None:
    """What is new after the answer is a complaint of its own, told by the complainant."""
    desk = await _desk()
    await desk.act("respond", OTHER, **RESPONSE)
    await desk.act("reopen", OTHER, reason="x")
    with pytest.raises(IllegalMove, match="answered"):
        await desk.act("split", OTHER, point="1")


async def test_what_leads_to_nobody_is_not_split() -> None:
    """Whoever comes back by a private code alone would never learn the new one."""
    desk = await _desk(Privacy.ANONYMOUS)
    home = Conversation(ConversationId("n"), Address(NOWHERE, "n"), "en", NOW, NOW, 1)
    complaint = replace(await desk.complaint(OTHER), conversation="n")
    await desk.storage.commit(Work(home, complaints=((complaint, complaint.version),)))
    with pytest.raises(IllegalMove, match="private code"):
        await desk.act("split", OTHER, point="1")

    assert PART not in await desk.storage.complaints([PART])


async def test_where_a_complaint_goes_on_is_told() -> None:
    """A referred one closes with the place; without one only that it is closed."""
    desk = await _desk()
    after = await desk.act("close", OTHER, reason="referred", where="The water board.")
    await desk.act("close", reason="referred")
    told = [text for _, text in await desk.lines() if "told." in text]

    assert ("closed", "The water board.") == (after["status"], after["history"][-1]["where"])
    assert [
        f"⟦told.referred reference={OTHER} where=The water board.⟧",
        f"⟦told.closed reference={ONE}⟧",
    ] == told


async def test_only_reasons_of_the_rules_close() -> None:
    """India's authorities never close what belongs elsewhere: they transfer it."""
    desk = await _desk()
    await desk.lodge(PART, regime="in-cpgrams 1")
    with pytest.raises(IllegalMove, match="India CPGRAMS"):
        await desk.act("close", PART, reason="referred")

    assert "closed" == (await desk.act("close", PART, reason="unreachable"))["status"]
