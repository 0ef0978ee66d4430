"""The inbox: each payload once, in order, acknowledged only when it can't be lost any more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.errors import StorageError
from bot.inbox import Patience, PlatformInbox
from bot.metrics import Metrics
from bot.platforms import Batch
from bot.ports import Raw
from storage.memory import MemoryStorage
from tests.talking import MONDAY

QUICK = Patience(acknowledge=0.05, parts=0.05, retry=0.01, close=1.0, per_minute=10_000)


def raw(id_: str, lane: str = "alice", *, is_part: bool = False) -> Raw:
    """A payload."""
    return Raw(lane, id_, id_.encode(), MONDAY, is_part)


@dataclass
class Desk:
    """Takes turns, each at once unless a gate is shut or an error is due."""

    taken: list[list[str]] = field(default_factory=list)
    floods: list[bool] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, batch: Batch) -> None:
        """One batch."""
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append([one.id for one in batch.raws])
        self.floods.append(batch.is_flood)


def inbox(storage: MemoryStorage, desk: Desk, patience: Patience = QUICK) -> PlatformInbox:
    """The inbox of a channel that joins the parts of albums."""
    return PlatformInbox("telegram", storage, Metrics(), desk.handle, _joins, patience=patience)


def _joins(first: Raw, following: Raw) -> bool:
    return first.is_part and following.is_part


@pytest.fixture
def storage() -> MemoryStorage:
    """Empty."""
    return MemoryStorage()


@pytest.fixture
def desk() -> Desk:
    """Takes everything at once."""
    desk = Desk()
    desk.gate.set()
    return desk


async def test_a_turn_in_time_is_acknowledged_and_kept_nowhere(
    storage: MemoryStorage, desk: Desk
) -> None:
    """The common case costs no row."""
    await inbox(storage, desk).take(raw("1"))

    assert ([["1"]], ()) == (desk.taken, await storage.raws("telegram"))


async def test_a_slow_turn_is_kept_acknowledged_and_then_done(
    storage: MemoryStorage, desk: Desk
) -> None:
    """Slack is told in time, and the row goes with the turn."""
    desk.gate.clear()
    opened = inbox(storage, desk)

    await asyncio.wait_for(opened.take(raw("1")), 1)
    kept = await storage.raws("telegram")
    desk.gate.set()
    await opened.close()

    assert ["1"] == [one.id for one in kept]
    assert ([["1"]], ()) == (desk.taken, await storage.raws("telegram"))


async def test_what_was_acknowledged_before_a_crash_is_taken_after_it(
    storage: MemoryStorage, desk: Desk
) -> None:
    """The next process takes it up, before anything new of that person."""
    desk.gate.clear()
    await inbox(storage, desk).take(raw("1"))  # this process ends here

    after = Desk()
    after.gate.set()
    reopened = inbox(storage, after)
    await reopened.resume()
    await reopened.take(raw("2"))
    await reopened.close()

    assert ([["1"], ["2"]], ()) == (after.taken, await storage.raws("telegram"))


async def test_order_holds_within_a_lane_and_lanes_do_not_wait(
    storage: MemoryStorage, desk: Desk
) -> None:
    """A slow turn of one person holds up that person alone."""
    taken: list[str] = []
    gate = asyncio.Event()

    async def handle(batch: Batch) -> None:
        if batch.raws[0].id == "a1":
            await gate.wait()
        taken.extend(one.id for one in batch.raws)

    opened = PlatformInbox("slack", storage, Metrics(), handle, _joins, patience=QUICK)
    waiting = [asyncio.create_task(opened.take(raw(id_))) for id_ in ("a1", "a2", "a3")]
    await opened.take(raw("b1", lane="bob"))
    first = list(taken)
    gate.set()
    await asyncio.gather(*waiting)
    await opened.close()

    assert (["b1"], ["b1", "a1", "a2", "a3"]) == (first, taken)


async def test_parts_become_one_batch(storage: MemoryStorage, desk: Desk) -> None:
    """An album's parts come one by one; the webhook sends the next only after the last was
    acknowledged, so each is kept at once."""
    opened = inbox(storage, desk)

    for number in range(3):
        await opened.take(raw(f"p{number}", is_part=True))
    await opened.take(raw("text"))
    await opened.close()

    assert [["p0", "p1", "p2"], ["text"]] == desk.taken
    assert () == await storage.raws("telegram")


async def test_a_database_that_fails_leaves_the_payload_with_the_platform(
    storage: MemoryStorage, desk: Desk
) -> None:
    """Nothing is acknowledged, and delivered again it is taken."""
    desk.errors = [StorageError("locked")]
    opened = inbox(storage, desk)

    with pytest.raises(StorageError):
        await opened.take(raw("1"))
    await opened.take(raw("1"))

    assert [["1"]] == desk.taken


async def test_a_kept_payload_waits_for_the_database(storage: MemoryStorage, desk: Desk) -> None:
    """It was acknowledged, so nobody sends it again."""
    desk.errors = [StorageError("locked"), StorageError("locked")]
    opened = inbox(storage, desk)

    await opened.take(raw("1", is_part=True))
    await opened.close()

    assert ([["1"]], ()) == (desk.taken, await storage.raws("telegram"))


async def test_poison_is_set_aside_and_the_lane_moves_on(
    storage: MemoryStorage, desk: Desk
) -> None:
    """What fails for ever is acknowledged: otherwise it would come for a day (reliability 20)."""
    desk.errors = [ValueError("what is this?")]
    opened = inbox(storage, desk)

    await opened.take(raw("poison"))
    await opened.take(raw("next"))

    assert [["next"]] == desk.taken
    assert [("telegram", "poison", "ValueError")] == [
        (channel, one.id, error) for channel, one, error in storage.quarantined_raws
    ]


async def test_a_flood_is_dropped_beyond_a_bound_and_told_once(
    storage: MemoryStorage, desk: Desk
) -> None:
    """Memory stays bounded, and whoever floods hears of it in one message, not in thousands."""
    desk.gate.clear()
    opened = inbox(storage, desk, Patience(acknowledge=0, lane=3, per_minute=10_000))

    for number in range(50):
        await opened.take(raw(str(number)))
    desk.gate.set()
    await opened.close()

    assert [["0"], ["1"], ["2"], ["3"]] == desk.taken
    assert [False, False, False, True] == desk.floods


async def test_messages_wait_at_the_limit_and_none_is_lost(
    storage: MemoryStorage, desk: Desk
) -> None:
    """Beyond so many a minute they are kept, acknowledged and taken later."""
    opened = inbox(storage, desk, Patience(acknowledge=0.02, per_minute=2))

    for id_ in ("1", "2", "3"):
        await opened.take(raw(id_))

    assert [["1"], ["2"]] == desk.taken
    assert ["3"] == [one.id for one in await storage.raws("telegram")]


async def test_closing_ends_turns_in_progress(storage: MemoryStorage, desk: Desk) -> None:
    """SIGTERM cuts no turn (reliability 7)."""
    desk.gate.clear()
    opened = inbox(storage, desk)
    taking = asyncio.create_task(opened.take(raw("1")))
    await asyncio.sleep(0)
    closing = asyncio.create_task(opened.close())
    await asyncio.sleep(0)
    desk.gate.set()
    await asyncio.gather(taking, closing)

    assert [["1"]] == desk.taken


async def test_a_turn_that_never_ends_is_left_to_the_next_process(
    storage: MemoryStorage, desk: Desk
) -> None:
    """Closing does not wait for ever, and what was kept stays kept."""
    desk.gate.clear()
    opened = inbox(storage, desk, Patience(acknowledge=0.01, close=0.05))
    await opened.take(raw("1"))

    await asyncio.wait_for(opened.close(), 1)

    assert ["1"] == [one.id for one in await storage.raws("telegram")]


async def test_what_waits_behind_a_failure_fails_too_and_keeps_its_order(
    storage: MemoryStorage, desk: Desk
) -> None:
    """Otherwise the second message would be taken before the first one came again."""
    desk.gate.clear()
    desk.errors = [StorageError("locked")]
    opened = inbox(storage, desk, Patience(acknowledge=5, per_minute=10_000))
    taking = [asyncio.create_task(opened.take(raw(id_))) for id_ in ("1", "2", "3")]
    await asyncio.sleep(0)
    desk.gate.set()

    ends = await asyncio.gather(*taking, return_exceptions=True)

    assert ([StorageError] * 3, []) == ([type(end) for end in ends], desk.taken)
