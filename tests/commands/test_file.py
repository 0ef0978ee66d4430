"""`ombud file`: everything about one complaint for its complainant, nobody's name but theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.commands.file import made, text
from bot.commands.installation import Ombud
from bot.commands.readable import readable
from bot.dialogue.messages import CODE_MARK, Kind, OutboundMessage, Sender
from bot.domain.answers import Attachment
from bot.domain.events import (
    COMPLAINANT,
    ComplainantAdded,
    DetailTold,
    EvidenceAdded,
    HandlingRated,
    IdentityRevealed,
    OwnerReminded,
    Privacy,
    RatingCommented,
    TaskDone,
)
from bot.errors import NotFound
from bot.filing import role
from tests.casework.desk import ACME, NOW, ONE, OTHER, STORY, Desk

LATER = NOW + timedelta(hours=2)
PHOTO = Attachment("f2", "lid.png", "image/png", 9, "cd" * 32)


async def desk() -> Desk:
    """A complaint that was taken, asked about, added to, answered and rated."""
    there = Desk()
    await there.open()
    await there.act("take")
    await there.act("note", text="Rang the depot: a secret.")
    await there.act("assess", reason="Hot water.", severity="high")
    await there.act("ask", text="Which kettle?")
    await there.happens(
        ComplainantAdded(at=LATER, by=COMPLAINANT, text="The red one."),
        EvidenceAdded(at=LATER, by=COMPLAINANT, attachments=(PHOTO,)),
        DetailTold(at=LATER, by=COMPLAINANT, question="order_or_account", text="48213"),
        TaskDone(at=LATER, by="Kim", task="tell-3", note="Rang her: another secret."),
        OwnerReminded(at=LATER, by="ombud", name="respond", due_at=LATER, percent=50, to="Kim"),
        IdentityRevealed(at=LATER, by="Kim", reason="to ring her"),
    )
    await there.act("respond", text="We are sorry.", finding="upheld", reasons="It broke.")
    await there.happens(
        HandlingRated(at=LATER, by=COMPLAINANT, handling=4),
        RatingCommented(at=LATER, by=COMPLAINANT, comment="Quick enough."),
    )
    return there


async def held(there: Desk, reference: str = ONE, *, with_notes: bool = False) -> dict[str, Any]:
    """The file of a complaint there, as JSON has it."""
    ombud = SimpleNamespace(storage=there.storage, organisation=ACME)
    found = await made(cast(Ombud, ombud), reference, with_notes=with_notes)
    return dict(json.loads(json.dumps(found)))


async def test_all_their_words_are_there() -> None:
    """The story, what was added, corrected and said beside the ratings, each with its time."""
    found = await held(await desk())

    assert [
        ("complaint", STORY), ("added", "The red one."), ("detail", "48213"),
        ("comment", "Quick enough."),
    ] == [
        (told["what"], told.get("text") or told.get("answer") or told.get("comment"))
        for told in found["words"]
    ]  # fmt: skip
    assert all(told["at"] and told["by"] == COMPLAINANT for told in found["words"])


async def test_what_was_understood_and_judged_is_there() -> None:
    """Details, points, and each judgement with what it rests on: the machine's and a person's."""
    understood = (await held(await desk()))["understood"]

    assert "48213" == understood["details"]["order_or_account"]
    assert "Astrid Ek" == understood["details"]["name"]
    assert ["It broke."] == understood["points"]
    assert [("ombud", "low", ["nothing grave"]), ("caseworker", "high", "Hot water.")] == [
        (one["by"], one["severity"], one.get("reasons") or one["reason"])
        for one in understood["judgements"]
    ]


async def test_files_have_their_hashes() -> None:
    """Those that came first and those that came later."""
    found = await held(await desk())

    assert [("kettle.jpg", "ab" * 32), ("lid.png", "cd" * 32)] == [
        (file["name"], file["sha256"]) for file in found["files"]
    ]


async def test_answers_and_deadlines_are_there() -> None:
    """What was answered, what was due when, since when it is done, and why then."""
    found = await held(await desk())

    assert ["question", "answer"] == [told["what"] for told in found["answers"]]
    assert "It broke." == found["answers"][1]["reasons"]
    respond = next(one for one in found["deadlines"] if one["name"] == "respond")
    assert respond["met_at"]
    assert "14 days after we received it" in respond["basis"]


async def test_nobody_who_works_there_is_named() -> None:
    """Who acted is told by role, wherever a name would stand."""
    for with_notes in (False, True):
        found = await held(await desk(), with_notes=with_notes)

        assert "Kim" not in json.dumps(found)
        assert {"complainant", "ombud", "caseworker"} == {one["by"] for one in found["history"]}
    assert ["caseworker", "ombud", "complainant"] == list(map(role, ("Kim", "ombud", COMPLAINANT)))


async def test_notes_are_left_out_and_that_is_said() -> None:
    """Two notes, both counted, none of them told; the reveal of a name is told."""
    found = await held(await desk())

    assert "secret" not in json.dumps(found)
    assert (None, 2) == (found["notes"], found["notes_left_out"])
    assert "2 internal notes are left out; --with-notes adds them." in text(found)
    revealed = [one for one in found["history"] if one["event"] == "IdentityRevealed"]
    assert ["to ring her"] == [one["reason"] for one in revealed]


async def test_notes_are_there_when_they_are_asked_for() -> None:
    """With their time, by role; then nothing is said to be left out."""
    found = await held(await desk(), with_notes=True)

    assert ["Rang the depot: a secret.", "Rang her: another secret."] == [
        note["text"] for note in found["notes"]
    ]
    assert 0 == found["notes_left_out"]
    assert "left out" not in text(found)
    assert "Rang the depot: a secret." in text(found)


async def test_the_conversation_is_there_without_private_codes() -> None:
    """Lines about this complaint, not those about another."""
    there = await desk()
    before = (await there.conversation()).last_seq
    line = OutboundMessage(before + 1, Sender.BOT, Kind.NOTICE, "", LATER, reference=ONE)
    await there.say(
        replace(line, text=f"Your code is {CODE_MARK}."),
        replace(line, seq=before + 2, text="Another matter.", reference=OTHER),
    )
    lines = [line["text"] for line in (await held(there))["conversation"]]

    assert "Your code is ••••••••." in lines
    assert "Another matter." not in lines


async def test_an_anonymous_one_has_a_file_too() -> None:
    """Without a name, which nobody knows."""
    there = Desk()
    await there.open(Privacy.ANONYMOUS)
    found = await held(there)

    assert {"name": None, "contact": None, "acting_for": None} == found["complainant"]
    assert STORY == found["words"][0]["text"]


@pytest.mark.parametrize("reference", [OTHER, "CMP-1"])
async def test_one_that_is_not_there_is_told(reference: str) -> None:
    """In a sentence."""
    there = Desk()
    await there.open()
    with pytest.raises(NotFound):
        await held(there, reference)


async def test_the_text_holds_what_the_json_holds() -> None:
    """Every word that anybody said stands in it whole; empty parts are left out."""
    there = await desk()
    long = "A very long story. " * 200
    await there.happens(ComplainantAdded(at=LATER, by=COMPLAINANT, text=long))
    found = await held(there)
    shown = text(found)

    assert f"Everything that is held about {ONE}" in shown
    for told in (STORY, "The red one.", "48213", "Quick enough.", "cd" * 32, long.strip()):
        assert told in shown
    assert "effect" not in shown
    assert "Internal notes" not in shown


def test_words_cannot_steer_the_terminal() -> None:
    """Control signs are shown; names stand before what they hold, lists after dashes."""
    told = {"a_b": "x\x1b[2J", "list": [{"c": "1\n2", "d": True}], "none": []}

    assert [
        "a b: x\\x1b[2J", "list:", "  - c:", "      1", "      2", "    d: yes", "none:",
    ] == list(readable(told))  # fmt: skip
