"""A process that is killed at any moment keeps what it acknowledged, and leaves nothing half."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dialogue.conversation import Conversation
from bot.errors import Conflict, SchemaMismatch
from bot.ports import ComplaintFilter, Storage, Work
from storage.migrating import migrate, schema_versions
from storage.migrations import HEAD
from storage.opening import storage_for
from tests.storage.building import (
    address,
    complaint,
    conversation,
    line,
    lodging,
    receipt,
    reference,
    turn,
)

ROOT = Path(__file__).parent.parent
WRITERS = 8

# Each writer takes turns in a conversation of its own; every third lodges a complaint. What is
# acknowledged is said on standard output, which the test reads.
WRITE = """
import asyncio, sys
from tests.test_crash import write
asyncio.run(write(sys.argv[1]))
"""
MIGRATE = """
import sys
from storage.migrating import migrate
print("ready", flush=True)
migrate(sys.argv[1])
"""


async def write(url: str) -> None:
    """What the process does until it is killed."""
    storage = storage_for(url)
    await storage.open()
    await asyncio.gather(*(_write_one(storage, number) for number in range(WRITERS)))


async def _write_one(storage: Storage, number: int) -> None:
    found = await storage.conversation_at(address(str(number)))
    version = found.version if found else 0
    while True:
        version += 1
        await storage.commit(work_of(number, version))
        print(number, version, flush=True)  # noqa: T201  # this is the acknowledgement


def work_of(number: int, version: int) -> Work:
    """What a writer stores in the turn of that version."""
    told = turn(str(number), version)
    taken = receipt(str(number), f"m{version}", version)
    if version % 3:
        return Work(told.conversation, (taken,), said=told.said)
    lodged = lodging(complaint(lodged_in(number, version), str(number)), str(number))
    return Work(told.conversation, (taken,), lodged.facts, lodged.complaints, told.said)


def lodged_in(number: int, version: int) -> int:
    """The number of the complaint that is lodged in a turn."""
    return version * WRITERS + number


def killed_after(seconds: float, script: str, url: str) -> Iterator[str]:
    """Runs a script, kills it so many seconds after its first word, and gives what it said."""
    command = [sys.executable, "-c", script, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        yield from process.stdout


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where the database is, or will be."""
    return f"sqlite:///{tmp_path / 'ombud.db'}"


def acknowledged(said: Iterator[str]) -> dict[int, int]:
    """The last version that was acknowledged to each writer; a last line cut short is none."""
    whole = (words.split() for words in said if words.endswith("\n"))
    return {int(number): int(version) for number, version in whole}


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
def test_what_was_acknowledged_is_there_after_every_kill(url: str, kills: int) -> None:
    """Killed again and again while eight write at once, no acknowledged turn is lost, none is
    stored in part, and each start goes on where the last one ended."""
    migrate(url)
    known: dict[int, int] = {}
    for kill in range(kills):
        known |= acknowledged(killed_after(0.05 + kill % 5 * 0.07, WRITE, url))
        asyncio.run(_check(url, known))

    assert set(known) == set(range(WRITERS))


async def _check(url: str, known: dict[int, int]) -> None:
    storage = storage_for(url)
    await storage.open()
    lodged: set[str] = set()
    lines = 0
    for number in range(WRITERS):
        found = await storage.conversation_at(address(str(number)))
        version = found.version if found else 0
        # One more may be stored than was acknowledged: the kill came between the two.
        assert version - known.get(number, 0) in (0, 1)
        lodged |= await _check_one(storage, number, found)
        lines += version
    stored = [one.reference async for one in storage.all_complaints()]
    assert lodged == set(stored)
    assert lines == (await storage.outbox_size())[0]
    await storage.close()


async def _check_one(storage: Storage, number: int, found: Conversation | None) -> set[str]:
    """Everything of a conversation's turns is there; the complaints that they lodged."""
    if found is None:
        return set()
    versions = range(1, found.version + 1)
    assert conversation(str(number), found.version) == found
    assert tuple(map(line, versions)) == await storage.messages(found.id)
    for version in versions:
        assert await storage.receipt(found.address, f"m{version}") is not None
    with pytest.raises(Conflict):
        await storage.commit(turn(str(number), found.version))
    return {reference(lodged_in(number, version)) for version in versions if version % 3 == 0}


@pytest.mark.parametrize("kills", [2, pytest.param(30, marks=pytest.mark.long)])
def test_an_upgrade_that_was_killed_is_done_by_the_next(tmp_path: Path, kills: int) -> None:
    """Whenever the kill comes, there is no schema or a whole one, and the next start makes it."""
    for kill in range(kills):
        place = f"sqlite:///{tmp_path / f'{kill}.db'}"
        list(killed_after(kill % 10 * 0.003, MIGRATE, place))

        found, _ = schema_versions(place)
        assert found in (None, HEAD)
        migrate(place)
        assert (HEAD, HEAD) == schema_versions(place)
        asyncio.run(_use(place))


async def _use(url: str) -> None:
    storage = storage_for(url)
    await storage.open()
    await storage.commit(turn())
    assert () == (await storage.find_complaints(ComplaintFilter())).complaints
    await storage.close()


def test_a_file_that_was_cut_off_is_not_used(url: str, tmp_path: Path) -> None:
    """A copy that broke off is refused, rather than taken for an empty database."""
    migrate(url)
    asyncio.run(_use(url))
    path = tmp_path / "ombud.db"
    path.write_bytes(path.read_bytes()[:-4096])

    with pytest.raises(SchemaMismatch):
        migrate(url)
