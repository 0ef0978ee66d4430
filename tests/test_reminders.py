"""Reminders: old drafts end, what waits is measured, and nothing stops the rounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.dialogue.conversation import Conversation, Draft
from bot.dialogue.messages import Sender
from bot.domain.complaint import lodged
from bot.domain.events import DeadlineMissed
from bot.errors import StorageError
from bot.ports import Work
from storage.memory import MemoryStorage
from tests.reminding import HOURS, Bench
from tests.storage.building import (
    NOW,
    complaint,
    conversation,
    line,
    lodging,
    minutes,
    received,
    reference,
    turn,
)

OLD = NOW - timedelta(hours=HOURS, seconds=1)
YOUNG = NOW - timedelta(hours=HOURS)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An empty storage and its reminders."""
    made = Bench()
    await made.storage.open()
    yield made
    await made.storage.close()


async def begin_draft(bench: Bench, name: str, touched_at: datetime) -> None:
    """Stores a conversation with a greeting and a draft of two lines."""
    draft = Draft(touched_at, first_seq=2, told=("A story.",))
    talk = replace(conversation(name), draft=draft, touched_at=touched_at, last_seq=3)
    said = (line(1), line(2, Sender.COMPLAINANT, "A story."), line(3))
    await bench.storage.commit(Work(talk, said=said))


async def test_an_old_draft_is_deleted_and_told_so(bench: Bench) -> None:
    """Its lines are forgotten, the draft is gone, and one line says so and will be carried."""
    await begin_draft(bench, "a", OLD)

    assert 1 == await bench.reminders().once()

    found = await bench.storage.conversation(conversation("a").id)
    lines = await bench.storage.messages(conversation("a").id)
    assert found is not None
    assert (None, 2, 4) == (found.draft, found.version, found.last_seq)
    assert [1, 4] == [each.seq for each in lines]
    assert (Sender.BOT, NOW) == (lines[-1].sender, lines[-1].at)
    assert "expired" in lines[-1].text
    assert "story" not in repr(lines)
    waiting, _ = await bench.storage.outbox_size()
    assert 2 == waiting


async def test_a_younger_draft_is_left_alone(bench: Bench) -> None:
    """Until the hours are over nothing happens to it."""
    await begin_draft(bench, "a", YOUNG)

    assert 0 == await bench.reminders().once()

    found = await bench.storage.conversation(conversation("a").id)
    assert found is not None
    assert found.draft is not None


async def test_a_deleted_draft_is_told_of_once(bench: Bench) -> None:
    """The next round finds nothing more to say."""
    await begin_draft(bench, "a", OLD)
    await bench.reminders().once()

    assert 0 == await bench.reminders().once()


async def test_many_old_drafts_go_in_one_round(bench: Bench) -> None:
    """However many there are, no more than are read at a time have to be at hand."""
    for number in range(250):
        await begin_draft(bench, str(number), OLD)

    assert 250 == await bench.reminders().once()
    assert () == await bench.storage.stale_drafts(NOW)


class _Racing(MemoryStorage):
    """A storage in which the person always comes back at the last moment."""

    async def stale_drafts(self, *asked: Any, **named: Any) -> tuple[Conversation, ...]:
        """Finds drafts, and lets the person write before anybody deletes them."""
        found = await super().stale_drafts(*asked, **named)
        for one in found:
            await self.commit(Work(replace(one, version=one.version + 1, touched_at=NOW)))
        return found


async def test_a_person_who_comes_back_keeps_the_draft() -> None:
    """Whoever wrote in between has not let the draft lie."""
    bench = Bench()
    bench.storage = _Racing()
    await bench.storage.open()
    await begin_draft(bench, "a", OLD)

    assert 0 == await bench.reminders().once()

    found = await bench.storage.conversation(conversation("a").id)
    assert found is not None
    assert found.draft is not None


async def test_what_waits_is_measured(bench: Bench) -> None:
    """How many lines wait and for how long the oldest has; a clock set back gives no negative."""
    await bench.storage.commit(turn())
    bench.now = line(1).at + timedelta(seconds=90)
    await bench.reminders().once()
    assert (1, 90.0) == bench.seen.waiting

    bench.now = NOW - minutes(60)
    await bench.reminders().once()
    assert (1, 0.0) == bench.seen.waiting


async def test_nothing_waits_in_an_empty_outbox(bench: Bench) -> None:
    """Zero lines, zero seconds."""
    await bench.reminders().once()

    assert (0, 0.0) == bench.seen.waiting
    assert 0 == bench.seen.late


async def test_complaints_past_a_deadline_are_counted(bench: Bench) -> None:
    """A year later what nobody answered is overdue."""
    await bench.storage.commit(turn())
    for number in (1, 2):
        await bench.storage.commit(lodging(complaint(number)))
    bench.now = NOW + timedelta(days=365)

    await bench.reminders().once()

    assert 2 == bench.seen.late
    assert reference(1) in await bench.storage.complaints([reference(1)])


async def test_a_complaint_whose_rules_are_gone_counts_as_late(bench: Bench) -> None:
    """Nobody can say when it is due: it is named in the log, and the others go on."""
    await bench.storage.commit(turn())
    await bench.storage.commit(lodging(complaint(1)))
    bench.now = NOW + timedelta(days=365)
    lost = replace(received(2), regime="xx-gone 7")
    await bench.storage.commit(lodging(lodged(reference(2), conversation().id, lost)))

    with capture_logs() as logged:
        assert 1 == await bench.reminders().once()

    named = [one for one in logged if one["event"] == "rules are missing"]
    assert [("xx-gone 7", 1, "error")] == [
        (one["rules"], one["complaints"], one["log_level"]) for one in named
    ]
    found = await bench.storage.complaints([reference(1), reference(2)])
    assert [True, False] == [
        any(isinstance(event, DeadlineMissed) for event in one.history) for one in found.values()
    ]
    assert 2 == bench.seen.late


class _Failing(MemoryStorage):
    """A storage that fails the first times."""

    failures = 2

    async def outbox_size(self) -> tuple[int, datetime | None]:
        """Counts, or fails."""
        if self.failures:
            self.failures -= 1
            raise StorageError
        return await super().outbox_size()


async def test_reminders_outlive_a_storage_that_fails() -> None:
    """They look again the next time."""
    bench = Bench()
    bench.storage = _Failing()
    await bench.storage.open()
    task = asyncio.create_task(bench.reminders().run())
    async with asyncio.timeout(5):
        await bench.seen.told.wait()

    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
