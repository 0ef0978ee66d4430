"""What `SqlStorage` asks of a database; SQLite answers here, PostgreSQL may later.

Everything said in SQL is a function of a SQLAlchemy `Connection`, so that an asynchronous engine
can run the very same functions by `run_sync`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.dialogue.messages import ConversationId
from bot.errors import OmbudError, StorageError
from storage.rows import Prepared

T = TypeVar("T")

Announce = Callable[[Sequence[ConversationId]], None]
"""Called on the event loop after a commit, with the conversations that it concerns."""


class Database(Protocol):
    """A database whose schema is there."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def is_ready(self) -> bool: ...

    async def commit(self, work: Prepared) -> None:
        """Stores a work, together with whatever else waits."""
        ...

    async def write(self, act: Callable[[Connection], T], *, erases: bool = False) -> T:
        """Runs `act` in a transaction; it may be run again if others in that transaction fail.

        With `erases`, what it deletes is to leave no trace.
        """
        ...

    async def find(self, ask: Callable[[Connection], T]) -> T:
        """Answers a question that an index answers at once."""
        ...

    async def search(self, ask: Callable[[Connection], T]) -> T:
        """Answers a question that may take a while."""
        ...

    def walk(self, ask: Callable[[Connection], Iterator[T]]) -> AsyncGenerator[T, None]:
        """Goes through many answers, all as of one moment."""
        ...

    def on_commit(self, announce: Announce) -> None: ...


def translated(error: Exception) -> OmbudError:
    """The error as callers know it, without a word of what was to be stored."""
    if isinstance(error, OmbudError):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else None
    told = StorageError(f"The database failed: {cause or type(error).__name__}")
    told.__cause__ = error
    return told
