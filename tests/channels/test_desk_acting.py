"""What caseworkers press, choose, type and call in Slack is done once, by whoever may do it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from channels.slack.desk import names
from channels.slack.desk.roles import Colleague
from channels.slack.desk.snoozing import Snoozing
from tests.channels.desk_house import MODES, STORY, DeskHouse, desk_house
from tests.channels.desk_people import (
    Caseworker,
    carded,
    counter_of,
    inputs,
    kinds,
    lines,
    noted,
    shown,
)
from tests.platforms import needs_fakes

pytestmark = needs_fakes


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """Over Socket Mode."""
    async with desk_house(tmp_path) as desk:
        yield desk


@pytest.mark.parametrize("mode", MODES)
async def test_taking_makes_an_owner_and_the_card_follows(tmp_path: Path, mode: str) -> None:
    """By their name in Slack; the button then hands over."""
    async with desk_house(tmp_path, mode=mode) as desk:
        reference, mina, _ = await carded(desk)

        pressed = await mina.presses(reference, "ombud_take")

        assert pressed.acknowledged
        assert "mina" == (await desk.complaint(reference)).owner
        await desk.shown(reference)
        assert "ombud_handover" in str(desk.card(reference)["blocks"])
        assert [] == mina.told


async def test_who_is_second_reads_who_was_quicker(desk: DeskHouse) -> None:
    """Both press at once: one takes it, the other is told by whom and when, privately."""
    reference, mina, omar = await carded(desk)

    both = await asyncio.gather(
        mina.presses(reference, "ombud_take"), omar.presses(reference, "ombud_take")
    )

    assert all(one.acknowledged for one in both)
    owner = (await desk.complaint(reference)).owner
    winner, loser = (mina, omar) if owner == "mina" else (omar, mina)
    assert ["OwnerAssigned"] == kinds(await desk.complaint(reference))
    assert [] == winner.told
    (told,) = loser.told
    assert told.startswith(f"⟦desk.taken name={owner} seconds=")


# Letting it rest --------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "hours"), [("2h", (1.9, 2.1)), ("tomorrow", (0, 33.1))])
async def test_snoozing_is_kept_and_shown(
    desk: DeskHouse, value: str, hours: tuple[float, float]
) -> None:
    """With the card, by whom and until when; tomorrow is nine where the organisation is."""
    reference, mina, _ = await carded(desk)

    assert (await mina.presses(reference, "ombud_snooze", value)).acknowledged

    state = (await desk.shown(reference)).state
    until = datetime.fromisoformat(state[names.SNOOZED_UNTIL])
    left = (until - counter_of(desk).around.now()).total_seconds() / 3600
    assert hours[0] < left < hours[1]
    assert value == "2h" or until.hour == 9
    assert "mina" == state[names.SNOOZED_BY]
    await desk.until(lambda: "⟦desk.card.snoozed by=mina" in str(desk.card(reference)["blocks"]))
    assert [] == kinds(await desk.complaint(reference))


async def test_a_day_can_be_picked(desk: DeskHouse) -> None:
    """A day that is over is told beside the input, and the form stays."""
    reference, mina, _ = await carded(desk)
    view = await mina.opens(reference, "ombud_snooze", "pick")
    assert "ombud_snooze" == view["callback_id"]

    assert {"until": "⟦desk.error.until⟧"} == await mina.submits(until="2020-01-01")
    assert 1 == mina.views
    assert {} == await mina.submits(until="2031-05-06")

    assert 0 == mina.views
    state = (await desk.shown(reference)).state
    assert "2031-05-06T09:00:00+00:00" == state[names.SNOOZED_UNTIL]


async def test_it_ends_by_itself(desk: DeskHouse) -> None:
    """The card shows it no more, and the thread says so."""
    reference, mina, _ = await carded(desk)
    counter = counter_of(desk)
    who = Colleague(mina.user, "mina")

    soon = counter_of(desk).around.now() + timedelta(seconds=0.3)
    await Snoozing(counter).snooze(reference, soon, who)

    await desk.until(lambda: "⟦desk.snooze.over⟧" in desk.said(reference))
    assert names.SNOOZED_UNTIL not in (await desk.shown(reference)).state


# Shortcuts and the command ----------------------------------------------------------------------


async def test_words_below_a_card_are_sent_on_once_they_were_seen(desk: DeskHouse) -> None:
    """Only the form sends them; before that they are what they were, a note."""
    reference, mina, _ = await carded(desk)
    before = await lines(desk)
    message = desk.slack.say(
        mina.user, "We looked & found it", desk.triage, desk.card(reference)["ts"]
    )

    assert (
        await desk.slack.shortcut(mina.user, "ombud_send", desk.triage, message["ts"])
    ).acknowledged

    assert "ombud_reply" == mina.view["callback_id"]
    assert "⟦answer text=We looked & found it⟧" in shown(mina.view)
    assert before == await lines(desk)
    assert {} == await mina.submits(text="We looked & found it")
    assert "⟦answer text=We looked & found it⟧" == (await lines(desk))[-1]


async def test_words_elsewhere_are_not_sent_on(desk: DeskHouse) -> None:
    """It is not known to whom: nothing opens, and they are told where it works."""
    _, mina, _ = await carded(desk)
    message = desk.slack.say(mina.user, "anything", desk.triage)

    await desk.slack.shortcut(mina.user, "ombud_send", desk.triage, message["ts"])

    assert ["⟦desk.send.where⟧"] == mina.told
    assert 0 == mina.views


async def test_a_message_becomes_a_complaint_once(desk: DeskHouse) -> None:
    """Whoever does so, however often; its reference is told."""
    _, mina, omar = await carded(desk)
    message = desk.slack.say(mina.user, "A man at the counter: my kettle broke", desk.triage)
    for one in (mina, omar):
        await desk.slack.shortcut(one.user, "ombud_make", desk.triage, message["ts"])
        story = inputs(one.view)["story"]["element"]["initial_value"]
        assert "A man at the counter: my kettle broke" == story
        assert {} == await one.submits(story=story, channel="counter")

    complaints = await desk.house.ombud.complaints()
    assert 2 == len(complaints)
    assert f"reference={complaints[0].reference}" in shown(mina.view)
    assert shown(mina.view) == shown(omar.view)
    assert ("mina", "counter") == (complaints[0].history[0].by, complaints[0].channel)


@pytest.mark.parametrize("mode", MODES)
async def test_a_complaint_is_logged_for_somebody(tmp_path: Path, mode: str) -> None:
    """Recorded by the caseworker, acknowledged, with who complains kept apart; its card comes."""
    async with desk_house(tmp_path, mode=mode) as desk:
        mina = Caseworker(desk, desk.mina)
        await desk.slack.shortcut(mina.user, "ombud_log")
        wrong = await mina.submits(story=STORY, name="Astrid Ek", contact="somewhere")
        assert {"contact": "⟦desk.error.contact⟧"} == wrong

        assert {} == await mina.submits(story=STORY, name="Astrid Ek", contact="a@example.org")

        (complaint,) = await desk.house.ombud.complaints()
        assert ("mina", "acknowledged") == (complaint.history[0].by, complaint.status)
        assert ("Astrid Ek", "a@example.org") == (
            complaint.identity.name,
            complaint.identity.contact and complaint.identity.contact.value,
        )
        assert complaint.details.order_or_account == "48213"
        assert f"⟦desk.logged reference={complaint.reference}⟧" in shown(mina.view)
        await desk.shown(str(complaint.reference))
        everything = str(desk.slack.messages(desk.triage)) + str(mina.view)
        assert "Astrid" not in everything
        assert "a@example.org" not in everything


@pytest.mark.parametrize("mode", MODES)
async def test_a_complaint_is_found_by_its_reference(tmp_path: Path, mode: str) -> None:
    """Read tolerantly, shown to whoever asked alone, with a button to all that can be done."""
    async with desk_house(tmp_path, mode=mode) as desk:
        reference, mina, _ = await carded(desk)

        for typed in (reference, reference.lower(), reference[4:].replace("-", " ")):
            answer = (await desk.slack.command(mina.user, "/complaint", typed)).answer
            assert "ephemeral" == answer["response_type"]
            assert reference in answer["text"]

        direct = desk.slack.direct(mina.user)
        await desk.slack.press(mina.user, names.OPEN, channel=direct)
        assert "ombud_more" == mina.view["callback_id"]
        assert reference in shown(mina.view)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "desk.command.how"),
        ("CMP-0000-0000-0", "desk.error.unknown"),
        ("CMP-4F7K-9Q2X-W", "desk.command.mistyped"),
        ("<!channel> *x*", "desk.command.how"),
    ],
)
async def test_a_reference_that_leads_nowhere(desk: DeskHouse, text: str, key: str) -> None:
    """What was wrong with it is told."""
    answer = (await desk.slack.command(desk.mina, "/complaint", text)).answer

    assert f"⟦{key}⟧" == answer["text"]


async def test_the_home_tab_finds_and_opens(desk: DeskHouse) -> None:
    """By its buttons; a reference is asked for in a form."""
    reference, mina, _ = await carded(desk)
    desk.slack.open_home(mina.user)
    await desk.until(lambda: names.FIND in str(desk.slack.home(mina.user)))
    home = desk.slack.home(mina.user)
    assert home is not None

    await desk.slack.press(mina.user, names.FIND, view_id=home["id"])
    assert {"reference": "⟦desk.error.reference⟧"} == await mina.submits(reference="that one")
    assert {} == await mina.submits(reference=reference.lower())

    assert "ombud_more" == mina.view["callback_id"]
    await desk.slack.press(mina.user, "ombud_take", view_id=mina.view["id"])
    assert "mina" == (await desk.complaint(reference)).owner
    await desk.until(lambda: "ombud_handover" in str(mina.view))


# When Slack fails -------------------------------------------------------------------------------


async def test_a_press_that_could_not_be_answered_says_so(desk: DeskHouse) -> None:
    """The modal does not open; they are told to try again, and can."""
    reference, mina, _ = await carded(desk)
    desk.slack.fault(method="views.open", kind="error", error="internal_error")

    assert (await mina.presses(reference, "ombud_reply")).acknowledged

    assert ["⟦desk.again⟧"] == mina.told
    await mina.opens(reference, "ombud_reply")


async def test_slack_being_slow_holds_up_no_acknowledgement(desk: DeskHouse) -> None:
    """Who they are is not told in time: nothing is done, and they hear that they can try again."""
    reference, mina, _ = await carded(desk)
    desk.slack.fault(method="conversations.members", kind="delay", seconds=4)

    pressed = await mina.presses(reference, "ombud_take")

    assert pressed.acknowledged
    assert pressed.attempts[0].seconds < 3
    assert (await desk.complaint(reference)).owner is None
    await desk.until(lambda: mina.told == ["⟦desk.again⟧"])
    await mina.presses(reference, "ombud_take")
    assert "mina" == (await desk.complaint(reference)).owner


# Once -------------------------------------------------------------------------------------------


async def test_what_comes_again_by_its_name_is_done_once(desk: DeskHouse) -> None:
    """Also at the same moment, as from two processes that were told of the same message."""
    reference, _, _ = await carded(desk)
    casework = desk.parts.casework

    await asyncio.gather(
        *(casework.act(reference, "note", {"text": "x"}, "mina", "C1:1.0") for _ in range(5))
    )
    await casework.act(reference, "note", {"text": "x"}, "mina", "C1:1.0")
    assert ["x"] == await noted(desk, reference)
    await casework.act(reference, "note", {"text": "x"}, "mina", "C1:2.0")

    assert ["x", "x"] == await noted(desk, reference)


async def test_what_is_told_twice_at_once_is_lodged_once(desk: DeskHouse) -> None:
    """The same form, sent again before it was answered."""
    casework, told = desk.parts.casework, {"story": "My kettle broke."}

    found = await asyncio.gather(*(casework.lodge_for(told, "mina", "V1") for _ in range(5)))

    assert 1 == len({*found}) == len(await desk.house.ombud.complaints())
    assert found[0] != await casework.lodge_for(told, "mina", "V2")
