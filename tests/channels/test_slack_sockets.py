"""The channel stays connected to Slack whatever happens, and says so while it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.metrics import Metrics
from channels.slack.api import quiet
from channels.slack.sockets import Connection
from tests.channels.slack_house import (
    MODES,
    PATIENCE,
    STORY,
    House,
    eventually,
    settings_for,
    slack_house,
)
from tests.channels.test_slack_listening import bolt
from tests.channels.test_slack_translate import payload
from tests.platforms import HAS_FAKES, installation, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Over Socket Mode."""
    async with slack_house(tmp_path) as house:
        yield house


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "link_disabled"])
async def test_socket_is_renewed_when_slack_says_so(house: House, reason: str) -> None:
    """Nothing that is said around it is lost."""
    alice = house.enter()
    opened = len(house.slack.calls("apps.connections.open"))
    await alice.tells(STORY, "⟦ask.effect⟧")

    await house.slack.disconnect_sockets(reason)
    await house.until(lambda: len(house.slack.calls("apps.connections.open")) > opened)
    await house.until(house.slack.sockets)

    await alice.tells("I had nothing to give away", "⟦ask.evidence⟧")


async def test_socket_that_was_cut_is_made_anew(house: House) -> None:
    """Without a word, as networks do."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")

    assert 1 == house.slack.cut_sockets()
    await house.until(house.slack.sockets)

    await alice.tells("I had nothing to give away", "⟦ask.evidence⟧")


async def test_outage_ends_by_itself(house: House) -> None:
    """Slack is gone for many tries, with pauses between them; then it is as before."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    house.slack.fault(method="*", kind="drop", times=6)

    house.slack.cut_sockets()
    await house.until(lambda: house.trouble is not None)
    await eventually(lambda: _is_ready(house, False))
    await house.until(house.slack.sockets)

    await house.until(lambda: house.trouble is None)
    await alice.tells("I had nothing to give away", "⟦ask.evidence⟧")


async def _is_ready(house: House, wanted: bool) -> bool:
    async with httpx.AsyncClient(base_url=house.ombud.url) as client:
        checks = (await client.get("/readyz")).json()["checks"]
    return bool(checks["slack"]) is wanted


async def test_slack_that_is_down_at_start(tmp_path: Path) -> None:
    """Everything else serves; Slack comes when it can."""
    async with FakeSlack() as slack:
        slack.fault(method="*", kind="status", status=503, times=6)
        async with installation(
            tmp_path, language="keys", **settings_for(slack, "socket")
        ) as ombud:
            async with httpx.AsyncClient(base_url=ombud.url) as client:
                assert 201 == (await client.post("/chat/conversations")).status_code
            await slack.until(slack.sockets, timeout=PATIENCE)
            house = House(slack, ombud)
            await house.enter().tells(STORY, "⟦ask.effect⟧")
            await house.until(lambda: house.trouble is None)


@pytest.mark.parametrize("mode", MODES)
async def test_refused_token_is_told_and_tried_seldom(tmp_path: Path, mode: str) -> None:
    """Not ready, no busy loop, and the token stands in no message."""
    async with FakeSlack(bot_token="xoxb-the-right-one") as slack:
        told = {**settings_for(slack, mode), "slack_bot_token": "xoxb-canary"}
        async with installation(tmp_path, **told) as ombud:
            house = House(slack, ombud)
            await house.until(lambda: "invalid_auth" in str(house.trouble))

            assert 1 == len(slack.calls("auth.test"))
            assert "canary" not in str(house.trouble)
            assert await _is_ready(house, False)


async def test_refused_app_token_is_told(tmp_path: Path) -> None:
    """Messages could be sent, but none received."""
    async with FakeSlack(app_token="xapp-the-right-one") as slack:
        told = {**settings_for(slack, "socket"), "slack_app_token": "xapp-wrong"}
        async with installation(tmp_path, **told) as ombud:
            house = House(slack, ombud)

            await house.until(lambda: "OMBUD_SLACK_APP_TOKEN" in str(house.trouble))


async def test_stopping_acknowledges_what_was_taken(tmp_path: Path) -> None:
    """A turn in progress is neither cut nor acknowledged twice."""
    async with FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack:
        async with slack_house(tmp_path, slack=slack) as house:
            alice = house.enter()
            alice.say(STORY)
            await house.until(lambda: slack.calls("users.info"))
        (event,) = [e for e in slack.events() if e.payload["event"].get("user") == alice.user]
        assert [""] == [attempt.problem for attempt in event.attempts]
        async with slack_house(tmp_path, slack=slack):
            await alice.hears("⟦ask.effect⟧")
        assert 2 == len(slack.from_bot(alice.direct))


class Recorder:
    """A client that notes what is acknowledged."""

    logger = quiet

    def __init__(self) -> None:
        self.socket_mode_request_listeners: list[object] = []
        self.sent: list[object] = []

    async def send_socket_mode_response(self, response: object) -> None:
        """Notes it."""
        self.sent.append(response)

    async def end(self) -> None:
        """Nothing is open."""


async def test_closing_connection_takes_nothing_more() -> None:
    """What comes then is not acknowledged, and so comes to the next one."""
    client, observer = Recorder(), Metrics()
    connection = Connection(bolt(), cast(Any, client), observer)
    envelope = SocketModeRequest("events_api", "e1", payload("reaction_added"))

    await connection.handle(cast(Any, client), envelope)
    await connection.close()
    await connection.handle(cast(Any, client), envelope)

    assert 1 == len(client.sent)
