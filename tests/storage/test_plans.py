"""How SQLite answers: no question of every day reads a whole table, however much is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

from bot.domain.status import Status
from bot.ports import ComplaintFilter
from storage import checking, outbox, reading, writing
from storage.cursors import cursor_of
from storage.sqlite import engine_for
from storage.tables import METADATA
from tests.storage.building import NOW

MODULES = (checking, outbox, reading, writing)
STATEMENTS = {
    f"{module.__name__}.{name}": statement
    for module in MODULES
    for name, statement in vars(module).items()
    if isinstance(statement, Executable) and not isinstance(statement, Insert)
    if name != "_HISTORY"  # only ever a part of another
}
CURSOR = cursor_of(NOW, "CMP")
LISTS = [
    ComplaintFilter(),
    ComplaintFilter(cursor=CURSOR),
    ComplaintFilter(since=NOW, cursor=CURSOR),
    ComplaintFilter(status=Status.RECEIVED),
    ComplaintFilter(status=Status.RECEIVED, cursor=CURSOR),
    ComplaintFilter(category="delivery", since=NOW, cursor=CURSOR),
]


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """A connection to an empty database."""
    engine = engine_for(Path(url.removeprefix("sqlite:///")), patience=100)
    with engine.connect() as found:
        yield found
    engine.dispose()


def plan(connection: Connection, statement: object) -> list[str]:
    """The steps in which SQLite would answer."""
    assert isinstance(statement, ClauseElement)
    told = str(statement.compile(dialect=sqlite.dialect()))
    told = re.sub(r"\(__\[POSTCOMPILE_\w+\]\)", "(?, ?)", told)
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}", (None,) * told.count("?"))
    return [row[3] for row in rows]


def slow(steps: list[str]) -> list[str]:
    """The steps that take longer the more is stored: reading whole tables, sorting all of it."""
    tables = "|".join(METADATA.tables)
    return [step for step in steps if re.match(rf"SCAN ({tables})\b(?! USING)|.*B-TREE", step)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_question_of_every_day_is_answered_by_an_index(connection: Connection, name: str) -> None:
    """What is asked in each turn, delivery or round takes as long with millions of rows."""
    assert [] == slow(plan(connection, STATEMENTS[name]))


@pytest.mark.parametrize("wanted", LISTS, ids=str)
def test_a_page_is_found_by_an_index(connection: Connection, wanted: ComplaintFilter) -> None:
    """Which complaints are on a page is read off an index, in order."""
    page = reading._page(wanted, 10).element

    assert [] == slow(plan(connection, page))


def test_a_walk_goes_along_an_index(connection: Connection) -> None:
    """The next complaints of a walk are found without looking at those before."""
    chunk = reading._chunk(NOW, (NOW, "CMP")).element

    assert [] == slow(plan(connection, chunk))
