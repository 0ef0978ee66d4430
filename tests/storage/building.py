"""Builds what is stored, small and whole, so that a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.dialogue.conversation import Conversation, Draft
from bot.dialogue.messages import Address, ConversationId, Kind, OutboundMessage, Sender
from bot.domain.assessment import InitialAssessment
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import COMPLAINANT, ComplaintReceived, Event, Privacy
from bot.domain.form import Details
from bot.domain.identity import NOBODY, Identity
from bot.domain.reference import ALPHABET, Reference, new_reference
from bot.ports import Fact, Raw, Receipt, Work

NOW = datetime(2026, 11, 23, 10, 42, 7, 123456, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def later(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def address(name: str = "a", channel: str = "web") -> Address:
    """The address of the conversation of that name."""
    return Address(channel, f"key-{name}")


def conversation(
    name: str = "a", version: int = 1, channel: str = "web", last_seq: int | None = None
) -> Conversation:
    """The conversation as it is at `version`: one line was said in each turn, if nothing else is
    told."""
    return Conversation(
        ConversationId(f"conversation-{name}"),
        address(name, channel),
        "en",
        begun_at=NOW,
        touched_at=NOW,
        version=version,
        last_seq=version if last_seq is None else last_seq,
    )


def with_draft(name: str = "a", touched_at: datetime = NOW) -> Conversation:
    """A conversation whose draft is no complaint yet."""
    return replace(conversation(name), draft=Draft(NOW, 1, ("A story.",)), touched_at=touched_at)


def nowhere(name: str = "detached") -> Conversation:
    """A conversation that leads to nobody."""
    return conversation(name, channel="nowhere", last_seq=0)


def line(seq: int, sender: Sender = Sender.BOT, text: str = "Hello.") -> OutboundMessage:
    """A line, said `seq` seconds after NOW."""
    return OutboundMessage(seq, sender, Kind.TEXT, text, NOW + timedelta(seconds=seq))


def receipt(name: str = "a", message_id: str = "m1", seq: int = 1) -> Receipt:
    """That a message was taken, and answered by one line."""
    return Receipt(address(name), message_id, f"print of {message_id}", seq, seq)


def turn(name: str = "a", version: int = 1, channel: str = "web") -> Work:
    """What one turn stores: the conversation at `version`, and one line by the bot."""
    return Work(conversation(name, version, channel), said=(line(version),))


def exchange(name: str = "a", version: int = 1) -> Work:
    """A turn with a line of theirs, one of ours, and the receipt for it."""
    last = 2 * version
    taken = Receipt(address(name), f"m{version}", f"print {version}", last - 1, last)
    said = (line(last - 1, Sender.COMPLAINANT), line(last))
    return Work(conversation(name, version, last_seq=last), (taken,), said=said)


def reference(number: int) -> Reference:
    """References in the order of their numbers."""
    signs = ""
    for _ in range(8):
        number, sign = divmod(number, len(ALPHABET))
        signs = ALPHABET[sign] + signs
    return new_reference(signs)


def received(
    number: int = 1, category: str | None = "delivery", at: datetime | None = None
) -> ComplaintReceived:
    """The fact that a complaint begins with, `number` minutes after NOW or at a time of its own."""
    return ComplaintReceived(
        at=at or NOW + minutes(number),
        by=COMPLAINANT,
        details=Details(narrative=f"The parcel {number} never came."),
        attachments=(),
        privacy=Privacy.NAMED,
        assessment=InitialAssessment(category=category),
        points=("not delivered",),
        language="en",
        channel="web",
        regime="iso10002 1",
    )


def complaint(
    number: int = 1,
    name: str = "a",
    identity: Identity = NOBODY,
    category: str | None = "delivery",
    at: datetime | None = None,
) -> Complaint:
    """A complaint as it was lodged, `number` minutes after NOW or at a time of its own."""
    id_ = conversation(name).id
    return lodged(reference(number), id_, received(number, category, at), identity)


def lodging(one: Complaint, name: str = "a", version: int | None = None) -> Work:
    """Stores a complaint that is new; with `version` together with its conversation's turn."""
    facts = (Fact(one.history[0], conversation(name).id, one.reference),)
    told = conversation(name, version) if version else None
    return Work(told, facts=facts, complaints=((one, 0),))


def following(before: Complaint, *events: Event) -> tuple[Complaint, Work]:
    """A complaint after more events, and what stores them; its conversation is left as it is."""
    after = before
    for event in events:
        after = after.after(event)
    home = ConversationId(before.conversation)
    facts = tuple(Fact(event, home, before.reference) for event in events)
    return after, Work(facts=facts, complaints=((after, before.version),))


def raw(id_: str = "r1", lane: str = "lane", body: bytes = b"{}", *, is_part: bool = False) -> Raw:
    """A payload as a platform sent it."""
    return Raw(lane, id_, body, NOW, is_part)
