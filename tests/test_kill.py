"""kill -9 while turns are taken: what was acknowledged is there after the restart, and once."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from random import Random  # noqa: TID251  a seed must give the same kills again
from uuid import uuid4

import httpx
import pytest

from tests.serving import Caseworker, Server, Visitor, serving

STORY = "Order 48213 came smashed yesterday. I want a refund"
SCRIPT: tuple[dict[str, str], ...] = (
    {"text": STORY}, {"text": "it ruined my evening"}, {"action": "skip"}, {"text": "Kim Teale"},
    {"action": "chat"}, {"action": "send"}, {"text": "status please"},
)  # fmt: skip


def test_sigterm_ends_turns_and_leaves_with_zero(tmp_path: Path) -> None:
    """SIGTERM lets the server leave in time, an open stream or not."""
    with serving(tmp_path) as server:
        visitor = Visitor(server.url)
        visitor.enter()
        with httpx.stream("GET", f"{server.url}/chat/events", headers=visitor.headers):
            began = time.monotonic()

            status = server.stop()

        assert status == 0
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path, seed: int) -> None:
    """A conversation that is killed again and again ends as one that was not."""
    _converse_under_fire(tmp_path, Random(seed), kills=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 112))
def test_nothing_is_lost_under_many_kills(tmp_path: Path, seed: int) -> None:
    """The same, with many more kills."""
    _converse_under_fire(tmp_path, Random(seed), kills=8)


def _converse_under_fire(folder: Path, chance: Random, kills: int) -> None:
    with serving(folder) as server:
        visitor = Visitor(server.url)
        visitor.enter()
        doomed = {chance.randrange(len(SCRIPT)) for _ in range(kills)}
        acknowledged: list[str] = []
        for number, said in enumerate(SCRIPT):
            id_ = str(uuid4())
            if number in doomed:
                _kill_soon(server, chance.uniform(0, 0.02))
            try:
                visitor.send(id_, **said)
            except httpx.HTTPError:
                server.start()
                visitor.url = server.url
                visitor.send(id_, **said)  # the client sends the same id again
            acknowledged.append(said.get("text", ""))
            if server.process is None or server.process.poll() is not None:
                server.start()
                visitor.url = server.url

        own = [line["text"] for line in visitor.history() if line["from"] == "complainant"]
        complaints = Caseworker(server.url).all()

    assert [text for text in own if text in acknowledged] == [t for t in acknowledged if t]
    assert len(complaints) == 1
    assert STORY in complaints[0]["details"]["narrative"]
    assert complaints[0]["details"]["name"] == "Kim Teale"


def _kill_soon(server: Server, after: float) -> None:
    process = server.process

    def kill() -> None:
        time.sleep(after)
        if process is not None:
            process.kill()
            process.wait()

    threading.Thread(target=kill).start()
