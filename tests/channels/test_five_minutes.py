"""The steps of the README, one by one: from nothing to a Telegram bot and a Slack app."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import yaml

from tests.platforms import HAS_FAKES, needs_fakes
from tests.serving import ROOT, Caseworker, Server

if HAS_FAKES:
    from platform_fakes import FakeSlack, FakeTelegram

pytestmark = needs_fakes

ANSWERS = (
    ("How has this affected you", "Skip"),
    ("Do you have photos or papers", "Later"),
    ("How should we answer you", "Skip"),
)


async def ombud(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Runs a command as somebody at a shell does; its status and what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OMBUD_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=folder,
        env=kept | settings | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def findings(folder: Path, **settings: str) -> dict[str, dict[str, str]]:
    """What `ombud doctor` says, by name."""
    _, printed = await ombud(folder, "doctor", "--json", **settings)
    return {check["name"]: check for check in json.loads(printed)["checks"]}


async def test_a_telegram_bot_in_five_steps(tmp_path: Path) -> None:
    """Token, setup, doctor, serve, and a complaint from a phone."""
    async with FakeTelegram() as telegram:
        told = {
            "OMBUD_TELEGRAM_TOKEN": telegram.token,
            "OMBUD_TELEGRAM_API_URL": telegram.url,
            "OMBUD_PORT": "0",
        }
        status, printed = await ombud(tmp_path, "telegram", "setup", **told)
        assert status == 0, printed
        assert {call.outcome for call in telegram.calls("setMy*")} == {"ok"}
        checks = await findings(tmp_path, **told)
        assert all(
            check["state"] == "ok" for name, check in checks.items() if "telegram" in name
        ), checks
        server = Server(tmp_path, told)
        await asyncio.to_thread(server.start)
        try:
            alice = telegram.user("Alice")
            telegram.say(alice, "/start")
            await telegram.wait_for(alice, "computer program", timeout=20)
            telegram.say(alice, "Order 48213 came smashed yesterday. I want a refund")
            await telegram.wait_for(alice, "How has this affected you", timeout=20)
        finally:
            assert await asyncio.to_thread(server.stop) == 0


async def test_a_slack_app_in_five_steps(tmp_path: Path) -> None:
    """Manifest, tokens, doctor, serve, and a complaint in a direct message."""
    status, printed = await ombud(tmp_path, "slack", "manifest")
    assert status == 0
    assert yaml.safe_load(printed)["settings"]["socket_mode_enabled"] is True
    async with FakeSlack() as slack:
        told = {
            "OMBUD_SLACK_BOT_TOKEN": slack.bot_token,
            "OMBUD_SLACK_APP_TOKEN": slack.app_token,
            "OMBUD_SLACK_API_URL": slack.api_url,
            "OMBUD_PORT": "0",
        }
        checks = await findings(tmp_path, **told)
        assert all(check["state"] == "ok" for name, check in checks.items() if "slack" in name), (
            checks
        )
        server = Server(tmp_path, told)
        await asyncio.to_thread(server.start)
        try:
            await slack.until(slack.sockets, timeout=20)
            boss = slack.user("bo")
            slack.say(boss, "Order 48213 came smashed yesterday. I want a refund")
            await slack.wait_for(slack.direct(boss), "How has this affected you", timeout=20)
        finally:
            assert await asyncio.to_thread(server.stop) == 0


async def test_killed_between_commit_and_send_the_answer_still_arrives(tmp_path: Path) -> None:
    """The complaint is committed, the platform is slow, the power goes: the next start makes it
    good, with the same reference and without a second complaint (reliability 2, 3)."""
    async with FakeTelegram() as telegram:
        told = {
            "OMBUD_TELEGRAM_TOKEN": telegram.token,
            "OMBUD_TELEGRAM_API_URL": telegram.url,
            "OMBUD_RETRY_SECONDS": "0.05",
        }
        server = Server(tmp_path, told)
        await asyncio.to_thread(server.start)
        alice = telegram.user("Alice")
        telegram.say(alice, "Order 48213 came smashed yesterday. I want a refund")
        for question, answer in ANSWERS:
            await telegram.wait_for(alice, question, timeout=20)
            telegram.press(alice, answer)
        await telegram.wait_for(alice, "Check your complaint", timeout=20)
        telegram.fault(method="sendMessage", kind="drop", seconds=30)
        telegram.press(alice, "Send my complaint")
        await telegram.until(
            lambda: any("We have your complaint" in str(c.params) for c in telegram.calls("send*")),
            timeout=20,
        )
        await asyncio.to_thread(server.kill)
        telegram.clear_faults()
        await asyncio.to_thread(server.start)
        try:
            acknowledged = await telegram.wait_for(alice, "We have your complaint", timeout=30)
            (complaint,) = await asyncio.to_thread(Caseworker(server.url).all)
            assert complaint["reference"] in acknowledged["text"]
        finally:
            await asyncio.to_thread(server.stop)
