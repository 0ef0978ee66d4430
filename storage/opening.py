"""Chooses the storage that a database URL names."""

from __future__ import annotations

from bot.ports import Storage
from bot.scheduling import Schedule
from storage.memory import MemoryStorage
from storage.sql import SqlStorage
from storage.sqlite import SqliteDatabase
from storage.urls import sqlite_path
from storage.works import never_due


def storage_for(database_url: str, schedule: Schedule = never_due) -> Storage:
    """The storage, still closed; ConfigurationError for a URL that this version can't use.

    `schedule` says when a complaint must be looked at again.
    """
    if database_url == "memory://":
        return MemoryStorage(schedule)
    return SqlStorage(SqliteDatabase(sqlite_path(database_url)), schedule)
