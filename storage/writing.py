"""Stores works: many at once, each whole or not at all.

Statements are built once, so that running one costs little more than the driver itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, tuple_, update

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import ConversationId, InboundMessage, OutboundMessage
from bot.domain.complaint import Complaint
from bot.domain.identity import NOBODY
from bot.errors import Conflict, Duplicate, StorageError
from bot.ports import Fact, Receipt, Work
from storage import mapping, tables, works

Params = dict[str, Any]


AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a line is due that was never tried; a clock that was set back does not hold it up."""


@dataclass(frozen=True)
class Prepared:
    """A work, ready to be written: its rows by table, and what it touches."""

    work: Work
    touches: set[Hashable]
    conversation: Params | None
    receipts: list[Params]
    forgotten: list[Params]
    messages: list[Params]
    outbox: list[Params]
    complaints: list[Params]
    identities: list[Params]
    facts: list[Params]

    @property
    def concerned(self) -> tuple[ConversationId, ...]:
        return works.concerned(self.work)

    @property
    def erases(self) -> bool:
        return works.erases(self.work)


def prepared(work: Work) -> Prepared:
    """Turns values into rows; what can't be turned fails here, before anybody waits."""
    works.check_shape(work)
    receipt, conversation = work.receipt, work.conversation
    return Prepared(
        work=work,
        touches=works.touches(work),
        conversation=_conversation(conversation) if conversation else None,
        receipts=[_receipt(receipt, conversation)] if receipt else [],
        forgotten=[_forgotten(conversation, work)] if conversation and work.forgotten else [],
        messages=[_message(conversation, line) for line in work.said] if conversation else [],
        outbox=_outbox(conversation, works.outgoing(work)) if conversation else [],
        complaints=[_complaint(complaint) for complaint, _ in work.complaints],
        identities=[_identity(one) for one, _ in work.complaints if one.identity != NOBODY],
        facts=[_fact(fact, number) for fact, number in works.numbered(work)],
    )


def _conversation(conversation: Conversation) -> Params:
    return {
        "id": conversation.id,
        "channel": conversation.address.channel,
        "key": conversation.address.key,
        "version": conversation.version,
        "touched_at": conversation.touched_at,
        "has_draft": works.has_draft(conversation),
        "state": mapping.conversation_state(conversation),
    }


def _receipt(receipt: Receipt, conversation: Conversation | None) -> Params:
    return {
        "channel": receipt.address.channel,
        "key": receipt.address.key,
        "message_id": receipt.message_id,
        "fingerprint": receipt.fingerprint,
        "first_seq": receipt.first_seq,
        "last_seq": receipt.last_seq,
        "at": conversation.touched_at if conversation else None,
    }


def _forgotten(conversation: Conversation, work: Work) -> Params:
    first, last = work.forgotten or (1, 0)
    return {"conversation_": conversation.id, "first": first, "last": last}


def _message(conversation: Conversation, line: OutboundMessage) -> Params:
    return {"conversation": conversation.id, "seq": line.seq, "body": mapping.message_body(line)}


def _outbox(conversation: Conversation, lines: Sequence[OutboundMessage]) -> list[Params]:
    return [
        {
            "channel": conversation.address.channel,
            "key": conversation.address.key,
            "conversation": conversation.id,
            "seq": line.seq,
            "queued_at": line.at,
            "due_at": AT_ONCE,
            "attempts": 0,
        }
        for line in lines
    ]


def _complaint(complaint: Complaint) -> Params:
    return {
        "reference": complaint.reference,
        "conversation": complaint.conversation,
        "status": complaint.status.value,
        "category": complaint.assessment.category,
        "received_at": complaint.received_at,
        "channel": complaint.channel,
        "language": complaint.language,
        "version": complaint.version,
    }


def _identity(complaint: Complaint) -> Params:
    return {"reference": complaint.reference, **mapping.identity_columns(complaint.identity)}


def _fact(fact: Fact, number: int | None) -> Params:
    return {
        "conversation": fact.conversation,
        "reference": fact.reference,
        "number": number,
        **mapping.event_columns(fact.event),
    }


def write_works(connection: Connection, group: Sequence[Prepared]) -> dict[int, StorageError]:
    """Stores a group and returns, by position, what stood against those that were not stored."""
    refused: dict[int, StorageError] = {}
    places = list(range(len(group)))
    for run in works.disjoint(places, (each.touches for each in group)):
        verdicts = _verdicts(connection, [group[place] for place in run])
        found = {place: verdict for place, verdict in zip(run, verdicts, strict=True) if verdict}
        _write(connection, [group[place] for place in run if place not in found])
        refused |= found
    return refused


# Checking ------------------------------------------------------------------------------------

_t = tables
_VERSIONS = select(_t.conversation.c.id, _t.conversation.c.version).where(
    _t.conversation.c.id.in_(bindparam("ids", expanding=True))
)
_OCCUPANTS = select(_t.conversation.c.channel, _t.conversation.c.key).where(
    tuple_(_t.conversation.c.channel, _t.conversation.c.key).in_(
        bindparam("addresses", expanding=True)
    )
)
_RECEIPTS = select(_t.receipt.c.channel, _t.receipt.c.key, _t.receipt.c.message_id).where(
    tuple_(_t.receipt.c.channel, _t.receipt.c.key, _t.receipt.c.message_id).in_(
        bindparam("receipts", expanding=True)
    )
)
_NUMBERS = select(_t.complaint.c.reference, _t.complaint.c.version).where(
    _t.complaint.c.reference.in_(bindparam("references", expanding=True))
)


def _verdicts(connection: Connection, run: Sequence[Prepared]) -> list[StorageError | None]:
    stored = _Stored.look_up(connection, run)
    return [stored.verdict(each.work) for each in run]


@dataclass(frozen=True)
class _Stored:
    """What the database holds of everything that a run of works wants to change."""

    versions: dict[str, int]
    occupied: set[tuple[str, str]]
    receipts: set[tuple[str, str, str]]
    numbers: dict[str, int]

    @classmethod
    def look_up(cls, connection: Connection, run: Sequence[Prepared]) -> _Stored:
        rows = [each.conversation for each in run if each.conversation]
        new = [(row["channel"], row["key"]) for row in rows if row["version"] == 1]
        receipts = [_receipt_key(each.work.receipt) for each in run if each.work.receipt]
        references = [row["reference"] for each in run for row in each.complaints]
        return cls(
            dict(_rows(connection, _VERSIONS, "ids", [row["id"] for row in rows])),
            set(_rows(connection, _OCCUPANTS, "addresses", new)),
            set(_rows(connection, _RECEIPTS, "receipts", receipts)),
            dict(_rows(connection, _NUMBERS, "references", references)),
        )

    def verdict(self, work: Work) -> StorageError | None:
        if work.receipt and _receipt_key(work.receipt) in self.receipts:
            return Duplicate()
        if work.conversation and not self._awaits(work.conversation):
            return Conflict()
        if any(self.numbers.get(one.reference, 0) != before for one, before in work.complaints):
            return Conflict()
        return None

    def _awaits(self, conversation: Conversation) -> bool:
        address = (conversation.address.channel, conversation.address.key)
        if conversation.version == 1 and address in self.occupied:
            return False
        return self.versions.get(conversation.id, 0) == conversation.version - 1


def _receipt_key(receipt: Receipt) -> tuple[str, str, str]:
    return receipt.address.channel, receipt.address.key, receipt.message_id


def _rows(
    connection: Connection, statement: Executable, name: str, values: Sequence[object]
) -> list[Any]:
    if not values:
        return []
    return [tuple(row) for row in connection.execute(statement, {name: values})]


# Writing -------------------------------------------------------------------------------------

_CONVERSATION_CHANGES = ("version", "touched_at", "has_draft", "state")
_COMPLAINT_CHANGES = ("status", "category", "language", "version")

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
_QUARANTINE = insert(_t.quarantine)


def _write(connection: Connection, run: Sequence[Prepared]) -> None:
    """Writes works that don't touch one another, table by table, what is pointed at first."""
    new, changed = _parted([each.conversation for each in run if each.conversation])
    changes = [{"id_": row["id"], **_only(_CONVERSATION_CHANGES, row)} for row in changed]
    _each(connection, _NEW_CONVERSATION, new)
    _each(connection, _CONVERSATION, changes)
    _each(connection, _RECEIPT, [row for each in run for row in each.receipts])
    _each(connection, _FORGET, [row for each in run for row in each.forgotten])
    _each(connection, _MESSAGE, [row for each in run for row in each.messages])
    _each(connection, _OUTBOX, [row for each in run for row in each.outbox])
    _write_complaints(connection, run)
    _each(connection, _FACT, [row for each in run for row in each.facts])


def _write_complaints(connection: Connection, run: Sequence[Prepared]) -> None:
    known = {one.reference for each in run for one, before in each.work.complaints if before}
    rows = [row for each in run for row in each.complaints]
    changes = [
        {"reference_": row["reference"], **_only(_COMPLAINT_CHANGES, row)}
        for row in rows
        if row["reference"] in known
    ]
    _each(connection, _NEW_COMPLAINT, [row for row in rows if row["reference"] not in known])
    _each(connection, _COMPLAINT, changes)
    _each(connection, _NO_IDENTITY, [{"reference_": reference} for reference in known])
    _each(connection, _IDENTITY, [row for each in run for row in each.identities])


def _parted(rows: Sequence[Params]) -> tuple[list[Params], list[Params]]:
    new = [row for row in rows if row["version"] == 1]
    return new, [row for row in rows if row["version"] != 1]


def _only(names: Sequence[str], row: Params) -> Params:
    return {name: row[name] for name in names}


def _each(connection: Connection, statement: Executable, rows: list[Params]) -> None:
    if rows:
        connection.execute(statement, rows)


def quarantine(connection: Connection, message: InboundMessage, error: str) -> None:
    row = {
        "channel": message.address.channel,
        "key": message.address.key,
        "message_id": message.id,
        "at": message.at,
        "body": mapping.inbound_body(message),
        "error": error,
    }
    connection.execute(_QUARANTINE, row)
