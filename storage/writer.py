"""One thread owns the writing connection and commits together whatever waits for it.

A flush to the disk costs the same with one work in it or with thirty, so works that arrive while a
commit runs share the next. Nobody hears of success before the commit that holds their work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.dialogue.messages import ConversationId
from bot.errors import OmbudError, StorageError
from storage.engine import Announce, translated
from storage.rows import Prepared
from storage.writing import write_works

T = TypeVar("T")

GROUP = 256
"""Works in one commit, so that the last of them does not wait for ever."""

IDLE_SECONDS = 0.5
"""How often the thread looks for what other processes committed."""

_CLOSING_SECONDS = 8.0


class Transactions(Protocol):
    """What the thread needs of its database; all of it is called in that thread alone."""

    def connect(self) -> Connection: ...

    def begin(self, connection: Connection) -> None: ...

    def commit(self, connection: Connection) -> None: ...

    def rollback(self, connection: Connection) -> None: ...

    def committed(self, connection: Connection, *, erases: bool) -> None:
        """Is told of each commit, and whether what it deleted is to leave no trace."""
        ...

    def idle(self, connection: Connection) -> Sequence[ConversationId]:
        """Tidies up; returns the conversations that another process changed meanwhile."""
        ...

    def ending(self, connection: Connection) -> None:
        """Tidies up for the last time."""
        ...


@dataclass(frozen=True, eq=False)
class _Task:
    act: Prepared | Callable[[Connection], Any]
    answer: asyncio.Future[Any]
    erases: bool = False


@dataclass(frozen=True, eq=False)
class _Outcome:
    task: _Task
    value: Any = None
    error: OmbudError | None = None


@dataclass
class Writer:
    """The thread and the queue before it."""

    transactions: Transactions
    announcers: list[Announce] = field(default_factory=list)
    _queue: SimpleQueue[_Task | None] = field(default_factory=SimpleQueue)
    _thread: Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _is_closing: bool = False

    async def open(self) -> None:
        """Starts the thread and waits until its connection stands."""
        self._loop = asyncio.get_running_loop()
        self._is_closing = False
        standing: asyncio.Future[None] = self._loop.create_future()
        self._thread = Thread(target=self._run, args=(standing,), name="writer", daemon=True)
        self._thread.start()
        await standing

    async def close(self) -> None:
        """Commits what waits and ends the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(thread.join, _CLOSING_SECONDS)

    async def run(self, act: Prepared | Callable[[Connection], T], *, erases: bool = False) -> T:
        """Has `act` done in some transaction, and returns after that was committed."""
        if self._thread is None or self._loop is None or not self._thread.is_alive():
            raise StorageError("The storage is closed.")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Task(act, answer, erases))
        return await answer

    # In the thread --------------------------------------------------------------------------

    def _run(self, standing: asyncio.Future[None]) -> None:
        try:
            connection = self.transactions.connect()
        except Exception as error:  # noqa: BLE001  # whatever it is, the opener must hear it
            self._tell(_fail, standing, translated(error))
            return
        self._tell(_succeed, standing, None)
        try:
            self._serve(connection)
            with suppress(DBAPIError):  # nobody is left to hear of it
                self.transactions.ending(connection)
        finally:
            connection.close()
            self._abandon()

    def _abandon(self) -> None:
        """Answers whoever came too late, so that nobody waits for a thread that has ended."""
        while not self._queue.empty():
            task = self._queue.get()
            if task is not None:
                self._tell(_fail, task.answer, StorageError("The storage is closed."))

    def _serve(self, connection: Connection) -> None:
        looked_at = time.monotonic()
        while not self._is_closing:
            tasks = self._gathered()
            if tasks:
                self._settle(connection, tasks)
            if time.monotonic() - looked_at >= IDLE_SECONDS:
                looked_at = time.monotonic()
                self._look_around(connection)

    def _gathered(self) -> list[_Task]:
        """What waits, as much as fits into one commit; nothing after half a second of silence."""
        tasks: list[_Task] = []
        try:
            waiting = self._queue.get(timeout=IDLE_SECONDS)
            while waiting is not None:
                tasks.append(waiting)
                if len(tasks) == GROUP:
                    return tasks
                waiting = self._queue.get_nowait()
            self._is_closing = True
        except Empty:
            pass
        return tasks

    def _settle(self, connection: Connection, tasks: list[_Task]) -> None:
        try:
            outcomes = self._together(connection, tasks)
        except OperationalError as error:  # full, locked, failing: it would fail alone, too
            failure = translated(error)
            outcomes = [_Outcome(task, error=failure) for task in tasks]
        except Exception:  # noqa: BLE001  # one of them can't be stored: find out which
            outcomes = [self._alone(connection, task) for task in tasks]
        done = [outcome.task for outcome in outcomes if outcome.error is None]
        stored = [task.act for task in done if isinstance(task.act, Prepared)]
        if done:
            self.transactions.committed(connection, erases=any(task.erases for task in done))
        self._tell(self._report, outcomes, concerned(stored))

    def _together(
        self, connection: Connection, tasks: Sequence[_Task], *, is_careful: bool = False
    ) -> list[_Outcome]:
        self.transactions.begin(connection)
        try:
            outcomes = _performed(connection, tasks, is_careful=is_careful)
            self.transactions.commit(connection)
        except BaseException:
            self.transactions.rollback(connection)
            raise
        return outcomes

    def _alone(self, connection: Connection, task: _Task) -> _Outcome:
        try:
            return self._together(connection, [task], is_careful=True)[0]
        except Exception as error:  # noqa: BLE001  # its caller hears whatever it was
            return _Outcome(task, error=translated(error))

    def _look_around(self, connection: Connection) -> None:
        try:
            changed = self.transactions.idle(connection)
        except DBAPIError:  # locked just now, or worse: the next commit will tell
            return
        if changed:
            self._tell(self._announce, changed)

    def _tell(self, *call: Any) -> None:
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(*call)
        except RuntimeError:  # the loop ended before the storage was closed: nobody listens
            self._is_closing = True

    # On the event loop ----------------------------------------------------------------------

    def _report(self, outcomes: Sequence[_Outcome], changed: Sequence[ConversationId]) -> None:
        for outcome in outcomes:
            if outcome.error is None:
                _succeed(outcome.task.answer, outcome.value)
            else:
                _fail(outcome.task.answer, outcome.error)
        if changed:
            self._announce(changed)

    def _announce(self, changed: Sequence[ConversationId]) -> None:
        for announce in self.announcers:
            announce(changed)


def _performed(
    connection: Connection, tasks: Sequence[_Task], *, is_careful: bool
) -> list[_Outcome]:
    works = [task for task in tasks if isinstance(task.act, Prepared)]
    group = [task.act for task in works if isinstance(task.act, Prepared)]
    refused = write_works(connection, group, is_careful=is_careful)
    outcomes = [_Outcome(task, error=refused.get(place)) for place, task in enumerate(works)]
    return outcomes + [
        _Outcome(task, value=task.act(connection))
        for task in tasks
        if not isinstance(task.act, Prepared)
    ]


def concerned(works: Sequence[Prepared]) -> tuple[ConversationId, ...]:
    return tuple(dict.fromkeys(id_ for work in works for id_ in work.concerned))


def _succeed(answer: asyncio.Future[Any], value: object) -> None:
    if not answer.done():  # its caller may have been cancelled meanwhile
        answer.set_result(value)


def _fail(answer: asyncio.Future[Any], error: OmbudError) -> None:
    if not answer.done():
        answer.set_exception(error)
