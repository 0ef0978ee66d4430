"""The small parts of the channel: pauses, names, what is told to `ombud doctor`, log lines."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from aiohttp import web

from bot.logs import set_up_logs
from bot.platforms import Finding
from channels.slack.api import Api
from channels.slack.channel import checkup
from channels.slack.manifest import SCOPES
from channels.slack.pausing import Pauses
from channels.slack.people import People, Person
from channels.slack.settings import Settings
from tests.channels.slack_house import PNG, STORY, slack_house
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace."""
    async with FakeSlack() as slack:
        yield slack


def test_pauses_grow_to_a_minute() -> None:
    """Doubling from the first, up to sixty times it."""
    pauses = Pauses(1, chance=lambda: 0)

    assert [1, 2, 4, 8, 16, 32, 60, 60] == [pauses.next() for _ in range(8)]
    pauses.reset()
    assert 1 == pauses.next()


def test_pauses_are_never_quite_the_same() -> None:
    """Up to half is taken off by chance."""
    assert 0.5 == Pauses(1, chance=lambda: 1).next()
    assert len({Pauses(1).next() for _ in range(9)}) > 1


def test_what_slack_tells_counts() -> None:
    """And what can't pass soon is not asked often."""
    pauses = Pauses(1, chance=lambda: 0)

    assert 30 == pauses.next(30.0)
    assert 60 == pauses.next(is_hopeless=True)


@pytest.mark.parametrize("tries", [10_000])
def test_pauses_go_on_for_ever(tries: int) -> None:
    """An outage of days ends in no overflow."""
    pauses = Pauses(1, chance=lambda: 0)

    assert 60 == [pauses.next() for _ in range(tries)][-1]


async def test_names_are_asked_for_once_an_hour(slack: FakeSlack) -> None:
    """And are up to date after it."""
    clock, api = Clock(), Api(Settings(slack.bot_token, slack.api_url))
    people = People(api, clock)
    alice = slack.user("alice", locale="sv-SE")

    assert [Person("alice", "sv")] * 3 == [await people.of(alice) for _ in range(3)]
    assert 1 == len(slack.calls("users.info"))
    slack.workspace.users[alice]["profile"]["display_name"] = "Alice B"
    clock.now += timedelta(hours=1, seconds=1)
    assert "Alice B" == (await people.of(alice)).name
    await api.close()


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"display_name": "", "real_name": "Alice Andersson"}, "Alice Andersson"),
        ({"display_name": " a\x00l\nice ", "real_name": "x"}, "al ice"),
        ({"display_name": None, "real_name": ""}, "Alice"),
        ({"display_name": "x" * 999}, "x" * 200),
    ],
)
async def test_name_is_one_clean_line(slack: FakeSlack, profile: dict[str, Any], name: str) -> None:
    """Whatever somebody put there, and where it is empty, the next best."""
    api = Api(Settings(slack.bot_token, slack.api_url))
    alice = slack.user("alice", real_name="Alice", profile=profile)

    assert name == (await People(api, Clock()).of(alice)).name
    await api.close()


async def test_last_known_name_serves_while_slack_is_down(slack: FakeSlack) -> None:
    """Nobody is asked their name for an outage, and Slack is not asked in every turn."""
    clock, api = Clock(), Api(Settings(slack.bot_token, slack.api_url))
    people, alice = People(api, clock), slack.user("alice")
    await people.of(alice)
    clock.now += timedelta(hours=2)
    slack.fault(method="users.info", kind="status", times=9)

    assert ["alice"] * 2 == [(await people.of(alice)).name for _ in range(2)]
    assert 2 == len(slack.calls("users.info"))
    await api.close()


async def test_slow_slack_is_not_waited_for(slack: FakeSlack) -> None:
    """A turn goes on without a name."""
    api = Api(Settings(slack.bot_token, slack.api_url))
    people = People(api, Clock(), patience=0.05)
    slack.fault(method="users.info", kind="delay", seconds=1)

    assert Person() == await people.of(slack.user("alice"))
    await api.close()


def _settings(slack: FakeSlack, **changes: Any) -> Settings:
    told = {"bot_token": slack.bot_token, "api_url": slack.api_url, **changes}
    return Settings(**told)


def _states(findings: Any) -> dict[str, bool]:
    return {finding.name: finding.is_fine for finding in findings}


async def test_doctor_finds_all_well(slack: FakeSlack) -> None:
    """Token, scopes, socket."""
    findings = await checkup(_settings(slack, app_token=slack.app_token))

    assert {"slack_token": True, "slack_scopes": True, "slack_socket": True} == _states(findings)
    assert ["auth.test", "apps.connections.open"] == [call.method for call in slack.calls()]


async def test_doctor_finds_a_wrong_token(slack: FakeSlack) -> None:
    """With the step that mends it, and without the token."""
    (finding,) = await checkup(_settings(slack, bot_token="xoxb-canary"))

    assert not finding.is_fine
    assert "invalid_auth" in finding.what
    assert "OMBUD_SLACK_BOT_TOKEN" in finding.mend
    assert "canary" not in str(finding)


@pytest.mark.parametrize(
    "fault", [{"kind": "status"}, {"kind": "drop"}, {"kind": "rate_limit"}], ids=str
)
async def test_doctor_finds_slack_down(slack: FakeSlack, fault: dict[str, Any]) -> None:
    """Nothing is raised, and nothing is wrong with the token."""
    slack.fault(method="auth.test", **fault)

    (finding,) = await checkup(_settings(slack))

    assert "does not answer" in finding.what


async def test_doctor_finds_a_wrong_app_token(slack: FakeSlack) -> None:
    """The socket can't be opened."""
    findings = await checkup(_settings(slack, app_token="xapp-wrong"))

    assert {"slack_token": True, "slack_scopes": True, "slack_socket": False} == _states(findings)
    assert "connections:write" in findings[-1].mend


@pytest.mark.parametrize(
    ("secret", "url", "is_fine"),
    [
        ("s", "https://complaints.example", True),
        ("s", "http://complaints.example", False),
        (None, "https://complaints.example", False),
    ],
)
async def test_doctor_looks_at_the_webhook(
    slack: FakeSlack, secret: str | None, url: str, is_fine: bool
) -> None:
    """A secret, and an address that Slack calls."""
    findings = await checkup(_settings(slack, signing_secret=secret, public_url=url))

    assert is_fine == _states(findings)["slack_webhook"]
    assert all(finding.is_fine or finding.mend for finding in findings)


@pytest.mark.parametrize(
    ("given", "is_fine"),
    [(",".join(SCOPES), True), (", ".join((*SCOPES, "more:read")), True), ("chat:write", False)],
)
async def test_doctor_compares_scopes(given: str, is_fine: bool) -> None:
    """Slack tells a token's scopes in a header of its answers."""

    async def answer(_: web.Request) -> web.Response:
        told = {"ok": True, "user": "ombud", "team": "Example", "url": "wss://x"}
        return web.json_response(told, headers={"X-OAuth-Scopes": given})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]

    findings = await checkup(Settings("xoxb", f"http://{host}:{port}/api", app_token="xapp"))

    await runner.cleanup()
    found: Finding = next(finding for finding in findings if finding.name == "slack_scopes")
    assert is_fine == found.is_fine
    assert is_fine or "im:history" in found.what


async def test_logs_tell_nothing_that_people_said(tmp_path: Path) -> None:
    """Not at DEBUG either: no words, names, files, tokens, links, from us or from libraries."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs("DEBUG", stream)
    try:
        async with slack_house(tmp_path, language="en") as house:
            alice = house.enter("canaryname")
            await alice.tells(f"{STORY}, canaryword <!channel>", "How has this")
            house.slack.fault(method="chat.postMessage", kind="error", error="invalid_blocks")
            house.slack.fault(method="chat.*", kind="drop", times=2)
            photo = house.slack.file(alice.user, PNG, "canaryfile.png", "image/png")
            await alice.tells("", "Files received: 1", files=[photo])
            house.slack.push({"type": "message", "channel_type": "im", "text": "canarypoison"})
            house.slack.push({"type": "canaryevent", "text": "canarypoison"})
            house.slack.cut_sockets()
            await house.until(house.slack.sockets)
    finally:
        root.handlers[:], root.level = handlers, level
        logging.captureWarnings(False)
        structlog.reset_defaults()

    told = stream.getvalue()
    secrets = (house.slack.bot_token, house.slack.app_token, "ticket-")
    assert "socket connected" in told
    assert [] == [word for word in ("canary", *secrets) if word in told]
