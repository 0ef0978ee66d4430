"""When complaints are due: an index, written with each commit, that events can rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from random import Random  # noqa: TID251  # a seed must give the same lives again
from zoneinfo import ZoneInfo

import pytest

from bot.domain.complaint import Complaint, lodged
from bot.domain.duties import AT_ONCE, Timing, timing
from bot.domain.events import ComplaintReceived
from bot.domain.policy import Policy
from bot.domain.regimes import Rules
from bot.ports import Storage, Work
from bot.rules import load_rules
from storage.memory import MemoryStorage
from storage.opening import storage_for
from tests.simulation.lives import Life
from tests.storage.building import (
    NOW,
    complaint,
    conversation,
    following,
    lodging,
    minutes,
    reference,
    turn,
    with_draft,
)

ZONE = ZoneInfo("Europe/Stockholm")
RULES = load_rules("iso10002")


class Schedule:
    """A schedule that a test changes; by default each is due when it was received."""

    def __init__(self) -> None:
        self.late_after = timedelta(hours=1)
        self.never: set[str] = set()

    def __call__(self, one: Complaint) -> Timing:
        """When it is due."""
        if one.reference in self.never:
            return Timing()
        return Timing(one.received_at, one.received_at + self.late_after)


@pytest.fixture
def schedule() -> Schedule:
    """By which the storage keeps."""
    return Schedule()


@pytest.fixture(params=["sqlite", "memory"])
async def storage(request: pytest.FixtureRequest, schedule: Schedule) -> AsyncIterator[Storage]:
    """An open storage with complaints 1 to 5, received at as many minutes after NOW."""
    is_memory = request.param == "memory"
    url = "memory://" if is_memory else request.getfixturevalue("url")
    kept = storage_for(url, schedule)
    await kept.open()
    await kept.commit(turn())
    for number in (3, 1, 5, 2, 4):
        await kept.commit(lodging(complaint(number)))
    yield kept
    await kept.close()


async def due(storage: Storage, now: datetime, limit: int = 100) -> list[str]:
    """What is due, in order."""
    found = await storage.due_complaints(now, limit)
    return [one.reference for _, one in found]


async def test_what_is_due_comes_longest_due_first(storage: Storage) -> None:
    """Up to now, and no more than were asked for."""
    assert [] == await due(storage, NOW)
    assert [reference(n) for n in (1, 2, 3)] == await due(storage, NOW + minutes(3))
    assert [reference(n) for n in (1, 2)] == await due(storage, NOW + minutes(3), limit=2)


async def test_what_is_due_comes_whole(storage: Storage) -> None:
    """With its history, as everywhere."""
    ((place, one), *_) = await storage.due_complaints(NOW + minutes(1))

    assert (complaint(1), (NOW + minutes(1), reference(1))) == (one, place)


async def test_all_that_is_due_is_walked_page_by_page(storage: Storage) -> None:
    """Each once, also several that are due at the same moment."""
    for number in (6, 7, 8):
        await storage.commit(lodging(complaint(number, at=NOW + minutes(3))))
    walked, after = [], None
    while page := await storage.due_complaints(NOW + minutes(9), 2, after):
        after = page[-1][0]
        walked += [one.reference for _, one in page]

    assert [reference(n) for n in (1, 2, 3, 6, 7, 8, 4, 5)] == walked


async def test_a_commit_times_anew(storage: Storage, schedule: Schedule) -> None:
    """What is no longer due when its events are stored is not found again."""
    schedule.never.add(reference(1))
    before = (await storage.complaints([reference(1)]))[reference(1)]
    _, work = following(before)
    await storage.commit(work)

    assert [reference(2)] == await due(storage, NOW + minutes(2))


async def test_what_is_overdue_is_counted(storage: Storage, schedule: Schedule) -> None:
    """Those whose promise lies before now; a promise for this very moment is not broken."""
    assert 0 == await storage.overdue(NOW + minutes(61))
    assert 2 == await storage.overdue(NOW + minutes(62.5))
    assert 5 == await storage.overdue(NOW + minutes(999))


async def test_the_index_is_rebuilt_from_the_events(storage: Storage, schedule: Schedule) -> None:
    """After the rules changed, all are timed anew, and it is told how many were kept wrong."""
    assert 0 == await storage.reschedule()
    schedule.never |= {reference(1), reference(2)}

    assert 2 == await storage.reschedule()

    assert [reference(3)] == await due(storage, NOW + minutes(3))
    assert 3 == await storage.overdue(NOW + minutes(999))
    assert 0 == await storage.reschedule()


async def test_stale_drafts_are_walked_page_by_page(storage: Storage) -> None:
    """Each once, also several that were touched at the same moment."""
    for name in "bcdefg":
        touched = NOW if name < "f" else NOW - minutes(1)
        await storage.commit(Work(with_draft(name, touched)))
    walked, after = [], None
    while page := await storage.stale_drafts(NOW + minutes(1), 2, after):
        after = page[-1].touched_at, page[-1].id
        walked += [one.id for one in page]

    assert [conversation(name).id for name in "fgbcde"] == walked
    assert conversation("f").id not in {
        one.id for one in await storage.stale_drafts(NOW + minutes(1), after=(NOW, ""))
    }


@pytest.mark.parametrize("kind", ["sqlite", "memory"])
async def test_what_is_stored_is_what_the_events_say(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """For hundreds of random lives, event by event, no stored time differs from the reckoned."""
    policy = Policy(contact="Boss", alert_minutes=1440)
    url = "memory://" if kind == "memory" else request.getfixturevalue("url")
    kept = storage_for(url, partial(timing, rules=RULES, zone=ZONE, policy=policy))
    await kept.open()
    await kept.commit(turn())
    chance = Random(4)
    for number in range(1, 151):
        await _live(kept, Life(number, chance, RULES, policy).lived(days=60))

    assert 0 == await kept.reschedule()
    stored = dict[str, datetime]()
    after = None
    while page := await kept.due_complaints(NOW + timedelta(days=9999), 100, after):
        after = page[-1][0]
        stored |= {one.reference: at for (at, _), one in page}
    reckoned = {
        one.reference: at
        async for one in kept.all_complaints()
        if (at := timing(one, RULES, ZONE, policy).next_due_at)
    }
    assert reckoned == stored
    assert len(stored) > 50
    await kept.close()


async def _live(kept: Storage, one: Complaint) -> None:
    """Stores a life in two parts: as it began, and what came then."""
    first, *rest = one.history
    assert isinstance(first, ComplaintReceived)
    start = lodged(one.reference, one.conversation, first)
    await kept.commit(lodging(start))
    if rest:
        await kept.commit(following(start, *rest)[1])


async def test_a_complaint_without_rules_is_always_found(url: str) -> None:
    """It is due at once and late, until its rules are back."""
    kept = storage_for(
        url, partial(timing, rules=Rules("iso10002", ()), zone=ZONE, policy=Policy())
    )
    await kept.open()
    await kept.commit(turn())
    await kept.commit(lodging(complaint(1)))

    assert [(AT_ONCE, reference(1))] == [place for place, _ in await kept.due_complaints(NOW)]
    assert 1 == await kept.overdue(NOW)
    await kept.close()


async def test_without_a_schedule_nothing_is_due() -> None:
    """A storage by itself knows no rules."""
    kept = MemoryStorage()
    await kept.commit(turn())
    await kept.commit(lodging(complaint(1)))

    assert () == await kept.due_complaints(NOW + timedelta(days=9999))
    assert 0 == await kept.overdue(NOW + timedelta(days=9999))
