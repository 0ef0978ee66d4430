"""Erases what people wrote, and what tells who they are, so that no trace is left.

What is counted stays: a complaint's row, and its events without their words. Statements here may
read whole tables: they run once a day, and the long ones outside the writing transaction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.messages import Address, ConversationId
from bot.disposing import Erasure
from bot.domain.complaint import Complaint
from bot.domain.erasure import bare
from bot.domain.events import EVENTS, PersonalDataErased
from bot.domain.reference import Reference
from bot.domain.status import Status
from bot.ports import Fact, Work
from storage import cursors, mapping, reading
from storage import tables as _t
from storage.engine import Database
from storage.repeating import Params, run
from storage.rows import Prepared
from storage.writing import write_works

T = TypeVar("T")

_CHUNK: Final = 200
_MOST: Final = 20_000
"""Rows that one look for what is old finds at most; it is looked again."""

ARCHIVE: Final = ConversationId("archive")
"""Where what was recorded about removed conversations is counted; it leads to nobody."""

_REFERENCE: Final = re.compile(rb"CMP-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")
_DIGEST: Final = re.compile(rb'"sha256":"([0-9a-f]{64})"')
_FILED: Final = tuple(
    name for name, kind in EVENTS.items() if "attachments" in {field.name for field in fields(kind)}
)

_c, _f, _k, _r = (_t.conversation.c, _t.fact.c, _t.complaint.c, _t.receipt.c)
_i, _q, _o, _m = (_t.inbox.c, _t.quarantine.c, _t.outbox.c, _t.message.c)

_REWRITE = (
    update(_t.fact)
    .where(_f.reference == bindparam("reference_"), _f.number == bindparam("number_"))
    .values(body=bindparam("body"))
)
_OWN_FACTS = select(_f.id, _f.kind, _f.at, _f.by, _f.body).where(
    _f.conversation == bindparam("conversation_"), _f.reference.is_(None)
)
_ARCHIVE_FACT = (
    update(_t.fact)
    .where(_f.id == bindparam("id_"))
    .values(body=bindparam("body"), conversation=bindparam("home"))
)
_NO_QUARANTINE = delete(_t.quarantine).where(
    _q.channel == bindparam("channel_"), _q.key == bindparam("key_")
)
_NO_RECEIPTS = delete(_t.receipt).where(
    _r.channel == bindparam("channel_"), _r.key == bindparam("key_")
)
_NO_LINES = delete(_t.message).where(_m.conversation == bindparam("conversation_"))
_NO_CONVERSATION = delete(_t.conversation).where(_c.id == bindparam("conversation_"))
_VERSION = select(_c.version).where(_c.id == bindparam("id"))
_IS_FILED = exists().where(_k.conversation == _c.id)
_IS_LAST = and_(_f.reference == _k.reference, _f.number == _k.version)
_ENDED = select(_k.reference, _k.received_at).where(
    _k.status.in_([status.value for status in Status if status.is_final]),
    ~exists().where(_IS_LAST, _f.kind == PersonalDataErased.__name__),
)


# One complaint -------------------------------------------------------------------------------


def work_of(erasure: Erasure) -> Work:
    """What of it is stored as any other work is."""
    after, home = erasure.complaint, ConversationId(erasure.complaint.conversation)
    return Work(
        conversation=erasure.conversation,
        facts=tuple(
            Fact(event, home, after.reference) for event in after.history[erasure.before :]
        ),
        complaints=((after, erasure.before),),
        forgotten=erasure.forgotten,
        detached=(erasure.home,) if erasure.home else (),
    )


def erase(connection: Connection, work: Prepared) -> None:
    """Stores `work`, and the whole history of its complaints anew. Conflict: nothing was."""
    refused = write_works(connection, [work], is_careful=True)
    if refused:
        raise refused[0]
    for complaint, before in work.work.complaints:
        rows = enumerate(complaint.history[:before], 1)
        run(connection, _REWRITE, [_rewritten(complaint, *row) for row in rows])
    conversation = work.work.conversation
    if conversation is not None:
        run(connection, _NO_QUARANTINE, [_place(conversation.address)])
        if not conversation.known and conversation.draft is None:
            _forget_facts(connection, conversation.id, conversation.id)


def _rewritten(complaint: Complaint, number: int, event: Any) -> Params:
    body = mapping.event_columns(event)["body"]
    return {"reference_": complaint.reference, "number_": number, "body": body}


def _forget_facts(connection: Connection, id_: ConversationId, home: ConversationId) -> None:
    """What was recorded about a conversation loses its words, and goes to `home`."""
    rows = connection.execute(_OWN_FACTS, {"conversation_": id_}).all()
    kept = ((row.id, bare(mapping.event_from(row.kind, row.at, row.by, row.body))) for row in rows)
    bodies = ((id_, mapping.event_columns(event)["body"]) for id_, event in kept)
    run(
        connection,
        _ARCHIVE_FACT,
        [{"id_": fact, "body": body, "home": home} for fact, body in bodies],
    )


def _place(address: Address) -> Params:
    return {"channel_": address.channel, "key_": address.key}


# Looking for what is to go -------------------------------------------------------------------


def ended(connection: Connection, received_before: datetime) -> Iterator[Sequence[Complaint]]:
    """Complaints that ended and hold more than their erasure, oldest first, a chunk at a time."""
    start: cursors.Position | None = None
    while True:
        asked = _ENDED.where(_k.received_at < received_before)
        if start is not None:
            at, reference = start
            newer = or_(_k.received_at > at, and_(_k.received_at == at, _k.reference > reference))
            asked = asked.where(_k.received_at >= at, newer)
        page = asked.order_by(_k.received_at, _k.reference).limit(_CHUNK)
        rows = connection.execute(page).all()
        yield tuple(reading.complaints(connection, [row.reference for row in rows]).values())
        if len(rows) < _CHUNK:
            return
        start = rows[-1].received_at, rows[-1].reference


def conversations_with(
    connection: Connection, references: Collection[Reference]
) -> tuple[Conversation, ...]:
    wanted = frozenset(references)
    states = connection.execute(select(_c.state)).scalars()
    return tuple(
        mapping.conversation_from(state)
        for state in states
        if not wanted.isdisjoint(references_in(state))
    )


def references_in(state: bytes) -> Iterator[Reference]:
    """The complaints that a stored conversation tells of."""
    return (Reference(found.decode()) for found in _REFERENCE.findall(state))


def digests(connection: Connection) -> frozenset[str]:
    """The files that anything stored still names."""
    bodies = (
        select(_f.body).where(_f.kind.in_(_FILED)),
        select(_c.state),
        select(_q.body),
    )
    found: set[str] = set()
    for asked in bodies:
        for body in connection.execute(asked).scalars():
            found.update(digests_in(body))
    return frozenset(found)


def digests_in(body: bytes) -> Iterator[str]:
    """The files that a stored value names."""
    return (found.decode() for found in _DIGEST.findall(body))


# What is old ---------------------------------------------------------------------------------


def old_rows(connection: Connection, table: Table, before: datetime) -> list[Params]:
    """The keys of rows that are older."""
    columns = table.c
    if table is _t.outbox:  # what waits still goes out
        is_old = and_(columns.reason.is_not(None), columns.queued_at < before)
    else:
        is_old = columns.at < before
    asked = select(*table.primary_key.columns).where(is_old).limit(_MOST)
    rows = connection.execute(asked).mappings()
    return [{f"{name}_": value for name, value in row.items()} for row in rows]


def delete_rows(connection: Connection, table: Table, rows: Sequence[Params]) -> None:
    keys = [column == bindparam(f"{column.name}_") for column in table.primary_key.columns]
    run(connection, delete(table).where(*keys), rows)


PRUNED: Final = (_t.receipt, _t.inbox, _t.quarantine, _t.outbox)
"""Whose old rows are of no more use."""


def idle(connection: Connection, before: datetime) -> list[Conversation]:
    """Conversations that nobody touched since, and that hold neither draft nor complaint."""
    asked = select(_c.state).where(
        _c.touched_at < before, _c.has_draft.is_(False), _c.channel != NOWHERE, ~_IS_FILED
    )
    found = map(mapping.conversation_from, connection.execute(asked).scalars())
    return [one for one in found if not one.known and one.draft is None]


def remove(connection: Connection, found: Sequence[Conversation]) -> int:
    """Deletes conversations, unless they were touched meanwhile; how many it were."""
    gone = [one for one in found if _is_at(connection, one)]
    for one in gone:
        if connection.execute(_OWN_FACTS, {"conversation_": one.id}).first() is not None:
            _open_archive(connection, one)
            _forget_facts(connection, one.id, ARCHIVE)
    places = [_place(one.address) for one in gone]
    ids = [{"conversation_": one.id} for one in gone]
    run(connection, _NO_RECEIPTS, places)
    run(connection, _NO_QUARANTINE, places)
    run(connection, _NO_LINES, ids)
    run(connection, _NO_CONVERSATION, ids)
    return len(gone)


async def prune(database: Database, before: datetime) -> int:
    """All of it, a part at a time, so that nobody waits long for the writer."""
    gone = 0
    for table in PRUNED:
        found = _MOST
        while found == _MOST:
            rows = await database.search(partial(old_rows, table=table, before=before))
            for part in _parts(rows):
                await database.write(partial(delete_rows, table=table, rows=part), erases=True)
            found = len(rows)
            gone += found
    for idlers in _parts(await database.search(partial(idle, before=before))):
        gone += await database.write(partial(remove, found=idlers), erases=True)
    return gone


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))


def _is_at(connection: Connection, one: Conversation) -> bool:
    return connection.execute(_VERSION, {"id": one.id}).scalar() == one.version


def _open_archive(connection: Connection, like: Conversation) -> None:
    if connection.execute(_VERSION, {"id": ARCHIVE}).scalar() is None:
        archive = Conversation(
            ARCHIVE, Address(NOWHERE, ARCHIVE), like.language, like.begun_at, like.touched_at, 1
        )
        row = {
            "id": archive.id,
            "channel": archive.address.channel,
            "key": archive.address.key,
            "version": archive.version,
            "touched_at": archive.touched_at,
            "has_draft": False,
            "state": mapping.conversation_state(archive),
        }
        run(connection, insert(_t.conversation), [row])
