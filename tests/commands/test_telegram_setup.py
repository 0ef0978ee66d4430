"""`ombud telegram setup` and what `ombud doctor` says about Telegram, against the fake platform."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from aiogram.types import User
from typer.testing import CliRunner

from bot.commands import telegram as command
from bot.errors import ConfigurationError, OmbudError
from bot.languages import load_languages, spoken
from bot.platforms import Finding
from channels.telegram.channel import set_up
from channels.telegram.checkup import checkup, privacy
from channels.telegram.translate import COMMANDS
from tests.channels.telegram_person import fake_telegram, settings
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

pytestmark = needs_fakes

LANGUAGES = load_languages()
SECRET = "a-secret_of-ours"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram with one bot."""
    async with fake_telegram() as fake:
        yield fake


def calls(telegram: FakeTelegram, method: str) -> list[dict[str, Any]]:
    """What the bot told Telegram."""
    return [call.params for call in telegram.calls(method)]


async def test_every_language_gets_its_menu(telegram: FakeTelegram) -> None:
    """All nine commands in private chats, help alone in groups, for each language and for none."""
    said: list[str] = []
    await set_up(settings(telegram), LANGUAGES, said.append)

    told = calls(telegram, "setMyCommands")
    private = [one for one in told if one["scope"]["type"] == "all_private_chats"]
    groups = [one for one in told if one["scope"]["type"] == "all_group_chats"]
    codes = [None, *sorted(spoken(LANGUAGES))]
    assert [one.get("language_code") for one in private] == codes
    assert [one.get("language_code") for one in groups] == codes
    for one in private:
        assert [entry["command"] for entry in one["commands"]] == list(COMMANDS)
        texts = LANGUAGES[one.get("language_code") or "en"].texts
        assert one["commands"][0]["description"] == texts["menu.start"]
    assert [[e["command"] for e in one["commands"]] for one in groups] == [["help"]] * len(codes)
    for method in ("setMyDescription", "setMyShortDescription"):
        assert [one.get("language_code") for one in calls(telegram, method)] == codes
    assert said[0] == "@ombud_test_bot (t.me/ombud_test_bot)"
    assert said[-1] == "webhook: none, updates are polled"
    assert telegram.updates.webhook is None


async def test_descriptions_fit(telegram: FakeTelegram) -> None:
    """Telegram takes 512 and 120 signs, and 256 for a command: no text is cut to fit."""
    for language in spoken(LANGUAGES).values():
        assert len(language.texts["bot.description"]) <= 512
        assert len(language.texts["bot.short_description"]) <= 120
        assert all(len(language.texts[f"menu.{name}"]) <= 256 for name in COMMANDS)


async def test_the_webhook_is_set_where_it_is_configured(telegram: FakeTelegram) -> None:
    """With its secret and the kinds of update."""
    said: list[str] = []
    await set_up(settings(telegram, webhook_secret=SECRET), LANGUAGES, said.append)

    assert telegram.updates.webhook is not None
    assert telegram.updates.webhook.url == "https://complaints.example/telegram/webhook"
    assert telegram.updates.webhook.secret_token == SECRET
    assert SECRET not in "".join(said)
    await set_up(settings(telegram), LANGUAGES, said.append)
    assert telegram.updates.webhook is None


async def test_keys_show_in_the_menu_too(telegram: FakeTelegram) -> None:
    """With the language `keys` nothing shows words."""
    await set_up(settings(telegram, language="keys"), LANGUAGES, lambda line: None)

    for one in calls(telegram, "setMyCommands"):
        assert all(entry["description"].startswith("⟦menu.") for entry in one["commands"])
    assert calls(telegram, "setMyDescription")[0]["description"].startswith("⟦bot.description")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param({"kind": "error", "code": 401, "error": "Unauthorized"}, "token", id="401"),
        pytest.param({"kind": "error", "code": 404, "error": "Not Found"}, "token", id="404"),
        pytest.param({"kind": "status", "status": 502}, "does not answer", id="502"),
        pytest.param({"kind": "drop"}, "does not answer", id="dropped"),
    ],
)
@pytest.mark.parametrize("method", ["getMe", "setMyDescription"])
async def test_a_failure_is_one_clear_line(
    telegram: FakeTelegram, fault: dict[str, Any], words: str, method: str
) -> None:
    """It says what is wrong, and not with what token."""
    telegram.fault(method=method, **fault)

    with pytest.raises(OmbudError) as caught:
        await set_up(settings(telegram), LANGUAGES, lambda line: None)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert telegram.token not in str(caught.value)


def test_without_a_token_there_is_nothing_to_set_up() -> None:
    """That is configuration, and the line says which."""
    result = CliRunner().invoke(command.app, ["setup"], env={"OMBUD_TELEGRAM_TOKEN": None})

    assert isinstance(result.exception, ConfigurationError)
    assert "OMBUD_TELEGRAM_TOKEN" in str(result.exception)


async def test_the_command_sets_it_up(telegram: FakeTelegram) -> None:
    """From the environment alone."""
    env = {"OMBUD_TELEGRAM_TOKEN": telegram.token, "OMBUD_TELEGRAM_API_URL": telegram.url}
    result = await to_thread(CliRunner().invoke, command.app, ["setup"], env=env)

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[0] == "@ombud_test_bot (t.me/ombud_test_bot)"
    assert calls(telegram, "setMyCommands")


async def found(telegram: FakeTelegram, **changes: Any) -> dict[str, Finding]:
    """The findings by name."""
    return {one.name: one for one in await checkup(settings(telegram, **changes))}


async def test_a_bot_that_was_set_up_has_no_finding(telegram: FakeTelegram) -> None:
    """By polling and by webhook."""
    await set_up(settings(telegram), LANGUAGES, lambda line: None)
    polled = await found(telegram)
    await set_up(settings(telegram, webhook_secret=SECRET), LANGUAGES, lambda line: None)
    called = await found(telegram, webhook_secret=SECRET)

    assert all(one.is_fine for one in (*polled.values(), *called.values()))
    assert set(polled) == {"telegram", "telegram_webhook", "telegram_menu", "telegram_privacy"}


async def test_every_finding_says_why_and_what_mends_it(telegram: FakeTelegram) -> None:
    """No menu, and a webhook where updates are polled, or another than ours, or none."""
    fresh = await found(telegram, webhook_secret=SECRET)
    await set_up(settings(telegram, webhook_secret=SECRET), LANGUAGES, lambda line: None)
    polled = await found(telegram)
    moved = await found(telegram, webhook_secret=SECRET, public_url="https://new.example")

    findings = (
        fresh["telegram_menu"],
        fresh["telegram_webhook"],
        polled["telegram_webhook"],
        moved["telegram_webhook"],
    )
    assert not any(one.is_fine for one in findings)
    assert {one.mend for one in findings} == {"ombud telegram setup"}
    assert all(one.why for one in findings)


async def test_a_webhook_that_fails_is_found(telegram: FakeTelegram) -> None:
    """Telegram tells what happened when it called."""
    told = {"webhook_secret": SECRET, "public_url": "http://127.0.0.1:9", "mode": "webhook"}
    await set_up(settings(telegram, **told), LANGUAGES, lambda line: None)
    telegram.say(telegram.user(), "hello")
    await telegram.until(lambda: telegram.updates.webhook.last_error_message)

    finding = (await found(telegram, **told))["telegram_webhook"]

    assert not finding.is_fine
    assert "Connection failed" in finding.what


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"token": "1:wrong"}, id="wrong token"),
        pytest.param({"token": "none"}, id="no token"),
        pytest.param({"api_url": "http://127.0.0.1:9"}, id="nobody there"),
    ],
)
async def test_what_cannot_be_reached_is_one_finding(
    telegram: FakeTelegram, changes: dict[str, str]
) -> None:
    """The doctor goes on, and shows no token."""
    (finding,) = (await found(telegram, **changes)).values()

    assert not finding.is_fine
    assert finding.mend
    assert telegram.token not in repr(finding)
    assert "1:wrong" not in repr(finding)


@pytest.mark.parametrize("reads_all", [False, True])
async def test_a_bot_that_reads_groups_is_found(telegram: FakeTelegram, reads_all: bool) -> None:
    """Privacy mode is off: what the bot need not read it should not."""
    me = telegram.bot | {"can_read_all_group_messages": reads_all}
    finding = privacy(User.model_validate(me))

    assert finding.is_fine is not reads_all
    assert bool(finding.mend) is reads_all
