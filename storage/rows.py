"""Turns a work into rows before anybody waits for it, so that a mistake fails its caller alone."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import ConversationId, OutboundMessage
from bot.domain.complaint import Complaint
from bot.domain.identity import NOBODY
from bot.ports import Fact, Receipt, Work
from storage import mapping, works
from storage.repeating import Params

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
    """A work as rows; ValueError where it contradicts itself."""
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
