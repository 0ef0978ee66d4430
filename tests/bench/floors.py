"""What the machine can do at best: a dialogue of one function, and bare commits."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from tests.bench.measuring import Measured, measured

_TABLES = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE conversation (id TEXT PRIMARY KEY, version INTEGER, state BLOB);
CREATE TABLE receipt (id TEXT PRIMARY KEY, print TEXT) WITHOUT ROWID;
CREATE TABLE message (conversation TEXT, seq INTEGER, body BLOB,
    PRIMARY KEY (conversation, seq)) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, conversation TEXT, seq INTEGER);
"""
_STATE, _LINE = b"s" * 600, b"l" * 250
_FIELDS = ("narrative", "occurred_on", "order", "effect", "remedy", "evidence", "name", "contact")


def machine(state: dict[str, str], text: str) -> str:
    """The least that can be called a dialogue: the next field takes whatever is said."""
    missing = next((name for name in _FIELDS if name not in state), None)
    if missing is None:
        return "status: received" if "status" in text else "thank you"
    state[missing] = text
    done = len(state) == len(_FIELDS)
    return "your reference is CMP-0000-0000-0" if done else f"tell me about {missing}"


async def state_machine(seconds: float) -> Measured:
    """A hand-written state machine, nothing stored, nothing understood."""
    states: dict[int, dict[str, str]] = {}
    turns = count()

    async def step() -> None:
        conversation, turn = divmod(next(turns), 10)
        state = states.setdefault(conversation, {})
        assert machine(state, "my parcel never came")
        if turn == 9:
            del states[conversation]

    return await measured("state machine", [step], seconds)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.executescript(_TABLES)
    return connection


def _write(connection: sqlite3.Connection, number: int) -> None:
    """As much as a turn writes: a state, a receipt, two lines, one of them to be carried."""
    conversation = f"c{number // 10}"
    seq = 2 * (number % 10)
    execute = connection.execute
    execute("REPLACE INTO conversation VALUES (?, ?, ?)", (conversation, number % 10, _STATE))
    execute("INSERT INTO receipt VALUES (?, ?)", (f"m{number}", "f" * 64))
    lines = [(conversation, seq, _LINE), (conversation, seq + 1, _LINE)]
    connection.executemany("INSERT INTO message VALUES (?, ?, ?)", lines)
    execute("INSERT INTO outbox (conversation, seq) VALUES (?, ?)", (conversation, seq + 1))


async def commit_each(folder: Path, seconds: float) -> Measured:
    """SQLite without anything around it: one full commit for each turn."""
    turns = count()
    with closing(_opened(folder / "each.db")) as connection:

        async def step() -> None:
            connection.execute("BEGIN IMMEDIATE")
            _write(connection, next(turns))
            connection.execute("COMMIT")

        return await measured("SQLite commit", [step], seconds)


class _Grouped:
    """One thread that commits together what waits."""

    def __init__(self, path: Path) -> None:
        self._connection = _opened(path)
        self._queue: SimpleQueue[tuple[int, asyncio.Future[None]] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = Thread(target=self._run)
        self._thread.start()

    async def commit(self, number: int) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((number, done))
        await done

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            try:
                while (more := self._queue.get_nowait()) is not None:
                    group.append(more)
            except Empty:
                pass
            self._connection.execute("BEGIN IMMEDIATE")
            for number, _ in group:
                _write(self._connection, number)
            self._connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_finish, [done for _, done in group])


def _finish(waiting: list[asyncio.Future[None]]) -> None:
    for done in waiting:
        done.set_result(None)


async def commit_grouped(folder: Path, seconds: float, at_once: int) -> Measured:
    """SQLite without anything around it: whatever waits shares a commit."""
    turns = count()
    writer = _Grouped(folder / "grouped.db")

    async def step() -> None:
        await writer.commit(next(turns))

    try:
        return await measured(f"SQLite group commit, {at_once}", [step] * at_once, seconds)
    finally:
        await writer.close()
