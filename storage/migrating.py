"""Brings a database to the schema that this version needs, and refuses what it does not know.

All of an upgrade is one transaction: a process that dies in it leaves the old schema, and one that
starts at the same time waits and finds the work done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from bot.errors import SchemaMismatch
from storage.engine import translated
from storage.migrations import HEAD
from storage.sqlite import engine_for, make_private
from storage.urls import sqlite_path

APPLICATION_ID = 0x4F4D4244
"""Marks a SQLite file as Ombud's: "OMBD"."""

_PATIENCE = 60_000
"""Milliseconds that one starting process waits for another to finish its upgrade."""

_CHECKED_BYTES = 64 * 2**20
"""A file up to this size is checked whole before it is used; `ombud doctor` checks any."""


def migrate(url: str) -> None:
    """Upgrades the database at `url`, making it if there is none.

    SchemaMismatch: it is newer, another program's or damaged; the file is as it was.
    """
    path = sqlite_path(url)
    if inspected(path) == HEAD:
        return
    try:
        make_private(path)
        with _exclusively(path) as connection:
            if _revision(connection) != HEAD:
                command.upgrade(_config(connection), "head")
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    except (DatabaseError, OSError) as error:
        raise translated(error) from error


def schema_versions(url: str) -> tuple[str | None, str]:
    """The schema that the database has, None where it has none yet, and the one that is needed;
    nothing is touched. SchemaMismatch as `migrate`."""
    return inspected(sqlite_path(url)), HEAD


def inspected(path: Path) -> str | None:
    """The file's revision, None where there is no schema yet, found without touching the file."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            _refuse_damaged(found, path)
            return _known_revision(found, path)
    except sqlite3.DatabaseError as error:
        raise SchemaMismatch(f"{path} is damaged or no database: {error}.") from error


def _refuse_damaged(found: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size <= _CHECKED_BYTES:
        told = found.execute("PRAGMA quick_check(1)").fetchone()[0]
        if told != "ok":
            raise SchemaMismatch(f"{path} is damaged: restore it from a backup.")


def _known_revision(found: sqlite3.Connection, path: Path) -> str | None:
    names = {name for (name,) in found.execute("SELECT name FROM sqlite_master")}
    if not names:
        return None
    mark = found.execute("PRAGMA application_id").fetchone()[0]
    if mark != APPLICATION_ID or "alembic_version" not in names:
        raise SchemaMismatch(f"{path} belongs to another program.")
    rows = found.execute("SELECT version_num FROM alembic_version").fetchall()
    revision = str(rows[0][0]) if rows else ""
    if revision not in known_revisions():
        raise SchemaMismatch(
            f"{path} is at schema {revision or 'none'}, which a later version of Ombud made; "
            f"this one knows schemas up to {HEAD}."
        )
    return revision


def known_revisions() -> frozenset[str]:
    """Every revision that this version can upgrade from."""
    scripts = ScriptDirectory.from_config(_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


@contextmanager
def _exclusively(path: Path) -> Iterator[Connection]:
    engine = engine_for(path, _PATIENCE)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    """The revision as it is now that nobody else can change it."""
    asked = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.exec_driver_sql(asked).first() is None:
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    return config
