"""Every promise of the storage is tested on a database and on its twin in memory."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Storage
from storage.memory import MemoryStorage
from storage.migrating import migrate
from storage.opening import storage_for


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest schema, to be copied: upgrading each anew would take long."""
    path = tmp_path_factory.mktemp("empty") / "ombud.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def url(tmp_path: Path, empty_database: Path) -> str:
    """A database that is there, at the newest schema, and closed."""
    copied = shutil.copy(empty_database, tmp_path / "ombud.db")
    return f"sqlite:///{copied}"


@pytest.fixture(params=["sqlite", "memory"])
async def storage(request: pytest.FixtureRequest) -> AsyncIterator[Storage]:
    """An open storage."""
    is_memory = request.param == "memory"
    kept = MemoryStorage() if is_memory else storage_for(request.getfixturevalue("url"))
    await kept.open()
    yield kept
    await kept.close()


@pytest.fixture
async def sqlite(url: str) -> AsyncIterator[Storage]:
    """An open storage on SQLite."""
    kept = storage_for(url)
    await kept.open()
    yield kept
    await kept.close()
