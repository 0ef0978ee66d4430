"""Where complaints are shown to caseworkers, and how far."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "card",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("look_at", sa.String(27), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_card"),
    )
    op.create_index("ix_card_channel_ts", "card", ["channel", "ts"])
    op.create_index("ix_card_look_at", "card", ["look_at"], **_where("look_at IS NOT NULL"))
    op.add_column(
        "complaint", sa.Column("shown", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index(
        "ix_complaint_behind", "complaint", ["received_at", "reference"],
        **_where(
            "version > shown AND (shown > 0 OR status NOT IN ('closed', 'withdrawn'))"
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_complaint_behind", "complaint")
    op.drop_column("complaint", "shown")
    op.drop_table("card")
