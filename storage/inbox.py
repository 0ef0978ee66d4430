"""The inbox: payloads that wait for their turn, and what is set aside because no turn worked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, exists, insert, select

from bot.dialogue.messages import InboundMessage
from bot.ports import Raw
from storage import mapping
from storage.repeating import run
from storage.tables import inbox, quarantine

_i = inbox.c

_HELD = (_i.channel, _i.id, _i.lane, _i.body, _i.at, _i.is_part)
_IS_THERE = exists().where(_i.channel == bindparam("channel_"), _i.id == bindparam("id_"))
_KEEP = insert(inbox).from_select(
    [column.name for column in _HELD],
    select(*(bindparam(f"{column.name}_", type_=column.type) for column in _HELD)).where(
        ~_IS_THERE
    ),
    include_defaults=False,
)
_RAWS = (
    select(_i.lane, _i.id, _i.body, _i.at, _i.is_part)
    .where(_i.channel == bindparam("channel"))
    .order_by(_i.number)
)
_DROP = delete(inbox).where(_i.channel == bindparam("channel_"), _i.id == bindparam("id_"))
_QUARANTINE = insert(quarantine)


def keep(connection: Connection, channel: str, raw: Raw) -> None:
    row = {
        "channel_": channel,
        "id_": raw.id,
        "lane_": raw.lane,
        "body_": raw.body,
        "at_": raw.at,
        "is_part_": raw.is_part,
    }
    run(connection, _KEEP, [row])


def raws(connection: Connection, channel: str) -> tuple[Raw, ...]:
    rows = connection.execute(_RAWS, {"channel": channel}).all()
    return tuple(Raw(*row) for row in rows)


def drop(connection: Connection, channel: str, ids: Sequence[str]) -> None:
    run(connection, _DROP, [{"channel_": channel, "id_": id_} for id_ in ids])


def quarantine_message(connection: Connection, message: InboundMessage, error: str) -> None:
    row = {
        "channel": message.address.channel,
        "key": message.address.key,
        "lane": None,
        "message_id": message.id,
        "at": message.at,
        "body": mapping.inbound_body(message),
        "error": error,
    }
    run(connection, _QUARANTINE, [row])


def quarantine_raw(connection: Connection, channel: str, raw: Raw, error: str) -> None:
    row = {
        "channel": channel,
        "key": None,
        "lane": raw.lane,
        "message_id": raw.id,
        "at": raw.at,
        "body": raw.body,
        "error": error,
    }
    run(connection, _QUARANTINE, [row])
    drop(connection, channel, [raw.id])
