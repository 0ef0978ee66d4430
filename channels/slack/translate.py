"""Slack in both directions: a payload becomes what was meant by it, a line what Slack is sent.

Everything is read from the payload alone, so that one that was kept can be taken after a crash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import Address, InboundMessage, OutboundMessage, Unreadable
from bot.ports import Raw
from channels.slack.blocks import Post, pressed
from channels.slack.blocks import posts as posts_of
from channels.slack.escaping import typed
from channels.slack.names import CHANNEL, COMPLAIN, OPEN_SHEET, SAY, START, STATUS
from channels.slack.sheets import changes

Body = Mapping[str, Any]

_NOT_HANDED_OUT = ("external", "tombstone", "hidden_by_limit")


class Ignored(Enum):
    """Nothing is done about a payload; one of an unknown kind is counted."""

    QUIETLY = "quietly"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SentFile:
    """A file as Slack tells of it; `url` is None where that must be asked for."""

    id: str
    name: str
    type: str
    size: int
    url: str | None
    is_handed_out: bool = True


@dataclass(frozen=True)
class Press:
    """The message whose button was pressed, as it stands after it."""

    channel: str
    ts: str
    text: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Said:
    """What somebody said, in the order in which it is taken; the first brings `files` along.

    `settles` is the message whose buttons are taken away.
    """

    messages: tuple[InboundMessage, ...]
    files: tuple[SentFile, ...] = ()
    settles: Press | None = None
    channel: str | None = None  # the direct message it came in, where it did


@dataclass(frozen=True)
class Mention:
    """Somebody called the app where others read along."""

    user: str
    channel: str
    thread: str
    ts: str
    app: str
    team: str


@dataclass(frozen=True)
class HomeOpened:
    """Somebody looks at their Home tab."""

    user: str


Reading = Said | Mention | HomeOpened | Ignored


def address_of(user: object) -> Address:
    """Where somebody is reached; TypeError where that is no id."""
    if not isinstance(user, str):
        raise TypeError
    return Address(CHANNEL, user)


def team_of(body: Body) -> str | None:
    """The workspace that a payload comes from, where it tells."""
    team = body.get("team")
    found = team.get("id") if isinstance(team, Mapping) else body.get("team_id")
    return found if isinstance(found, str) else None


def raw_of(body: Body, content: bytes, now: datetime) -> Raw:
    """A payload as it is kept. Whatever it lacks, it has a lane and an id."""
    return Raw(lane=_lane(body), id=_id(body, content), body=content, at=now)


def _lane(body: Body) -> str:
    event = body.get("event")
    about: Any = event if isinstance(event, Mapping) else body
    for place in (about, about.get("message"), about.get("previous_message")):
        user = place.get("user", place.get("user_id")) if isinstance(place, Mapping) else None
        user = user.get("id") if isinstance(user, Mapping) else user
        if isinstance(user, str):
            return user
    return ""


def _id(body: Body, content: bytes) -> str:
    known = body.get("event_id") or body.get("trigger_id")
    return known if isinstance(known, str) and known else hashlib.sha256(content).hexdigest()


def read(body: Body, at: datetime) -> Reading:
    """What is meant by a payload that came `at`. KeyError and the like where it is malformed."""
    match body.get("type"):
        case "event_callback":
            return _event(body)
        case "block_actions":
            return _press(body)
        case "shortcut":
            return _shortcut(body, at)
        case None if "command" in body:
            return _command(body, at)
    return Ignored.UNKNOWN


def _event(body: Body) -> Reading:
    event = body["event"]
    match event["type"]:
        case "message":
            return _message(event)
        case "app_mention":
            return _mention(body, event)
        case "app_home_opened":
            return HomeOpened(event["user"]) if event.get("tab") == "home" else Ignored.QUIETLY
    return Ignored.UNKNOWN


def _mention(body: Body, event: Body) -> Reading:
    if _is_by_a_program(event):
        return Ignored.QUIETLY
    thread = event.get("thread_ts") or event["ts"]
    team = str(body["team_id"])
    return Mention(event["user"], event["channel"], thread, event["ts"], body["api_app_id"], team)


def _message(event: Body) -> Reading:
    """Only direct messages are conversation; elsewhere the app is called by its name."""
    if event.get("channel_type") != "im":
        return Ignored.QUIETLY
    match event.get("subtype"):
        case None | "file_share" | "thread_broadcast" | "me_message":
            return _new_message(event)
        case "message_changed":
            return _changed(event)
        case "message_deleted":
            return _deleted(event, event["deleted_ts"])
        case "bot_message":
            return Ignored.QUIETLY
    return Ignored.UNKNOWN


def _is_by_a_program(message: Body) -> bool:
    """By this app, another one, or Slackbot: answering them could go on for ever."""
    return bool(
        message.get("bot_id")
        or message.get("bot_profile")
        or message.get("subtype") == "bot_message"
        or message.get("user", "USLACKBOT") == "USLACKBOT"
    )


def _new_message(event: Body) -> Reading:
    if _is_by_a_program(event):
        return Ignored.QUIETLY
    files = tuple(map(_file, event.get("files") or ()))
    text = typed(event.get("text") or "")
    channel = event["channel"]
    message = InboundMessage(
        address_of(event["user"]),
        f"{channel}:{event['ts']}",
        _moment(event["ts"]),
        text=text,
        knows_sender=True,
        # A message of which nothing can be read: a canvas, a huddle, a list.
        unreadable=None if text.strip() or files else Unreadable.OTHER,
    )
    return Said((message,), files, channel=channel)


def _file(told: Body) -> SentFile:
    url = told.get("url_private_download") or told.get("url_private")
    return SentFile(
        id=str(told["id"]),
        name=str(told.get("name") or told.get("title") or ""),
        type=str(told.get("mimetype") or ""),
        size=int(told.get("size") or 0),
        url=str(url) if url else None,
        is_handed_out=is_handed_out(told),
    )


def is_handed_out(told: Body) -> bool:
    """Not what lies elsewhere, was deleted, or is beyond what the workspace pays for."""
    is_elsewhere = bool(told.get("is_external"))
    return not is_elsewhere and told.get("mode") not in _NOT_HANDED_OUT


def _changed(event: Body) -> Reading:
    """Slack also tells of previews that it added: then the text is as it was."""
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return _deleted(event, now["ts"])
    if _is_by_a_program(now) or "edited" not in now or now["edited"].get("user") != now["user"]:
        return Ignored.QUIETLY
    if now.get("text") == before.get("text"):
        return Ignored.QUIETLY
    edited, channel = now["edited"]["ts"], event["channel"]
    original = f"{channel}:{now['ts']}"
    message = InboundMessage(
        address_of(now["user"]),
        f"{original}:e{edited}",
        _moment(edited),
        text=typed(now.get("text") or ""),
        edits=original,
        knows_sender=True,
    )
    return Said((message,), channel=channel)


def _deleted(event: Body, ts: str) -> Reading:
    before = event.get("previous_message") or {}
    if _is_by_a_program(before):
        return Ignored.QUIETLY
    original = f"{event['channel']}:{ts}"
    message = InboundMessage(
        address_of(before["user"]),
        f"{original}:d",
        _moment(event.get("event_ts") or event["ts"]),
        edits=original,
        knows_sender=True,
    )
    return Said((message,), channel=event["channel"])


def _press(body: Body) -> Reading:
    action = body["actions"][0]
    name = action["action_id"]
    if name == OPEN_SHEET:  # the summary is shown no more; else the form would have opened
        name = f"{SAY}{OPEN_SHEET}"
    if not name.startswith(SAY):
        return Ignored.UNKNOWN
    seq, asks, reference = _value(action.get("value") or "")
    user, ts = body["user"]["id"], action["action_ts"]
    container = body["container"]
    place = container.get("message_ts") or container.get("view_id")
    message = InboundMessage(
        address_of(user),
        f"p:{place}:{ts}",
        _moment(ts),
        action=name.removeprefix(SAY),
        pressed_seq=seq,
        knows_sender=True,
    )
    messages: tuple[InboundMessage, ...] = (message,)
    if reference and not name.startswith(f"{SAY}reference:"):
        # On the Home tab the button stands beside the complaint that it is about.
        opens = replace(message, id=f"{message.id}:r", action=f"reference:{reference}")
        messages = (opens, message)
    settles = settled(body) if asks else None
    return Said(messages, settles=settles, channel=container.get("channel_id"))


def _value(value: str) -> tuple[int | None, bool, str]:
    """The line's number, whether it asks, and the complaint; a forged value tells nothing."""
    seq, _, rest = value.partition(":")
    asks, _, reference = rest.partition(":")
    is_number = seq.isascii() and seq.isdigit() and len(seq) < 10
    return (int(seq) or None) if is_number else None, asks == "1", reference


def settled(body: Body) -> Press | None:
    """The message as it stands after the press, where the press was on a message."""
    message = body.get("message")
    if not message or "blocks" not in message:
        return None
    blocks = pressed(message["blocks"], body["actions"][0]["text"]["text"])
    return Press(
        body["container"]["channel_id"], message["ts"], message.get("text") or "", tuple(blocks)
    )


def _shortcut(body: Body, at: datetime) -> Reading:
    if body["callback_id"] != START:
        return Ignored.UNKNOWN
    user = address_of(body["user"]["id"])
    return Said((_ordered(user, body["trigger_id"], at, Intent.GREET),))


def _command(body: Body, at: datetime) -> Reading:
    intent = {COMPLAIN: Intent.LODGE, STATUS: Intent.TRACK}.get(body["command"])
    if intent is None:
        return Ignored.UNKNOWN
    text = typed(body.get("text") or "").strip()
    user = address_of(body["user_id"])
    return Said((replace(_ordered(user, body["trigger_id"], at, intent), text=text),))


def _ordered(address: Address, id_: str, at: datetime, intent: Intent) -> InboundMessage:
    return InboundMessage(address, id_, at, command=intent, knows_sender=True)


def submitted(body: Body, at: datetime) -> InboundMessage | None:
    """A form that was filled in; None where nothing was changed.

    The id names the content, too: a form that was sent again with other answers is another one.
    """
    view = body["view"]
    form = changes(view)
    if not form:
        return None
    print_ = hashlib.sha256(repr(form).encode()).hexdigest()[:12]
    id_ = f"v:{view['id']}:{view['hash']}:{print_}"
    return InboundMessage(address_of(body["user"]["id"]), id_, at, form=form, knows_sender=True)


def flood(last: InboundMessage) -> InboundMessage:
    """Stands for everything that was dropped after `last`."""
    return InboundMessage(
        last.address, f"{last.id}:f", last.at, knows_sender=True, unreadable=Unreadable.FLOOD
    )


def is_bare_file(body: Body) -> bool:
    """Whether a payload is files without a word: a burst of them is answered once."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("channel_type") != "im":
        return False
    return event.get("subtype") == "file_share" and not event.get("text")


def posts(line: OutboundMessage, form_label: str) -> tuple[Post, ...]:
    """A line as Slack is sent it; `form_label` stands on the button that opens the summary."""
    return posts_of(line, form_label)


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
