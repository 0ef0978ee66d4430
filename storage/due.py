"""Finds what is due by itself, and reckons anew when that is: an index that events can rebuild.

What it costs grows with what is due, not with what is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, or_, select, update

from bot.domain.complaint import Complaint
from bot.domain.duties import Timing
from bot.scheduling import Place, Schedule
from storage import reading, tables
from storage.repeating import Params, run

_k = tables.complaint.c

_DUE = (
    select(_k.reference, _k.next_due_at)
    .where(
        _k.next_due_at <= bindparam("now"),
        _k.next_due_at >= bindparam("at"),
        or_(_k.next_due_at > bindparam("at"), _k.reference > bindparam("name")),
    )
    .order_by(_k.next_due_at, _k.reference)
    .limit(bindparam("limit"))
)
_OVERDUE = select(func.count()).select_from(tables.complaint).where(_k.late_at < bindparam("now"))
_KEPT = select(_k.reference, _k.next_due_at, _k.late_at).where(
    _k.reference.in_(bindparam("references", expanding=True))
)
_RESCHEDULE = (
    update(tables.complaint)
    .where(_k.reference == bindparam("reference_"), _k.version == bindparam("version_"))
    .values(next_due_at=bindparam("next_due_at"), late_at=bindparam("late_at"))
)


def due_complaints(
    connection: Connection, now: datetime, limit: int, after: Place | None
) -> tuple[tuple[Place, Complaint], ...]:
    at, name = after or reading.FIRST
    asked = {"now": now, "limit": limit, "at": at, "name": name}
    places = {row.reference: row.next_due_at for row in connection.execute(_DUE, asked)}
    found = reading.complaints(connection, list(places)) if places else {}
    return tuple(((places[name], name), complaint) for name, complaint in found.items())


def overdue(connection: Connection, now: datetime) -> int:
    return int(connection.execute(_OVERDUE, {"now": now}).scalar_one())


def misplaced(connection: Connection, schedule: Schedule) -> Iterator[list[Params]]:
    """What is kept otherwise than the events say, a part of all complaints at a time."""
    for chunk in reading.all_complaints(connection, None):
        asked = {"references": [one.reference for one in chunk]}
        kept = {
            row.reference: Timing(row.next_due_at, row.late_at)
            for row in connection.execute(_KEPT, asked)
        }
        yield [_row(one, due) for one in chunk if (due := schedule(one)) != kept.get(one.reference)]


def rewrite(connection: Connection, rows: list[Params]) -> None:
    """Keeps it as it was reckoned, but of what has changed meanwhile: that was reckoned then."""
    run(connection, _RESCHEDULE, rows)


def _row(complaint: Complaint, due: Timing) -> Params:
    return {
        "reference_": complaint.reference,
        "version_": complaint.version,
        "next_due_at": due.next_due_at,
        "late_at": due.late_at,
    }
