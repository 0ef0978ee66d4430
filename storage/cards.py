"""Where complaints are shown, and which of them have more to show than is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, text, update

from bot.carding import Card, Place, Uncarded
from bot.domain.reference import Reference
from storage import reading, tables
from storage.repeating import Params, run

_k, _d = tables.complaint.c, tables.card.c

_BEHIND = (
    select(_k.reference, _k.received_at)
    # As the index says it, so that SQLite knows it to be the same.
    .where(
        text(tables.BEHIND),
        _k.received_at >= bindparam("at"),
        or_(_k.received_at > bindparam("at"), _k.reference > bindparam("name")),
    )
    .order_by(_k.received_at, _k.reference)
    .limit(bindparam("limit"))
)
_DUE = select(_d.reference, _k.received_at).where(
    _d.reference == _k.reference,
    _d.look_at <= bindparam("now"),
    or_(
        _k.received_at > bindparam("at"),
        (_k.received_at == bindparam("at")) & (_d.reference > bindparam("name")),
    ),
)
_SHOWN = (_d.channel, _d.ts, _d.shown, _d.state, _d.look_at, _d.version, _d.desk)
_CARDS = select(_d.reference, *_SHOWN).where(
    _d.reference.in_(bindparam("references", expanding=True))
)
_AT = select(_d.reference).where(_d.channel == bindparam("channel"), _d.ts == bindparam("ts"))
_VERSION = select(_d.version).where(_d.reference == bindparam("reference"))
_LIKE = (
    select(func.count())
    .select_from(tables.complaint)
    .where(_k.category == bindparam("category"), _k.received_at >= bindparam("since"))
)
_NEW = insert(tables.card)
_CHANGES = ("channel", "ts", "shown", "state", "look_at", "version", "desk")
_CHANGE = (
    update(tables.card)
    .where(_d.reference == bindparam("reference_"))
    .values({name: bindparam(name) for name in _CHANGES})
)
_NOTE = (
    update(tables.complaint)
    .where(_k.reference == bindparam("reference_"))
    .values(shown=bindparam("shown_"))
)


def cards_behind(
    connection: Connection, now: datetime, limit: int, after: Place | None
) -> tuple[Uncarded, ...]:
    at, name = after or reading.FIRST
    asked = {"at": at, "name": name, "limit": limit}
    places = {row.reference: row.received_at for row in connection.execute(_BEHIND, asked)}
    due = connection.execute(_DUE, {"now": now, "at": at, "name": name})
    places |= {row.reference: row.received_at for row in due}
    if not places:
        return ()
    names = sorted(places, key=lambda one: (places[one], one))[:limit]
    found, kept = reading.complaints(connection, names), _cards(connection, names)
    return tuple(
        ((places[name], name), complaint, kept.get(name)) for name, complaint in found.items()
    )


def card(connection: Connection, name: str) -> Card | None:
    return _cards(connection, [name]).get(name)


def card_at(connection: Connection, channel: str, ts: str) -> Reference | None:
    name = connection.execute(_AT, {"channel": channel, "ts": ts}).scalar() if ts else None
    return None if name is None else Reference(name)


def keep_card(connection: Connection, name: str, card: Card) -> bool:
    stored = connection.execute(_VERSION, {"reference": name}).scalar()
    if (stored or 0) != card.version:
        return False
    row: Params = {
        "channel": card.channel,
        "ts": card.ts,
        "shown": card.shown,
        "state": json.dumps(card.state, ensure_ascii=False),
        "look_at": card.look_at,
        "version": card.version + 1,
        "desk": card.desk,
    }
    if stored is None:
        run(connection, _NEW, [{"reference": name, **row}])
    else:
        run(connection, _CHANGE, [{"reference_": name, **row}])
    run(connection, _NOTE, [{"reference_": name, "shown_": card.shown}])
    return True


def received_like(connection: Connection, category: str, since: datetime) -> int:
    asked = {"category": category, "since": since}
    return int(connection.execute(_LIKE, asked).scalar_one())


def _cards(connection: Connection, names: Sequence[str]) -> dict[str, Card]:
    rows = connection.execute(_CARDS, {"references": list(names)}).all()
    return {row.reference: _card(row) for row in rows}


def _card(row: Any) -> Card:
    return Card(
        channel=row.channel,
        ts=row.ts,
        shown=row.shown,
        state=json.loads(row.state),
        look_at=row.look_at,
        version=row.version,
        desk=row.desk,
    )
