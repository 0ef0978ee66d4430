"""What people at the page do, sent to the installation as Slack would send it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from channels.demo import payloads
from channels.demo.workspace import Json, Refused, View, Workspace

Deliver = Callable[[bytes, Mapping[str, str]], Awaitable[tuple[int, bytes]]]
"""Posts a body with its headers to `/slack/events`; the status and what was answered."""


@dataclass(frozen=True)
class DemoDesk:
    """Each act is signed with the demo's secret: the installation takes no other way."""

    workspace: Workspace
    signing_secret: str
    deliver: Deliver

    async def press(self, user: str, told: Mapping[str, Any]) -> None:
        """A button or menu, in a message or in the form that is open; Refused."""
        person = self.workspace.person(user)
        action, value = str(told["action"]), told.get("value")
        if told.get("view"):
            view = self._view(user, told)
            payload = payloads.pressed_in_view(self.workspace, person, view, action, value)
        else:
            ts = str(told["ts"])
            payload = payloads.pressed_in_message(self.workspace, person, ts, action, value)
        await self._send(payloads.interactive(payload))

    async def submit(self, user: str, told: Mapping[str, Any]) -> None:
        """The form that is open; Refused."""
        person, view = self.workspace.person(user), self._view(user, told)
        payload = payloads.submitted(self.workspace, person, view)
        answer = await self._send(payloads.interactive(payload))
        self._after(user, view, answer)

    def _view(self, user: str, told: Mapping[str, Any]) -> View:
        view = self.workspace.top_view(user)
        if view is None or view.body["id"] != told.get("view"):
            raise Refused("not_found")
        payloads.fill(view, told.get("values") or {})
        return view

    def _after(self, user: str, view: View, answer: Json) -> None:
        workspace = self.workspace
        match answer.get("response_action"):
            case "errors":
                view.errors = dict(answer["errors"])
                workspace.changed()
            case "update":
                workspace.replace_view(view.body["id"], answer["view"])
            case "push":
                workspace.put_view(user, answer["view"])
            case "clear":
                workspace.close_view(user, all_of_them=True)
            case _:
                workspace.close_view(user)

    async def say(self, user: str, told: Mapping[str, Any]) -> None:
        """Words below a card; Refused."""
        person = self.workspace.person(user)
        if not person.is_member:
            raise Refused("not_in_channel")
        text = str(told["text"]).strip()
        if not text:
            raise Refused("no_text")
        shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        message = self.workspace.post(person.id, {"text": shown, "thread_ts": str(told["ts"])})
        await self._send(payloads.typed(self.workspace, message))

    async def shortcut(self, user: str, told: Mapping[str, Any]) -> None:
        """A shortcut, of a message where one is named; Refused."""
        person, name = self.workspace.person(user), str(told["shortcut"])
        payload = (
            payloads.shortcut_of(self.workspace, person, name, str(told["ts"]))
            if told.get("ts")
            else payloads.shortcut(self.workspace, person, name)
        )
        await self._send(payloads.interactive(payload))

    async def close(self, user: str, told: Mapping[str, Any]) -> None:
        """A form is closed without being submitted; one that is not on top any more stays."""
        view = self.workspace.top_view(user)
        if view is not None and view.body["id"] == told.get("view"):
            self.workspace.close_view(user)

    async def dismiss(self, user: str, told: Mapping[str, Any]) -> None:
        """What one person alone saw is read."""
        self.workspace.dismiss(user, str(told["ts"]))

    async def _send(self, request: payloads.Request) -> Json:
        headers = request.headers(self.signing_secret, int(self.workspace.clock()))
        status, body = await self.deliver(request.body, headers)
        if status != 200:
            raise Refused("not_delivered")
        try:
            answer = json.loads(body or b"{}")
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}
