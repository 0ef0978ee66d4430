"""A real server is killed while it shows a complaint; the next one shows the rest, each once."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from channels.slack.desk import names
from tests.channels.slack_house import STORY, settings_for
from tests.platforms import HAS_FAKES, needs_fakes
from tests.serving import Caseworker, Server, Visitor

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


async def start(server: Server, slack: FakeSlack) -> None:
    """Until it listens to Slack."""
    await asyncio.to_thread(server.start)
    await slack.until(slack.sockets, timeout=30)


def lodged(url: str) -> str:
    """Somebody complains in the web chat; the reference."""
    visitor = Visitor(url)
    visitor.enter()
    last = visitor.send(text=STORY)[-1]
    while last["ask"] != "check":
        last = visitor.send(action="skip")[-1]
    said = visitor.send(action="send")
    return str(next(line["reference"] for line in said if line["reference"]))


def told(slack: FakeSlack, triage: str) -> Counter[tuple[str, Any, Any]]:
    """What stands in the channel and its threads, by what the metadata says."""
    found: Counter[tuple[str, Any, Any]] = Counter()
    for message in slack.workspace.channels[triage].messages.values():
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload", {})
        found[metadata.get("event_type", ""), payload.get("event"), payload.get("part")] += 1
    return found


@pytest.mark.parametrize(
    ("method", "skip"),
    [
        pytest.param("chat.postMessage", 0, id="card"),
        pytest.param("chat.postMessage", 1, id="story", marks=pytest.mark.long),
        pytest.param("chat.getPermalink", 0, id="end"),
        pytest.param("chat.update", 0, id="edit"),
    ],
)
async def test_whoever_is_killed_doubles_nothing(tmp_path: Path, method: str, skip: int) -> None:
    """Killed after Slack did it and before that was noted: the next process finds it there."""
    async with FakeSlack(retry_delays=(0.0, 0.05, 0.1)) as slack:
        triage = slack.channel("triage", [slack.user("mina")], private=True)
        settings = {**settings_for(slack, "socket"), "slack_triage_channel": triage}
        server = Server(
            tmp_path,
            {f"OMBUD_{name.upper()}": value for name, value in settings.items()}
            | {"OMBUD_RETRY_SECONDS": "0.05"},
        )
        try:
            await start(server, slack)
            slack.fault(method=method, kind="lose_reply", seconds=60, skip=skip)
            reference = await asyncio.to_thread(lodged, server.url)
            if method == "chat.update":
                await slack.wait_for(triage, contains=reference, timeout=20)
                await asyncio.to_thread(Caseworker(server.url).act, reference, "take")
            await slack.until(lambda: len(slack.calls(method)) > skip, timeout=20)
            await asyncio.to_thread(server.kill)

            await start(server, slack)
            await asyncio.to_thread(Caseworker(server.url).act, reference, "note", text="Go on")
            await slack.until(lambda: "Go on" in str(slack.messages(triage)), timeout=30)
        finally:
            await asyncio.to_thread(server.kill)

        found = told(slack, triage)
        assert 1 == found[names.CARD, None, None]
        assert {1} == set(found.values())
        assert 1 == found[names.EVENT, 1, 0]
