"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_conversation()
    _create_quarantine()
    _create_receipt()
    _create_complaint()
    _create_message()
    _create_fact()
    _create_identity()
    _create_outbox()


def downgrade() -> None:
    for table in (
        "outbox",
        "identity",
        "fact",
        "message",
        "complaint",
        "receipt",
        "quarantine",
        "conversation",
    ):
        op.drop_table(table)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _create_conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("touched_at", sa.String(27), nullable=False),
        sa.Column("has_draft", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("channel", "key", name="uq_conversation_channel_key"),
    )
    op.create_index("ix_conversation_draft", "conversation", ["touched_at"], **_where("has_draft"))


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )


def _create_receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("channel", "key", "message_id", name="pk_receipt"),
        sqlite_with_rowid=False,
    )


def _create_complaint() -> None:
    op.create_table(
        "complaint",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_complaint_conversation"
        ),
        sa.PrimaryKeyConstraint("reference", name="pk_complaint"),
    )
    op.create_index(
        "ix_complaint_category_received_at_reference",
        "complaint",
        ["category", "received_at", "reference"],
    )
    op.create_index("ix_complaint_conversation", "complaint", ["conversation"])
    op.create_index("ix_complaint_received_at_reference", "complaint", ["received_at", "reference"])
    op.create_index(
        "ix_complaint_status_received_at_reference",
        "complaint",
        ["status", "received_at", "reference"],
    )


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_message_conversation"
        ),
        sa.PrimaryKeyConstraint("conversation", "seq", name="pk_message"),
        sqlite_with_rowid=False,
    )


def _create_fact() -> None:
    op.create_table(
        "fact",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversation.id"], name="fk_fact_conversation"),
        sa.ForeignKeyConstraint(["reference"], ["complaint.reference"], name="fk_fact_reference"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
        sa.UniqueConstraint("reference", "number", name="uq_fact_reference_number"),
    )
    op.create_index(
        "ix_fact_conversation", "fact", ["conversation", "id"], **_where("reference IS NULL")
    )


def _create_identity() -> None:
    op.create_table(
        "identity",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("acting_for", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference"], ["complaint.reference"], name="fk_identity_reference"
        ),
        sa.PrimaryKeyConstraint("reference", name="pk_identity"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.String(27), nullable=False),
        sa.Column("due_at", sa.String(27), nullable=False),
        sa.Column("leased_until", sa.String(27), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation", "seq"],
            ["message.conversation", "message.seq"],
            name="fk_outbox_conversation_seq",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_conversation_seq", "outbox", ["conversation", "seq"])
    op.create_index("ix_outbox_due", "outbox", ["due_at", "id"], **_where("reason IS NULL"))
    op.create_index(
        "ix_outbox_lane", "outbox", ["key", "channel", "id"], **_where("reason IS NULL")
    )
