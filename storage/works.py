"""What can be said about a `Work` before any database sees it; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Address, ConversationId, OutboundMessage, Sender
from bot.domain.complaint import Complaint
from bot.domain.duties import Timing
from bot.domain.events import PrivacyChanged
from bot.domain.reference import Reference
from bot.ports import Fact, Work

T = TypeVar("T")

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a line is due that was never tried; a clock that was set back does not hold it up."""


def never_due(complaint: Complaint) -> Timing:
    """The schedule where nobody said when something must happen by itself."""
    return Timing()


def check_shape(work: Work) -> None:
    """ValueError where a work contradicts itself: a mistake of the caller, not of the moment."""
    if work.conversation is None and (work.said or work.forgotten):
        raise ValueError("lines are said and forgotten together with their conversation")
    if not _are_unlike([(one.address, one.message_id) for one in work.receipts]):
        raise ValueError("a message is taken once")
    if work.detached:
        _check_homes(work)
    _check_growth(work)


def _check_homes(work: Work) -> None:
    if any(home.version != 1 or home.last_seq for home in work.detached):
        raise ValueError("what is detached is a new conversation without lines")
    stored = conversations(work)
    names, addresses = [one.id for one in stored], [one.address for one in stored]
    if not (_are_unlike(names) and _are_unlike(addresses)):
        raise ValueError("each conversation has a name and an address of its own")


def _are_unlike(values: Sequence[Hashable]) -> bool:
    return len(values) < 2 or len(set(values)) == len(values)


def _check_growth(work: Work) -> None:
    growth = {complaint.reference: before for complaint, before in work.complaints}
    for fact in work.facts:
        if fact.reference is not None:
            if fact.reference not in growth:
                raise ValueError("a fact about a complaint comes with that complaint")
            growth[fact.reference] += 1
    for complaint, _ in work.complaints:
        if growth[complaint.reference] != complaint.version:
            raise ValueError("a complaint's new events are the work's facts about it")


def numbered(work: Work) -> Iterator[tuple[Fact, int | None]]:
    """The facts with their number within their complaint."""
    last = {complaint.reference: before for complaint, before in work.complaints}
    for fact in work.facts:
        if fact.reference is None:
            yield fact, None
        else:
            last[fact.reference] += 1
            yield fact, last[fact.reference]


def conversations(work: Work) -> tuple[Conversation, ...]:
    """Those that are stored: the one of the turn, and the new homes."""
    return work.detached if work.conversation is None else (work.conversation, *work.detached)


def detached_homes(work: Work) -> dict[Reference, ConversationId]:
    """The complaints that now have a home which leads to nobody; all their facts go with them."""
    if not work.detached:
        return {}
    homes = {home.id for home in work.detached}
    found = ((one.reference, ConversationId(one.conversation)) for one, _ in work.complaints)
    return {reference: home for reference, home in found if home in homes}


def outgoing(work: Work) -> Iterator[tuple[OutboundMessage, Address]]:
    """The lines that somebody must carry, each with where to; a copy of those about a complaint."""
    if work.conversation is None:
        return
    own, copy = work.conversation.address, work.copy_to
    for line in work.said:
        if line.sender is not Sender.COMPLAINANT:
            yield line, own
            if copy is not None and copy != own and line.reference is not None:
                yield line, copy


def concerned(work: Work) -> tuple[ConversationId, ...]:
    """The conversations that look different after `work`."""
    own = (each.id for each in conversations(work))
    return tuple(dict.fromkeys((*own, *(fact.conversation for fact in work.facts))))


def erases(work: Work) -> bool:
    """Whether something that told who somebody is, or what they said, goes away."""
    if work.forgotten is not None or work.detached:
        return True
    return any(isinstance(fact.event, PrivacyChanged) for fact in work.facts)


def has_draft(conversation: Conversation) -> bool:
    """Whether something in it expires: a draft that is no complaint yet, or what is borrowed."""
    is_draft = conversation.draft is not None and conversation.draft.registered is None
    return is_draft or bool(conversation.borrowed)


def touches(work: Work) -> set[Hashable]:
    """Everything that two works must not both touch if they are to be stored side by side."""
    touched: set[Hashable] = {complaint.reference for complaint, _ in work.complaints}
    for each in conversations(work):
        touched |= {each.id, each.address}
    for receipt in work.receipts:
        touched.add((receipt.address, receipt.message_id))
    return touched


def disjoint(works: Sequence[T], touched: Iterable[set[Hashable]]) -> Iterator[list[T]]:
    """Cuts `works`, kept in order, into runs of which no two members touch the same thing."""
    run: list[T] = []
    taken: set[Hashable] = set()
    for work, touch in zip(works, touched, strict=True):
        if not taken.isdisjoint(touch):
            yield run
            run, taken = [], set()
        run.append(work)
        taken |= touch
    if run:
        yield run
