"""What Slack hands over is taken once, in order, and acknowledged in time, or it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.errors import StorageError
from bot.metrics import Metrics
from bot.ports import Raw
from channels.slack.api import Api
from channels.slack.listening import Forms, Listening
from channels.slack.settings import Settings
from channels.slack.workspaces import Workspace
from tests.channels.slack_house import (
    MODES,
    PNG,
    STORY,
    House,
    slack_house,
)
from tests.channels.test_slack_translate import NOW, payload
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Over Socket Mode."""
    async with slack_house(tmp_path) as house:
        yield house


@pytest.mark.parametrize("mode", MODES)
async def test_repeated_event_takes_no_second_turn(tmp_path: Path, mode: str) -> None:
    """Acknowledged each time, answered once."""
    async with slack_house(tmp_path, mode) as house:
        alice = house.enter()
        await alice.tells(STORY, "⟦ask.effect⟧")
        event = house.slack.events()[0]

        for _ in range(3):
            house.slack.repeat(event.payload["event_id"])
        await house.until(lambda: len(event.attempts) == 4)

        assert [""] * 4 == [attempt.problem for attempt in event.attempts]
        assert 1 == house.turns
        assert 2 == len(alice.messages())


async def test_repeated_event_after_a_restart(tmp_path: Path) -> None:
    """What was taken before is known to the next process."""
    async with FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack:
        async with slack_house(tmp_path, slack=slack) as house:
            alice = house.enter()
            await alice.tells(STORY, "⟦ask.effect⟧")
        async with slack_house(tmp_path, slack=slack) as house:
            slack.repeat(slack.events()[0].payload["event_id"])
            await house.until(lambda: len(slack.events()[0].attempts) == 2)
            assert 0 == house.turns
            assert 2 == len(slack.from_bot(alice.direct))


@pytest.mark.parametrize("order", ["reverse", "shuffle"])
async def test_late_and_reordered_messages_are_all_kept(house: House, order: str) -> None:
    """Each is stored once; none answers a question that it was not said to."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    house.slack.hold()
    for word in ("first", "second", "third"):
        alice.say(f"{word} thing that happened to me")

    await house.slack.release(order, seed=3)

    await house.until(lambda: house.turns == 4)
    await alice.hears("⟦")


async def test_press_that_overtakes_a_message(house: House) -> None:
    """Both are handled by their own meaning."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    house.slack.hold()
    alice.say("I had nothing to give away")

    await alice.presses("skip")
    await alice.hears("⟦ask.evidence⟧")
    await house.slack.release()

    await house.until(lambda: house.turns == 3)


async def test_double_press_is_one_complaint(house: House) -> None:
    """Two presses within the same moment."""
    alice = house.enter()
    await alice.at_check()

    presses = await asyncio.gather(alice.presses("send"), alice.presses("send"))

    await alice.hears("⟦acknowledgement")
    assert all(press.acknowledged for press in presses)
    assert 1 == len(await house.ombud.complaints())


async def test_two_people_at_once(house: House) -> None:
    """Lanes of their own."""
    people = [house.enter(f"person{number}") for number in range(20)]

    references = await asyncio.gather(*(person.lodges() for person in people))

    assert 20 == len(set(references)) == len(await house.ombud.complaints())


async def test_own_and_other_bots_messages_make_no_loop(house: House) -> None:
    """The events about the bot's own messages, another bot's, Slackbot's."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    other = {"type": "message", "channel": alice.direct, "channel_type": "im", "text": "hi"}
    for number, author in enumerate(
        ({"bot_id": "B1", "user": "U1"}, {"subtype": "bot_message"}, {"user": "USLACKBOT"})
    ):
        house.slack.push({**other, **author, "ts": f"179543052{number}.000001"})

    await house.until(lambda: all(event.acknowledged for event in house.slack.events()))

    assert 1 == house.turns
    assert 2 == len(alice.messages())


UNKNOWN: list[dict[str, Any]] = [
    {"type": "reaction_added", "user": "U1", "item": {}},
    {"type": "message", "subtype": "huddle_thread", "channel_type": "im", "channel": "D1"},
]
POISON: list[dict[str, Any]] = [
    {"type": "message", "channel_type": "im", "user": "U1", "channel": "D1", "ts": "never"},
    {"type": "message", "channel_type": "im", "user": "U1", "channel": "D1", "ts": [], "text": "x"},
    {"type": "message", "channel_type": "im", "user": "U1", "channel": "D1", "text": {}},
    {"type": "message", "channel_type": "im", "user": "U1", "ts": "1", "files": [{}]},
    {"type": "app_mention", "user": "U1"},
    {"type": "app_home_opened", "tab": "home"},
]


UNREADABLE: list[Any] = [
    None,
    [],
    "x",
    {},
    {"type": None},
    {"type": 3},
    {"type": "message", "channel_type": "im", "user": 3, "channel": "D1", "ts": "1"},
    {"type": "message", "channel_type": "im", "subtype": "message_changed", "message": "?"},
    {"type": "message", "channel_type": "im", "user": "U1", "subtype": "message_deleted"},
]


@pytest.mark.parametrize("mode", MODES)
async def test_unknown_kinds_are_counted(tmp_path: Path, mode: str) -> None:
    """And acknowledged, so that Slack does not send them again."""
    async with slack_house(tmp_path, mode) as house:
        for event in UNKNOWN:
            house.slack.push(event)
        await house.slack.shortcut(house.enter().user, "ombud_log")

        await house.until(lambda: all(one.acknowledged for one in house.slack.deliveries))

        assert 3 == house.refused("slack_unknown")


@pytest.mark.parametrize("mode", MODES)
async def test_poison_is_set_aside_and_its_lane_goes_on(tmp_path: Path, mode: str) -> None:
    """Missing fields, wrong types: acknowledged, quarantined, counted."""
    async with slack_house(tmp_path, mode) as house:
        for event in POISON:
            house.slack.push(event)
        await house.until(lambda: all(one.acknowledged for one in house.slack.deliveries))
        set_aside = house.ombud.metric("ombud_quarantined_total", channel="slack")

        alice = house.enter()
        await alice.tells(STORY, "⟦ask.effect⟧")

        # A busy machine may let Slack wait for one so long that it sends it again.
        assert set_aside >= len(POISON)


@pytest.mark.parametrize("event", UNREADABLE, ids=repr)
async def test_the_same_through_a_socket(house: House, event: Any) -> None:
    """Acknowledged, and the connection lives."""
    house.slack.push({"type": "reaction_added"})
    delivery = house.slack.events()[0]
    delivery.payload["event"] = event

    house.slack.repeat(delivery.payload["event_id"])
    await house.until(lambda: len(delivery.attempts) == 2)

    assert all(attempt.problem == "" for attempt in delivery.attempts)
    await house.enter().tells(STORY, "⟦ask.effect⟧")


@pytest.mark.parametrize("mode", MODES)
async def test_another_workspace_is_refused(tmp_path: Path, mode: str) -> None:
    """Events, presses, forms and commands alike."""
    async with slack_house(tmp_path, mode) as house:
        alice = house.enter()
        await alice.at_check()
        taken = house.turns
        house.slack.workspace.team_id = "T0ANOTHER"

        alice.say(STORY)
        await alice.presses("send")
        await house.slack.press(alice.user, "ombud_check_open")
        await house.slack.command(alice.user, "/complain", STORY)

        await house.until(lambda: house.refused("slack_team") >= 4)
        assert [] == house.slack.open_views(alice.user)
        assert taken == house.turns
        assert () == await house.ombud.complaints()


async def test_acknowledged_in_time_though_the_turn_is_slow(house: House) -> None:
    """A file that takes longer than Slack waits: acknowledged, and answered later."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    house.slack.fault(method="download", kind="delay", seconds=2.5)
    photo = house.slack.file(alice.user, PNG, "smashed.png", "image/png")

    alice.say("", files=[photo])
    await alice.hears("⟦file.saved count=1⟧")

    (event,) = [e for e in house.slack.events() if "files" in e.payload["event"]]
    assert [""] == [attempt.problem for attempt in event.attempts]
    assert event.attempts[0].seconds < 3


async def test_flood_is_answered_once(house: House) -> None:
    """More than anybody could read: what fits is taken, the rest is dropped and said so."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    house.slack.fault(method="download", kind="delay", seconds=0.5)
    alice.say("", files=[house.slack.file(alice.user, PNG, "smashed.png", "image/png")])
    await house.until(lambda: house.slack.calls("download"))

    for number in range(250):
        alice.say(f"word {number}")

    await alice.hears("⟦unreadable.flood⟧")
    assert 1 == sum("⟦unreadable.flood⟧" in text for text in alice.shown())
    assert house.refused("flood") > 0


class Broken:
    """An inbox whose database fails."""

    async def take(self, raw: Raw) -> None:
        """Nothing is kept."""
        raise StorageError


class Unasked:
    """What is asked for by nothing that is only kept."""

    async def hint(self, body: dict[str, Any]) -> str:
        """Says nothing."""
        return ""


def bolt() -> AsyncApp:
    """What listens, before an inbox whose database fails."""
    settings, observer = Settings("xoxb", signing_secret="secret"), Metrics()
    listening = Listening(
        settings=settings,
        api=Api(settings),
        inbox=Broken(),
        forms=cast(Forms, Unasked()),
        observer=observer,
        now=lambda: NOW,
        workspace=Workspace(observer),
    )
    return listening.app()


@pytest.mark.parametrize("name", ["message_im", "press", "command_complain", "shortcut_start"])
async def test_what_was_not_kept_is_not_acknowledged(name: str) -> None:
    """Slack then sends it again, or shows the person that it failed."""
    request = AsyncBoltRequest(mode="socket_mode", body=payload(name))

    response = await bolt().async_dispatch(request)

    assert 500 == response.status
