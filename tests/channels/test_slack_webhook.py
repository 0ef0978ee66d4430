"""What is sent to `/slack/events`: Slack's own is taken, all else refused and counted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.channels.slack_house import STORY, House, slack_house
from tests.channels.test_slack_listening import UNREADABLE
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes.slack import sign

pytestmark = needs_fakes


@pytest.fixture
async def called(tmp_path: Path) -> AsyncIterator[House]:
    """An installation that Slack calls."""
    async with slack_house(tmp_path, "http") as house:
        yield house


async def _post(
    house: House,
    body: str | bytes,
    headers: Mapping[str, Any] = MappingProxyType({}),
    age: int = 0,
    secret: str | None = None,
) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    signed = sign(secret or house.slack.signing_secret, int(house.slack.clock.now()) - age, content)
    told = {"content-type": "application/json", **signed, **headers}
    async with httpx.AsyncClient(base_url=house.ombud.url) as client:
        return await client.post("/slack/events", content=content, headers=told)


def _message(house: House, user: str) -> str:
    return json.dumps(
        house.slack.payloads.event_callback(
            {
                "type": "message",
                "channel_type": "im",
                "channel": house.slack.direct(user),
                "user": user,
                "text": STORY,
                "ts": f"{house.slack.clock.now():.6f}",
            }
        )
    )


async def test_forged_calls_are_refused_and_counted(called: House) -> None:
    """Another secret, too old, from the future, changed, without a signature, with nonsense."""
    alice = called.enter()
    body = _message(called, alice.user)
    good = sign(called.slack.signing_secret, int(called.slack.clock.now()), body.encode())

    refused = [
        await _post(called, body, secret="another secret"),
        await _post(called, body, age=310),
        await _post(called, body, age=-330),
        await _post(called, body.replace("48213", "48214"), good),
        await _post(called, body, {"X-Slack-Signature": ""}),
        await _post(called, body, {"X-Slack-Request-Timestamp": "now"}),
        await _post(called, body, {"X-Slack-Signature": "v0=é".encode()}),
    ]

    assert [401] * 7 == [response.status_code for response in refused]
    assert 7 == called.refused("slack_signature")
    assert 0 == called.turns
    assert (await _post(called, body)).status_code == 200
    assert 1 == called.turns


async def test_replayed_call_takes_no_second_turn(called: House) -> None:
    """A good request again, within the five minutes in which its signature holds."""
    body = _message(called, called.enter().user)

    statuses = [(await _post(called, body)).status_code for _ in range(3)]

    assert [200] * 3 == statuses
    assert 1 == called.turns


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 200),
        (b"payload=%7B", "application/x-www-form-urlencoded", 200),
        (b"[" * 100_000, "application/json", 200),
        (b"[]", "application/json", 200),
        (b"\xff\xfe", "application/json", 401),
    ],
    ids=["torn", "torn-form", "deep", "list", "no-text"],
)
async def test_nonsense_is_no_error_of_ours(
    called: House, body: bytes, kind: str, status: int
) -> None:
    """Signed, it is never readable and not to be sent again; unsigned, it is refused."""
    signed = await _post(called, body, {"content-type": kind})
    unsigned = await _post(called, body, {"content-type": kind}, secret="another secret")

    assert (status, 401) == (signed.status_code, unsigned.status_code)


async def test_oversized_and_misdirected_calls(called: House) -> None:
    """Too large, another method, another path."""
    async with httpx.AsyncClient(base_url=called.ombud.url) as client:
        wrong = [
            await client.get("/slack/events"),
            await client.post("/slack/elsewhere", content=b"{}"),
        ]

    assert 413 == (await _post(called, b"x" * (4 * 1024 * 1024))).status_code
    assert [405, 404] == [response.status_code for response in wrong]


async def test_url_is_verified(called: House) -> None:
    """The handshake when the address is pasted."""
    assert await called.slack.verify_url()


async def test_no_webhook_beside_a_socket(tmp_path: Path) -> None:
    """Whoever has no secret to check by is not listened to."""
    async with slack_house(tmp_path) as house:
        assert 404 == (await _post(house, "{}")).status_code


@pytest.mark.parametrize("event", UNREADABLE, ids=repr)
async def test_payload_that_bolt_can_not_read(called: House, event: Any) -> None:
    """No answer that makes Slack send it again, and no exception."""
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": event})

    response = await _post(called, body)

    assert 200 == response.status_code
    quarantined = called.ombud.metric("ombud_quarantined_total", channel="slack")
    assert 1 == called.refused("slack_unknown") + quarantined
