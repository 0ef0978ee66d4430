"""What Slack sends to an app when somebody presses, fills in or writes, signed as Slack signs."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from channels.demo.workspace import (
    APP,
    BOT,
    CHANNEL_NAME,
    TEAM,
    TRIAGE,
    Json,
    Person,
    Refused,
    View,
    Workspace,
)

Values = Mapping[str, Mapping[str, Any]]
"""What stands in a form: by block and action, as the page tells it."""


@dataclass(frozen=True)
class Request:
    """A body for `/slack/events`, with its type."""

    body: bytes
    content_type: str

    def headers(self, secret: str, at: int) -> dict[str, str]:
        """The headers that prove where it comes from."""
        base = b"v0:%d:%s" % (at, self.body)
        digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
        return {
            "Content-Type": self.content_type,
            "X-Slack-Request-Timestamp": str(at),
            "X-Slack-Signature": f"v0={digest}",
        }


def interactive(payload: Json) -> Request:
    """An interaction, as a form with one field."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return Request(body, "application/x-www-form-urlencoded")


def pressed_in_message(
    workspace: Workspace, person: Person, ts: str, action_id: str, value: str | None
) -> Json:
    """Somebody pressed or chose something in a message, or in their own notice; Refused."""
    message = workspace.messages.get(ts) or _notice(workspace, person, ts)
    block_id, element = _element(message.get("blocks") or (), action_id)
    shown = {key: told for key, told in message.items() if key != "kind"}
    container = {
        "type": "message",
        "message_ts": ts,
        "channel_id": TRIAGE,
        "is_ephemeral": "kind" in message,
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    return {
        **_base(workspace, person, "block_actions"),
        "container": container,
        "channel": {"id": TRIAGE, "name": CHANNEL_NAME},
        "message": shown,
        "state": {"values": {}},
        "actions": [_action(workspace, block_id, element, value)],
    }


def _notice(workspace: Workspace, person: Person, ts: str) -> Json:
    for told in workspace.notices.get(person.id, ()):
        if told["ts"] == ts:
            return told
    raise Refused("message_not_found")


def pressed_in_view(
    workspace: Workspace, person: Person, view: View, action_id: str, value: str | None
) -> Json:
    """The same in a form; Refused."""
    block_id, element = _element(view.body["blocks"], action_id)
    return {
        **_base(workspace, person, "block_actions"),
        "container": {"type": "view", "view_id": view.body["id"]},
        "view": view.body,
        "actions": [_action(workspace, block_id, element, value)],
    }


def submitted(workspace: Workspace, person: Person, view: View) -> Json:
    """Somebody submitted a form."""
    return {
        **_base(workspace, person, "view_submission"),
        "view": view.body,
        "response_urls": [],
    }


def shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    """Somebody chose one of the app's shortcuts."""
    return {
        **_base(workspace, person, "shortcut"),
        "callback_id": callback_id,
        "action_ts": workspace.new_ts(),
    }


def shortcut_of(workspace: Workspace, person: Person, callback_id: str, ts: str) -> Json:
    """The same on a message; Refused."""
    message = workspace.messages.get(ts)
    if message is None:
        raise Refused("message_not_found")
    return {
        **_base(workspace, person, "message_action"),
        "callback_id": callback_id,
        "action_ts": workspace.new_ts(),
        "message_ts": ts,
        "message": message,
        "channel": {"id": TRIAGE, "name": CHANNEL_NAME},
    }


def typed(workspace: Workspace, message: Json) -> Request:
    """Somebody wrote in the channel."""
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    event = {
        **message,
        "channel": TRIAGE,
        "channel_type": "channel",
        "event_ts": message["ts"],
    }
    body = {
        "team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event": event,
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock()),
        "authorizations": [authorization],
    }
    return Request(json.dumps(body).encode(), "application/json")


def fill(view: View, values: Values) -> None:
    """Puts into a view what the page says stands in it; what it doesn't ask for is left out."""
    told: dict[str, dict[str, Any]] = {}
    for block in view.body["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        action = element.get("action_id", name)
        value = (values.get(name) or {}).get(action)
        told[name] = {action: _state(element, value)}
    view.body["state"] = {"values": told}


def _state(element: Json, value: Any) -> Json:
    """How Slack reports what stands in an input."""
    kind = element["type"]
    if kind in ("static_select", "radio_buttons", "overflow"):
        return {"type": kind, "selected_option": _option(element, value)}
    if kind in ("checkboxes", "multi_static_select"):
        chosen = [_option(element, one) for one in value or []]
        return {"type": kind, "selected_options": [one for one in chosen if one]}
    name = {"users_select": "selected_user", "datepicker": "selected_date"}.get(kind, "value")
    return {"type": kind, name: str(value) if value else None}


def _option(element: Json, value: Any) -> Json | None:
    return next((one for one in element.get("options", ()) if one["value"] == value), None)


def _action(workspace: Workspace, block_id: str, element: Json, value: str | None) -> Json:
    told = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": workspace.new_ts(),
    }
    if element["type"] != "button":
        return told | _state(element, value)
    told["text"] = element["text"]
    return told | ({"value": element["value"]} if "value" in element else {})


def _element(blocks: Sequence[Json], action_id: str) -> tuple[str, Json]:
    for block_id, element in _elements(blocks):
        if element.get("action_id") == action_id:
            return block_id, element
    raise Refused("action_not_found")


def _elements(blocks: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
        for element in inside:
            if isinstance(element, dict):
                yield block["block_id"], element


def _base(workspace: Workspace, person: Person, kind: str) -> Json:
    name = person.name.lower()
    return {
        "type": kind,
        "user": {"id": person.id, "username": name, "name": name, "team_id": TEAM},
        "api_app_id": APP,
        "trigger_id": workspace.new_trigger(person.id),
        "team": {"id": TEAM, "domain": "demo"},
        "enterprise": None,
        "is_enterprise_install": False,
    }
