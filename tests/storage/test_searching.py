"""Lists, pages and walks over what is stored."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from bot.dialogue.conversation import Draft
from bot.domain.complaint import Complaint
from bot.domain.events import ComplaintAcknowledged, NoteWritten
from bot.domain.reference import Reference
from bot.domain.status import Status
from bot.errors import InvalidRequest
from bot.ports import ComplaintFilter, Storage, Work
from tests.storage.building import (
    NOW,
    complaint,
    conversation,
    following,
    later,
    lodging,
    reference,
    with_draft,
)

HOUR = timedelta(hours=1)


async def _lodge(storage: Storage, many: int, apart: timedelta = HOUR) -> list[Complaint]:
    """Complaints of one conversation, oldest first; every second one about a bill."""
    await storage.commit(Work(conversation()))
    made = []
    for number in range(many):
        category = "bill" if number % 2 else "delivery"
        made.append(complaint(number, at=NOW + number * apart, category=category))
    await asyncio.gather(*(storage.commit(lodging(one)) for one in made))
    return made


async def _pages(storage: Storage, wanted: ComplaintFilter) -> list[list[Reference]]:
    pages = []
    while True:
        page = await storage.find_complaints(wanted)
        pages.append([one.reference for one in page.complaints])
        if page.next is None:
            return pages
        wanted = replace(wanted, cursor=page.next)


class TestPages:
    async def test_newest_first_page_by_page(self, storage: Storage) -> None:
        """Every complaint is on one page, newest first, and the last page has no successor."""
        made = await _lodge(storage, 7)
        pages = await _pages(storage, ComplaintFilter(limit=3))
        assert [len(page) for page in pages] == [3, 3, 1]
        assert list(chain(*pages)) == [one.reference for one in reversed(made)]

    async def test_complaints_of_one_moment_are_not_lost(self, storage: Storage) -> None:
        """Many complaints with the same time are still told apart between two pages."""
        made = await _lodge(storage, 9, timedelta(0))
        pages = await _pages(storage, ComplaintFilter(limit=2))
        assert sorted(chain(*pages)) == sorted(one.reference for one in made)

    async def test_a_page_does_not_shift_when_complaints_come(self, storage: Storage) -> None:
        """What is lodged while somebody turns pages neither repeats nor hides anything."""
        made = await _lodge(storage, 4)
        first = await storage.find_complaints(ComplaintFilter(limit=2))
        newer = complaint(999, at=NOW + 100 * HOUR)
        await storage.commit(lodging(newer))
        rest = await storage.find_complaints(ComplaintFilter(limit=2, cursor=first.next))
        assert [*rest.complaints] == [made[1], made[0]]

    async def test_filters_hold_together(self, storage: Storage) -> None:
        """Status, category and day narrow a list, alone and together."""
        made = await _lodge(storage, 6)
        changed, work = following(made[3], ComplaintAcknowledged(at=NOW, by="ombud"))
        await storage.commit(work)
        since = made[2].received_at

        async def found(wanted: ComplaintFilter) -> list[Complaint]:
            return [*(await storage.find_complaints(wanted)).complaints]

        assert await found(ComplaintFilter(status=Status.ACKNOWLEDGED)) == [changed]
        assert await found(ComplaintFilter(category="delivery")) == [made[4], made[2], made[0]]
        assert await found(ComplaintFilter(category="bill", since=since)) == [made[5], changed]
        assert await found(ComplaintFilter(status=Status.CLOSED)) == []

    async def test_a_page_is_bounded(self, storage: Storage) -> None:
        """Nobody gets more than 200 at once, and less than one makes no sense."""
        await _lodge(storage, 201)
        assert len((await storage.find_complaints(ComplaintFilter(limit=999))).complaints) == 200
        with pytest.raises(InvalidRequest):
            await storage.find_complaints(ComplaintFilter(limit=0))


def _encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


class TestCursors:
    @pytest.mark.parametrize(
        "cursor",
        [
            "", "x", "æøå", "****", "AAAA", "\x00", "é" * 300,
            _encoded("[]"), _encoded("{}"), _encoded("null"), _encoded('"ab"'), _encoded("[1,2]"),
            _encoded('["2026-01-01","CMP"]'), _encoded('["2026-01-01T00:00:00Z",7]'),
            _encoded('["9999-99-99T00:00:00Z","CMP"]'),
            _encoded('["9999-12-31T23:59:59-23:00","CMP"]'),
            _encoded('["0001-01-01T00:00:00+23:00","CMP"]'), _encoded("[" * 2000),
            _encoded('["2026-01-01T00:00:00Z","\\ud800"]'),
        ],
    )  # fmt: skip
    async def test_a_cursor_that_was_not_given_out(self, storage: Storage, cursor: str) -> None:
        """Whatever is sent as a cursor: it is refused as a wrong request, or finds nothing."""
        with pytest.raises(InvalidRequest):
            await storage.find_complaints(ComplaintFilter(cursor=cursor))

    async def test_a_cursor_shows_nothing(self, storage: Storage) -> None:
        """A cursor is made of letters, digits, dashes and underscores: it fits into any address."""
        await _lodge(storage, 2)
        page = await storage.find_complaints(ComplaintFilter(limit=1))
        assert page.next is not None
        assert page.next.replace("-", "").replace("_", "").isalnum()


class TestWalks:
    async def test_one_moment_while_others_write(self, storage: Storage) -> None:
        """A walk tells what was stored when it began, whatever is changed while it goes on."""
        made = await _lodge(storage, 450, timedelta(seconds=1))
        seen = []
        async for one in storage.all_complaints():
            seen.append(one)
            if len(seen) in (1, 210):
                note = NoteWritten(at=NOW, by="anna", text="late")
                last, work = following(made[-len(seen)], note)
                await storage.commit(work)
                fresh = complaint(1000 + len(seen), at=NOW + 9 * HOUR)
                await storage.commit(lodging(fresh))
                assert last.version == 2
        assert seen == made
        assert len([one async for one in storage.all_complaints()]) == 452

    async def test_since_a_day(self, storage: Storage) -> None:
        """A walk may begin at a moment, which is included."""
        made = await _lodge(storage, 5)
        assert [one async for one in storage.all_complaints(made[3].received_at)] == made[3:]

    async def test_nothing_to_walk_over(self, storage: Storage) -> None:
        """An empty storage is walked over in no steps."""
        assert [one async for one in storage.all_complaints()] == []


class TestDrafts:
    async def test_stale_drafts_longest_untouched_first(self, storage: Storage) -> None:
        """Only drafts untouched since then, in order, and no more than wanted."""
        for seconds in (50, 10, 30, 90):
            await storage.commit(Work(with_draft(f"after {seconds}", later(seconds))))
        found = await storage.stale_drafts(later(90))
        assert [one.touched_at for one in found] == [later(10), later(30), later(50)]
        assert len(await storage.stale_drafts(later(90), limit=2)) == 2

    async def test_a_draft_that_is_a_complaint_does_not_expire(self, storage: Storage) -> None:
        """Neither a conversation without a draft nor one whose draft was lodged is stale."""
        registered = Draft(NOW, 1, registered=reference(1))
        await storage.commit(Work(replace(conversation("one"), draft=registered)))
        await storage.commit(Work(conversation("two")))
        assert await storage.stale_drafts(later(99)) == ()

    async def test_a_draft_that_ended_is_not_stale(self, storage: Storage) -> None:
        """Once a draft is gone, or was touched again, it is not found any more."""
        for name in ("one", "two"):
            await storage.commit(Work(with_draft(name)))
        await storage.commit(Work(conversation("one", version=2)))
        await storage.commit(Work(replace(with_draft("two", later(80)), version=2)))
        assert await storage.stale_drafts(later(70)) == ()
