"""Runs a statement for many rows at the driver's own price.

SQLAlchemy writes each statement once. For SQLite, where a single turn waits for this, the driver's
cursor then runs it, which halves what a commit costs; other databases get it the usual way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection, Delete, Insert, Update
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Statement = Insert | Update | Delete
Params = dict[str, Any]

_SQLITE = sqlite_dialect()


class Cursor(Protocol):
    """What is asked of SQLite's connection."""

    def execute(self, sql: str, /) -> object: ...

    def executemany(self, sql: str, rows: Sequence[Sequence[object]], /) -> object: ...


def run(connection: Connection, statement: Statement, rows: Sequence[Params]) -> None:
    """Runs `statement` once for each of `rows`, which all name the same parameters."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(statement, rows)
        return
    written = _written(statement, tuple(rows[0]))
    values = [written.values(row) for row in rows]
    _translating(lambda: driver(connection).executemany(written.sql, values))


def command(connection: Connection, sql: str) -> None:
    """Runs a word to SQLite itself, as BEGIN or COMMIT."""
    _translating(lambda: driver(connection).execute(sql))


def driver(connection: Connection) -> Cursor:
    """SQLite's own connection."""
    found: Any = connection.connection.driver_connection
    return found  # type: ignore[no-any-return]  # SQLAlchemy does not know which driver it has


@dataclass(frozen=True)
class _Written:
    """A statement as SQLite reads it, and how its values are found in a row."""

    sql: str
    names: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def values(self, row: Mapping[str, Any]) -> list[Any]:
        return [row[name] if turn is None else turn(row[name]) for name, turn in self.names]


@cache
def _written(statement: Statement, columns: tuple[str, ...]) -> _Written:
    compiled = statement.compile(dialect=_SQLITE, column_keys=list(columns))
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("only what changes rows can be run for many")
    names = tuple((name, _turning(compiled, name)) for name in compiled.positiontup or ())
    return _Written(str(compiled), names)


def _turning(compiled: SQLCompiler, name: str) -> Callable[[Any], Any] | None:
    """How a value is turned into what SQLite knows, where it must be."""
    return compiled.binds[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE)


def _translating(act: Callable[[], object]) -> None:
    """Has SQLite's errors come as those that SQLAlchemy would raise, without what was stored."""
    try:
        act()
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            None, None, error, sqlite3.Error, hide_parameters=True, dialect=_SQLITE
        ) from error
