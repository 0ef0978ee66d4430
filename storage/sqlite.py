"""SQLite as it survives a power cut and shares its file: WAL, full flushes, one writer thread.

A point read takes 20 to 40 microseconds, too little to be worth a hop to a thread and back, so it
runs where it is asked for. Searches run in threads.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.dialogue.messages import ConversationId
from bot.errors import SchemaMismatch, StorageError
from storage import tables
from storage.engine import Announce, translated
from storage.migrations import HEAD
from storage.repeating import command
from storage.rows import Prepared
from storage.writer import Writer

T = TypeVar("T")

WRITER_PATIENCE = 12_000
"""Milliseconds that a commit waits for another process to let go of the database."""

READER_PATIENCE = 2_000
"""Readers wait only while another process repairs the file after a crash."""

ENDING_PATIENCE = 2_000
"""How long a process that ends waits for others' readers, so that it leaves nothing behind."""

_END = object()


def engine_for(path: Path, patience: int) -> Engine:
    """An engine whose transactions are begun by hand; parameters never show in its errors."""
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": patience / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: object) -> None:
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON",
                   "trusted_schema = OFF"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def make_private(path: Path) -> None:
    """Makes the file if need be; nobody but its owner may read it. SQLite's own follow suit."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


@dataclass
class _Transactions:
    """How the writer thread begins, ends and tidies up on SQLite."""

    path: Path
    patience: int
    _engine: Engine | None = None
    _seen_version: int = 0
    _seen_line: int = 0
    _must_scrub: bool = False

    def connect(self) -> Connection:
        engine = engine_for(self.path, self.patience)
        self._engine = engine
        connection = engine.connect()
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        self._seen_version = _data_version(connection)
        self._seen_line = _last_line(connection)
        return connection

    def begin(self, connection: Connection) -> None:
        command(connection, "BEGIN IMMEDIATE")

    def commit(self, connection: Connection) -> None:
        command(connection, "COMMIT")

    def rollback(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        # A full disk makes SQLite itself roll back.
        if driver is not None and driver.in_transaction:
            connection.exec_driver_sql("ROLLBACK")

    def committed(self, connection: Connection, *, erases: bool) -> None:
        self._must_scrub = self._must_scrub or erases

    def idle(self, connection: Connection) -> Sequence[ConversationId]:
        if self._must_scrub:
            self._scrub(connection)
        version = _data_version(connection)
        if version == self._seen_version:
            return ()
        self._seen_version = version
        self._must_scrub = True  # it may have erased something, and be gone already
        return self._foreign(connection)

    def ending(self, connection: Connection) -> None:
        if self._must_scrub:
            self._scrub(connection, patience=ENDING_PATIENCE)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()

    def _foreign(self, connection: Connection) -> Sequence[ConversationId]:
        """The conversations with new lines since the last look, whoever wrote them."""
        line = tables.outbox.c
        asked = select(line.conversation).distinct().where(line.id > self._seen_line)
        changed = connection.execute(asked).scalars().all()
        self._seen_line = max(self._seen_line, _last_line(connection))
        return [ConversationId(id_) for id_ in changed]

    def _scrub(self, connection: Connection, patience: int = 0) -> None:
        """Empties the log, which still holds what was deleted; once readers are done with it."""
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
        try:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            self._must_scrub = bool(busy)
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {self.patience}")


def _data_version(connection: Connection) -> int:
    """Changes whenever another connection, of this process or another, has committed."""
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def _last_line(connection: Connection) -> int:
    return int(connection.execute(select(func.max(tables.outbox.c.id))).scalar() or 0)


@dataclass
class SqliteDatabase:
    """A database in one file."""

    path: Path
    patience: int = WRITER_PATIENCE
    _transactions: _Transactions = field(init=False)
    _writer: Writer = field(init=False)
    _readers: Engine = field(init=False)
    _reader: Connection | None = None

    def __post_init__(self) -> None:
        self._transactions = _Transactions(self.path, self.patience)
        self._writer = Writer(self._transactions)
        self._readers = engine_for(self.path, READER_PATIENCE)

    async def open(self) -> None:
        if not self.path.exists():
            raise SchemaMismatch(f"There is no database at {self.path}: run `ombud migrate`.")
        make_private(self.path)
        self._reader = self._readers.connect()
        try:
            _check_schema(self._reader)
            await self._writer.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self._writer.close()
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
        self._readers.dispose()
        self._transactions.close()

    async def is_ready(self) -> bool:
        try:
            await self.find(_check_schema)
        except StorageError:
            return False
        return True

    async def commit(self, work: Prepared) -> None:
        await self._writer.run(work, erases=work.erases)

    async def write(self, act: Callable[[Connection], T], *, erases: bool = False) -> T:
        return await self._writer.run(act, erases=erases)

    async def find(self, ask: Callable[[Connection], T]) -> T:
        if self._reader is None:
            raise StorageError("The storage is closed.")
        return _asked(ask, self._reader)

    async def search(self, ask: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._search, ask)

    def _search(self, ask: Callable[[Connection], T]) -> T:
        with self._readers.connect() as connection:
            return _asked(ask, connection)

    async def walk(self, ask: Callable[[Connection], Iterator[T]]) -> AsyncGenerator[T, None]:
        connection = await asyncio.to_thread(self._readers.connect)
        try:
            # Not IMMEDIATE: a reading transaction holds up nobody and sees one moment.
            connection.exec_driver_sql("BEGIN")
            answers = ask(connection)
            while (answer := await asyncio.to_thread(next, answers, _END)) is not _END:
                yield answer  # type: ignore[misc]  # _END is no answer
        except DatabaseError as error:
            raise translated(error) from error
        finally:
            connection.exec_driver_sql("ROLLBACK")
            connection.close()

    def on_commit(self, announce: Announce) -> None:
        self._writer.announcers.append(announce)


def _asked(ask: Callable[[Connection], T], connection: Connection) -> T:
    try:
        return ask(connection)
    except DatabaseError as error:
        raise translated(error) from error


def _check_schema(connection: Connection) -> None:
    try:
        found = (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        )
    except OperationalError as error:
        raise SchemaMismatch("The database has no schema: run `ombud migrate`.") from error
    except DatabaseError as error:
        raise SchemaMismatch("The database file can't be read.") from error
    if found != [HEAD]:
        raise SchemaMismatch(
            f"The database is at schema {', '.join(found) or 'none'}, this version needs {HEAD}: "
            "run `ombud migrate`."
        )
