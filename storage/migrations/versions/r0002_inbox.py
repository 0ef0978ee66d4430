"""The inbox, and room for its payloads in the quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("number", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("is_part", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_inbox"),
        sa.UniqueConstraint("channel", "id", name="uq_inbox_channel_id"),
    )
    op.create_index("ix_inbox_channel_number", "inbox", ["channel", "number"])
    with op.batch_alter_table("quarantine") as quarantine:
        quarantine.alter_column("key", existing_type=sa.String(), nullable=True)
        quarantine.add_column(sa.Column("lane", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM quarantine WHERE key IS NULL")
    with op.batch_alter_table("quarantine") as quarantine:
        quarantine.drop_column("lane")
        quarantine.alter_column("key", existing_type=sa.String(), nullable=False)
    op.drop_table("inbox")
