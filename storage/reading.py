"""Finds what was stored; each question is one statement, so its answer never mixes two moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    true,
)

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Address, ConversationId, OutboundMessage
from bot.domain.complaint import Complaint, complaint_from
from bot.domain.events import Event
from bot.domain.identity import NOBODY
from bot.domain.reference import Reference
from bot.ports import ComplaintFilter, ComplaintPage, Receipt
from bot.scheduling import Place
from storage import cursors, mapping, tables

_LAST_SEQ = 2**31 - 1
FIRST: Place = (datetime.min.replace(tzinfo=UTC), "")
_CHUNK = 200
"""Complaints that a walk over all of them holds at once."""

_c, _r, _m, _f = (tables.conversation.c, tables.receipt.c, tables.message.c, tables.fact.c)
_k, _i = tables.complaint.c, tables.identity.c

_AT = select(_c.state).where(_c.channel == bindparam("channel"), _c.key == bindparam("key"))
_BY_ID = select(_c.state).where(_c.id == bindparam("id"))
_RECEIPT = select(_r.fingerprint, _r.first_seq, _r.last_seq).where(
    _r.channel == bindparam("channel"),
    _r.key == bindparam("key"),
    _r.message_id == bindparam("message_id"),
)
_LINES = (
    select(_m.body)
    .where(
        _m.conversation == bindparam("conversation"),
        _m.seq > bindparam("after"),
        _m.seq <= bindparam("until"),
    )
    .order_by(_m.seq)
)
_OWN_FACTS = (
    select(_f.kind, _f.at, _f.by, _f.body)
    .where(_f.conversation == bindparam("conversation"), _f.reference.is_(None))
    .order_by(_f.id)
)
_STALE = (
    select(_c.state)
    # As the index says it: SQLAlchemy would write "= 1", which SQLite does not know to be the same.
    .where(
        text("conversation.has_draft"),
        _c.touched_at < bindparam("before"),
        _c.touched_at >= bindparam("at"),
        or_(_c.touched_at > bindparam("at"), _c.id > bindparam("name")),
    )
    .order_by(_c.touched_at, _c.id)
    .limit(bindparam("limit"))
)
_HISTORY = select(
    _k.reference, _k.conversation, _i.reference.label("named"), _i.name, _i.contact, _i.acting_for,
    _f.kind, _f.at, _f.by, _f.body,
).join_from(tables.complaint, tables.fact).outerjoin(tables.identity)  # fmt: skip
_COMPLAINTS = _HISTORY.where(_k.reference.in_(bindparam("references", expanding=True))).order_by(
    _k.reference, _f.number
)


def conversation_at(connection: Connection, address: Address) -> Conversation | None:
    asked = {"channel": address.channel, "key": address.key}
    state = connection.execute(_AT, asked).scalar()
    return None if state is None else mapping.conversation_from(state)


def conversation(connection: Connection, id_: ConversationId) -> Conversation | None:
    state = connection.execute(_BY_ID, {"id": id_}).scalar()
    return None if state is None else mapping.conversation_from(state)


def receipt(connection: Connection, address: Address, message_id: str) -> Receipt | None:
    asked = {"channel": address.channel, "key": address.key, "message_id": message_id}
    row = connection.execute(_RECEIPT, asked).first()
    return None if row is None else Receipt(address, message_id, *row)


def messages(
    connection: Connection, id_: ConversationId, after: int, until: int | None
) -> tuple[OutboundMessage, ...]:
    last = _LAST_SEQ if until is None else until
    asked = {"conversation": id_, "after": after, "until": last}
    return tuple(mapping.message_from(body) for body in connection.execute(_LINES, asked).scalars())


def conversation_facts(connection: Connection, id_: ConversationId) -> tuple[Event, ...]:
    rows = connection.execute(_OWN_FACTS, {"conversation": id_}).all()
    return tuple(mapping.event_from(*row) for row in rows)


def stale_drafts(
    connection: Connection, before: datetime, limit: int, after: Place | None
) -> tuple[Conversation, ...]:
    at, name = after or FIRST
    asked = {"before": before, "limit": limit, "at": at, "name": name}
    states = connection.execute(_STALE, asked).scalars()
    return tuple(mapping.conversation_from(state) for state in states)


def complaints(
    connection: Connection, references: Sequence[Reference]
) -> Mapping[Reference, Complaint]:
    rows = connection.execute(_COMPLAINTS, {"references": list(references)}).all()
    found = {complaint.reference: complaint for complaint in _folded(rows)}
    return {reference: found[reference] for reference in references if reference in found}


def find_complaints(connection: Connection, wanted: ComplaintFilter) -> ComplaintPage:
    length = cursors.page_length(wanted)
    page = _page(wanted, length + 1)
    newest = (page.c.received_at.desc(), page.c.reference.desc())
    found = _of(connection, page, newest)
    if len(found) <= length:
        return ComplaintPage(tuple(found), None)
    last = found[length - 1]
    return ComplaintPage(tuple(found[:length]), cursors.cursor_of(last.received_at, last.reference))


def _page(wanted: ComplaintFilter, length: int) -> Subquery:
    start = cursors.position(wanted)
    asked: list[Any] = [true()]
    if wanted.status is not None:
        asked.append(_k.status == wanted.status.value)
    if wanted.category is not None:
        asked.append(_k.category == wanted.category)
    if wanted.since is not None:
        asked.append(_k.received_at >= wanted.since)
    if start is not None:
        at, reference = start
        older = or_(_k.received_at < at, and_(_k.received_at == at, _k.reference < reference))
        asked += [_k.received_at <= at, older]
    found = select(_k.reference, _k.received_at).where(*asked)
    return found.order_by(_k.received_at.desc(), _k.reference.desc()).limit(length).subquery()


def all_complaints(connection: Connection, since: datetime | None) -> Iterator[Sequence[Complaint]]:
    """Walks over every complaint, oldest first, a chunk at a time."""
    start: cursors.Position | None = None
    while True:
        page = _chunk(since, start)
        found = _of(connection, page, (page.c.received_at, page.c.reference))
        if found:
            yield found
            start = found[-1].received_at, found[-1].reference
        if len(found) < _CHUNK:
            return


def _chunk(since: datetime | None, start: cursors.Position | None) -> Subquery:
    asked: list[Any] = [true()]
    if since is not None:
        asked.append(_k.received_at >= since)
    if start is not None:
        at, reference = start
        newer = or_(_k.received_at > at, and_(_k.received_at == at, _k.reference > reference))
        asked += [_k.received_at >= at, newer]
    found = select(_k.reference, _k.received_at).where(*asked)
    return found.order_by(_k.received_at, _k.reference).limit(_CHUNK).subquery()


def _of(connection: Connection, page: Subquery, order: Sequence[Any]) -> list[Complaint]:
    """The complaints that `page` names, in that order, each with its whole history."""
    statement: Select[Any] = _HISTORY.join(page, page.c.reference == _k.reference)
    return list(_folded(connection.execute(statement.order_by(*order, _f.number)).all()))


def _folded(rows: Sequence[Any]) -> Iterator[Complaint]:
    for (reference, where), events in groupby(rows, lambda row: (row.reference, row.conversation)):
        history = list(events)
        one = history[0]
        named = one.named is not None
        identity = mapping.identity_from(one.name, one.contact, one.acting_for) if named else NOBODY
        facts = (mapping.event_from(row.kind, row.at, row.by, row.body) for row in history)
        yield complaint_from(Reference(reference), where, facts, identity)


def outbox_size(connection: Connection) -> tuple[int, datetime | None]:
    waiting = tables.outbox.c
    asked = select(func.count(), func.min(waiting.queued_at)).where(waiting.reason.is_(None))
    count, oldest = connection.execute(asked).one()
    return count, oldest
