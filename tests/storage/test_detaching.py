"""Complaints whose complainant must not be known: they live where nothing leads to anybody."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue.conversation import Conversation
from bot.domain.complaint import Complaint
from bot.domain.events import NoteWritten, Privacy, PrivacyChanged
from bot.domain.reference import Reference
from bot.errors import Conflict
from bot.ports import ComplaintFilter, Fact, Storage, Work
from tests.storage.building import (
    NOW,
    complaint,
    conversation,
    exchange,
    following,
    line,
    lodging,
    nowhere,
    reference,
    turn,
)

NOTE = NoteWritten(at=NOW, by="anna", text="called the depot")
ANONYMOUS = PrivacyChanged(at=NOW, by="complainant", privacy=Privacy.ANONYMOUS)


def detaching(one: Complaint, name: str = "detached") -> tuple[Complaint, Work]:
    """A complaint in its new home, and what takes it there."""
    after, work = following(one, ANONYMOUS)
    moved = replace(after, conversation=nowhere(name).id)
    return moved, replace(work, complaints=((moved, one.version),), detached=(nowhere(name),))


async def only(storage: Storage, wanted: Reference) -> Complaint:
    """The complaint of that reference."""
    return (await storage.complaints([wanted]))[wanted]


def homes(folder: Path, table: str) -> list[str]:
    """In which conversations the rows of a table are, in order of the references."""
    asked = f"SELECT conversation FROM {table} WHERE reference IS NOT NULL ORDER BY reference"
    with closing(sqlite3.connect(folder / "ombud.db")) as connection:
        return [home for (home,) in connection.execute(asked)]


async def test_a_complaint_moves_to_its_new_home(storage: Storage) -> None:
    """It is read from there with its whole history, alone or in a list."""
    one, _ = following(complaint(), NOTE)
    await storage.commit(lodging(complaint(), version=1))
    await storage.commit(following(complaint(), NOTE)[1])
    moved, work = detaching(one)
    await storage.commit(work)

    assert moved == await only(storage, one.reference)
    assert (moved,) == (await storage.find_complaints(ComplaintFilter())).complaints
    assert nowhere() == await storage.conversation(nowhere().id)
    assert nowhere() == await storage.conversation_at(nowhere().address)


async def test_nothing_in_the_old_conversation_names_it(sqlite: Storage, tmp_path: Path) -> None:
    """Its row and every fact, old and new, are in the new home; other complaints stay."""
    await sqlite.commit(lodging(complaint(1), version=1))
    await sqlite.commit(lodging(complaint(2)))
    one, work = following(complaint(1), NOTE)
    await sqlite.commit(work)
    await sqlite.commit(detaching(one)[1])

    old, new = conversation().id, nowhere().id
    assert [new, old] == homes(tmp_path, "complaint")
    assert [new, new, new, old] == homes(tmp_path, "fact")


async def test_the_turn_that_detaches_is_stored_with_it(storage: Storage) -> None:
    """The conversation's own turn, its lines and its receipt belong to the same work."""
    await storage.commit(lodging(complaint(), version=1))
    moved, work = detaching(complaint())
    told = exchange(version=2)
    both = replace(work, conversation=told.conversation, said=told.said, receipts=told.receipts)
    await storage.commit(both)

    assert moved == await only(storage, moved.reference)
    assert told.said == await storage.messages(conversation().id)
    assert told.receipts[0] == await storage.receipt(conversation().address, "m2")
    with pytest.raises(Conflict):
        await storage.commit(work)


async def test_a_complaint_may_begin_detached(storage: Storage) -> None:
    """One that is lodged anonymously is in no other conversation at any time."""
    one = complaint(name="detached")
    work = replace(lodging(one, "detached"), conversation=conversation(), detached=(nowhere(),))
    await storage.commit(work)

    assert one == await only(storage, one.reference)
    assert nowhere() == await storage.conversation(nowhere().id)


async def test_all_its_facts_begin_detached(sqlite: Storage, tmp_path: Path) -> None:
    """Even where the work says of a fact that it came from the conversation of the turn."""
    one = complaint(name="detached")
    facts = (Fact(one.history[0], conversation().id, one.reference),)
    await sqlite.commit(Work(conversation(), (), facts, ((one, 0),), detached=(nowhere(),)))

    assert [nowhere().id] == homes(tmp_path, "complaint") == homes(tmp_path, "fact")


async def test_it_lives_on_where_it_is(storage: Storage) -> None:
    """What happens to it later is stored with it, and its home can take turns of its own."""
    await storage.commit(lodging(complaint(), version=1))
    moved, work = detaching(complaint())
    await storage.commit(work)
    after, work = following(moved, NOTE)
    home = replace(nowhere(), version=2, last_seq=1)
    await storage.commit(replace(work, conversation=home, said=(line(1),)))

    assert after == await only(storage, moved.reference)
    assert (line(1),) == await storage.messages(nowhere().id)


async def test_each_of_several_has_a_home_of_its_own(storage: Storage) -> None:
    """Two that move at once can't be told to be from the same person."""
    await storage.commit(turn())
    for number in (1, 2):
        await storage.commit(lodging(complaint(number)))
    (one, first), (two, second) = (detaching(complaint(n), f"home {n}") for n in (1, 2))
    await storage.commit(
        Work(
            facts=first.facts + second.facts,
            complaints=first.complaints + second.complaints,
            detached=first.detached + second.detached,
        )
    )

    assert {one.reference: one, two.reference: two} == await storage.complaints(
        [one.reference, two.reference]
    )


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param(nowhere(), id="its name"),
        pytest.param(replace(nowhere("other"), address=nowhere().address), id="its address"),
    ],
)
async def test_a_home_that_is_taken_is_a_conflict(storage: Storage, taken: Conversation) -> None:
    """Nothing of the work is stored then, neither alone nor beside others."""
    await storage.commit(lodging(complaint(), version=1))
    await storage.commit(Work(taken))
    _, work = detaching(complaint())
    outcomes = await asyncio.gather(
        storage.commit(turn("b")), storage.commit(work), return_exceptions=True
    )

    assert [None, Conflict] == [one if one is None else type(one) for one in outcomes]
    assert complaint() == await only(storage, reference(1))


async def test_two_who_want_the_same_home(storage: Storage) -> None:
    """Of two works at once one gets it."""
    await storage.commit(turn())
    for number in (1, 2):
        await storage.commit(lodging(complaint(number)))
    works = [detaching(complaint(number))[1] for number in (1, 2)]
    outcomes = await asyncio.gather(*map(storage.commit, works), return_exceptions=True)

    assert [None, Conflict] == [one if one is None else type(one) for one in outcomes]


@pytest.mark.parametrize(
    "home",
    [
        pytest.param(replace(nowhere(), version=2), id="not new"),
        pytest.param(replace(nowhere(), version=0), id="never stored"),
        pytest.param(replace(nowhere(), last_seq=1), id="with lines"),
    ],
)
async def test_a_home_is_new_and_empty(storage: Storage, home: Conversation) -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(ValueError, match="without lines"):
        await storage.commit(Work(detached=(home,)))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(nowhere("other"), id=nowhere().id), id="its name"),
        pytest.param(replace(nowhere("other"), address=nowhere().address), id="its address"),
    ],
)
async def test_two_homes_are_not_one(storage: Storage, other: Conversation) -> None:
    """Two conversations of one work share neither name nor address."""
    with pytest.raises(ValueError, match="of its own"):
        await storage.commit(Work(detached=(nowhere(), other)))
    with pytest.raises(ValueError, match="of its own"):
        await storage.commit(Work(other, detached=(nowhere(),)))


async def test_no_trace_of_the_old_home_is_left(sqlite: Storage, tmp_path: Path) -> None:
    """The log beside the database, which tells what was there before, is emptied."""
    await sqlite.commit(lodging(complaint(), version=1))
    log = tmp_path / "ombud.db-wal"
    assert log.stat().st_size
    await sqlite.commit(detaching(complaint())[1])

    for _ in range(50):
        if log.stat().st_size:
            await asyncio.sleep(0.1)
    assert not log.stat().st_size
