"""What caseworkers do: the facts of each act, and what the complainant hears of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.dialogue.conversation import Draft, Open
from bot.dialogue.messages import (
    CODE_MARK,
    Choice,
    Kind,
    OutboundMessage,
    Sender,
)
from bot.domain.events import (
    COMPLAINANT,
    ComplaintWithdrawn,
    HandlingRated,
    ResponseAccepted,
)
from bot.domain.form import Question
from bot.domain.reference import new_reference
from bot.errors import IllegalMove, InvalidRequest, NotFound
from tests.casework.desk import HOME, NOW, ONE, OTHER, RESPONSE, Desk, Voice, happened


async def test_taking_makes_an_owner(desk: Desk) -> None:
    """Who takes a complaint is accountable, and a person has seen it."""
    after = await desk.act("take")

    assert ("Kim", "under_assessment") == (after["owner"], after["status"])
    assert ["AcknowledgedByPerson", "OwnerAssigned"] == happened(after)
    assert [] == await desk.lines()


async def test_taking_twice_is_once(desk: Desk) -> None:
    """A second press changes nothing."""
    before = await desk.act("take")

    assert before == await desk.act("take")


async def test_what_somebody_has_taken_is_not_taken_away(desk: Desk) -> None:
    """The other is told who was faster, and may have it handed over."""
    await desk.act("take")
    with pytest.raises(IllegalMove, match="Kim"):
        await desk.act("take", by="Åsa")
    after = await desk.act("handover", by="Åsa", owner="Åsa")

    assert "Åsa" == after["owner"]


async def test_two_who_take_at_once(desk: Desk) -> None:
    """One wins, the other is told who."""
    taken = await asyncio.gather(
        desk.act("take"), desk.act("take", by="Åsa"), return_exceptions=True
    )

    assert [IllegalMove] == [type(one) for one in taken if isinstance(one, Exception)]


async def test_assessing_keeps_what_is_not_said(desk: Desk) -> None:
    """A person's judgement stands beside the machine's reasons."""
    after = await desk.act("assess", severity="high", safety=True, reason="Hot water.")

    judged = after["assessment"]
    assert ("high", True, "low") == (judged["severity"], judged["safety"], judged["impact"])
    assert ["nothing grave", "Hot water."] == judged["reasons"]
    assert "under_investigation" == after["status"]


async def test_a_persons_judgement_keeps_the_machines(desk: Desk) -> None:
    """Who judged, when, what and why stands there for each; null is what was left as it stood."""
    after = await desk.act("assess", severity="high", safety=True, reason="Hot water.")

    first, second = after["judged"]
    assert ("ombud", NOW.isoformat(), "low", False, ["nothing grave"]) == (
        first["by"], first["at"], first["severity"], first["safety"], first["reasons"],
    )  # fmt: skip
    assert ("Kim", desk.now.isoformat(), "high", True, None, ["Hot water."]) == (
        second["by"], second["at"], second["severity"], second["safety"], second["impact"],
        second["reasons"],
    )  # fmt: skip


async def test_a_question_is_left_open(desk: Desk) -> None:
    """The complainant reads it as the caseworker's words, and the next words answer it."""
    after = await desk.act("ask", text="Which shop?")
    conversation = await desk.conversation()

    assert ["AcknowledgedByPerson", "QuestionAsked"] == happened(after)
    assert [("caseworker", "⟦answer text=Which shop?⟧"), ("bot", "⟦told.question⟧")] == (
        await desk.lines()
    )
    assert conversation.open == Open(Question.NARRATIVE, ONE, "add")
    assert (2, 2, ONE) == (conversation.version, conversation.last_seq, conversation.current)


async def test_a_note_never_leaves_the_desk(desk: Desk) -> None:
    """It stands in the history alone, and is no acknowledgement."""
    after = await desk.act("note", text="Seems honest.")

    assert ["NoteWritten"] == happened(after)
    assert [] == await desk.lines()


async def test_a_reply_changes_no_status(desk: Desk) -> None:
    """It is said as it was written."""
    after = await desk.act("reply", text="We are on it.")

    assert "acknowledged" == after["status"]
    assert [("caseworker", "⟦answer text=We are on it.⟧")] == await desk.lines()


async def test_a_response_asks_whether_it_is_accepted(desk: Desk) -> None:
    """It is told, recorded whole, and followed by two buttons."""
    after = await desk.act(
        "respond",
        text="You get your money back.",
        finding="upheld",
        reasons="The kettle was faulty.",
        remedy=["refund", "apology"],
        prevention="Another supplier.",
    )
    last = (await desk.storage.messages(HOME))[-1]

    assert "responded" == after["status"]
    assert {
        "text": "You get your money back.",
        "finding": "upheld",
        "reasons": "The kettle was faulty.",
        "remedy": ["refund", "apology"],
        "prevention": "Another supplier.",
        "at": "2026-11-24T10:42:07+00:00",
        "by": "Kim",
    } == after["response"]
    assert ["accept", "not_satisfied"] == [choice.action for choice in last.choices]
    assert last.ask is Question.CONFIRM
    deadlines = {due["name"]: due["met_at"] for due in after["deadlines"]}
    assert "2026-11-24T10:42:07+00:00" == deadlines["respond"]


async def test_remedies_may_come_as_lines(desk: Desk) -> None:
    """A text field of a form has one on each line."""
    fields = {"text": "x", "finding": "partly", "reasons": "x"}
    after = await desk.act("respond", **fields, remedy="refund\nvoucher of 10 pounds")

    assert ["refund", "voucher of 10 pounds"] == after["response"]["remedy"]


async def test_an_extension_is_told(desk: Desk) -> None:
    """The deadline moves, and the complainant hears until when and why."""
    after = await desk.act("extend", until="2026-12-24", reason="The lab is slow.")
    ((_, told),) = await desk.lines()

    due = {one["name"]: one["due_at"] for one in after["deadlines"]}
    assert "2026-12-24T23:59:59+01:00" == due["respond"]
    assert told.startswith("⟦told.extended reason=The lab is slow. reference=CMP-")


@pytest.mark.parametrize("until", ["2026-11-24", "2026-11-23", "1999-01-01", "9999-12-31"])
async def test_an_extension_is_to_come(desk: Desk, until: str) -> None:
    """Today is over too soon, and no calendar reaches the end of time."""
    with pytest.raises(InvalidRequest, match="until"):
        await desk.act("extend", until=until, reason="x")


async def test_escalating_is_recorded(desk: Desk) -> None:
    """Somebody higher up must look."""
    assert ["Escalated"] == happened(await desk.act("escalate", reason="Press."))


async def test_merging_goes_on_elsewhere(desk: Desk) -> None:
    """The complainant hears where."""
    await desk.lodge(OTHER)
    after = await desk.act("merge", into=f" {OTHER.lower()} ")

    assert "closed" == after["status"]
    assert [("bot", f"⟦told.merged into={OTHER} reference={ONE}⟧")] == await desk.lines()


async def test_merging_needs_another_complaint(desk: Desk) -> None:
    """Not itself, none that is not there, none that went on elsewhere itself."""
    await desk.lodge(OTHER)
    with pytest.raises(InvalidRequest, match="into"):
        await desk.act("merge", into=ONE)
    with pytest.raises(NotFound):
        await desk.act("merge", into=new_reference("ZZZZZZZZ"))
    await desk.act("merge", OTHER, into=ONE)
    with pytest.raises(InvalidRequest, match=ONE):
        await desk.act("merge", into=OTHER)


async def test_closing_needs_an_acceptance(desk: Desk) -> None:
    """A response that nobody accepted closes nothing (ISO 10002:2018, 7.9)."""
    await desk.act("respond", **RESPONSE)
    with pytest.raises(IllegalMove):
        await desk.act("close", reason="accepted")
    await desk.happens(ResponseAccepted(at=NOW, by=COMPLAINANT))
    after = await desk.act("close", reason="accepted")

    assert "closed" == after["status"]
    assert after == await desk.act("close", reason="accepted")
    with pytest.raises(IllegalMove):
        await desk.act("close", reason="referred")


async def test_closing_asks_for_ratings(desk: Desk) -> None:
    """Once, and not of somebody who has rated."""
    await desk.act("close", reason="referred")
    last = (await desk.storage.messages(HOME))[-1]
    await desk.lodge(OTHER)
    await desk.happens(HandlingRated(at=NOW, by=COMPLAINANT, handling=4), reference=OTHER)
    await desk.act("close", OTHER, reason="referred")

    assert (Kind.RATING, Question.RATING_HANDLING) == (last.kind, last.ask)
    assert ["1", "2", "3", "4", "5", "skip"] == [choice.action for choice in last.choices]
    assert Kind.NOTICE is (await desk.storage.messages(HOME))[-1].kind


async def test_a_withdrawn_complaint_is_closed_as_such(desk: Desk) -> None:
    """And for no other reason."""
    with pytest.raises(IllegalMove):
        await desk.act("close", reason="withdrawn")
    await desk.happens(ComplaintWithdrawn(at=NOW, by=COMPLAINANT))
    with pytest.raises(IllegalMove):
        await desk.act("close", reason="referred")

    assert "closed" == (await desk.act("close", reason="withdrawn"))["status"]


async def test_reopening_is_told(desk: Desk) -> None:
    """Work goes on, and the reason to be closed is gone."""
    await desk.act("close", reason="unreachable")
    after = await desk.act("reopen", reason="She wrote a letter.")

    assert "under_investigation" == after["status"]
    assert ("bot", f"⟦told.reopened reference={ONE}⟧") == (await desk.lines())[-1]


async def test_a_person_is_acknowledged_once(desk: Desk) -> None:
    """Only the first act tells that a person saw it."""
    await desk.act("ask", text="x")
    await desk.act("reply", text="x")
    after = await desk.act("take")

    assert 1 == happened(after).count("AcknowledgedByPerson")


async def test_a_draft_in_the_making_is_not_disturbed(desk: Desk) -> None:
    """The notice comes, and then the question stands there again with its buttons."""
    asked = OutboundMessage(
        1, Sender.BOT, Kind.TEXT, "When?", NOW, Question.OCCURRED_ON, (Choice("Skip", "skip"),)
    )
    open_ = Open(Question.OCCURRED_ON)
    await desk.say(asked, draft=Draft(NOW, 1), open=open_, offered=("skip",))
    await desk.act("ask", text="Which shop?")
    await desk.act("respond", **RESPONSE)
    conversation, lines = await desk.conversation(), await desk.storage.messages(HOME)

    assert open_ == conversation.open
    assert ("skip",) == conversation.offered
    assert len(lines) == conversation.last_seq == 7
    assert [None, None, Question.OCCURRED_ON] * 2 == [line.ask for line in lines[1:]]
    assert ["When?", "When?"] == [lines[3].text, lines[6].text]
    assert ["skip"] == [choice.action for choice in lines[3].choices]
    assert ["skip", "accept", "not_satisfied"] == [choice.action for choice in lines[6].choices]
    assert conversation.current is None


async def test_ratings_can_wait_for_a_draft(desk: Desk) -> None:
    """Who is telling another story is not asked how the last one was handled."""
    await desk.say(draft=Draft(NOW, 1), open=Open(Question.NARRATIVE))
    await desk.act("close", reason="referred")

    assert [Kind.NOTICE] == [line.kind for line in await desk.storage.messages(HOME)]


async def test_at_the_desk_the_complainants_language_is_spoken() -> None:
    """What the complainant hears is in the language of the conversation."""
    desk = Desk()
    await desk.open()
    desk.casework = replace(desk.casework, voice=Voice(default_language="en"))
    await desk.say(language="sv")
    await desk.act("extend", until="2026-12-24", reason="Labbet.")

    assert "24 december" in (await desk.lines())[0][1]


async def test_words_are_cleaned(desk: Desk) -> None:
    """What PostgreSQL, terminals and our own marks could stumble over is gone."""
    after = await desk.act("reply", text=f" a\x00b\x1b[31m\ud800{CODE_MARK}\tc\nd ")

    assert "ab[31m\tc\nd" == after["history"][-1]["text"]
