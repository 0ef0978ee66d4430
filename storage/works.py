"""What can be said about a `Work` before any database sees it; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import ConversationId, OutboundMessage, Sender
from bot.domain.events import PrivacyChanged
from bot.ports import Fact, Work

T = TypeVar("T")


def check_shape(work: Work) -> None:
    """ValueError where a work contradicts itself: a mistake of the caller, not of the moment."""
    if work.conversation is None and (work.said or work.forgotten):
        raise ValueError("lines are said and forgotten together with their conversation")
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


def outgoing(work: Work) -> tuple[OutboundMessage, ...]:
    """The lines that somebody must carry to the complainant."""
    return tuple(line for line in work.said if line.sender is not Sender.COMPLAINANT)


def concerned(work: Work) -> tuple[ConversationId, ...]:
    """The conversations that look different after `work`."""
    own = (work.conversation.id,) if work.conversation else ()
    return tuple(dict.fromkeys((*own, *(fact.conversation for fact in work.facts))))


def erases(work: Work) -> bool:
    """Whether something that told who somebody is, or what they said, goes away."""
    return work.forgotten is not None or any(
        isinstance(fact.event, PrivacyChanged) for fact in work.facts
    )


def has_draft(conversation: Conversation) -> bool:
    """Whether there is a draft that would be lost if it expired: one that is no complaint yet."""
    return conversation.draft is not None and conversation.draft.registered is None


def touches(work: Work) -> set[Hashable]:
    """Everything that two works must not both touch if they are to be stored side by side."""
    touched: set[Hashable] = {complaint.reference for complaint, _ in work.complaints}
    if work.conversation:
        touched |= {work.conversation.id, work.conversation.address}
    if work.receipt:
        touched.add((work.receipt.address, work.receipt.message_id))
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
