"""Values to be stored: filled by type, so that a new field is tested without anybody's help."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from bot.dialogue.conversation import Conversation, Draft
from bot.dialogue.messages import Address, ConversationId, Kind, OutboundMessage, Sender
from bot.domain.assessment import InitialAssessment
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import COMPLAINANT, ComplaintReceived, Event, Privacy
from bot.domain.form import Details
from bot.domain.identity import NOBODY, Identity
from bot.domain.reference import ALPHABET, Reference, new_reference
from bot.ports import Fact, Receipt, Work

NOW = datetime(2026, 11, 25, 12, 30, 15, 123456, tzinfo=UTC)
_PLAIN: dict[object, Any] = {
    str: "Åse’s – “½” 🚲\n\u200f",
    bytes: b"\x00\xff",
    bool: True,
    int: 3,
    float: 0.25,
    Decimal: Decimal("12.50"),
    datetime: NOW,
    date: date(2026, 2, 28),
    types.NoneType: None,
    None: None,
    object: None,
}


def filled(kind: Any) -> Any:
    """A value of `kind` in which nothing is left at its default where that can be helped."""
    if isinstance(kind, NewType):
        return filled(kind.__supertype__)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: filled(hints[one.name]) for one in fields(kind)})  # type: ignore[operator]  # a class
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1]
    return _composed(kind)


def _composed(kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inner[-1]
    if origin in (Union, types.UnionType):
        return filled(next(one for one in inner if one is not types.NoneType))
    if origin is tuple:
        return tuple(filled(one) for one in inner if one is not Ellipsis)
    if origin is frozenset:
        return frozenset({filled(inner[0])})
    raise TypeError(f"no sample of {kind}")


# Conversations -------------------------------------------------------------------------------


def conversation(name: str = "one", version: int = 1, last_seq: int = 0) -> Conversation:
    """A conversation at a version, with nothing in it."""
    return Conversation(
        ConversationId(name), Address("web", f"key of {name}"), "en", NOW, NOW, version, last_seq
    )


def with_draft(name: str, touched_at: datetime = NOW) -> Conversation:
    """A conversation whose draft is no complaint yet."""
    return replace(conversation(name), draft=Draft(NOW, 1, ("A story.",)), touched_at=touched_at)


def line(seq: int, sender: Sender = Sender.BOT, text: str = "") -> OutboundMessage:
    """A line of a conversation."""
    return OutboundMessage(seq, sender, Kind.TEXT, text or f"line {seq}", NOW)


def turn(name: str, version: int) -> Work:
    """One turn of a conversation: a line of theirs, one of ours, and the receipt for it."""
    last = 2 * version
    talk = conversation(name, version, last)
    said = (line(last - 1, Sender.COMPLAINANT), line(last))
    return Work(talk, receipt(talk, version), said=said)


def receipt(talk: Conversation, number: int) -> Receipt:
    """That the message of the last two lines was taken."""
    return Receipt(talk.address, f"m{number}", f"print {number}", talk.last_seq - 1, talk.last_seq)


# Complaints ----------------------------------------------------------------------------------


def references() -> Iterator[Reference]:
    """One reference after the other."""
    for number in count():
        signs = "".join(ALPHABET[number >> 5 * place & 31] for place in range(8))
        yield new_reference(signs)


def received(at: datetime = NOW, category: str | None = "delivery") -> ComplaintReceived:
    """That a complaint came."""
    return ComplaintReceived(
        at=at,
        by=COMPLAINANT,
        details=Details("My parcel never came."),
        attachments=(),
        privacy=Privacy.NAMED,
        assessment=InitialAssessment(category=category),
        points=("parcel",),
        language="en",
        channel="web",
        regime="iso10002 1",
    )


def complaint(
    reference: Reference,
    name: str = "one",
    at: datetime = NOW,
    category: str | None = "delivery",
    identity: Identity = NOBODY,
) -> Complaint:
    """A complaint of which only the receipt is known."""
    return lodged(reference, name, received(at, category), identity)


def lodging(one: Complaint, talk: Conversation | None = None) -> Work:
    """The work that stores a new complaint, and its conversation with it if that is new."""
    facts = tuple(
        Fact(event, ConversationId(one.conversation), one.reference) for event in one.history
    )
    return Work(talk, facts=facts, complaints=((one, 0),))


def following(one: Complaint, *events: Event) -> tuple[Complaint, Work]:
    """A complaint after more events, and the work that stores them."""
    after = one
    for event in events:
        after = after.after(event)
    home = ConversationId(one.conversation)
    facts = tuple(Fact(event, home, one.reference) for event in events)
    return after, Work(facts=facts, complaints=((after, one.version),))


def later(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)
