"""A real server that talks to Slack is killed at the worst moments; the next one makes it good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.channels.slack_house import PNG, STORY, settings_for
from tests.platforms import HAS_FAKES, needs_fakes
from tests.serving import Server

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace that waits for nobody."""
    async with FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack:
        yield slack


@pytest.fixture
async def server(tmp_path: Path, slack: FakeSlack) -> AsyncIterator[Server]:
    """A server on its own, connected."""
    told = {f"OMBUD_{name.upper()}": value for name, value in settings_for(slack, "socket").items()}
    server = Server(tmp_path, {**told, "OMBUD_LANGUAGE": "keys", "OMBUD_RETRY_SECONDS": "0.05"})
    await start(server, slack)
    yield server
    await asyncio.to_thread(server.kill)


async def start(server: Server, slack: FakeSlack) -> None:
    """Until it listens to Slack."""
    await asyncio.to_thread(server.start)
    await slack.until(slack.sockets, timeout=20)


def lines(slack: FakeSlack, direct: str) -> list[str]:
    """What the bot said, by the first key of each message."""
    return [m["text"].split()[0].strip("⟦⟧") for m in slack.from_bot(direct)]


async def test_line_that_slack_took_is_not_repeated(slack: FakeSlack, server: Server) -> None:
    """Killed after Slack posted it and before that was noted: the next process finds it there."""
    alice = slack.user("alice")
    direct = slack.direct(alice)
    slack.fault(method="chat.postMessage", kind="delay", seconds=5, skip=1)
    slack.say(alice, STORY)
    await slack.until(lambda: len(slack.calls("chat.postMessage")) == 2, timeout=20)

    await asyncio.to_thread(server.kill)
    await slack.until(lambda: len(slack.from_bot(direct)) == 2, timeout=20)
    await start(server, slack)

    await slack.until(lambda: slack.calls("conversations.history"), timeout=30)
    slack.say(alice, "I had nothing to give away")
    await slack.wait_for(direct, contains="⟦ask.evidence⟧", timeout=20)
    assert ["greeting", "sorry", "left"] == lines(slack, direct)


async def test_acknowledged_file_is_fetched_by_the_next_process(
    slack: FakeSlack, server: Server
) -> None:
    """Slack was told that it was taken; killed while it was being fetched, it is fetched again."""
    alice = slack.user("alice")
    direct = slack.direct(alice)
    slack.say(alice, STORY)
    await slack.wait_for(direct, contains="⟦ask.effect⟧", timeout=20)
    slack.fault(method="download", kind="delay", seconds=60)
    photo = slack.file(alice, PNG, "smashed.png", "image/png")
    slack.say(alice, "", files=[photo])
    await slack.until(lambda: _of_the_file(slack).acknowledged, timeout=20)

    await asyncio.to_thread(server.kill)
    await start(server, slack)

    answer: dict[str, Any] = await slack.wait_for(direct, "⟦file.saved", timeout=20)
    assert "⟦file.saved count=1⟧" in answer["shown"]
    assert 1 == len(_of_the_file(slack).attempts)


def _of_the_file(slack: FakeSlack) -> Any:
    (event,) = [one for one in slack.events() if "files" in one.payload["event"]]
    return event
