"""The schema: made, found again, and never forced upon what is not ours."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.domain.answers import Contact, ContactKind
from bot.domain.identity import Identity
from bot.errors import ConfigurationError, SchemaMismatch
from storage.memory import MemoryStorage
from storage.migrating import APPLICATION_ID, _config, _exclusively, migrate, schema_versions
from storage.migrations import HEAD
from storage.opening import storage_for
from storage.sqlite import make_private
from storage.tables import METADATA
from tests.storage.building import (
    NOW,
    address,
    complaint,
    conversation,
    line,
    raw,
    receipt,
    reference,
    turn,
)

AT_ONCE = "1970-01-01T00:00:00.000000Z"
ANN = Identity("Ann", Contact(ContactKind.EMAIL, "ann@example.org"), None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database will be."""
    return tmp_path / "ombud.db"


def url_of(path: Path) -> str:
    """The URL that names a file."""
    return f"sqlite:///{path}"


def schema_of(path: Path) -> dict[str, list[str]]:
    """Everything that a database says about itself, in whatever order within a table."""
    with closing(sqlite3.connect(path)) as found:
        rows = found.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: parts_of(sql) for name, sql in rows}


def parts_of(sql: str) -> list[str]:
    """A statement's columns and constraints, sorted: what was added later stands last, on a line
    with others, and a table that was made anew has its name in quotes."""
    head, _, rest = " ".join(sql.replace('"', "").split()).partition("(")
    inside, _, end = rest.rpartition(")")
    parts = re.split(r", ?(?![^(]*\))", inside)
    return [head.strip(), *sorted(part.strip() for part in parts), end.strip()]


def test_the_first_upgrade_makes_the_database(path: Path) -> None:
    """A file that is not there is made, for its owner alone."""
    assert (None, HEAD) == schema_versions(url_of(path))

    migrate(url_of(path))

    assert (HEAD, HEAD) == schema_versions(url_of(path))
    assert 0o600 == path.stat().st_mode & 0o777


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(path: Path) -> None:
    """Migrating again leaves the file byte for byte."""
    migrate(url_of(path))
    before = path.read_bytes()

    migrate(url_of(path))

    assert before == path.read_bytes()


def test_the_migrations_make_what_the_tables_say(path: Path) -> None:
    """Nobody can change a table and forget its migration."""
    migrate(url_of(path))
    engine = create_engine(url_of(path))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
    engine.dispose()

    assert [] == differences


def test_the_migrations_make_the_same_statements_as_the_tables(tmp_path: Path) -> None:
    """Also what a comparison does not look at, as conditions of indexes and kinds of tables."""
    migrate(url_of(tmp_path / "migrated.db"))
    engine = create_engine(url_of(tmp_path / "made.db"))
    METADATA.create_all(engine)
    engine.dispose()

    migrated = schema_of(tmp_path / "migrated.db")
    del migrated["alembic_version"]
    assert schema_of(tmp_path / "made.db") == migrated


def test_head_is_the_last_migration() -> None:
    """The constant by which a database is judged is that of the scripts."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")

    assert HEAD == ScriptDirectory.from_config(config).get_current_head()


def test_many_may_start_at_once(path: Path) -> None:
    """Of several that find no schema one makes it and the others go on."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(migrate, [url_of(path)] * 8))

    assert (HEAD, HEAD) == schema_versions(url_of(path))


def test_many_processes_may_start_at_once(path: Path) -> None:
    """The same for processes that know nothing of each other."""
    script = f"from storage.migrating import migrate; migrate({url_of(path)!r})"
    started = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]

    assert [0, 0] == [process.wait() for process in started]
    assert (HEAD, HEAD) == schema_versions(url_of(path))


def _newer(path: Path) -> None:
    migrate(url_of(path))
    with closing(sqlite3.connect(path)) as found:
        found.execute("UPDATE alembic_version SET version_num = '9999'")
        found.commit()


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as found:
        found.execute("CREATE TABLE bookmarks (url)")
        found.commit()


def _noise(path: Path) -> None:
    path.write_bytes(b"not a database, but a letter to my aunt. " * 200)


def _cut_off(path: Path) -> None:
    migrate(url_of(path))
    path.write_bytes(path.read_bytes()[:5000])


def _scratched(path: Path) -> None:
    migrate(url_of(path))
    whole = bytearray(path.read_bytes())
    whole[8192:12288] = b"\xff" * 4096
    path.write_bytes(whole)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(_newer, "schema 9999, which a later version", id="newer"),
        pytest.param(_foreign, "another program", id="foreign"),
        pytest.param(_noise, "damaged or no database", id="no database"),
        pytest.param(_cut_off, "damaged", id="cut off"),
        pytest.param(_scratched, "damaged", id="scratched"),
    ],
)
def test_what_can_not_be_used_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None], told: str
) -> None:
    """The message says what is wrong; not a byte of the file changes."""
    make(path)
    before = path.read_bytes()

    with pytest.raises(SchemaMismatch, match=told):
        migrate(url_of(path))
    with pytest.raises(SchemaMismatch, match=told):
        schema_versions(url_of(path))

    assert before == path.read_bytes()


def opened(path: Path) -> None:
    """Tries to open a storage."""
    asyncio.run(storage_for(url_of(path)).open())


def test_a_storage_without_schema_does_not_open(path: Path) -> None:
    """It says which command helps, and makes no file."""
    with pytest.raises(SchemaMismatch, match="ombud migrate"):
        opened(path)

    assert not path.exists()


def test_a_storage_with_another_schema_does_not_open(path: Path) -> None:
    """Neither an empty file nor a newer schema is written to."""
    path.touch()
    with pytest.raises(SchemaMismatch, match="no schema"):
        opened(path)
    path.unlink()
    _newer(path)
    with pytest.raises(SchemaMismatch, match="9999"):
        opened(path)


async def test_data_survives_another_start(path: Path) -> None:
    """Migrating, opening and closing keep what is there."""
    for _ in range(2):
        migrate(url_of(path))
        storage = storage_for(url_of(path))
        await storage.open()
        if await storage.conversation_at(conversation().address) is None:
            await storage.commit(turn())
        await storage.close()

    migrate(url_of(path))
    storage = storage_for(url_of(path))
    await storage.open()
    assert conversation() == await storage.conversation_at(conversation().address)
    await storage.close()


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is stored, table by table."""
    with closing(sqlite3.connect(path)) as found:
        names = [name for (name,) in found.execute("SELECT name FROM pragma_table_list")]
        kept = [name for name in names if not name.startswith(("sqlite_", "alembic_"))]
        return {name: found.execute(f"SELECT * FROM {name}").fetchall() for name in kept}


@pytest.fixture
def first_database(path: Path) -> Path:
    """A database of the first schema with a row in every table, written as it was written then."""
    make_private(path)
    with _exclusively(path) as connection:
        command.upgrade(_config(connection), "0001")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.executescript((Path(__file__).parent / "first_rows.sql").read_text("utf-8"))
    return path


def test_the_first_schema_is_known(first_database: Path) -> None:
    """It is told apart from the newest, and a storage does not open on it."""
    assert ("0001", HEAD) == schema_versions(url_of(first_database))
    with pytest.raises(SchemaMismatch, match="schema 0001"):
        opened(first_database)


def test_an_upgrade_keeps_every_row(first_database: Path) -> None:
    """Of the first schema nothing is lost or changed; what is new is empty."""
    before = rows_of(first_database)
    assert all(before.values())

    migrate(url_of(first_database))

    after = rows_of(first_database)
    assert (HEAD, HEAD) == schema_versions(url_of(first_database))
    assert [] == after.pop("inbox")
    assert [] == after.pop("card")
    before["quarantine"] = [(*row, None) for row in before["quarantine"]]  # no lane
    before["complaint"] = [(*row, AT_ONCE, None, 0) for row in before["complaint"]]  # looked at
    assert before == after


async def test_what_an_upgrade_kept_is_due_at_once(first_database: Path) -> None:
    """What was lodged before complaints were timed is looked at, and timed then."""
    migrate(url_of(first_database))
    storage = storage_for(url_of(first_database))
    await storage.open()
    due = await storage.due_complaints(NOW)
    assert [reference(1)] == [one.reference for _, one in due]

    assert 1 == await storage.reschedule()
    assert () == await storage.due_complaints(NOW)
    await storage.close()


async def test_what_an_upgrade_kept_is_read(first_database: Path) -> None:
    """The storage goes on with it: it reads all, and writes more."""
    migrate(url_of(first_database))
    storage = storage_for(url_of(first_database))
    await storage.open()
    assert conversation() == await storage.conversation_at(address())
    assert (line(1),) == await storage.messages(conversation().id)
    assert receipt() == await storage.receipt(address(), "m1")
    assert {reference(1): complaint(identity=ANN)} == await storage.complaints([reference(1)])
    await storage.commit(turn(version=2))
    await storage.keep_raw("slack", raw())
    await storage.quarantine_raw("slack", raw(), "ValueError")
    claimed = await storage.claim(NOW, 10, 9, ["web"])
    assert [line(1)] == [one.message for one in claimed]
    await storage.close()


def test_a_downgrade_goes_back_to_the_first_schema(first_database: Path) -> None:
    """What the first schema can hold is as it was."""
    schema, rows = schema_of(first_database), rows_of(first_database)
    migrate(url_of(first_database))
    with closing(sqlite3.connect(first_database)) as found:
        found.execute(
            "INSERT INTO quarantine VALUES (NULL, 'slack', NULL, 'm', ?, 'b', 'e', 'lane')", ("",)
        )
        found.commit()
    with _exclusively(first_database) as connection:
        command.downgrade(_config(connection), "0001")

    assert schema == schema_of(first_database)
    assert rows == rows_of(first_database)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://host/db", "SQLite only"),
        ("postgresql+asyncpg://host/db", "SQLite only"),
        ("mysql://host/db", "written like"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///ombud.db?mode=ro", "written like"),
        ("ombud.db", "written like"),
        ("", "written like"),
    ],
)
def test_a_url_that_can_not_be_used_is_a_wrong_configuration(url: str, told: str) -> None:
    """The message says how a usable one is written."""
    with pytest.raises(ConfigurationError, match=told):
        storage_for(url)


def test_memory_is_for_code() -> None:
    """The twin without a file has a URL of its own."""
    assert isinstance(storage_for("memory://"), MemoryStorage)
