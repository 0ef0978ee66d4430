"""Stores works: many at once, each whole or not at all.

What a turn writes goes table by table, so that a group of works costs little more than its rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, update

from bot.errors import StorageError
from storage import checking, works
from storage import tables as _t
from storage.repeating import Params, run
from storage.rows import Prepared

_CONVERSATION_CHANGES = ("version", "touched_at", "has_draft", "state")
_COMPLAINT_CHANGES = ("status", "category", "language", "version", "next_due_at", "late_at")

_NEW_CONVERSATION = insert(_t.conversation)
_CONVERSATION = (
    update(_t.conversation)
    .where(_t.conversation.c.id == bindparam("id_"))
    .values({name: bindparam(name) for name in _CONVERSATION_CHANGES})
)
_RECEIPT = insert(_t.receipt)
_FORGET = delete(_t.message).where(
    _t.message.c.conversation == bindparam("conversation_"),
    _t.message.c.seq.between(bindparam("first"), bindparam("last")),
)
_MESSAGE = insert(_t.message)
_OUTBOX = insert(_t.outbox)
_NEW_COMPLAINT = insert(_t.complaint)
_COMPLAINT = (
    update(_t.complaint)
    .where(_t.complaint.c.reference == bindparam("reference_"))
    .values({name: bindparam(name) for name in _COMPLAINT_CHANGES})
)
_NO_IDENTITY = delete(_t.identity).where(_t.identity.c.reference == bindparam("reference_"))
_IDENTITY = insert(_t.identity)
_FACT = insert(_t.fact)
_MOVE = (
    update(_t.complaint)
    .where(_t.complaint.c.reference == bindparam("reference_"))
    .values(conversation=bindparam("home"))
)
_MOVE_FACTS = (
    update(_t.fact)
    .where(_t.fact.c.reference == bindparam("reference_"))
    .values(conversation=bindparam("home"))
)


def write_works(
    connection: Connection, group: Sequence[Prepared], *, is_careful: bool = False
) -> dict[int, StorageError]:
    """Stores a group and returns, by position, what stood against those that were not stored.

    IntegrityError: one of them can't be stored, and it is not known which (`storage.checking`).
    """
    refused: dict[int, StorageError] = {}
    places = list(range(len(group)))
    for batch in works.disjoint(places, (each.touches for each in group)):
        told = checking.verdicts(connection, [group[at] for at in batch], is_careful=is_careful)
        found = {place: verdict for place, verdict in zip(batch, told, strict=True) if verdict}
        _write(connection, [group[place] for place in batch if place not in found])
        refused |= found
    return refused


def _write(connection: Connection, batch: Sequence[Prepared]) -> None:
    """Writes works that don't touch one another, table by table, what is pointed at first."""
    new, changed = _parted([row for each in batch for row in each.conversations])
    changes = [{"id_": row["id"], **_only(_CONVERSATION_CHANGES, row)} for row in changed]
    run(connection, _NEW_CONVERSATION, new)
    run(connection, _CONVERSATION, changes)
    run(connection, _RECEIPT, [row for each in batch for row in each.receipts])
    run(connection, _FORGET, [row for each in batch for row in each.forgotten])
    run(connection, _MESSAGE, [row for each in batch for row in each.messages])
    run(connection, _OUTBOX, [row for each in batch for row in each.outbox])
    _write_complaints(connection, batch)
    run(connection, _FACT, [row for each in batch for row in each.facts])
    moved = [row for each in batch for row in each.moved]
    run(connection, _MOVE, moved)
    run(connection, _MOVE_FACTS, moved)


def _write_complaints(connection: Connection, batch: Sequence[Prepared]) -> None:
    known = {one.reference for each in batch for one, before in each.work.complaints if before}
    rows = [row for each in batch for row in each.complaints]
    changes = [
        {"reference_": row["reference"], **_only(_COMPLAINT_CHANGES, row)}
        for row in rows
        if row["reference"] in known
    ]
    run(connection, _NEW_COMPLAINT, [row for row in rows if row["reference"] not in known])
    run(connection, _COMPLAINT, changes)
    run(connection, _NO_IDENTITY, [{"reference_": reference} for reference in known])
    run(connection, _IDENTITY, [row for each in batch for row in each.identities])


def _parted(rows: Sequence[Params]) -> tuple[list[Params], list[Params]]:
    new = [row for row in rows if row["version"] == 1]
    return new, [row for row in rows if row["version"] != 1]


def _only(names: Sequence[str], row: Params) -> Params:
    return {name: row[name] for name in names}
