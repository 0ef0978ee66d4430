"""What is typed below a card is an internal note, once, and never reaches the complainant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.channels.desk_house import MODES, DeskHouse, desk_house
from tests.channels.desk_people import Caseworker, carded, last, lines, noted
from tests.channels.slack_house import eventually
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """Over Socket Mode."""
    async with desk_house(tmp_path) as desk:
        yield desk


@pytest.mark.parametrize("mode", MODES)
async def test_what_is_typed_below_is_a_note_once(tmp_path: Path, mode: str) -> None:
    """However often Slack tells of it, also after a restart; the complainant hears nothing."""
    async with FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack:
        async with desk_house(tmp_path, slack, mode) as desk:
            reference, mina, _ = await carded(desk)
            before = await lines(desk)
            thread = desk.card(reference)["ts"]

            slack.say(mina.user, "Called the depot & asked <them>", desk.triage, thread)
            event = slack.events()[-1]
            await eventually(lambda: noted(desk, reference))
            slack.repeat(event.payload["event_id"])
            await desk.until(lambda: len(event.attempts) == 2)

            assert ["Called the depot & asked <them>"] == await noted(desk, reference)
            assert "mina" == last(await desk.complaint(reference)).by
        async with desk_house(tmp_path, slack, mode) as desk:
            slack.repeat(event.payload["event_id"])
            await desk.until(lambda: len(event.attempts) == 3)
            assert ["Called the depot & asked <them>"] == await noted(desk, reference)
            assert before == await lines(desk)


async def test_an_edit_is_another_note_that_says_so(desk: DeskHouse) -> None:
    """What stood there before stays in the history."""
    reference, mina, _ = await carded(desk)
    message = desk.slack.say(mina.user, "first", desk.triage, desk.card(reference)["ts"])
    await eventually(lambda: noted(desk, reference))

    desk.slack.edit(mina.user, desk.triage, message["ts"], "second")

    async def both() -> bool:
        return len(await noted(desk, reference)) == 2

    await eventually(both)
    assert ["first", "⟦desk.note.edited text=second⟧"] == await noted(desk, reference)


async def test_files_stay_in_slack(desk: DeskHouse) -> None:
    """The note names them; the complaint has no more attachments than before."""
    reference, mina, _ = await carded(desk)
    file = desk.slack.file(mina.user, b"secret", "depot.pdf", "application/pdf")

    desk.slack.say(mina.user, "", desk.triage, desk.card(reference)["ts"], files=[file])

    await eventually(lambda: noted(desk, reference))
    assert ["⟦desk.note.files files=depot.pdf⟧"] == await noted(desk, reference)
    assert () == (await desk.complaint(reference)).attachments
    assert [] == desk.slack.calls("download")


async def test_words_elsewhere_in_the_channel_are_no_notes(desk: DeskHouse) -> None:
    """Neither beside the card, nor below another message, nor those of programs."""
    reference, mina, _ = await carded(desk)
    message = desk.slack.say(mina.user, "lunch?", desk.triage)
    desk.slack.say(mina.user, "yes", desk.triage, message["ts"])
    await desk.until(lambda: all(one.acknowledged for one in desk.slack.events()))

    desk.slack.say(mina.user, "note", desk.triage, desk.card(reference)["ts"])

    await eventually(lambda: noted(desk, reference))
    assert ["note"] == await noted(desk, reference)


async def test_who_does_not_work_here_writes_no_note(desk: DeskHouse) -> None:
    """They are told so where they wrote, and nobody else is."""
    reference, _, _ = await carded(desk)
    guest = desk.slack.user("guest", is_restricted=True)
    desk.slack.workspace.channels[desk.triage].members.append(guest)

    desk.slack.say(guest, "hello", desk.triage, desk.card(reference)["ts"])

    stranger = Caseworker(desk, guest)
    await desk.until(lambda: stranger.told)
    assert ["⟦desk.refused⟧"] == stranger.told
    assert [] == await noted(desk, reference)


async def test_a_note_waits_until_slack_tells_who_wrote_it(desk: DeskHouse) -> None:
    """It is not lost, and not noted by nobody."""
    reference, mina, _ = await carded(desk)
    desk.slack.fault(method="users.info", kind="status", status=502, times=2)

    desk.slack.say(mina.user, "Called them", desk.triage, desk.card(reference)["ts"])

    await eventually(lambda: noted(desk, reference))
    assert ["Called them"] == await noted(desk, reference)
    assert "mina" == last(await desk.complaint(reference)).by
