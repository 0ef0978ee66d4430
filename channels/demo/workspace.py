"""A small workspace in this process: people, one channel, messages, forms that are open.

It keeps what Slack would keep, so that cards, threads and forms are the very ones Slack gets.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

TEAM: Final = "T00DEMO1"
APP: Final = "A00DEMO1"
BOT: Final = "U00OMBUD"
BOT_ID: Final = "B00OMBUD"
TRIAGE: Final = "C00TRIAGE"
CHANNEL_NAME: Final = "complaints"

_TRIGGER_SECONDS: Final = 10.0
_MOST_NOTICES: Final = 20
_VIEW_KEPT: Final = ("id", "root_view_id", "previous_view_id")


class Refused(Exception):  # noqa: N818  # named for what happened
    """What a method answers instead, such as `channel_not_found`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Person:
    """Somebody of the workspace; a member of the channel works there."""

    id: str
    name: str
    role: str
    is_member: bool = True


PEOPLE: Final = (
    Person("U00MINA1", "Mina Okafor", "caseworker"),
    Person("U00JONAS", "Jonas Lind", "caseworker"),
    Person("U00GUEST", "Sam Reed", "not staff", is_member=False),
)


@dataclass
class View:
    """A form that somebody has open."""

    body: Json
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Trigger:
    user: str
    until: float


@dataclass
class Workspace:
    """Everything there is; `changed` is called after each change, `clock` tells seconds."""

    clock: Callable[[], float]
    changed: Callable[[], None] = lambda: None
    messages: dict[str, Json] = field(default_factory=dict)
    notices: dict[str, list[Json]] = field(default_factory=dict)
    files: dict[str, tuple[Json, bytes]] = field(default_factory=dict)
    views: dict[str, list[View]] = field(default_factory=dict)
    _triggers: dict[str, _Trigger] = field(default_factory=dict)
    _last_ts: int = 0
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # Ids -------------------------------------------------------------------------------------

    def new_ts(self) -> str:
        """The time of a message, above all before."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An id of that kind."""
        return f"{prefix}{int(self.clock() * 1000):X}{next(self._numbers):04d}"

    def person(self, id_: str) -> Person:
        """Somebody by id; Refused."""
        found = next((one for one in PEOPLE if one.id == id_), None)
        if found is None:
            raise Refused("user_not_found")
        return found

    def named(self, id_: str) -> str:
        """The name that is shown."""
        return next((one.name for one in PEOPLE if one.id == id_), "Ombud")

    @property
    def members(self) -> list[str]:
        """Who is in the channel."""
        return [*(one.id for one in PEOPLE if one.is_member), BOT]

    # Messages --------------------------------------------------------------------------------

    def post(self, user: str, fields: Json) -> Json:
        """A new message in the channel; Refused."""
        thread = fields.get("thread_ts")
        parent = self.messages.get(thread) if thread else None
        if thread and parent is None:
            raise Refused("thread_not_found")
        ts = self.new_ts()
        message = {"type": "message", "user": user, "ts": ts, "team": TEAM, **fields}
        if user == BOT:
            message |= {"bot_id": BOT_ID, "app_id": APP}
        if parent is not None:
            parent["thread_ts"] = parent["ts"]
            parent["reply_count"] = parent.get("reply_count", 0) + 1
        self.messages[ts] = message
        self.changed()
        return message

    def edit(self, ts: str, fields: Json) -> Json:
        """Changes a message of the app; Refused."""
        message = self._own(ts)
        message.update({"blocks": [], **fields, "edited": {"user": BOT, "ts": self.new_ts()}})
        self.changed()
        return message

    def delete(self, ts: str) -> None:
        """Takes a message of the app away; Refused."""
        del self.messages[self._own(ts)["ts"]]
        self.changed()

    def _own(self, ts: str) -> Json:
        message = self.messages.get(ts)
        if message is None or message["user"] != BOT:
            raise Refused("message_not_found")
        return message

    def thread(self, ts: str) -> list[Json]:
        """A message and what stands below it."""
        return [one for one in self.messages.values() if ts in (one["ts"], one.get("thread_ts"))]

    def top(self) -> list[Json]:
        """What stands in the channel itself."""
        return [
            one for one in self.messages.values() if one.get("thread_ts", one["ts"]) == one["ts"]
        ]

    def notice(self, user: str, kind: str, fields: Json) -> str:
        """Something that one person alone sees: in the channel, or written to them directly."""
        told = {**fields, "ts": self.new_ts(), "kind": kind, "user": BOT}
        mine = self.notices.setdefault(user, [])
        mine.append(told)
        del mine[:-_MOST_NOTICES]
        self.changed()
        return str(told["ts"])

    def dismiss(self, user: str, ts: str) -> None:
        """They have read it."""
        mine = self.notices.get(user, [])
        mine[:] = [one for one in mine if one["ts"] != ts]
        self.changed()

    # Forms -----------------------------------------------------------------------------------

    def new_trigger(self, user: str) -> str:
        """What allows the app to open one form for somebody, for a moment."""
        id_, now = self.new_id("trigger"), self.clock()
        self._triggers = {key: one for key, one in self._triggers.items() if one.until > now}
        self._triggers[id_] = _Trigger(user, now + _TRIGGER_SECONDS)
        return id_

    def open_view(self, trigger_id: str, view: Json, *, is_above: bool) -> View:
        """Opens a form, in the place of all or above them; Refused."""
        trigger = self._triggers.pop(trigger_id, None)
        if trigger is None or trigger.until < self.clock():
            raise Refused("expired_trigger_id")
        if not is_above:
            self.views[trigger.user] = []
        return self.put_view(trigger.user, view)

    def put_view(self, user: str, view: Json) -> View:
        """Lays a form above those that somebody has open."""
        stack = self.views.setdefault(user, [])
        id_ = self.new_id("V")
        under = stack[-1].body if stack else None
        opened = View(self._body(view))
        opened.body |= {
            "id": id_,
            "root_view_id": under["root_view_id"] if under else id_,
            "previous_view_id": under["id"] if under else None,
        }
        stack.append(opened)
        self.changed()
        return opened

    def replace_view(self, view_id: str, body: Json, hash_: str | None = None) -> View:
        """Puts other content into an open form; Refused."""
        view = self.view(view_id)
        if hash_ and hash_ != view.body["hash"]:
            raise Refused("hash_conflict")
        view.body = self._body(body) | {key: view.body[key] for key in _VIEW_KEPT}
        view.errors = {}
        self.changed()
        return view

    def view(self, view_id: str) -> View:
        """A form that is open; Refused."""
        for stack in self.views.values():
            for view in stack:
                if view.body["id"] == view_id:
                    return view
        raise Refused("not_found")

    def top_view(self, user: str) -> View | None:
        """The form that somebody looks at."""
        stack = self.views.get(user)
        return stack[-1] if stack else None

    def close_view(self, user: str, *, all_of_them: bool = False) -> None:
        """The form is gone, or every one of theirs."""
        stack = self.views.get(user, [])
        if all_of_them:
            stack.clear()
        elif stack:
            stack.pop()
        self.changed()

    def _body(self, view: Json) -> Json:
        """A view as Slack sends it back."""
        return {
            "team_id": TEAM,
            "app_id": APP,
            "bot_id": BOT_ID,
            "callback_id": "",
            "external_id": "",
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            **view,
            "blocks": self.completed(view.get("blocks") or []),
            "hash": self.new_ts(),
            "state": {"values": {}},
        }

    def completed(self, blocks: list[Json]) -> list[Json]:
        """Blocks with the ids that Slack makes up where an app gives none."""
        return [{"block_id": self.new_id("b"), **block} for block in blocks]

    # Files -----------------------------------------------------------------------------------

    def add_file(self, name: str, size: int) -> Json:
        """A file that is still to be handed over."""
        id_ = self.new_id("F")
        info = {"id": id_, "name": name, "title": name, "size": size, "user": BOT}
        self.files[id_] = (info, b"")
        return info

    def fill(self, id_: str, content: bytes) -> None:
        """Its content; Refused."""
        if id_ not in self.files:
            raise Refused("file_not_found")
        self.files[id_] = (self.files[id_][0], content)

    # Across restarts -------------------------------------------------------------------------

    def dump(self) -> bytes:
        """What goes on after a restart: the channel, and no file."""
        return json.dumps({"messages": self.messages, "notices": self.notices}).encode()

    def load(self, dumped: bytes) -> None:
        """The channel as it was dumped; ValueError."""
        told = json.loads(dumped)
        self.messages, self.notices = dict(told["messages"]), dict(told["notices"])
