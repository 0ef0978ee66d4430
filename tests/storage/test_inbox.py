"""The inbox: what was acknowledged waits for its turn, whatever becomes of the process."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialogue.messages import InboundMessage
from bot.errors import StorageError
from bot.ports import Raw, Storage
from storage.memory import MemoryStorage
from tests.storage.building import NOW, later, raw
from tests.storage.filling import filled


def in_file(folder: Path, question: str) -> list[tuple[object, ...]]:
    """What another process reads."""
    with closing(sqlite3.connect(folder / "ombud.db")) as connection:
        return connection.execute(question).fetchall()


async def test_a_payload_comes_back_as_it_was_sent(storage: Storage) -> None:
    """Every field is kept, and every byte of the body."""
    sent = replace(filled(Raw), body=bytes(range(256)))

    await storage.keep_raw("slack", sent)

    assert (sent,) == await storage.raws("slack")


async def test_payloads_come_in_the_order_in_which_they_were_kept(storage: Storage) -> None:
    """Neither their ids nor their times matter, and what was dropped before leaves no gap."""
    for number, id_ in enumerate(("z", "m", "a", "k")):
        await storage.keep_raw("slack", replace(raw(id_), at=later(-number)))
    await storage.drop_raw("slack", ["k"])
    await storage.keep_raw("slack", raw("b"))

    assert ["z", "m", "a", "b"] == [one.id for one in await storage.raws("slack")]


async def test_those_kept_at_once_keep_their_order(storage: Storage) -> None:
    """Payloads that share a commit stand in the order in which they were handed in."""
    ids = [f"{number * 7 % 100}" for number in range(100)]

    await asyncio.gather(*(storage.keep_raw("slack", raw(id_)) for id_ in ids))

    assert ids == [one.id for one in await storage.raws("slack")]


async def test_a_payload_that_comes_again_stays_as_it_is(storage: Storage) -> None:
    """Neither its place nor its content changes."""
    await storage.keep_raw("slack", raw("first"))
    await storage.keep_raw("slack", raw("second"))
    await storage.keep_raw("slack", raw("first", lane="another", body=b"other"))

    assert (raw("first"), raw("second")) == await storage.raws("slack")


async def test_each_channel_has_its_own(storage: Storage) -> None:
    """The same id from two platforms is two payloads; dropping one leaves the other."""
    await storage.keep_raw("slack", raw())
    await storage.keep_raw("telegram", raw(body=b"other"))
    await storage.drop_raw("slack", [raw().id])

    assert () == await storage.raws("slack")
    assert (raw(body=b"other"),) == await storage.raws("telegram")


async def test_dropping_what_is_gone_does_no_harm(storage: Storage) -> None:
    """Only those that are named leave, and they may have left before."""
    for id_ in ("a", "b", "c"):
        await storage.keep_raw("slack", raw(id_))
    await storage.drop_raw("slack", ["a", "c", "never there"])
    await storage.drop_raw("slack", ["a"])
    await storage.drop_raw("slack", [])

    assert (raw("b"),) == await storage.raws("slack")


async def test_a_quarantined_payload_leaves_the_inbox(storage: Storage) -> None:
    """The next start does not stumble over it; its neighbour stays, and nothing is carried."""
    await storage.keep_raw("slack", raw("bad"))
    await storage.keep_raw("slack", raw("good"))
    await storage.quarantine_raw("slack", raw("bad"), "ValueError")

    assert (raw("good"),) == await storage.raws("slack")


async def test_a_payload_may_be_quarantined_that_was_never_kept(storage: Storage) -> None:
    """One whose turn failed within the time of its acknowledgement was in no inbox."""
    await storage.quarantine_raw("slack", raw(), "ValueError")
    await storage.quarantine_raw("slack", raw(), "ValueError")

    assert () == await storage.raws("slack")


async def test_a_closed_storage_keeps_no_payload(storage: Storage) -> None:
    """Its channel must not acknowledge it."""
    await storage.close()

    with pytest.raises(StorageError, match="closed"):
        await storage.keep_raw("slack", raw())


async def test_a_payload_is_on_disk_before_it_is_acknowledged(
    sqlite: Storage, tmp_path: Path
) -> None:
    """Another process finds it as soon as the call returned."""
    await sqlite.keep_raw("slack", raw(is_part=True))

    kept = in_file(tmp_path, "SELECT channel, id, lane, body, at, is_part FROM inbox")
    assert [("slack", "r1", "lane", b"{}", "2026-11-23T10:42:07.123456Z", 1)] == kept


async def test_the_quarantine_holds_messages_and_payloads(sqlite: Storage, tmp_path: Path) -> None:
    """A message has the key of its address, a payload its lane and the body that was sent."""
    message = filled(InboundMessage)
    await sqlite.quarantine(message, "KeyError")
    await sqlite.keep_raw("slack", raw(body=b"\xff\x00"))
    await sqlite.quarantine_raw("slack", raw(body=b"\xff\x00"), "ValueError")

    held = in_file(tmp_path, "SELECT channel, key, lane, message_id, error FROM quarantine")
    assert [
        (message.address.channel, message.address.key, None, message.id, "KeyError"),
        ("slack", None, "lane", "r1", "ValueError"),
    ] == held
    assert [(b"\xff\x00",)] == in_file(tmp_path, "SELECT body FROM quarantine WHERE key IS NULL")


async def test_the_twin_shows_what_it_set_aside() -> None:
    """A test reads it off the storage in memory."""
    memory = MemoryStorage()
    await memory.quarantine(InboundMessage(filled(InboundMessage).address, "m1", NOW), "KeyError")
    await memory.quarantine_raw("slack", raw(), "ValueError")

    assert ["KeyError"] == [error for _, error in memory.quarantined]
    assert [("slack", raw(), "ValueError")] == memory.quarantined_raws
