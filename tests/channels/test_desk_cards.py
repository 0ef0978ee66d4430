"""Cards and threads in a fake Slack, over real HTTP: one message a complaint, each effect once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.events import OMBUD, DeadlineMissed, OwnerReminded, PersonalDataErased
from bot.ports import Fact, Work
from channels.slack.desk import names
from tests.channels.desk_house import DeskHouse, desk_house, elements, shown
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """It runs."""
    async with desk_house(tmp_path, language="en") as opened:
        yield opened


async def happens(desk: DeskHouse, reference: str, *kinds: Any) -> None:
    """What happens by itself."""
    before = after = await desk.complaint(reference)
    facts = []
    for event in kinds:
        after = after.after(event)
        facts.append(Fact(event, before.conversation, before.reference))  # type: ignore[arg-type]  # a str by another name
    work = Work(facts=tuple(facts), complaints=((after, before.version),))
    await desk.parts.storage.commit(work)


# One message, edited in place -----------------------------------------------------------------


async def test_a_new_complaint_appears_as_a_card(desk: DeskHouse) -> None:
    """With its reference in the metadata, what can be done, and the story in its thread."""
    reference = await desk.lodge()
    await desk.shown(reference)
    card = desk.card(reference)

    assert {"reference": reference} == card["metadata"]["event_payload"]
    assert [
        "ombud_take", "ombud_reply", "ombud_change", "ombud_snooze", "ombud_more"
    ] == elements(card)  # fmt: skip
    assert "My parcel 48213 came smashed" in desk.said(reference)


async def test_a_card_is_edited_in_place(desk: DeskHouse) -> None:
    """However much happens there is one message, and the first button follows the owner."""
    reference = await desk.lodge()
    await desk.shown(reference)
    first = desk.card(reference)["ts"]

    await desk.act(reference, "take")
    await desk.act(reference, "ask", text="Which driver?")
    await desk.shown(reference)
    assert first == desk.card(reference)["ts"]
    assert "ombud_handover" == elements(desk.card(reference))[0]

    await desk.act(reference, "close", reason="unreachable")
    await desk.shown(reference)
    assert ["ombud_reopen"] == elements(desk.card(reference))
    assert 1 == len(desk.cards())


async def test_what_the_complainant_writes_arrives_in_the_thread(desk: DeskHouse) -> None:
    """As text, whatever it looks like, and the owner is called."""
    reference = await desk.lodge()
    await desk.act(reference, "take")
    await desk.shown(reference)

    await desk.adds("And *now* <!channel> it leaks & smells.")
    await desk.shown(reference)
    (added,) = [m for m in desk.thread(reference) if "leaks" in shown(m)]
    assert f"<@{desk.mina}> The complainant wrote:" in added["text"]
    assert "And *now* &lt;!channel&gt; it leaks &amp; smells." in added["text"]
    assert "And *now* <!channel> it leaks & smells." == added["blocks"][1]["text"]["text"]
    assert "plain_text" == added["blocks"][1]["text"]["type"]


async def test_a_note_typed_in_the_thread_is_not_repeated(desk: DeskHouse) -> None:
    """Its words stand there already; a note written elsewhere is shown."""
    reference = await desk.lodge()
    await desk.shown(reference)
    ts = desk.card(reference)["ts"]
    desk.slack.say(desk.mina, "Call the <depot>", channel=desk.triage, thread_ts=ts)

    await desk.act(reference, "note", text="Call the <depot>")
    await desk.act(reference, "note", text="Ring again")
    await desk.shown(reference)
    bots = [m for m in desk.thread(reference) if m["user"] == desk.slack.bot_user]
    assert not any("depot" in shown(message) for message in bots)
    assert any("Ring again" in shown(message) for message in bots)


async def test_a_card_that_was_deleted_is_posted_anew(desk: DeskHouse) -> None:
    """With its thread, as soon as something happens."""
    reference = await desk.lodge()
    await desk.shown(reference)
    desk.slack.delete(desk.triage, desk.card(reference)["ts"])

    await desk.act(reference, "take")
    await desk.shown(reference)
    assert "My parcel 48213" in desk.said(reference)
    assert 1 == len(desk.cards())


async def test_a_card_is_found_by_its_message(desk: DeskHouse) -> None:
    """Whoever handles a press asks which complaint it belongs to."""
    reference = await desk.lodge()
    card = await desk.shown(reference)

    assert reference == await desk.parts.cards.at(card.channel, card.ts)
    assert await desk.parts.cards.at(card.channel, "1.1") is None
    assert card.state[names.LINK].endswith(card.ts.replace(".", ""))


# Whoever is called ----------------------------------------------------------------------------


async def test_a_missed_promise_reaches_the_owner_and_the_channel(desk: DeskHouse) -> None:
    """A reminder calls the owner in the thread; what is missed comes in person, too, once."""
    reference = await desk.lodge()
    await desk.act(reference, "take")
    await desk.shown(reference)
    at = (await desk.complaint(reference)).received_at
    desk.slack.fault(method="chat.postMessage", kind="lose_reply", skip=2)
    await happens(
        desk,
        reference,
        OwnerReminded(at=at, by=OMBUD, name="respond", due_at=at, percent=80, to="mina"),
        DeadlineMissed(at=at, by=OMBUD, name="respond", due_at=at),
    )
    await desk.shown(reference)

    reminded, missed = [m for m in desk.thread(reference) if f"<@{desk.mina}>" in m["text"]]
    assert "80 % of the time has passed" in reminded["text"]
    assert "Missed: Answer was due" in missed["text"]
    direct = desk.slack.from_bot(desk.slack.direct(desk.mina))
    assert 1 == len(direct)
    assert reference in direct[0]["text"]
    (broadcast,) = [
        c.params for c in desk.slack.calls("chat.postMessage") if c.params.get("reply_broadcast")
    ]
    assert "Missed" in broadcast["text"]


async def test_an_escalation_calls_its_group_in_the_channel(tmp_path: Path) -> None:
    """The group that the first fitting route names (routing)."""
    async with FakeSlack() as slack:
        leads = slack.user_group("complaints-leads", [])
        routes = {
            "swedish": {"language": "sv", "escalation": "S99999999"},
            "rest": {"escalation": leads},
        }
        told: dict[str, Any] = {"language": "en", "desk": {"routes": routes}}
        async with desk_house(tmp_path, slack, **told) as desk:
            reference = await desk.lodge()
            await desk.act(reference, "escalate", reason="Third time <!here>")
            await desk.shown(reference)

            (line,) = [m for m in desk.thread(reference) if "Third time" in m["text"]]
            assert line["text"].startswith(f"<!subteam^{leads}> mina escalated this:")
            assert "<!here>" not in line["text"]
            (call,) = [c for c in slack.calls("chat.postMessage") if "Third" in c.params["text"]]
            assert call.params["reply_broadcast"]


# Snooze and erasure ---------------------------------------------------------------------------


async def test_a_snooze_is_shown_and_ends_by_itself(desk: DeskHouse) -> None:
    """Whoever snoozes keeps it in the card's state; the note goes when its time has come."""
    reference = await desk.lodge()
    card = await desk.shown(reference)
    now = datetime.now(UTC)  # noqa: TID251  # the snooze is judged by the real clock
    until = now + timedelta(seconds=1.5)
    state = {**card.state, names.SNOOZED_UNTIL: until.isoformat(), names.SNOOZED_BY: "Mina"}
    assert await desk.parts.cards.keep(reference, replace(card, state=state, look_at=now))
    await desk.act(reference, "note", text="Later")

    await desk.until(lambda: "Snoozed by Mina until" in shown(desk.card(reference)))
    await desk.until(lambda: "The snooze is over." in desk.said(reference))
    await desk.until(lambda: "Snoozed" not in shown(desk.card(reference)))
    assert 1 == desk.said(reference).count("The snooze is over.")


async def test_what_is_erased_goes_from_the_thread_too(desk: DeskHouse) -> None:
    """Neither card nor thread keeps the words of a complaint whose data was erased."""
    reference = await desk.lodge()
    await desk.act(reference, "close", reason="unreachable")
    await desk.shown(reference)
    at = (await desk.complaint(reference)).received_at
    await happens(desk, reference, PersonalDataErased(at=at, by=OMBUD, reason="retention"))
    await desk.shown(reference)

    everything = shown(desk.card(reference)) + desk.said(reference)
    assert "smashed" not in everything
    assert "erased" in desk.said(reference)


async def test_nothing_in_slack_tells_who_complains(desk: DeskHouse) -> None:
    """Neither name nor contact of somebody who gave both reaches any call (4.10)."""
    reference = await desk.lodge_named("Astrid Ek", "astrid@example.org")
    await desk.act(reference, "take")
    await desk.act(reference, "reveal", reason="To ring her")
    await desk.shown(reference)

    assert "mina looked at who complains" in desk.said(reference)
    everything = json.dumps([call.params for call in desk.slack.calls()], default=str)
    assert "Astrid" not in everything
    assert "astrid@" not in everything
