"""Tells which works of a group can't be stored, because something else was stored before them.

A stale version is looked for always. That an address or a message was taken meanwhile is so rare
that the group is written in the hope that it was not; if the database then objects, each work is
written alone and looked at with care.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, select

from bot.dialogue.messages import Address
from bot.errors import Conflict, Duplicate, StorageError
from bot.ports import Receipt, Work
from storage import works
from storage.rows import Prepared
from storage.tables import complaint, conversation, receipt

_VERSIONS = select(conversation.c.id, conversation.c.version).where(
    conversation.c.id.in_(bindparam("ids", expanding=True))
)
_NUMBERS = select(complaint.c.reference, complaint.c.version).where(
    complaint.c.reference.in_(bindparam("references", expanding=True))
)
# One by one: SQLite searches a whole table for a list of pairs.
_OCCUPANT = select(conversation.c.id).where(
    conversation.c.channel == bindparam("channel"), conversation.c.key == bindparam("key")
)
_RECEIPT = select(receipt.c.first_seq).where(
    receipt.c.channel == bindparam("channel"),
    receipt.c.key == bindparam("key"),
    receipt.c.message_id == bindparam("message_id"),
)


def verdicts(
    connection: Connection, run: Sequence[Prepared], *, is_careful: bool
) -> list[StorageError | None]:
    """What stands against each work of a run; None is nothing."""
    versions = _Versions.look_up(connection, run)
    return [_verdict(connection, each.work, versions, is_careful=is_careful) for each in run]


def _verdict(
    connection: Connection, work: Work, versions: _Versions, *, is_careful: bool
) -> StorageError | None:
    is_stale = versions.are_not_awaited(work)
    if (is_stale or is_careful) and any(_is_taken(connection, each) for each in work.receipts):
        return Duplicate()
    if is_stale or (is_careful and _is_any_occupied(connection, work)):
        return Conflict()
    return None


@dataclass(frozen=True)
class _Versions:
    """How often the conversations and complaints of a run were changed before it."""

    conversations: dict[str, int]
    complaints: dict[str, int]

    @classmethod
    def look_up(cls, connection: Connection, run: Sequence[Prepared]) -> _Versions:
        ids = [row["id"] for each in run for row in each.conversations]
        references = [row["reference"] for each in run for row in each.complaints]
        return cls(
            _found(connection, _VERSIONS, "ids", ids),
            _found(connection, _NUMBERS, "references", references),
        )

    def are_not_awaited(self, work: Work) -> bool:
        if any(
            self.conversations.get(told.id, 0) != told.version - 1
            for told in works.conversations(work)
        ):
            return True
        return any(
            self.complaints.get(one.reference, 0) != before for one, before in work.complaints
        )


def _found(
    connection: Connection, statement: Executable, name: str, wanted: Sequence[str]
) -> dict[str, int]:
    if not wanted:
        return {}
    rows: Sequence[Any] = connection.execute(statement, {name: wanted}).all()
    return {key: version for key, version in rows}  # noqa: C416  # rows are no tuples to a type checker


def _is_taken(connection: Connection, taken: Receipt) -> bool:
    asked = {**_place(taken.address), "message_id": taken.message_id}
    return connection.execute(_RECEIPT, asked).first() is not None


def _is_any_occupied(connection: Connection, work: Work) -> bool:
    new = (told for told in works.conversations(work) if told.version == 1)
    return any(connection.execute(_OCCUPANT, _place(told.address)).first() for told in new)


def _place(address: Address) -> dict[str, str]:
    return {"channel": address.channel, "key": address.key}
