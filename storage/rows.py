"""Turns a work into rows before anybody waits for it, so that a mistake fails its caller alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Address, ConversationId, OutboundMessage
from bot.domain.complaint import Complaint
from bot.domain.identity import NOBODY
from bot.domain.reference import Reference
from bot.ports import Fact, Receipt, Work
from bot.scheduling import Schedule
from storage import mapping, works
from storage.repeating import Params


@dataclass(frozen=True)
class Prepared:
    """A work, ready to be written: its rows by table, and what it touches."""

    work: Work
    touches: set[Hashable]
    conversations: list[Params]
    receipts: list[Params]
    forgotten: list[Params]
    messages: list[Params]
    outbox: list[Params]
    complaints: list[Params]
    identities: list[Params]
    facts: list[Params]
    moved: list[Params]

    @property
    def concerned(self) -> tuple[ConversationId, ...]:
        return works.concerned(self.work)

    @property
    def erases(self) -> bool:
        return works.erases(self.work)


def prepared(work: Work, schedule: Schedule) -> Prepared:
    """A work as rows; ValueError where it contradicts itself."""
    works.check_shape(work)
    conversation, homes = work.conversation, works.detached_homes(work)
    outgoing = works.outgoing(work)
    return Prepared(
        work=work,
        touches=works.touches(work),
        conversations=[_conversation(each) for each in works.conversations(work)],
        receipts=[_receipt(receipt, conversation) for receipt in work.receipts],
        forgotten=[_forgotten(conversation, work)] if conversation and work.forgotten else [],
        messages=[_message(conversation, line) for line in work.said] if conversation else [],
        outbox=[_delivery(conversation, *each) for each in outgoing] if conversation else [],
        complaints=[_complaint(complaint, schedule) for complaint, _ in work.complaints],
        identities=[_identity(one) for one, _ in work.complaints if one.identity != NOBODY],
        facts=[_fact(fact, number, homes) for fact, number in works.numbered(work)],
        moved=_moves(work, homes) if homes else [],
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


def _delivery(conversation: Conversation, line: OutboundMessage, address: Address) -> Params:
    return {
        "channel": address.channel,
        "key": address.key,
        "conversation": conversation.id,
        "seq": line.seq,
        "queued_at": line.at,
        "due_at": works.AT_ONCE,
        "attempts": 0,
    }


def _complaint(complaint: Complaint, schedule: Schedule) -> Params:
    due = schedule(complaint)
    return {
        "reference": complaint.reference,
        "conversation": complaint.conversation,
        "status": complaint.status.value,
        "category": complaint.assessment.category,
        "received_at": complaint.received_at,
        "channel": complaint.channel,
        "language": complaint.language,
        "version": complaint.version,
        "next_due_at": due.next_due_at,
        "late_at": due.late_at,
    }


def _identity(complaint: Complaint) -> Params:
    return {"reference": complaint.reference, **mapping.identity_columns(complaint.identity)}


def _fact(fact: Fact, number: int | None, homes: Mapping[Reference, ConversationId]) -> Params:
    home = homes.get(fact.reference) if fact.reference else None
    return {
        "conversation": home or fact.conversation,
        "reference": fact.reference,
        "number": number,
        **mapping.event_columns(fact.event),
    }


def _moves(work: Work, homes: Mapping[Reference, ConversationId]) -> list[Params]:
    known = [one.reference for one, before in work.complaints if before]
    return [
        {"reference_": reference, "home": homes[reference]}
        for reference in known
        if reference in homes
    ]
