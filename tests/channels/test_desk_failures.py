"""Cards in a Slack that fails, and several processes at once: each effect once in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.messages import Address
from channels.slack.desk import names
from channels.slack.desk.claims import Claimant
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


def once(desk: DeskHouse, reference: str) -> None:
    """Each effect is there once: a card, and each event's message."""
    parts = [
        (
            message["metadata"]["event_payload"]["event"],
            message["metadata"]["event_payload"]["part"],
        )
        for message in desk.thread(reference)
        if "event" in (message.get("metadata") or {}).get("event_payload", {})
    ]
    files = [m for m in desk.thread(reference) if m.get("files")]
    assert 1 == len(desk.cards())
    assert sorted(set(parts)) == sorted(parts)
    assert len(files) <= 1


@pytest.mark.parametrize("kind", ["lose_reply", "drop", "status", "rate_limit"])
@pytest.mark.parametrize("skip", range(4))
async def test_a_failing_post_doubles_nothing(desk: DeskHouse, kind: str, skip: int) -> None:
    """Whichever of the messages fails, and whether or not Slack did it: each is there once."""
    desk.slack.fault(method="chat.postMessage", kind=kind, skip=skip, retry_after=0)
    reference = await desk.lodge()
    await desk.act(reference, "take")
    await desk.act(reference, "ask", text="Which driver?")
    await desk.shown(reference)

    once(desk, reference)
    said = desk.said(reference)
    assert 1 == said.count("Which driver?") == said.count("mina took this.")
    assert 1 == said.count("My parcel 48213 came smashed on 18 November. I want")


@pytest.mark.parametrize("kind", ["lose_reply", "status", "rate_limit"])
async def test_a_failing_edit_is_made_again(desk: DeskHouse, kind: str) -> None:
    """The card shows the latest state in the end."""
    reference = await desk.lodge()
    await desk.shown(reference)
    desk.slack.fault(method="chat.update", kind=kind, retry_after=0)
    await desk.act(reference, "take")
    await desk.shown(reference)

    once(desk, reference)
    assert "ombud_handover" == elements(desk.card(reference))[0]


async def test_after_an_outage_cards_catch_up_to_the_latest_state(desk: DeskHouse) -> None:
    """One edit, whatever happened meanwhile; complainants are answered all the while."""
    reference = await desk.lodge()
    await desk.shown(reference)
    updates = len(desk.slack.calls("chat.update"))
    desk.slack.fault(method="*", kind="status", status=503, times=10_000)
    await desk.act(reference, "take")
    await desk.act(reference, "ask", text="Which driver?")
    other = await desk.lodge("The boiler in flat 3 has been cold since Monday.", "web-2")
    await desk.until(lambda: [c for c in desk.slack.calls("chat.*") if "fault" in c.outcome])
    desk.slack.clear_faults()
    tried = len(desk.slack.calls("chat.update"))

    await desk.shown(reference)
    await desk.shown(other)
    assert "Waiting for the complainant" in shown(desk.card(reference))
    assert 1 == len(desk.slack.calls("chat.update")) - tried
    assert updates < tried
    assert 2 == len(desk.cards())


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived"])
async def test_a_channel_that_takes_nothing_is_told_and_delivered_to_once_mended(
    desk: DeskHouse, code: str
) -> None:
    """`/readyz` says what to do; the card comes when it is done (reliability 29)."""
    desk.slack.fault(method="chat.postMessage", kind="error", error=code, times=10_000)
    reference = await desk.lodge()
    await desk.until(lambda: code in (desk.house.trouble or ""))
    assert [] == desk.cards()

    desk.slack.clear_faults()
    await desk.shown(reference)
    assert desk.house.trouble is None
    assert 1 == len(desk.cards())


async def test_a_form_that_slack_refuses_goes_out_as_text(desk: DeskHouse) -> None:
    """Better a plain card than none."""
    desk.slack.fault(method="chat.postMessage", kind="error", error="invalid_blocks")
    reference = await desk.lodge()
    await desk.shown(reference)

    assert reference in desk.card(reference)["text"]


async def test_a_limited_channel_holds_up_its_own_cards_alone(tmp_path: Path) -> None:
    """While one channel must wait, others go on (reliability 22)."""
    async with FakeSlack() as slack:
        mina = slack.user("mina")
        calm = slack.channel("calm", [mina], private=True)
        routes = {"deliveries": {"category": "delivery", "channel": calm}}
        told: dict[str, Any] = {"language": "en", "desk": {"routes": routes}}
        async with desk_house(tmp_path, slack, **told) as desk:
            slack.fault(method="chat.postMessage", kind="rate_limit", retry_after=60)
            held = await desk.lodge("The invoice charged me twice on 18 November.", "web-2")
            await desk.until(lambda: slack.calls("chat.postMessage"))
            free = await desk.lodge("My parcel was not delivered on 18 November.", "web-3")
            await desk.shown(free)

            assert 1 == len(desk.cards(calm))
            assert [] == desk.cards()
            assert await desk.parts.cards.find(held) is not None


# Several processes ----------------------------------------------------------------------------


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    """Whoever died between posting and noting that left a claim: the next one looks, and finds."""
    async with FakeSlack() as slack:
        async with desk_house(tmp_path, slack, language="en") as desk:
            reference = await desk.lodge()
            card = await desk.shown(reference)
            dead = {names.CLAIM: "elsewhere:1:x", names.CLAIMED_UNTIL: "2020-01-01T00:00:00+00:00"}
            await desk.parts.cards.keep(reference, replace(card, ts="", shown=0, state=dead))
        async with desk_house(tmp_path, slack, language="en") as desk:
            await desk.shown(reference)

            once(desk, reference)
            assert 1 == len(desk.cards())


async def test_what_another_process_claims_is_left_to_it(desk: DeskHouse) -> None:
    """While a living process works on a card nobody else touches it."""
    reference = await desk.lodge()
    card = await desk.shown(reference)
    until = (datetime.now(UTC) + timedelta(seconds=20)).isoformat()  # noqa: TID251  # the claim is judged by the real clock
    claimed = {**card.state, names.CLAIM: "elsewhere:1:x", names.CLAIMED_UNTIL: until}
    assert await desk.parts.cards.keep(reference, replace(card, state=claimed))
    calls = len(desk.slack.calls("chat.*"))

    await desk.act(reference, "take")
    other = await desk.lodge("The boiler in flat 3 has been cold since Monday.", "web-2")
    await desk.shown(other)
    assert "ombud_take" == elements(desk.card(reference))[0]
    assert calls < len(desk.slack.calls("chat.*"))


async def test_two_replicas_show_a_complaint_once(tmp_path: Path) -> None:
    """Who keeps the claim posts; the other one finds nothing left to do."""
    async with (
        FakeSlack() as slack,
        desk_house(tmp_path, slack, language="en") as desk,
        desk_house(tmp_path, slack, language="en") as twin,
    ):
        elsewhere: Any = twin.house.ombud.platforms.by_name["slack"]
        elsewhere._desk.worker.showing.claimant = Claimant("another host", 1, "twin")
        references = [await desk.lodge(name=f"web-{number}") for number in range(3)]
        for reference in references:
            await twin.act(reference, "take", by="omar")
        for reference in references:
            await twin.shown(reference)
            await desk.shown(reference)

        assert 3 == len(desk.cards())
        for reference in references:
            assert 1 == desk.said(reference).count("omar took this.")


# Files ----------------------------------------------------------------------------------------


async def with_file(desk: DeskHouse) -> str:
    """A complaint to which a file came."""
    address = Address("web", "web-1")
    service = desk.house.ombud.ombud.service
    await service.begin(address, "en")
    png = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 60
    file = await service.attach(address, BytesIO(png), "smashed.png")
    return await desk.lodge_with(address, file)


@pytest.mark.parametrize("method", ["files.completeUploadExternal", "files.getUploadURLExternal"])
@pytest.mark.parametrize("kind", ["lose_reply", "drop", "rate_limit"])
async def test_files_are_shown_once(desk: DeskHouse, method: str, kind: str) -> None:
    """In the thread, whatever fails on the way."""
    desk.slack.fault(method=method, kind=kind, retry_after=0)
    reference = await with_file(desk)
    await desk.shown(reference)

    once(desk, reference)
    (message,) = [m for m in desk.thread(reference) if m.get("files")]
    (file,) = message["files"]
    assert "smashed.png" == file["title"]
    assert desk.slack.workspace.files[file["id"]].content.startswith(b"\x89PNG")


# Limits ---------------------------------------------------------------------------------------


async def test_slacks_limits_are_kept(tmp_path: Path) -> None:
    """With one message a second in a channel all cards and threads come, each once, and no call
    comes before its time."""
    async with FakeSlack(rate_limits=True) as slack, desk_house(tmp_path, slack) as desk:
        references = [await desk.lodge(name=f"web-{number}") for number in range(3)]
        for reference in references:
            await desk.shown(reference)

        assert 3 == len(desk.cards())
        posts = slack.calls("chat.postMessage")
        for before, after in pairwise(posts):
            if before.outcome == "ratelimited":
                assert after.at - before.at >= 1.0
        for reference in references:
            assert 1 == desk.said(reference).count("desk.event.ComplaintReceived")
