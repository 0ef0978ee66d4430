"""What is due among so many open complaints: cost grows with what is due, not with what is open."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.domain.complaint import Complaint
from bot.domain.duties import Timing
from storage import rows
from storage.migrating import migrate
from storage.opening import storage_for
from storage.repeating import Params
from storage.tables import moment
from tests.bench.measuring import Measured, measured
from tests.storage.building import complaint, lodging, reference, turn

OPEN: Final = (1_000, 100_000, 1_000_000)
DUE: Final = 100
_NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
_BYTES_EACH: Final = 1_000
"""About what an open complaint takes here, with its indexes."""


def counts(folder: Path) -> Iterator[int]:
    """As many open complaints as the disk has room for."""
    free = shutil.disk_usage(folder).free
    return (count for count in OPEN if 2 * count * _BYTES_EACH < free)


async def due(folder: Path, seconds: float, count: int) -> Measured:
    """Finds the hundred that are due among `count` open ones, with their histories."""
    path = folder / f"due-{count}.db"
    url = f"sqlite:///{path}"
    migrate(url)
    storage = storage_for(url)
    await storage.open()
    await storage.commit(turn())
    _fill(path, count)

    async def step() -> None:
        assert DUE == len(await storage.due_complaints(_NOW, DUE))

    try:
        return await measured(f"{DUE} due of {count:,} open", [step], seconds)
    finally:
        await storage.close()
        path.unlink()


def _fill(path: Path, count: int) -> None:
    """Rows as a commit writes them; only what is due has its history, for only that is read."""
    with closing(sqlite3.connect(path)) as found:
        _insert(found, "complaint", (_row(number) for number in range(1, count + 1)))
        facts = (rows.prepared(lodging(_one(n)), _timing).facts[0] for n in range(1, DUE + 1))
        _insert(found, "fact", facts)
        found.commit()


def _insert(found: sqlite3.Connection, table: str, values: Iterator[Params]) -> None:
    first = next(values)
    names = ", ".join(first)
    sql = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(first))})"
    found.execute(sql, _plain(first))
    found.executemany(sql, map(_plain, values))


def _plain(row: Params) -> list[object]:
    return [moment(value) if isinstance(value, datetime) else value for value in row.values()]


def _one(number: int) -> Complaint:
    return complaint(number, at=_NOW - timedelta(days=30, seconds=number))


def _row(number: int) -> Params:
    """A complaint that is under investigation; all but the first hundred are due next year."""
    later = timedelta(days=365, seconds=number)
    due_at = _NOW - timedelta(hours=1) if number <= DUE else _NOW + later
    return {
        "reference": reference(number),
        "conversation": "conversation-a",
        "status": "under_investigation",
        "category": "delivery",
        "received_at": _NOW - timedelta(days=30, seconds=number),
        "channel": "web",
        "language": "en",
        "version": 1,
        "next_due_at": due_at,
        "late_at": _NOW + later,
    }


def _timing(one: Complaint) -> Timing:
    return Timing()
