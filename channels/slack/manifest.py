"""The app manifest: everything that this app needs of Slack, to be pasted where an app is made.

Shapes and limits from docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from channels.slack import names
from channels.slack.desk import ids
from channels.slack.settings import Settings

Json = dict[str, Any]
Text = Callable[[str], str]

NAME: Final = "Ombud"
SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "usergroups:read",
    "users:read",
)
"""What the bot token may do."""
BOT_EVENTS: Final = (
    "app_home_opened",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
)
"""The events by the names that are subscribed to; Bolt knows `message.…` as `message`."""

DESK: Final = {
    "desk.command": "Open a complaint by its reference",
    "desk.log": "Log a complaint",
    "desk.log.told": "Write down what somebody told you",
    "desk.make": "Make this a complaint",
    "desk.make.told": "Register what a message tells as a complaint",
    "desk.send": "Send to complainant",
    "desk.send.told": "Send a message below a card to the complainant",
}
"""What caseworkers see, in languages that have no words of their own for it."""

_DESCRIPTION: Final = 140
_LONG_DESCRIPTION: Final = (174, 4000)  # at least, at most
_SHORTCUT: Final = 24
_SHORTCUT_DESCRIPTION: Final = 150
_COMMAND_DESCRIPTION: Final = 2000


def manifest(settings: Settings, text: Text) -> Json:
    """The manifest; `text` gives words of the organisation's language."""
    url = f"{settings.public_url.rstrip('/')}{names.EVENTS_PATH}"
    return {
        "display_information": _display(text),
        "features": _features(settings, text, url),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": _behaviour(settings, url),
    }


def _display(text: Text) -> Json:
    shown: Json = {"name": NAME, "description": text("bot.short_description")[:_DESCRIPTION]}
    least, most = _LONG_DESCRIPTION
    if len(long := text("bot.description")) >= least:
        shown["long_description"] = long[:most]
    return shown


def _features(settings: Settings, text: Text, url: str) -> Json:
    where = {} if settings.is_socket else {"url": url}
    commands = (
        (names.COMPLAIN, text("menu.complain"), "…"),
        (names.STATUS, text("menu.status"), "CMP-…"),
        (ids.COMMAND, text("desk.command"), "CMP-…"),
    )
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "shortcuts": list(_shortcuts(text)),
        "slash_commands": [
            {
                "command": command,
                "description": description[:_COMMAND_DESCRIPTION],
                "usage_hint": hint,
                "should_escape": False,
                **where,
            }
            for command, description, hint in commands
        ],
    }


def _shortcuts(text: Text) -> Iterator[Json]:
    for kind, callback, key, told in (
        ("global", names.START, "menu.complain", "bot.short_description"),
        ("global", ids.LOG, "desk.log", "desk.log.told"),
        ("message", ids.MAKE, "desk.make", "desk.make.told"),
        ("message", ids.SEND, "desk.send", "desk.send.told"),
    ):
        yield {
            "type": kind,
            "callback_id": callback,
            "name": text(key)[:_SHORTCUT],
            "description": text(told)[:_SHORTCUT_DESCRIPTION],
        }


def _behaviour(settings: Settings, url: str) -> Json:
    where = {} if settings.is_socket else {"request_url": url}
    return {
        "event_subscriptions": {**where, "bot_events": list(BOT_EVENTS)},
        "interactivity": {"is_enabled": True, **where},
        "org_deploy_enabled": False,
        "socket_mode_enabled": settings.is_socket,
        "token_rotation_enabled": False,
    }


def as_json(shape: Mapping[str, Any]) -> str:
    """As Slack's JSON tab takes it."""
    return json.dumps(shape, ensure_ascii=False, indent=2)


def as_yaml(shape: Mapping[str, Any]) -> str:
    """As its YAML tab takes it: a string of JSON is one of YAML, too."""
    return "\n".join(_yaml(shape, ""))


def _yaml(shape: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in shape.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _yaml(value, f"{indent}  ")
        elif isinstance(value, list):
            yield f"{indent}{key}:"
            for item in value:
                yield from _item(item, f"{indent}  ")
        else:
            yield f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}"


def _item(item: object, indent: str) -> Iterator[str]:
    if isinstance(item, Mapping):
        first, *rest = _yaml(item, f"{indent}  ")
        yield f"{indent}- {first.lstrip()}"
        yield from rest
    else:
        yield f"{indent}- {json.dumps(item, ensure_ascii=False)}"
