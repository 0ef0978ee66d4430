"""The outbox: lines that wait to be carried, each address a lane of its own, kept in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, exists, or_, select, update

from bot.dialogue.messages import Address, ConversationId
from bot.ports import Delivery
from storage import mapping, tables
from storage.repeating import run

_o, _m = tables.outbox.c, tables.message.c
_before = tables.outbox.alias("before")

_IS_FIRST = ~exists().where(
    _before.c.channel == _o.channel,
    _before.c.key == _o.key,
    _before.c.id < _o.id,
    _before.c.reason.is_(None),
)
# A lease that ends far later than those given out now was made before the clock was set back.
_IS_FREE = or_(
    _o.leased_until.is_(None),
    _o.leased_until <= bindparam("now"),
    _o.leased_until > bindparam("longest"),
)
_DUE = (
    select(_o.id, _o.channel, _o.key, _o.conversation, _o.attempts, _m.body)
    .join_from(tables.outbox, tables.message)
    .where(
        _o.reason.is_(None),
        _o.due_at <= bindparam("now"),
        _o.channel.in_(bindparam("channels", expanding=True)),
        _IS_FREE,
        _IS_FIRST,
    )
    .order_by(_o.due_at, _o.id)
    .limit(bindparam("limit"))
)
_LEASE = (
    update(tables.outbox).where(_o.id == bindparam("id_")).values(leased_until=bindparam("end"))
)
_DONE = delete(tables.outbox).where(_o.id == bindparam("id_"))
_LANE = select(_o.channel, _o.key).where(_o.id == bindparam("id_"))
_RETRY = (
    update(tables.outbox)
    .where(_o.id == bindparam("id_"))
    .values(attempts=_o.attempts + 1, leased_until=None)
)
# What stands behind it can't go earlier either; saying so keeps it out of the search for due lines.
_WAIT = (
    update(tables.outbox)
    .where(
        _o.channel == bindparam("channel_"),
        _o.key == bindparam("key_"),
        _o.id >= bindparam("id_"),
        _o.reason.is_(None),
    )
    .values(due_at=bindparam("until"))
)
_SET_ASIDE = (
    update(tables.outbox)
    .where(_o.id == bindparam("id_"))
    .values(reason=bindparam("why"), leased_until=None)
)
_FORGET = delete(tables.message).where(
    _m.conversation == bindparam("conversation_"), _m.seq == bindparam("seq_")
)


def claim(
    connection: Connection,
    now: datetime,
    lease_seconds: float,
    limit: int,
    channels: Collection[str],
) -> tuple[Delivery, ...]:
    rows = connection.execute(_DUE, _asked(now, lease_seconds, limit, channels)).all()
    end = now + timedelta(seconds=lease_seconds)
    run(connection, _LEASE, [{"id_": row.id, "end": end} for row in rows])
    return tuple(
        Delivery(
            id=row.id,
            address=Address(row.channel, row.key),
            conversation=ConversationId(row.conversation),
            message=mapping.message_from(row.body),
            attempts=row.attempts,
        )
        for row in rows
    )


def is_due(
    connection: Connection, now: datetime, lease_seconds: float, channels: Collection[str]
) -> bool:
    """Whether a claim would find something: asked first, because it writes nothing."""
    return connection.execute(_DUE, _asked(now, lease_seconds, 1, channels)).first() is not None


def _asked(
    now: datetime, lease_seconds: float, limit: int, channels: Collection[str]
) -> dict[str, object]:
    longest = now + timedelta(seconds=2 * lease_seconds)
    return {"now": now, "longest": longest, "limit": limit, "channels": list(channels)}


def renew(connection: Connection, ids: Sequence[int], until: datetime) -> None:
    run(connection, _LEASE, [{"id_": id_, "end": until} for id_ in ids])


def delivered(connection: Connection, ids: Sequence[int]) -> None:
    run(connection, _DONE, [{"id_": id_} for id_ in ids])


def postpone(connection: Connection, id_: int, until: datetime) -> None:
    lane = connection.execute(_LANE, {"id_": id_}).first()
    if lane is not None:
        asked = {"channel_": lane.channel, "key_": lane.key, "id_": id_, "until": until}
        connection.execute(_RETRY, {"id_": id_})
        connection.execute(_WAIT, asked)


def undeliverable(connection: Connection, id_: int, reason: str) -> None:
    connection.execute(_SET_ASIDE, {"id_": id_, "why": reason})


def forget(connection: Connection, conversation: ConversationId, seq: int) -> None:
    """Deletes a line; its deliveries go with it."""
    connection.execute(_FORGET, {"conversation_": conversation, "seq_": seq})
