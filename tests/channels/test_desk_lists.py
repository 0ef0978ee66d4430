"""What lies on the desk: Home tabs, the digest, and where complaints are routed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms import Around, Local
from bot.settings import Route
from channels.slack.desk import names
from channels.slack.desk.claims import LEASE, Claimant
from channels.slack.desk.digest import Digest
from channels.slack.desk.routing import Routing, mention
from tests.channels.desk_house import DeskHouse, desk_house
from tests.platforms import needs_fakes

pytestmark = needs_fakes

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """It runs."""
    async with desk_house(tmp_path, language="en") as opened:
        yield opened


# Home tabs ------------------------------------------------------------------------------------


async def test_a_caseworkers_home_lists_what_lies_on_the_desk(desk: DeskHouse) -> None:
    """Overdue, due today, nobody's, mine; below it whatever a complainant would see."""
    free = await desk.lodge()
    mine = await desk.lodge("The boiler in flat 3 has been cold since Monday.", "web-2")
    await desk.act(mine, "take")
    await desk.shown(mine)
    await desk.shown(free)

    desk.slack.open_home(desk.mina)
    await desk.until(lambda: "Mine: 1" in json.dumps(desk.slack.home(desk.mina)))
    blocks = (desk.slack.home(desk.mina) or {})["blocks"]
    told = [block["text"]["text"] for block in blocks if block["type"] in ("section", "header")]
    assert ["The desk", "*Overdue: 0*", "*Due today: 0*", "*Nobody's: 1*"] == told[:4]
    assert f"|{free}>" in told[4]
    assert "*Mine: 1*" == told[5]
    assert f"|{mine}>" in told[6]
    assert "Your complaints" in told
    assert len(blocks) <= 100


async def test_a_complainants_home_shows_nothing_of_the_desk(desk: DeskHouse) -> None:
    """Whoever does not work here sees their own complaints alone."""
    await desk.lodge()
    stranger = desk.slack.user("stranger")
    desk.slack.open_home(stranger)
    await desk.until(lambda: desk.slack.home(stranger))

    told = json.dumps(desk.slack.home(stranger))
    assert "Your complaints" in told
    assert "Nobody's" not in told
    assert "CMP-" not in told


async def test_many_complaints_fit_into_a_home(desk: DeskHouse) -> None:
    """Ten of each list, and how many more there are."""
    for number in range(13):
        await desk.lodge(name=f"web-{number}")
    desk.slack.open_home(desk.mina)
    await desk.until(lambda: "and 3 more" in json.dumps(desk.slack.home(desk.mina)))

    assert len((desk.slack.home(desk.mina) or {})["blocks"]) <= 100


# The digest -----------------------------------------------------------------------------------


def digest(desk: DeskHouse, at: datetime, **more: Any) -> Digest:
    """Another process's digest, whose clock says so; holidays are the 24th."""
    of = desk.parts
    local = Local("en", of.zone, lambda day: day.weekday() < 5 and day != date(2026, 11, 24))
    around = Around(
        of.service, of.loaded_languages, None, lambda: at, of.metrics,  # type: ignore[arg-type]  # nothing comes in
        cards=of.cards, local=local,
    )  # fmt: skip
    slack: Any = desk.house.ombud.platforms.by_name["slack"]
    board = slack._desk.digest.board
    return Digest(around, of.cards, board, more.get("claimant", Claimant()), desk.triage)


def digests(desk: DeskHouse) -> list[dict[str, Any]]:
    """What was posted."""
    place = desk.slack.workspace.channels[desk.triage]
    return [
        message
        for message in place.messages.values()
        if (message.get("metadata") or {}).get("event_type") == names.DIGEST
    ]


async def begun(desk: DeskHouse, at: datetime = MONDAY) -> None:
    """The installation has run since the night before."""
    card = await desk.parts.cards.find(names.DIGEST_CARD)
    if card is None:
        await digest(desk, at - timedelta(hours=9)).once()
        card = await desk.parts.cards.find(names.DIGEST_CARD)
    before = (at - timedelta(days=1)).date().toordinal()
    assert await desk.parts.cards.keep(names.DIGEST_CARD, replace(card, shown=before, state={}))


async def test_the_digest_comes_at_nine_and_once(desk: DeskHouse) -> None:
    """Not before, not twice, and not by another process again."""
    await desk.lodge()
    await begun(desk)
    assert not await digest(desk, MONDAY - timedelta(seconds=1)).once()
    assert await digest(desk, MONDAY).once()
    assert not await digest(desk, MONDAY + timedelta(minutes=5)).once()

    (posted,) = digests(desk)
    assert "Complaints, Monday 23 November" in posted["text"]
    assert "Open: 1" in posted["text"]


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(MONDAY + timedelta(days=1), id="holiday"),
        pytest.param(MONDAY + timedelta(days=5), id="Saturday"),
        pytest.param(MONDAY + timedelta(hours=4), id="too late"),
    ],
)
async def test_there_is_no_digest(desk: DeskHouse, at: datetime) -> None:
    """On days without work, and when the morning is over."""
    await begun(desk, at)
    assert not await digest(desk, at).once()
    assert [] == digests(desk)


async def test_the_first_start_brings_no_digest_of_that_day(desk: DeskHouse) -> None:
    """Whoever begins at ten did not ask for this morning's."""
    for _ in range(2):
        assert not await digest(desk, MONDAY + timedelta(hours=1)).once()
    assert [] == digests(desk)


async def test_a_lost_answer_doubles_no_digest(desk: DeskHouse) -> None:
    """Whoever comes next looks whether it was posted."""
    await begun(desk)
    desk.slack.fault(method="chat.postMessage", kind="lose_reply")
    first = digest(desk, MONDAY, claimant=Claimant("elsewhere", 1, "x"))
    with pytest.raises(Exception, match="no answer"):
        await first.once()
    assert not await digest(desk, MONDAY + timedelta(seconds=1)).once()

    await digest(desk, MONDAY + LEASE + timedelta(seconds=1)).once()
    assert 1 == len(digests(desk))
    assert not await digest(desk, MONDAY + timedelta(hours=1)).once()


# Claims ---------------------------------------------------------------------------------------


def test_a_claim_of_the_living_is_waited_for() -> None:
    """For its time; that of a dead process on this host is not."""
    mine = Claimant("here", 999_999_999, "a")
    other = Claimant("there", 1, "b").claims({}, MONDAY)
    assert mine.must_wait(other, MONDAY)
    assert not mine.must_wait(other, MONDAY + LEASE)
    assert not mine.must_wait(other, MONDAY - timedelta(days=1))  # a clock that was set back
    assert not mine.must_wait(mine.claims({}, MONDAY), MONDAY)

    dead = Claimant("here", 2**22 + 1, "c").claims({}, MONDAY)
    assert not mine.must_wait(dead, MONDAY)
    reborn = Claimant("here", 999_999_999, "d").claims({}, MONDAY)
    assert not mine.must_wait(reborn, MONDAY)


# Routing --------------------------------------------------------------------------------------

ROUTES = tuple(
    Route.model_validate(told).model_dump(mode="json")
    for told in (
        {"severity": ["critical"], "group": "S0URGENT1"},
        {"category": "delivery", "language": "sv", "channel": "C0SWEDEN1", "group": "S0SWEDEN1"},
        {"site": ["lund"], "channel": "C0LUNDEN1", "escalation": "U0LEADER1"},
    )
)


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [
        pytest.param({}, ("C0TRIAGE1", None, None), id="nothing fits"),
        pytest.param(
            {"language": "sv", "category": "delivery"},
            ("C0SWEDEN1", "S0SWEDEN1", "S0SWEDEN1"),
            id="all conditions",
        ),
        pytest.param({"language": "sv"}, ("C0TRIAGE1", None, None), id="one of two conditions"),
        pytest.param(
            {"site": "lund", "severity": "critical"},
            ("C0LUNDEN1", "S0URGENT1", "U0LEADER1"),
            id="each thing from the first that tells it",
        ),
    ],
)
def test_a_complaint_is_routed(
    complaint: dict[str, str], expected: tuple[str, str | None, str | None]
) -> None:
    """By category, severity, language and site."""
    told = {
        "language": complaint.get("language", "en"),
        "site": complaint.get("site"),
        "assessment": {
            "category": complaint.get("category"),
            "severity": complaint.get("severity", "low"),
        },
    }
    route = Routing("C0TRIAGE1", ROUTES).route(told)

    assert expected == (route.channel, route.group, route.escalation)


def test_groups_and_people_are_called_each_in_their_way() -> None:
    """As Slack writes it."""
    assert ["<!subteam^S1>", "<@U1>", ""] == [mention(id_) for id_ in ("S1", "U1", None)]
