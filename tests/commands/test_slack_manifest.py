"""`ombud slack manifest`: what is printed is what Slack takes and what the channel listens to."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.commands.slack import app
from bot.languages import load_languages
from channels.slack import names
from channels.slack.manifest import BOT_EVENTS, DESK, SCOPES, as_json, as_yaml, manifest
from channels.slack.settings import Settings

SOCKET = Settings("", app_token="xapp")
HTTP = Settings("", mode="http", public_url="https://complaints.example/")


def made(settings: Settings = SOCKET, language: str = "en") -> dict[str, Any]:
    """A manifest in a language."""
    words = load_languages()[language]
    return manifest(settings, lambda key: words.text(key, {}) if words.has(key) else DESK[key])


def test_everything_that_is_listened_to_is_asked_for() -> None:
    """Slack sends nothing else."""
    shape = made()

    bolt_names = {event.split(".")[0] for event in BOT_EVENTS}
    assert set(names.EVENTS) == bolt_names
    assert list(BOT_EVENTS) == shape["settings"]["event_subscriptions"]["bot_events"]
    commands = [command["command"] for command in shape["features"]["slash_commands"]]
    assert {*names.COMMANDS, "/complaint"} == set(commands)
    shortcuts = {short["callback_id"]: short["type"] for short in shape["features"]["shortcuts"]}
    assert {
        "ombud_start": "global",
        "ombud_log": "global",
        "ombud_make": "message",
        "ombud_send": "message",
    } == shortcuts
    assert set(names.SHORTCUTS) <= shortcuts.keys()
    assert shape["settings"]["interactivity"]["is_enabled"]


@pytest.mark.parametrize(
    ("event", "scopes"),
    [
        ("message.im", {"im:history"}),
        ("message.channels", {"channels:history"}),
        ("message.groups", {"groups:history"}),
        ("app_mention", {"app_mentions:read"}),
        ("app_home_opened", set()),
    ],
)
def test_events_have_their_scopes(event: str, scopes: set[str]) -> None:
    """Slack refuses a manifest that subscribes to what it may not read."""
    assert event in BOT_EVENTS
    assert scopes <= set(SCOPES)


def test_scopes_of_the_methods_that_are_called() -> None:
    """chat.postMessage, conversations.open and .history, users.info, files, commands."""
    needed = {"chat:write", "im:write", "im:history", "users:read", "files:read", "commands"}

    assert needed <= set(SCOPES)
    assert list(SCOPES) == made()["oauth_config"]["scopes"]["bot"]


def test_direct_messages_can_be_written() -> None:
    """The messages tab is open, and the Home tab is there."""
    features = made()["features"]

    assert {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    } == features["app_home"]
    assert features["bot_user"]["always_online"]


def test_socket_mode_needs_no_address() -> None:
    """None stands anywhere."""
    shape = made(SOCKET)

    assert shape["settings"]["socket_mode_enabled"]
    assert "http" not in as_json(shape)


def test_http_mode_names_the_address_everywhere() -> None:
    """Events, interactions and each command."""
    shape = made(HTTP)
    url = "https://complaints.example/slack/events"

    assert not shape["settings"]["socket_mode_enabled"]
    assert url == shape["settings"]["event_subscriptions"]["request_url"]
    assert url == shape["settings"]["interactivity"]["request_url"]
    assert [url] * 3 == [command["url"] for command in shape["features"]["slash_commands"]]


@pytest.mark.parametrize("language", sorted(load_languages()))
def test_limits_are_kept_in_every_language(language: str) -> None:
    """As docs.slack.dev/reference/app-manifest has them."""
    shape = made(language=language)

    shown = shape["display_information"]
    assert len(shown["name"]) <= 35
    assert 0 < len(shown["description"]) <= 140
    assert 174 <= len(shown.get("long_description", "x" * 174)) <= 4000
    for shortcut in shape["features"]["shortcuts"]:
        assert 0 < len(shortcut["name"]) <= 24
        assert 0 < len(shortcut["description"]) <= 150
    for command in shape["features"]["slash_commands"]:
        assert 0 < len(command["description"]) <= 2000
        assert 0 < len(command["usage_hint"]) <= 1000
        assert len(command["command"]) <= 32


@pytest.mark.parametrize("settings", [SOCKET, HTTP], ids=["socket", "http"])
def test_both_forms_say_the_same(settings: Settings) -> None:
    """YAML and JSON, read by others' parsers."""
    shape = made(settings)

    assert shape == json.loads(as_json(shape)) == yaml.safe_load(as_yaml(shape))


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_command_prints_it(form: str, tmp_path: Path) -> None:
    """In a folder where nothing is configured yet: that is when it is needed."""
    with chdir(tmp_path):
        result = CliRunner().invoke(app, ["manifest", "--format", form], env=_none_set())

    assert 0 == result.exit_code
    shape = yaml.safe_load(result.output)
    assert shape["settings"]["socket_mode_enabled"]
    assert form == "json" or not result.output.startswith("{")


def test_command_follows_the_settings(tmp_path: Path) -> None:
    """With a signing secret and no app token Slack calls."""
    told = {
        "OMBUD_SLACK_BOT_TOKEN": "xoxb-canary",
        "OMBUD_SLACK_SIGNING_SECRET": "canary",
        "OMBUD_PUBLIC_URL": "https://complaints.example",
    }
    with chdir(tmp_path):
        result = CliRunner().invoke(app, ["manifest"], env={**_none_set(), **told})

    assert "https://complaints.example/slack/events" in result.output
    assert "canary" not in result.output


def _none_set() -> dict[str, str | None]:
    return {f"OMBUD_SLACK_{name}": None for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET")}
