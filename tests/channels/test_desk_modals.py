"""The desk's modals: what each asks for, does, and says is wrong in it; nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.events import AssessmentMade
from bot.errors import StorageError
from channels.slack.desk import ids
from tests.channels.desk_house import MODES, DeskHouse, desk_house
from tests.channels.desk_people import (
    Caseworker,
    acting_of,
    counter_of,
    inputs,
    kinds,
    lines,
    shown,
)
from tests.platforms import needs_fakes

pytestmark = needs_fakes

TWO = "My parcel 48213 came smashed on 18 November. Also your driver shouted at me."
RESPONSE = {"text": "We are sorry.", "finding": "upheld", "reasons": "The box was torn."}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """Over Socket Mode."""
    async with desk_house(tmp_path) as desk:
        yield desk


async def carded(desk: DeskHouse, name: str = "web-1", **told: str) -> tuple[str, Caseworker]:
    """A complaint that is shown, and who works on it."""
    reference = await desk.lodge(name=name, **told)
    await desk.shown(reference)
    return reference, Caseworker(desk, desk.mina)


# Replies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
async def test_words_alone_are_a_message(tmp_path: Path, mode: str) -> None:
    """Only they are needed; the status is as it was."""
    async with desk_house(tmp_path, mode=mode) as desk:
        reference, mina = await carded(desk)
        view = await mina.opens(reference, "ombud_reply")
        asked = inputs(view)

        assert "ombud_reply" == view["callback_id"]
        assert ["text"] == [name for name, one in asked.items() if not one.get("optional")]
        assert ["text", "finding", "reasons", "remedy", "prevention"] == list(asked)
        assert {} == await mina.submits(text="We found your parcel. <b>3 < 5</b> & more")

        assert ["MessageSent"] == kinds(await desk.complaint(reference))
        assert "⟦answer text=We found your parcel. <b>3 < 5</b> & more⟧" == (await lines(desk))[-1]
        assert "acknowledged" == (await desk.complaint(reference)).status
        assert 0 == mina.views


async def test_with_a_finding_they_are_the_answer(desk: DeskHouse) -> None:
    """With what is promised, one remedy on each line."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_reply")

    told = {**RESPONSE, "remedy": "refund\nA new parcel", "prevention": "More padding."}
    assert {} == await mina.submits(**told)

    response = (await desk.complaint(reference)).response
    assert response is not None
    assert ("upheld", "The box was torn.", ("refund", "A new parcel"), "More padding.", "mina") == (
        response.finding,
        response.reasons,
        response.remedy,
        response.prevention,
        response.by,
    )
    assert "⟦answer text=We are sorry.⟧" in await lines(desk)
    assert "responded" == (await desk.complaint(reference)).status


async def test_half_an_answer_is_told_beside_what_lacks(desk: DeskHouse) -> None:
    """The form stays open, nothing is sent, and filled up it is taken once."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_reply")
    before = await lines(desk)

    needed = "⟦desk.error.needed⟧"
    assert {"finding": needed, "reasons": needed} == await mina.submits(text="x", remedy="refund")
    assert {"reasons": needed} == await mina.submits(text="x", finding="upheld")
    assert before == await lines(desk)
    assert [] == kinds(await desk.complaint(reference))

    assert {} == await mina.submits(**RESPONSE)
    assert ["ResponseGiven"] == kinds(await desk.complaint(reference))


async def test_what_they_will_see_is_shown_before(desk: DeskHouse) -> None:
    """In their language, as it will stand there; looking at it sends nothing, loses nothing."""
    reference, mina = await carded(desk)
    view = await mina.opens(reference, "ombud_reply")
    assert "⟦desk.form.language channel=" in shown(view)
    before = await lines(desk)
    view["state"] = {
        "values": {
            "text": {"text": {"type": "plain_text_input", "value": "Look at *this*"}},
            "finding": {
                "finding": {"type": "static_select", "selected_option": {"value": "partly"}}
            },
            "reasons": {"reasons": {"type": "plain_text_input", "value": "It was late."}},
        }
    }

    await desk.slack.press(mina.user, ids.PREVIEW, view_id=view["id"])

    assert "⟦answer text=Look at *this*⟧" in shown(mina.view)
    asked = inputs(mina.view)
    assert "Look at *this*" == asked["text"]["element"]["initial_value"]
    assert "It was late." == asked["reasons"]["element"]["initial_value"]
    assert "partly" == asked["finding"]["element"]["initial_option"]["value"]
    assert before == await lines(desk)


async def test_a_form_that_is_sent_twice_is_taken_once(desk: DeskHouse) -> None:
    """Pressed again because the first answer was lost, the complainant hears it once."""
    reference, mina = await carded(desk)
    view = await mina.opens(reference, "ombud_reply")
    body = desk.slack.workspace.views[view["id"]]

    await asyncio.gather(*(mina.submits(text="Once.") for _ in range(2)))
    body.closed = False
    assert {} == await mina.submits(text="Once.")

    assert ["MessageSent"] == kinds(await desk.complaint(reference))
    assert 1 == (await lines(desk)).count("⟦answer text=Once.⟧")


async def test_a_database_that_fails_loses_no_words(desk: DeskHouse) -> None:
    """The form stays as it is, and says that it can be sent again."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_reply")
    storage = desk.parts.storage
    commit = storage.commit

    async def fail(work: Any) -> None:
        raise StorageError

    storage.commit = fail
    assert {"text": "⟦desk.again⟧"} == await mina.submits(text="Hello.")
    storage.commit = commit
    assert {} == await mina.submits(text="Hello.")

    assert ["MessageSent"] == kinds(await desk.complaint(reference))


async def test_what_takes_long_goes_on_and_its_failure_is_told(desk: DeskHouse) -> None:
    """Acknowledged in time; its author gets back what they typed, and nobody else does."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_reply")
    acting_of(desk).patience = 0.01
    is_answered = asyncio.Event()

    async def fail_late(work: Any) -> None:
        await is_answered.wait()
        raise StorageError

    storage, commit = desk.parts.storage, desk.parts.storage.commit
    storage.commit = fail_late
    assert {} == await mina.submits(text="A long letter.")
    assert [] == mina.told
    is_answered.set()

    await desk.until(lambda: mina.told)
    storage.commit = commit
    assert ["⟦desk.again⟧\n\nA long letter."] == mina.told
    assert [] == kinds(await desk.complaint(reference))


# Questions and the rest -------------------------------------------------------------------------


async def test_a_question_waits_for_the_complainant(desk: DeskHouse) -> None:
    """Their next words answer it."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_more", "ask")

    assert {} == await mina.submits(text="Which depot?")

    assert "Which depot?" == (await desk.complaint(reference)).open_question
    assert "⟦answer text=Which depot?⟧" in await lines(desk)


async def test_changing_needs_a_reason(desk: DeskHouse) -> None:
    """Only what is otherwise is judged; the owner is handed over by their name in Slack."""
    reference, mina = await carded(desk)
    view = await mina.opens(reference, "ombud_change")
    assert ["category", "severity", "owner", "reason"] == list(inputs(view))
    category = inputs(view)["category"]["element"]["initial_option"]["value"]
    same = {"category": category, "severity": "low"}

    assert {"category": "⟦desk.error.unchanged⟧"} == await mina.submits(**same)
    wrong = await mina.submits(category=category, severity="high")
    assert {"reason": "⟦desk.error.needed⟧"} == wrong
    told = {"category": category, "severity": "high", "reason": "A child.", "owner": desk.omar}
    assert {} == await mina.submits(**told)

    complaint = await desk.complaint(reference)
    assert ("high", "omar") == (complaint.assessment.severity, complaint.owner)
    (judged,) = [one for one in complaint.history if isinstance(one, AssessmentMade)]
    assert (None, "A child.", "mina") == (judged.category, judged.reason, judged.by)


@pytest.mark.parametrize("way", ["ombud_change", "ombud_handover"])
async def test_an_owner_works_here(desk: DeskHouse, way: str) -> None:
    """Nobody else can be made accountable; told beside the input."""
    reference, mina = await carded(desk)
    stranger = desk.slack.user("stranger")
    if way == "ombud_change":
        await mina.opens(reference, way)
    else:
        await mina.more(reference, way)

    assert {"owner": "⟦desk.error.owner⟧"} == await mina.submits(owner=stranger)
    assert (await desk.complaint(reference)).owner is None
    assert {} == await mina.submits(owner=desk.omar)

    assert "omar" == (await desk.complaint(reference)).owner
    assert 0 == mina.views


async def test_more_time_is_a_day_to_come(desk: DeskHouse) -> None:
    """The complainant hears until when, and why."""
    reference, mina = await carded(desk)
    await mina.more(reference, "ombud_extend")

    errors = await mina.submits(until="2020-01-01", reason="The depot is closed.")
    assert {"until": "⟦desk.error.until⟧"} == errors
    later = counter_of(desk).around.now().date().replace(day=1)
    later = later.replace(year=later.year + 1)
    assert {} == await mina.submits(until=later.isoformat(), reason="The depot is closed.")

    assert later == (await desk.complaint(reference)).extended_until
    assert "told.extended" in (await lines(desk))[-1]


async def test_escalating_calls_the_channel(desk: DeskHouse) -> None:
    """With a reason; the channel sees it."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_more", "escalate")

    assert {} == await mina.submits(reason="It is in the papers.")

    await desk.shown(reference)
    assert ["Escalated"] == kinds(await desk.complaint(reference))
    (line,) = [one for one in desk.thread(reference) if "Escalated" in str(one["text"])]
    assert "It is in the papers." in str(line["blocks"])


async def test_merging_names_another(desk: DeskHouse) -> None:
    """What can't be merged into is told beside the input."""
    reference, mina = await carded(desk)
    other, _ = await carded(desk, "web-2")
    await mina.opens(reference, "ombud_more", "merge")

    assert {"into": "⟦desk.error.reference⟧"} == await mina.submits(into="that one")
    assert {"into": "⟦desk.error.same⟧"} == await mina.submits(into=reference)
    assert {"into": "⟦desk.error.unknown⟧"} == await mina.submits(into="CMP-0000-0000-0")
    assert {} == await mina.submits(into=other.lower())

    assert other == (await desk.complaint(reference)).merged_into


# Behind more ---------------------------------------------------------------------------------


async def test_what_is_over_is_told(desk: DeskHouse) -> None:
    """A form that was open while somebody else ended it."""
    reference, mina = await carded(desk)
    await mina.opens(reference, "ombud_more", "ask")
    await desk.act(reference, "close", by="omar", reason="unreachable")

    assert {"text": "⟦desk.error.moved status=Closed⟧"} == await mina.submits(text="?")
    assert 1 == mina.views


async def test_everything_else_is_behind_more(desk: DeskHouse) -> None:
    """What can be done stands there as the status allows, and is done there."""
    reference, mina = await carded(desk, story=TWO)
    offered = await mina.opens(reference, "ombud_more", "more")
    words = str(offered["blocks"])
    for there in ("extend", "handover", "history", "identity", "split", "hold"):
        assert f"ombud_{there}'" in words
    for absent in ("fulfil", "verify", "external", "done", "release", "reopen"):
        assert f"ombud_{absent}'" not in words

    await desk.slack.press(mina.user, ids.HOLD, view_id=offered["id"])
    assert {} == await mina.submits(reason="Police.")
    assert "Police." == (await desk.complaint(reference)).legal_hold
    await mina.more(reference, ids.RELEASE)
    assert {} == await mina.submits(reason="Over.")

    await mina.more(reference, ids.SPLIT)
    assert {} == await mina.submits(point="2")
    assert 2 == len(await desk.house.ombud.complaints())
    assert 0 == mina.views

    await mina.opens(reference, "ombud_more", "close")
    assert {} == await mina.submits(**RESPONSE, remedy="refund")
    tasks = list(inputs(await mina.more(reference, ids.DONE)))
    assert ["task", "note"] == tasks
    options = inputs(mina.view)["task"]["element"]["options"]
    task = next(one["value"] for one in options if one["value"].startswith("say_prevention"))
    assert {"note": "⟦desk.error.note⟧"} == await mina.submits(task=task)
    assert {} == await mina.submits(task=task, note="More padding.")

    await mina.more(reference, ids.FULFIL)
    assert {} == await mina.submits(proof="Paid on Monday.")
    await mina.more(reference, ids.VERIFY)
    await mina.submits()
    assert "⟦desk.error.moved status=answered⟧" in mina.told
    assert ["RemedyCarriedOut"] == kinds(await desk.complaint(reference))[-1:]


async def test_what_happened_and_their_words_can_be_read(desk: DeskHouse) -> None:
    """In a modal that asks for nothing, without who complains."""
    reference, mina = await carded(desk)
    await desk.act(reference, "note", text="Rang the depot.")

    view = await mina.more(reference, ids.HISTORY)

    assert "submit" not in view or view["submit"] is None
    assert "Rang the depot." in shown(view)
    view = await mina.more(reference, "ombud_read")
    assert "My parcel 48213 came smashed" in shown(view)


async def test_what_was_closed_is_opened_again(desk: DeskHouse) -> None:
    """By the button of the two lines that are left of its card."""
    reference, mina = await carded(desk)
    await desk.act(reference, "close", reason="unreachable")
    await desk.shown(reference)

    await mina.opens(reference, "ombud_reopen")
    assert {} == await mina.submits(reason="She rang.")

    assert "under_investigation" == (await desk.complaint(reference)).status
