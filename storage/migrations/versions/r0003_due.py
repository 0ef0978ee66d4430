"""When a complaint is due by itself, and since when it is late.

What is there already is due at once: it is then looked at, and its own times are reckoned.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("complaint", sa.Column("next_due_at", sa.String(27), nullable=True))
    op.add_column("complaint", sa.Column("late_at", sa.String(27), nullable=True))
    op.execute("UPDATE complaint SET next_due_at = '1970-01-01T00:00:00.000000Z'")
    op.create_index(
        "ix_complaint_due", "complaint", ["next_due_at", "reference"],
        **_where("next_due_at IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_complaint_late", "complaint", ["late_at"], **_where("late_at IS NOT NULL"))
    op.drop_index("ix_conversation_draft", "conversation")
    op.create_index(
        "ix_conversation_draft", "conversation", ["touched_at", "id"], **_where("has_draft")
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_draft", "conversation")
    op.create_index("ix_conversation_draft", "conversation", ["touched_at"], **_where("has_draft"))
    op.drop_index("ix_complaint_late", "complaint")
    op.drop_index("ix_complaint_due", "complaint")
    op.drop_column("complaint", "late_at")
    op.drop_column("complaint", "next_due_at")
