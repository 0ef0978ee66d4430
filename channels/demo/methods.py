"""The Web API methods that the desk calls, answered as docs.slack.dev says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from channels.demo.workspace import (
    BOT,
    BOT_ID,
    CHANNEL_NAME,
    PEOPLE,
    TEAM,
    TRIAGE,
    Json,
    Person,
    Refused,
    Workspace,
)

Method = Callable[[Workspace, Json], Json]

_MESSAGE: Final = ("text", "blocks", "metadata", "thread_ts", "reply_broadcast")
_AS_JSON: Final = ("blocks", "metadata", "view", "files")
_LAST_PAGE: Final[Json] = {"has_more": False, "response_metadata": {"next_cursor": ""}}


def answered(workspace: Workspace, name: str, told: Mapping[str, Any], base: str) -> Json:
    """What a method answers; `base` is where files are handed over."""
    method = _METHODS.get(name)
    if method is None:
        return {"ok": False, "error": "unknown_method"}
    try:
        return {"ok": True, **method(workspace, {**_read(told), "_base": base})}
    except Refused as error:
        return {"ok": False, "error": error.code}
    except (LookupError, TypeError, ValueError):
        return {"ok": False, "error": "invalid_arguments"}


def _read(told: Mapping[str, Any]) -> Json:
    """Arguments; what a form carries as JSON is read."""
    return {
        key: json.loads(value) if key in _AS_JSON and isinstance(value, str) and value else value
        for key, value in told.items()
    }


# Who is there ---------------------------------------------------------------------------------


def _who_am_i(workspace: Workspace, told: Json) -> Json:
    return {"team": "Demo", "team_id": TEAM, "user": "ombud", "user_id": BOT, "bot_id": BOT_ID}


def _user(workspace: Workspace, told: Json) -> Json:
    person = _APP if told["user"] == BOT else workspace.person(told["user"])
    profile = {"real_name": person.name, "display_name": person.name}
    return {
        "user": {
            "id": person.id,
            "team_id": TEAM,
            "name": person.name.lower(),
            "real_name": person.name,
            "locale": "en-GB",
            "is_bot": person.id == BOT,
            "profile": profile,
        }
    }


_APP: Final = Person(BOT, "Ombud", "app")


def _users(workspace: Workspace, told: Json) -> Json:
    members = [_user(workspace, {"user": one.id})["user"] for one in PEOPLE]
    return {"members": members, **_LAST_PAGE}


def _members(workspace: Workspace, told: Json) -> Json:
    _channel(told["channel"])
    return {"members": workspace.members, **_LAST_PAGE}


def _group(workspace: Workspace, told: Json) -> Json:
    raise Refused("no_such_subteam")


def _info(workspace: Workspace, told: Json) -> Json:
    _channel(told["channel"])
    return {"channel": {"id": TRIAGE, "name": CHANNEL_NAME, "is_channel": True, "is_member": True}}


def _direct(workspace: Workspace, told: Json) -> Json:
    person = workspace.person(str(told["users"]).split(",")[0])
    return {"channel": {"id": f"D{person.id[1:]}"}}


def _channel(id_: str) -> None:
    if id_ != TRIAGE:
        raise Refused("channel_not_found")


def _reader(workspace: Workspace, channel: str) -> str | None:
    """Who reads a direct message; None for the channel. Refused."""
    if channel == TRIAGE:
        return None
    if channel[:1] not in ("D", "U"):
        raise Refused("channel_not_found")
    return workspace.person(f"U{channel[1:]}").id


# Messages -------------------------------------------------------------------------------------


def _fields(workspace: Workspace, told: Json) -> Json:
    fields = {key: told[key] for key in _MESSAGE if told.get(key)}
    fields["blocks"] = workspace.completed(told.get("blocks") or [])
    return {"text": "", **fields}


def _post(workspace: Workspace, told: Json) -> Json:
    reader = _reader(workspace, told["channel"])
    fields = _fields(workspace, told)
    if reader is not None:
        kind = "direct" if told.get("metadata") else "private"  # about their work, or about a press
        ts = workspace.notice(reader, kind, fields)
        return {"channel": told["channel"], "ts": ts, "message": fields}
    message = workspace.post(BOT, fields)
    return {"channel": TRIAGE, "ts": message["ts"], "message": message}


def _post_privately(workspace: Workspace, told: Json) -> Json:
    """In Slack only members of a channel see such words there; others get them directly."""
    _channel(told["channel"])
    if told["user"] not in workspace.members:
        raise Refused("user_not_in_channel")
    return {"message_ts": workspace.notice(told["user"], "private", _fields(workspace, told))}


def _edit(workspace: Workspace, told: Json) -> Json:
    _channel(told["channel"])
    message = workspace.edit(told["ts"], _fields(workspace, told))
    return {"channel": TRIAGE, "ts": message["ts"], "text": message["text"], "message": message}


def _delete(workspace: Workspace, told: Json) -> Json:
    _channel(told["channel"])
    workspace.delete(told["ts"])
    return {"channel": TRIAGE, "ts": told["ts"]}


def _link(workspace: Workspace, told: Json) -> Json:
    _channel(told["channel"])
    if told["message_ts"] not in workspace.messages:
        raise Refused("message_not_found")
    return {"channel": TRIAGE, "permalink": f"{told['_base']}/demo#m{told['message_ts']}"}


def _history(workspace: Workspace, told: Json) -> Json:
    if _reader(workspace, told["channel"]) is not None:
        return {"messages": [], **_LAST_PAGE}
    since = float(told.get("oldest") or 0)
    found = [one for one in workspace.top() if float(one["ts"]) > since]
    return {"messages": found[::-1][: int(told.get("limit") or 100)], **_LAST_PAGE}


def _replies(workspace: Workspace, told: Json) -> Json:
    _channel(told["channel"])
    found = workspace.thread(told["ts"])
    if not found:
        raise Refused("thread_not_found")
    return {"messages": found, **_LAST_PAGE}


def _nothing(workspace: Workspace, told: Json) -> Json:
    return {}


# Forms ----------------------------------------------------------------------------------------


def _open(workspace: Workspace, told: Json) -> Json:
    return {"view": workspace.open_view(told["trigger_id"], told["view"], is_above=False).body}


def _push(workspace: Workspace, told: Json) -> Json:
    return {"view": workspace.open_view(told["trigger_id"], told["view"], is_above=True).body}


def _update(workspace: Workspace, told: Json) -> Json:
    return {"view": workspace.replace_view(told["view_id"], told["view"], told.get("hash")).body}


def _publish(workspace: Workspace, told: Json) -> Json:
    """The demo shows no Home tab."""
    return {"view": {**told["view"], "id": "V00HOME1", "hash": workspace.new_ts()}}


# Files ----------------------------------------------------------------------------------------


def _upload(workspace: Workspace, told: Json) -> Json:
    info = workspace.add_file(str(told["filename"]), int(told["length"]))
    return {"upload_url": f"{told['_base']}/demo/upload/{info['id']}", "file_id": info["id"]}


def _share(workspace: Workspace, told: Json) -> Json:
    infos = [workspace.files[one["id"]][0] for one in told["files"]]
    if told.get("channel_id"):
        fields = {"text": "", "files": infos}
        if told.get("thread_ts"):
            fields["thread_ts"] = told["thread_ts"]
        workspace.post(BOT, fields)
    return {"files": infos}


def _file(workspace: Workspace, told: Json) -> Json:
    if told["file"] not in workspace.files:
        raise Refused("file_not_found")
    return {"file": workspace.files[told["file"]][0]}


def _delete_file(workspace: Workspace, told: Json) -> Json:
    workspace.files.pop(told["file"], None)
    return {}


_METHODS: Final[Mapping[str, Method]] = {
    "auth.test": _who_am_i,
    "users.info": _user,
    "users.list": _users,
    "usergroups.users.list": _group,
    "conversations.members": _members,
    "conversations.info": _info,
    "conversations.open": _direct,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "chat.postMessage": _post,
    "chat.postEphemeral": _post_privately,
    "chat.update": _edit,
    "chat.delete": _delete,
    "chat.getPermalink": _link,
    "reactions.add": _nothing,
    "reactions.remove": _nothing,
    "views.open": _open,
    "views.push": _push,
    "views.update": _update,
    "views.publish": _publish,
    "files.getUploadURLExternal": _upload,
    "files.completeUploadExternal": _share,
    "files.info": _file,
    "files.delete": _delete_file,
}
