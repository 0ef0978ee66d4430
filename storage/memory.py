"""The storage in memory: the same promises without a file, for tests and for trying things out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.messages import Address, ConversationId, InboundMessage, OutboundMessage
from bot.disposing import Erasure
from bot.domain.complaint import Complaint
from bot.domain.duties import Timing
from bot.domain.erasure import bare
from bot.domain.events import Event, PersonalDataErased
from bot.domain.reference import Reference
from bot.errors import Conflict, Duplicate, StorageError
from bot.ports import ComplaintFilter, ComplaintPage, Delivery, Raw, Receipt, Work
from bot.scheduling import Place, Schedule
from storage import cursors, erasing, mapping, works
from storage.remembering import RememberedCards, behind


@dataclass(frozen=True)
class _Waiting:
    """A delivery and what stands in its way."""

    delivery: Delivery
    queued_at: datetime
    due_at: datetime = works.AT_ONCE
    leased_until: datetime | None = None
    reason: str | None = None

    def is_free(self, now: datetime, lease_seconds: float) -> bool:
        longest = now + timedelta(seconds=2 * lease_seconds)
        return self.leased_until is None or not now < self.leased_until <= longest


@dataclass
class MemoryStorage(RememberedCards):
    """Keeps everything until the process ends."""

    schedule: Schedule = works.never_due
    _due: dict[Reference, Timing] = field(default_factory=dict)
    _conversations: dict[ConversationId, Conversation] = field(default_factory=dict)
    _addresses: dict[Address, ConversationId] = field(default_factory=dict)
    _receipts: dict[tuple[Address, str], Receipt] = field(default_factory=dict)
    _taken_at: dict[tuple[Address, str], datetime] = field(default_factory=dict)
    _lines: dict[ConversationId, dict[int, OutboundMessage]] = field(default_factory=dict)
    _facts: dict[ConversationId, list[Event]] = field(default_factory=dict)
    _outbox: dict[int, _Waiting] = field(default_factory=dict)
    _callbacks: list[Callable[[Sequence[ConversationId]], None]] = field(default_factory=list)
    _inbox: dict[tuple[str, str], Raw] = field(default_factory=dict)
    quarantined: list[tuple[InboundMessage, str]] = field(default_factory=list)
    quarantined_raws: list[tuple[str, Raw, str]] = field(default_factory=list)
    _ids: count[int] = field(default_factory=lambda: count(1))
    _is_open: bool = True  # there is nothing that opening could find wrong

    async def open(self) -> None:
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False

    async def is_ready(self) -> bool:
        return self._is_open

    def on_commit(self, callback: Callable[[Sequence[ConversationId]], None]) -> None:
        self._callbacks.append(callback)

    async def commit(self, work: Work) -> None:
        works.check_shape(work)
        self._check(work)
        for each in works.conversations(work):
            self._conversations[each.id] = each
            self._addresses[each.address] = each.id
        if work.conversation:
            self._keep_lines(work.conversation, work)
        for receipt in work.receipts:
            self._receipts[receipt.address, receipt.message_id] = receipt
            if work.conversation:
                self._taken_at[receipt.address, receipt.message_id] = work.conversation.touched_at
        for complaint, _ in work.complaints:
            self._complaints[complaint.reference] = complaint
            self._due[complaint.reference] = self.schedule(complaint)
        for fact in work.facts:
            if fact.reference is None:
                self._facts.setdefault(fact.conversation, []).append(fact.event)
        for callback in self._callbacks:
            callback(works.concerned(work))

    def _check(self, work: Work) -> None:
        self._check_open()
        if any((each.address, each.message_id) in self._receipts for each in work.receipts):
            raise Duplicate
        if not all(self._awaits(each) for each in works.conversations(work)):
            raise Conflict
        if any(self._events_of(one.reference) != before for one, before in work.complaints):
            raise Conflict
        known = {*self._conversations, *(each.id for each in works.conversations(work))}
        if not {fact.conversation for fact in work.facts} <= known:
            raise StorageError("A fact needs its conversation.")

    def _check_open(self) -> None:
        if not self._is_open:
            raise StorageError("The storage is closed.")

    def _awaits(self, conversation: Conversation) -> bool:
        if conversation.version == 1 and conversation.address in self._addresses:
            return False
        stored = self._conversations.get(conversation.id)
        return (stored.version if stored else 0) == conversation.version - 1

    def _events_of(self, reference: Reference) -> int:
        stored = self._complaints.get(reference)
        return stored.version if stored else 0

    def _keep_lines(self, conversation: Conversation, work: Work) -> None:
        lines = self._lines.setdefault(conversation.id, {})
        if work.forgotten:
            self._forget(conversation.id, *work.forgotten)
        lines |= {line.seq: mapping.storable(line) for line in work.said}
        for line, address in works.outgoing(work):
            id_, kept = next(self._ids), lines[line.seq]
            delivery = Delivery(id_, address, conversation.id, kept, attempts=0)
            self._outbox[id_] = _Waiting(delivery, queued_at=line.at)

    def _forget(self, id_: ConversationId, first: int, last: int) -> None:
        lines = self._lines.get(id_, {})
        for seq in [seq for seq in lines if first <= seq <= last]:
            del lines[seq]
        for key, waiting in list(self._outbox.items()):
            delivery = waiting.delivery
            if delivery.conversation == id_ and first <= delivery.message.seq <= last:
                del self._outbox[key]

    async def conversation_at(self, address: Address) -> Conversation | None:
        id_ = self._addresses.get(address)
        return None if id_ is None else self._conversations[id_]

    async def conversation(self, id_: ConversationId) -> Conversation | None:
        return self._conversations.get(id_)

    async def receipt(self, address: Address, message_id: str) -> Receipt | None:
        return self._receipts.get((address, message_id))

    async def messages(
        self, conversation: ConversationId, after: int = 0, until: int | None = None
    ) -> tuple[OutboundMessage, ...]:
        lines = sorted(self._lines.get(conversation, {}).items())
        return tuple(line for seq, line in lines if after < seq and (until is None or seq <= until))

    async def complaints(self, references: Sequence[Reference]) -> Mapping[Reference, Complaint]:
        return {one: self._complaints[one] for one in references if one in self._complaints}

    async def find_complaints(self, wanted: ComplaintFilter) -> ComplaintPage:
        length, start = cursors.page_length(wanted), cursors.position(wanted)
        newest = reversed(self._in_order())
        found = [one for one in newest if _is_wanted(one, wanted) and _is_after(one, start)]
        page = tuple(found[:length])
        if len(found) <= length:
            return ComplaintPage(page, None)
        return ComplaintPage(page, cursors.cursor_of(page[-1].received_at, page[-1].reference))

    def _in_order(self) -> list[Complaint]:
        return sorted(self._complaints.values(), key=lambda one: (one.received_at, one.reference))

    async def all_complaints(self, since: datetime | None = None) -> AsyncIterator[Complaint]:
        for complaint in self._in_order():
            if since is None or complaint.received_at >= since:
                yield complaint

    async def conversation_facts(self, conversation: ConversationId) -> tuple[Event, ...]:
        return tuple(self._facts.get(conversation, ()))

    async def stale_drafts(
        self, before: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[Conversation, ...]:
        stale = {
            (one.touched_at, str(one.id)): one
            for one in self._conversations.values()
            if works.has_draft(one) and one.touched_at < before
        }
        return tuple(stale[place] for place in behind(stale, after)[:limit])

    async def due_complaints(
        self, now: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[tuple[Place, Complaint], ...]:
        due = {
            (timing.next_due_at, str(reference)): reference
            for reference, timing in self._due.items()
            if timing.next_due_at is not None and timing.next_due_at <= now
        }
        places = behind(due, after)[:limit]
        return tuple((place, self._complaints[due[place]]) for place in places)

    async def overdue(self, now: datetime) -> int:
        late = (timing.late_at for timing in self._due.values())
        return sum(at is not None and at < now for at in late)

    async def reschedule(self) -> int:
        kept = dict(self._due)
        self._due = {one.reference: self.schedule(one) for one in self._complaints.values()}
        return sum(kept[reference] != timing for reference, timing in self._due.items())

    async def claim(
        self, now: datetime, lease_seconds: float, limit: int, channels: Collection[str]
    ) -> tuple[Delivery, ...]:
        due = [
            one
            for one in self._firsts()
            if one.delivery.address.channel in channels
            and one.due_at <= now
            and one.is_free(now, lease_seconds)
        ]
        due.sort(key=lambda one: (one.due_at, one.delivery.id))
        claimed = tuple(one.delivery for one in due[:limit])
        await self.renew([one.id for one in claimed], now + timedelta(seconds=lease_seconds))
        return claimed

    def _waiting(self) -> list[_Waiting]:
        return [one for _, one in sorted(self._outbox.items()) if one.reason is None]

    def _firsts(self) -> list[_Waiting]:
        firsts: dict[Address, _Waiting] = {}
        for one in self._waiting():
            firsts.setdefault(one.delivery.address, one)
        return list(firsts.values())

    async def renew(self, ids: Sequence[int], until: datetime) -> None:
        for id_ in ids:
            if id_ in self._outbox:
                self._outbox[id_] = replace(self._outbox[id_], leased_until=until)

    async def delivered(self, ids: Sequence[int]) -> None:
        for id_ in ids:
            self._outbox.pop(id_, None)

    async def postpone(self, id_: int, until: datetime) -> None:
        if id_ in self._outbox:
            waiting = self._outbox[id_]
            retried = replace(waiting.delivery, attempts=waiting.delivery.attempts + 1)
            self._outbox[id_] = replace(waiting, delivery=retried, due_at=until, leased_until=None)

    async def undeliverable(self, id_: int, reason: str) -> None:
        if id_ in self._outbox:
            self._outbox[id_] = replace(self._outbox[id_], reason=reason, leased_until=None)

    async def forget(self, conversation: ConversationId, seq: int) -> None:
        self._forget(conversation, seq, seq)

    async def outbox_size(self) -> tuple[int, datetime | None]:
        waiting = self._waiting()
        return len(waiting), min((one.queued_at for one in waiting), default=None)

    async def quarantine(self, message: InboundMessage, error: str) -> None:
        self.quarantined.append((message, error))

    async def keep_raw(self, channel: str, raw: Raw) -> None:
        self._check_open()
        self._inbox.setdefault((channel, raw.id), raw)

    async def raws(self, channel: str) -> tuple[Raw, ...]:
        return tuple(raw for (kept_for, _), raw in self._inbox.items() if kept_for == channel)

    async def drop_raw(self, channel: str, ids: Sequence[str]) -> None:
        for id_ in ids:
            self._inbox.pop((channel, id_), None)

    async def quarantine_raw(self, channel: str, raw: Raw, error: str) -> None:
        self._inbox.pop((channel, raw.id), None)
        self.quarantined_raws.append((channel, raw, error))

    async def erase(self, erasure: Erasure) -> None:
        await self.commit(erasing.work_of(erasure))
        conversation = erasure.conversation
        if conversation is None:
            return
        self._release(conversation.address)
        if not conversation.known and conversation.draft is None:
            self._facts[conversation.id] = list(map(bare, self._facts.get(conversation.id, ())))

    def _release(self, address: Address) -> None:
        self.quarantined = [one for one in self.quarantined if one[0].address != address]

    async def ended_complaints(self, received_before: datetime) -> AsyncIterator[Complaint]:
        for one in self._in_order():
            is_done = isinstance(one.history[-1], PersonalDataErased)
            if one.status.is_final and not is_done and one.received_at < received_before:
                yield one

    async def conversations_with(
        self, references: Collection[Reference]
    ) -> tuple[Conversation, ...]:
        wanted = frozenset(references)
        found = self._conversations.values()
        return tuple(
            one
            for one in found
            if not wanted.isdisjoint(erasing.references_in(mapping.conversation_state(one)))
        )

    async def digests(self) -> frozenset[str]:
        histories = (one.history for one in self._complaints.values())
        bodies = (
            *(mapping.event_columns(event)["body"] for told in histories for event in told),
            *map(mapping.conversation_state, self._conversations.values()),
            *(mapping.inbound_body(message) for message, _ in self.quarantined),
        )
        return frozenset(digest for body in bodies for digest in erasing.digests_in(body))

    async def prune(self, before: datetime) -> int:
        rows = self._rows()
        taken = self._receipts.items()
        self._receipts = {key: one for key, one in taken if self._is_new(key, before)}
        self._inbox = {key: raw for key, raw in self._inbox.items() if raw.at >= before}
        self.quarantined = [one for one in self.quarantined if one[0].at >= before]
        self.quarantined_raws = [one for one in self.quarantined_raws if one[1].at >= before]
        self._outbox = {
            id_: one
            for id_, one in self._outbox.items()
            if one.reason is None or one.queued_at >= before
        }
        pruned = rows - self._rows()
        return pruned + sum([self._remove(one) for one in self._idle(before)])

    def _rows(self) -> int:
        held: tuple[Sized, ...] = (
            self._receipts,
            self._inbox,
            self._outbox,
            self.quarantined,
            self.quarantined_raws,
        )
        return sum(len(one) for one in held)

    def _is_new(self, receipt: tuple[Address, str], before: datetime) -> bool:
        return receipt not in self._taken_at or self._taken_at[receipt] >= before

    def _idle(self, before: datetime) -> list[Conversation]:
        homes = {one.conversation for one in self._complaints.values()}
        return [
            one
            for one in self._conversations.values()
            if one.touched_at < before
            and one.address.channel != NOWHERE
            and one.id not in homes
            and not (works.has_draft(one) or one.known or one.draft)
        ]

    def _remove(self, one: Conversation) -> bool:
        self._forget(one.id, 1, one.last_seq)
        self._receipts = {key: it for key, it in self._receipts.items() if key[0] != one.address}
        self._release(one.address)
        kept = map(bare, self._facts.pop(one.id, ()))
        self._facts.setdefault(erasing.ARCHIVE, []).extend(kept)
        del self._conversations[one.id], self._addresses[one.address]
        return True


def _is_wanted(complaint: Complaint, wanted: ComplaintFilter) -> bool:
    return (
        wanted.status in (None, complaint.status)
        and wanted.category in (None, complaint.assessment.category)
        and (wanted.since is None or complaint.received_at >= wanted.since)
    )


def _is_after(complaint: Complaint, start: cursors.Position | None) -> bool:
    return start is None or (complaint.received_at, complaint.reference) < start
