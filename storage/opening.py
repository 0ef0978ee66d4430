"""Chooses the storage that a database URL names."""

from __future__ import annotations

from bot.ports import Storage
from storage.memory import MemoryStorage
from storage.sql import SqlStorage
from storage.sqlite import SqliteDatabase
from storage.urls import sqlite_path


def storage_for(database_url: str) -> Storage:
    """The storage, still closed; ConfigurationError for a URL that this version can't use."""
    if database_url == "memory://":
        return MemoryStorage()
    return SqlStorage(SqliteDatabase(sqlite_path(database_url)))
