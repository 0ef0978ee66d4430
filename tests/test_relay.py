"""The relay: in order for each address, patient with platforms, quick to wake and to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.dialogue.messages import CODE_MARK, Address, OutboundMessage
from bot.errors import PermanentDeliveryError, StorageError, TemporaryDeliveryError
from bot.ports import Delivery, Work
from bot.relay import Relay, RelayLimits
from storage.memory import MemoryStorage
from tests.storage.building import NOW, conversation, line

QUICK = RelayLimits(poll_seconds=0.01, closing_seconds=0.2)

Send = Callable[[Delivery], Awaitable[None]]


async def take(delivery: Delivery) -> None:
    """A platform that takes everything."""


@dataclass
class Clock:
    """Says what time it is made to be."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Lets time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Platform:
    """A channel that remembers what was sent, and does first what it is told to."""

    name: str = "web"
    before: Send = take
    tried: list[tuple[str, int]] = field(default_factory=list)
    sent: list[tuple[str, int]] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> None:
        """Sends, if nothing prevents it."""
        told = (delivery.address.key.removeprefix("key-"), delivery.message.seq)
        self.tried.append(told)
        await self.before(delivery)
        self.sent.append(told)


@dataclass
class Counter:
    """Counts outcomes."""

    outcomes: list[tuple[str, str]] = field(default_factory=list)

    def delivered(self, channel: str, outcome: str) -> None:
        """One more."""
        self.outcomes.append((channel, outcome))


@dataclass
class Post:
    """Everything that a relay works with."""

    storage: MemoryStorage = field(default_factory=MemoryStorage)
    web: Platform = field(default_factory=Platform)
    clock: Clock = field(default_factory=Clock)
    counter: Counter = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def relay(self, limits: RelayLimits = QUICK, chance: float = 0.0) -> Relay:
        """A relay that knows one channel."""
        return Relay(
            self.storage,
            {"web": self.web},
            self.clock,
            retry_seconds=1,
            observer=self.counter,
            shown=self.shown,
            failed=self.set_aside,
            chance=lambda: chance,
            limits=limits,
        )

    def shown(self, message: OutboundMessage) -> OutboundMessage:
        """As its reader sees it."""
        return replace(message, text=message.text.replace(CODE_MARK, "K7Q2M9XT"))

    async def set_aside(self, delivery: Delivery, error: PermanentDeliveryError) -> None:
        """What can't be delivered is noted, and the lane moves on."""
        self.failures.append((delivery.message.seq, str(error)))
        await self.storage.undeliverable(delivery.id, str(error))

    async def say(self, name: str, *seqs: int, channel: str = "web") -> None:
        """The bot says lines in a conversation that is new."""
        talk = replace(conversation(name, channel=channel), last_seq=seqs[-1])
        await self.storage.commit(Work(talk, said=tuple(map(line, seqs))))

    async def waiting(self) -> int:
        """How many lines are still to be carried."""
        return (await self.storage.outbox_size())[0]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """An empty outbox, and a channel that takes everything."""
    made = Post()
    await made.storage.open()
    yield made
    await made.storage.close()


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    """The relay at work until the block ends."""
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], object]) -> None:
    """Waits until something holds; fails after some seconds."""
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.002)
    raise TimeoutError


async def a_while() -> None:
    """Long enough for the relay to look into the outbox a few times."""
    await asyncio.sleep(0.05)


async def test_lines_of_an_address_go_in_order(post: Post) -> None:
    """What was said first is sent first, and leaves the outbox."""
    await post.say("a", 1, 2, 3)

    async with running(post.relay()):
        await until(lambda: len(post.web.sent) == 3)

    assert [("a", 1), ("a", 2), ("a", 3)] == post.web.sent
    assert 0 == await post.waiting()
    assert [("web", "delivered")] * 3 == post.counter.outcomes


async def test_a_commit_wakes_the_relay(post: Post) -> None:
    """An answer goes out at once, not at the next look into the outbox."""
    async with running(post.relay(RelayLimits(poll_seconds=60))):
        await a_while()
        await post.say("a", 1, 2)
        await until(lambda: len(post.web.sent) == 2)


async def test_addresses_do_not_wait_for_one_another(post: Post) -> None:
    """A platform that is slow for one person is not slow for the next."""
    release = asyncio.Event()

    async def slow_for_a(delivery: Delivery) -> None:
        if delivery.address.key == "key-a":
            await release.wait()

    post.web.before = slow_for_a
    await post.say("a", 1, 2)
    await post.say("b", 1, 2)

    async with running(post.relay()):
        await until(lambda: len(post.web.sent) == 2)
        assert [("b", 1), ("b", 2)] == post.web.sent
        assert ("a", 2) not in post.web.tried
        release.set()
        await until(lambda: len(post.web.sent) == 4)

    assert [("a", 1), ("a", 2)] == post.web.sent[2:]


async def test_only_so_many_are_in_flight(post: Post) -> None:
    """However much waits, the number of open requests is bounded."""
    release = asyncio.Event()
    post.web.before = lambda _: release.wait()  # type: ignore[assignment, return-value]  # what it returns is not looked at
    for number in range(9):
        await post.say(str(number), 1)

    async with running(post.relay(replace(QUICK, at_once=4))):
        await until(lambda: len(post.web.tried) == 4)
        await a_while()
        assert 4 == len(post.web.tried)
        release.set()
        await until(lambda: len(post.web.sent) == 9)


@pytest.mark.parametrize(
    ("error", "delays"),
    [
        pytest.param(TemporaryDeliveryError(), [1, 2, 4, 8, 16, 32, 60, 60], id="temporary"),
        pytest.param(TemporaryDeliveryError(retry_after=30), [30, 30], id="as the platform said"),
        pytest.param(ValueError("a mistake in the channel"), [1, 2, 4], id="unexpected"),
    ],
)
async def test_what_failed_is_tried_again_later(
    post: Post, error: Exception, delays: list[float]
) -> None:
    """Delays double up to sixty times the first, unless the platform says how long."""

    async def fail(delivery: Delivery) -> None:
        raise error

    post.web.before = fail
    await post.say("a", 1, 2)

    async with running(post.relay()):
        for count, delay in enumerate(delays, start=1):
            await until(lambda count=count: len(post.counter.outcomes) == count)  # type: ignore[misc]  # a lambda with a default
            post.clock.forward(delay - 0.001)
            await a_while()
            assert count == len(post.web.tried)
            post.clock.forward(0.001)
        post.web.before = take
        await until(lambda: len(post.web.sent) == 2)

    assert [("a", 1), ("a", 2)] == post.web.sent
    assert {("web", "postponed")} == set(post.counter.outcomes[: len(delays)])


async def test_chance_shortens_a_delay_by_half_at_most(post: Post) -> None:
    """So that a thousand retries don't come in the same second."""
    relays = [post.relay(chance=chance) for chance in (0.0, 0.5, 1.0)]

    assert [4.0, 3.0, 2.0] == [relay._delay(2) for relay in relays]


async def test_what_can_never_go_is_set_aside(post: Post) -> None:
    """The next line of the address is tried; nothing is tried for ever."""

    async def refuse_the_first(delivery: Delivery) -> None:
        if delivery.message.seq == 1:
            raise PermanentDeliveryError("blocked")

    post.web.before = refuse_the_first
    await post.say("a", 1, 2)

    async with running(post.relay()):
        await until(lambda: post.web.sent)

    assert [("a", 1), ("a", 2)] == post.web.tried
    assert [("web", "undeliverable"), ("web", "delivered")] == post.counter.outcomes
    assert 0 == await post.waiting()


async def test_lines_for_a_channel_that_is_off_wait(post: Post) -> None:
    """They stay as they are, and hold up nobody."""
    await post.say("a", 1, channel="telegram")
    await post.say("b", 1)

    async with running(post.relay()):
        await until(lambda: post.web.sent)
        await a_while()

    assert 1 == await post.waiting()
    (left,) = await post.storage.claim(NOW, 10, 10, ["telegram"])
    assert (Address("telegram", "key-a"), 0) == (left.address, left.attempts)


async def test_a_slow_delivery_keeps_its_lease(post: Post) -> None:
    """While a platform takes its time, nobody else sends the same line, nor does this relay."""
    release = asyncio.Event()
    post.web.before = lambda _: release.wait()  # type: ignore[assignment, return-value]  # what it returns is not looked at
    await post.say("a", 1)

    async with running(post.relay()):
        for _ in range(20):
            await a_while()
            post.clock.forward(4)
        assert () == await post.storage.claim(post.clock(), 10, 10, ["web"])
        assert [("a", 1)] == post.web.tried
        release.set()
        await until(lambda: post.web.sent)

    assert 0 == await post.waiting()


async def test_a_platform_that_never_answers_is_given_up(post: Post) -> None:
    """After a while the request counts as failed and is tried again."""
    never = asyncio.Event()
    post.web.before = lambda _: never.wait()  # type: ignore[assignment, return-value]  # what it returns is not looked at
    await post.say("a", 1)

    async with running(post.relay(replace(QUICK, send_seconds=0.02))):
        await until(lambda: post.counter.outcomes)

    assert [("web", "postponed")] == post.counter.outcomes


async def test_a_stopped_relay_ends_what_it_began(post: Post) -> None:
    """What is being sent is sent and noted; nothing new begins."""

    async def slowly(delivery: Delivery) -> None:
        await asyncio.sleep(0.05)

    post.web.before = slowly
    await post.say("a", 1, 2)
    relay = post.relay()
    async with running(relay):
        await until(lambda: post.web.tried)

    assert [("a", 1)] == post.web.tried == post.web.sent
    assert 1 == await post.waiting()


async def test_a_stopped_relay_does_not_wait_for_ever(post: Post) -> None:
    """A platform that hangs does not keep the process alive; its line waits for the next start."""
    never = asyncio.Event()
    post.web.before = lambda _: never.wait()  # type: ignore[assignment, return-value]  # what it returns is not looked at
    await post.say("a", 1)

    async with asyncio.timeout(2), running(post.relay()):
        await until(lambda: post.web.tried)

    assert 1 == await post.waiting()
    assert [] == post.web.sent


class _Failing(MemoryStorage):
    """A storage that fails as often as it is told."""

    failures = 3

    async def claim(
        self, now: datetime, lease_seconds: float, limit: int, channels: Collection[str]
    ) -> tuple[Delivery, ...]:
        """Claims, or fails."""
        if self.failures:
            self.failures -= 1
            raise StorageError
        return await super().claim(now, lease_seconds, limit, channels)


async def test_a_storage_that_fails_is_tried_again() -> None:
    """The relay outlives a database that is locked, full or away."""
    post = Post(storage=_Failing())
    await post.storage.open()
    await post.say("a", 1)

    async with running(post.relay()) as task:
        await until(lambda: post.web.sent)
        assert not task.done()


async def test_the_private_code_is_filled_in_on_the_way_out(post: Post) -> None:
    """No outbox holds it, and whoever reads the message sees it."""
    said: list[str] = []

    async def read(delivery: Delivery) -> None:
        said.append(delivery.message.text)

    post.web.before = read
    marked = replace(line(1), text=f"Private code: {CODE_MARK}")
    await post.storage.commit(Work(replace(conversation("a"), last_seq=1), said=(marked,)))

    async with running(post.relay()):
        await until(lambda: said)

    assert ["Private code: K7Q2M9XT"] == said


async def test_a_fleeting_line_is_gone_once_it_was_delivered(post: Post) -> None:
    """It named a complaint that must not be tied to this conversation."""
    talk = replace(conversation("a"), last_seq=2)
    fleeting = replace(line(1), is_fleeting=True)
    await post.storage.commit(Work(talk, said=(fleeting, line(2))))

    async with running(post.relay()):
        await until(lambda: len(post.web.sent) == 2)

    assert [2] == [one.seq for one in await post.storage.messages(talk.id)]


async def test_after_days_without_success_a_line_is_given_up(post: Post) -> None:
    """Caseworkers see it, and the next line of that address goes on being tried."""

    async def fail(delivery: Delivery) -> None:
        if delivery.message.seq == 1:
            raise TemporaryDeliveryError

    post.web.before = fail
    await post.say("a", 1, 2)

    async with running(post.relay()):
        await until(lambda: post.counter.outcomes)
        post.clock.forward(4 * 24 * 3600)
        await until(lambda: ("a", 2) in post.web.sent)

    assert [(1, "it could not be sent")] == post.failures
