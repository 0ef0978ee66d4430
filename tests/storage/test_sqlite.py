"""What SQLite adds: one file, other processes, full disks, and nothing left of what was deleted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.dialogue.conversation import Draft
from bot.dialogue.messages import ConversationId
from bot.domain.reference import Reference
from bot.errors import Conflict, StorageError
from bot.ports import Work
from storage.sql import SqlStorage
from storage.sqlite import SqliteDatabase
from tests.storage.building import (
    NOW,
    address,
    complaint,
    conversation,
    line,
    lodging,
    receipt,
    reference,
    turn,
)

PATIENCE = 100  # milliseconds that a locked database is waited for


@pytest.fixture
def path(tmp_path: Path, url: str) -> Path:
    """A database with its schema."""
    assert url.endswith("/ombud.db")
    return tmp_path / "ombud.db"


@pytest.fixture
async def database(path: Path) -> SqliteDatabase:
    """The database under `kept`."""
    return SqliteDatabase(path, patience=PATIENCE)


@pytest.fixture
async def kept(database: SqliteDatabase) -> AsyncIterator[SqlStorage]:
    """An open storage that does not wait long for others."""
    storage = SqlStorage(database)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
async def other(path: Path, kept: SqlStorage) -> AsyncIterator[SqlStorage]:
    """A second storage on the same file, as another process would have it."""
    storage = SqlStorage(SqliteDatabase(path, patience=PATIENCE))
    await storage.open()
    yield storage
    await storage.close()


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777


def everything_in(folder: Path) -> bytes:
    """All bytes of all files."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def until_gone(folder: Path, words: bytes) -> bool:
    """Whether words vanish from all files within some seconds."""
    for _ in range(50):
        if words not in everything_in(folder):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_nobody_else_may_read_the_files(path: Path, kept: SqlStorage) -> None:
    """The database and what SQLite puts beside it are their owner's alone."""
    await kept.commit(turn())

    assert {"": 0o600, "-wal": 0o600, "-shm": 0o600} == {
        ending: mode(Path(f"{path}{ending}")) for ending in ("", "-wal", "-shm")
    }


async def test_a_file_that_was_open_to_all_is_closed_to_them(path: Path) -> None:
    """An installation of another making becomes private when it is opened."""
    path.chmod(0o644)
    storage = SqlStorage(SqliteDatabase(path))
    await storage.open()
    await storage.close()

    assert 0o600 == mode(path)


async def test_a_commit_survives_a_power_cut(database: SqliteDatabase, kept: SqlStorage) -> None:
    """The writer flushes fully, in a log that readers need not wait for."""
    names = ("synchronous", "journal_mode", "foreign_keys", "secure_delete")

    def told(within: Connection) -> list[object]:
        return [within.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert [2, "wal", 1, 1] == await database.write(told)


def commits_in(log: Path) -> int:
    """How many commits a write-ahead log holds: the frames that end one name the file's size."""
    held = log.read_bytes()
    page = int.from_bytes(held[8:12], "big")
    ends = (held[start + 4 : start + 8] for start in range(32, len(held), 24 + page))
    return sum(end != bytes(4) for end in ends)


async def test_works_that_wait_are_committed_together(path: Path, kept: SqlStorage) -> None:
    """While one commit runs, the others gather for the next."""
    log = Path(f"{path}-wal")
    await kept.commit(turn())
    before = commits_in(log)

    await asyncio.gather(*(kept.commit(turn(str(number))) for number in range(100)))

    assert 1 <= commits_in(log) - before <= 10


async def test_a_locked_database_fails_and_recovers(path: Path, kept: SqlStorage) -> None:
    """All that wait get an error after the patience is over; nothing of them is stored."""
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        works = [turn("a"), turn("b")]
        outcomes = await asyncio.gather(*map(kept.commit, works), return_exceptions=True)
        assert [StorageError, StorageError] == [type(outcome) for outcome in outcomes]
        assert await kept.conversation_at(address()) is None
        holder.execute("ROLLBACK")

    await kept.commit(turn("a"))
    assert conversation() == await kept.conversation_at(address())


async def test_a_short_lock_is_waited_for(path: Path) -> None:
    """A commit outlasts another process that lets go in time."""
    storage = SqlStorage(SqliteDatabase(path, patience=5000))
    await storage.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(storage.commit(turn()))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        holder.execute("ROLLBACK")
        await waiting
    await storage.close()


async def test_a_full_disk_acknowledges_nothing_and_recovers(
    database: SqliteDatabase, kept: SqlStorage
) -> None:
    """What does not fit fails with an error; once there is room again, work goes on."""
    await kept.commit(turn())
    pages = await database.write(
        lambda within: within.exec_driver_sql("PRAGMA page_count").scalar()
    )
    await database.write(
        lambda within: within.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar()
    )
    huge = replace(turn(version=2), said=(line(2, text="x" * 20_000),))

    with pytest.raises(StorageError, match="full"):
        await kept.commit(huge)
    assert conversation() == await kept.conversation_at(address())
    assert (line(1),) == await kept.messages(conversation().id)

    await database.write(
        lambda within: within.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar()
    )
    await kept.commit(huge)
    assert conversation(version=2) == await kept.conversation_at(address())


async def test_errors_do_not_tell_what_was_to_be_stored(kept: SqlStorage) -> None:
    """Neither the message nor its cause holds a word of a complainant."""
    await kept.commit(turn())
    again = replace(turn(version=2), said=(line(1, text="my secret"),))

    with pytest.raises(StorageError) as caught:
        await kept.commit(again)

    assert "my secret" not in f"{caught.value} {caught.value.__cause__}"


async def test_a_caller_who_went_away_stops_nobody(kept: SqlStorage) -> None:
    """A cancelled commit may still be stored; the writer goes on for the others."""
    leaving = asyncio.create_task(kept.commit(turn("a")))
    await asyncio.sleep(0)
    leaving.cancel()
    await kept.commit(turn("b"))

    assert conversation("b") == await kept.conversation_at(address("b"))


async def test_closing_stores_what_waits(path: Path) -> None:
    """What was handed in before the end is committed before the end."""
    storage = SqlStorage(SqliteDatabase(path))
    await storage.open()
    commits = [asyncio.create_task(storage.commit(turn(str(number)))) for number in range(50)]
    await asyncio.sleep(0)
    await storage.close()

    await asyncio.gather(*commits)
    await storage.open()
    assert conversation("49") == await storage.conversation_at(address("49"))
    await storage.close()


async def test_who_comes_too_late_is_told(path: Path) -> None:
    """A commit handed in behind the end of the storage fails at once and does not wait."""
    database = SqliteDatabase(path)
    storage = SqlStorage(database)
    await storage.open()
    database._writer._queue.put(None)
    late = [asyncio.create_task(storage.commit(turn(str(number)))) for number in range(3)]

    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(*late, return_exceptions=True)
    assert [StorageError] * 3 == [type(outcome) for outcome in outcomes]
    await storage.close()


async def test_another_process_is_seen_and_heard(kept: SqlStorage, other: SqlStorage) -> None:
    """What it commits is read at once, and wakes whoever waits for news within a second or two."""
    heard: list[ConversationId] = []
    news = asyncio.Event()

    def hear(changed: object) -> None:
        heard.extend(changed)  # type: ignore[arg-type]  # conversations
        news.set()

    kept.on_commit(hear)
    await other.commit(turn())

    assert conversation() == await kept.conversation_at(address())
    async with asyncio.timeout(5):
        await news.wait()
    assert [conversation().id] == heard


async def test_two_processes_do_not_both_win(kept: SqlStorage, other: SqlStorage) -> None:
    """Versions hold across processes."""
    await kept.commit(turn())

    outcomes = await asyncio.gather(
        *(storage.commit(turn(version=2)) for storage in (kept, other)), return_exceptions=True
    )

    assert {type(None), Conflict} == {type(outcome) for outcome in outcomes}


async def test_a_walk_sees_one_moment(kept: SqlStorage) -> None:
    """Complaints that are lodged while all are read are not among them, nor is writing held up."""
    await kept.commit(turn())
    for number in range(450):
        await kept.commit(lodging(complaint(number)))

    found: list[Reference] = []
    async with aclosing(kept.all_complaints()) as walked:  # type: ignore[type-var]  # a generator
        async for one in walked:
            if not found:
                await kept.commit(lodging(complaint(449 + 1)))
            found.append(one.reference)

    assert list(map(reference, range(450))) == found


async def test_a_walk_may_be_left_early(kept: SqlStorage, path: Path) -> None:
    """Its snapshot is let go, so the log can be emptied again."""
    await kept.commit(turn())
    await kept.commit(lodging(complaint()))
    async with aclosing(kept.all_complaints()) as walked:  # type: ignore[type-var]  # a generator
        async for _ in walked:
            break

    with closing(sqlite3.connect(path)) as looking:
        assert 0 == looking.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


async def test_what_was_forgotten_is_nowhere_in_the_files(tmp_path: Path, kept: SqlStorage) -> None:
    """A deleted draft and its lines leave no trace in database or log, while the server runs."""
    told = Draft(NOW, 1, ("the unspeakable thing",))
    begun = replace(conversation(), draft=told)
    await kept.commit(Work(begun, said=(line(1, text="the unspeakable thing"),)))
    assert b"unspeakable" in everything_in(tmp_path)

    await kept.commit(replace(turn(version=2), forgotten=(1, 1)))

    assert await until_gone(tmp_path, b"unspeakable")


async def test_a_forgotten_line_is_nowhere_in_the_files(tmp_path: Path, kept: SqlStorage) -> None:
    """One line that is forgotten alone leaves no trace, either."""
    await kept.commit(Work(conversation(), said=(line(1, text="your code is KJ7"),)))
    assert b"KJ7" in everything_in(tmp_path)

    await kept.forget(conversation().id, 1)

    assert await until_gone(tmp_path, b"KJ7")


async def test_a_plain_turn_pays_for_nothing_else(
    database: SqliteDatabase, kept: SqlStorage
) -> None:
    """A turn that lodges a complaint asks twice and writes each of its tables once."""
    told: list[str] = []

    def trace(within: Connection, tell: Callable[[str], None] | None) -> None:
        held = within.connection.driver_connection
        assert isinstance(held, sqlite3.Connection)
        held.set_trace_callback(tell)

    await database.write(lambda within: trace(within, told.append))
    work = replace(lodging(complaint(), version=1), said=(line(1),), receipts=(receipt(),))
    await kept.commit(work)
    await database.write(lambda within: trace(within, None))

    begun = told.index("BEGIN IMMEDIATE")
    words = [statement.split()[0] for statement in told[begun : told.index("COMMIT", begun)]]
    assert ["BEGIN", "SELECT", "SELECT", *["INSERT"] * 6] == words


async def test_a_database_that_is_gone_is_not_ready(path: Path, kept: SqlStorage) -> None:
    """Somebody took the schema away: the storage says that it is not ready."""
    with closing(sqlite3.connect(path)) as vandal:
        vandal.execute("DELETE FROM alembic_version")
        vandal.commit()

    assert not await kept.is_ready()
