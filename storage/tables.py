"""The tables, the same for every database: no type here belongs to one of them alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a later migration can name what it changes."""


class Moment(TypeDecorator[datetime]):
    """A point in time as UTC text of one length, which sorts as time does in every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else moment(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def moment(at: datetime) -> str:
    """`at` as it is stored; ValueError where it has no time zone."""
    if at.tzinfo is None:
        raise ValueError("a time without its zone can't be stored")
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


BEHIND = (
    "complaint.version > complaint.shown"
    " AND (complaint.shown > 0 OR complaint.status NOT IN ('closed', 'withdrawn'))"
)
"""Complaints with events that are not shown yet; what ended without ever being shown stays so."""
_BEHIND = BEHIND.replace("complaint.", "")

BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only what it knows as INTEGER."""


class Row(SQLModel):
    """What all tables share."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class ConversationRow(Row, table=True):
    """What is remembered about one address; `has_draft` while its draft holds no complaint."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index(
            "ix_conversation_draft",
            "touched_at",
            "id",
            sqlite_where=text("has_draft"),
            postgresql_where=text("has_draft"),
        ),
    )

    id: str = Field(primary_key=True)
    channel: str
    key: str
    version: int
    touched_at: datetime = Field(sa_type=Moment)
    has_draft: bool
    state: bytes = Field(sa_type=LargeBinary)


class ReceiptRow(Row, table=True):
    """That a message was taken."""

    __tablename__ = "receipt"
    __table_args__ = (
        PrimaryKeyConstraint("channel", "key", "message_id"),
        {"sqlite_with_rowid": False},
    )

    channel: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    fingerprint: str
    first_seq: int
    last_seq: int
    at: datetime | None = Field(default=None, sa_type=Moment)


class MessageRow(Row, table=True):
    """A line of a conversation."""

    __tablename__ = "message"
    __table_args__ = (
        PrimaryKeyConstraint("conversation", "seq"),
        {"sqlite_with_rowid": False},
    )

    conversation: str = Field(sa_column_args=[ForeignKey("conversation.id")], primary_key=True)
    seq: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


class ComplaintRow(Row, table=True):
    """Only what lists are searched by: everything else follows from the facts.

    `next_due_at` and `late_at` follow from them, too, and can be reckoned anew (`storage.due`).
    `shown` is how many of them its card shows (`storage.cards`).
    """

    __tablename__ = "complaint"
    __table_args__ = (
        Index(None, "received_at", "reference"),
        Index(None, "status", "received_at", "reference"),
        Index(None, "category", "received_at", "reference"),
        Index(None, "conversation"),
        Index(
            "ix_complaint_due",
            "next_due_at",
            "reference",
            sqlite_where=text("next_due_at IS NOT NULL"),
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
        Index(
            "ix_complaint_late",
            "late_at",
            sqlite_where=text("late_at IS NOT NULL"),
            postgresql_where=text("late_at IS NOT NULL"),
        ),
        Index(
            "ix_complaint_behind",
            "received_at",
            "reference",
            sqlite_where=text(_BEHIND),
            postgresql_where=text(_BEHIND),
        ),
    )

    reference: str = Field(primary_key=True)
    conversation: str = Field(sa_column_args=[ForeignKey("conversation.id")])
    status: str
    category: str | None = None
    received_at: datetime = Field(sa_type=Moment)
    channel: str
    language: str
    version: int
    next_due_at: datetime | None = Field(default=None, sa_type=Moment)
    late_at: datetime | None = Field(default=None, sa_type=Moment)
    shown: int = Field(sa_column_kwargs={"server_default": text("0")})


class FactRow(Row, table=True):
    """An event; `number` counts from 1 within its complaint."""

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("reference", "number"),
        Index(
            "ix_fact_conversation",
            "conversation",
            "id",
            sqlite_where=text("reference IS NULL"),
            postgresql_where=text("reference IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    conversation: str = Field(sa_column_args=[ForeignKey("conversation.id")])
    reference: str | None = Field(default=None, sa_column_args=[ForeignKey("complaint.reference")])
    number: int | None = None
    kind: str
    at: datetime = Field(sa_type=Moment)
    by: str
    body: bytes = Field(sa_type=LargeBinary)


class IdentityRow(Row, table=True):
    """Who complains, apart from what they complain about; no row where nobody is named."""

    __tablename__ = "identity"

    reference: str = Field(primary_key=True, sa_column_args=[ForeignKey("complaint.reference")])
    name: str | None = Field(default=None, sa_type=Text)
    contact: bytes | None = Field(default=None, sa_type=LargeBinary)
    acting_for: str | None = Field(default=None, sa_type=Text)


class OutboxRow(Row, table=True):
    """A line that waits to be carried; `reason` says why it never will be."""

    __tablename__ = "outbox"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(
            ["conversation", "seq"],
            ["message.conversation", "message.seq"],
            ondelete="CASCADE",
        ),
        Index(
            "ix_outbox_due",
            "due_at",
            "id",
            sqlite_where=text("reason IS NULL"),
            postgresql_where=text("reason IS NULL"),
        ),
        # The key first: a search for what is due on a channel must not take this one.
        Index(
            "ix_outbox_lane",
            "key",
            "channel",
            "id",
            sqlite_where=text("reason IS NULL"),
            postgresql_where=text("reason IS NULL"),
        ),
        Index(None, "conversation", "seq"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    channel: str
    key: str
    conversation: str
    seq: int
    queued_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 0
    reason: str | None = Field(default=None, sa_type=Text)


class InboxRow(Row, table=True):
    """A payload whose turn is still to be taken; `number` counts in the order of their coming."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("channel", "id"), Index(None, "channel", "number"))

    number: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    channel: str
    id: str
    lane: str
    body: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Moment)
    is_part: bool


class CardRow(Row, table=True):
    """Where a complaint is shown; `reference` may also name a message that is about all of them."""

    __tablename__ = "card"
    __table_args__ = (
        Index(None, "channel", "ts"),
        Index(
            "ix_card_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
    )

    reference: str = Field(primary_key=True)
    desk: str
    channel: str
    ts: str
    shown: int
    state: str = Field(sa_type=Text)
    look_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int


class QuarantineRow(Row, table=True):
    """A message on which the turn failed, or a payload that was none: that one has a `lane` and no
    `key`, and its body is as the platform sent it."""

    __tablename__ = "quarantine"

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    channel: str
    key: str | None = None
    lane: str | None = None
    message_id: str
    at: datetime = Field(sa_type=Moment)
    body: bytes = Field(sa_type=LargeBinary)
    error: str = Field(sa_type=Text)


METADATA = Row.metadata


def _table(name: str) -> Table:
    return METADATA.tables[name]


conversation = _table("conversation")
receipt = _table("receipt")
message = _table("message")
complaint = _table("complaint")
fact = _table("fact")
identity = _table("identity")
outbox = _table("outbox")
inbox = _table("inbox")
card = _table("card")
quarantine = _table("quarantine")
