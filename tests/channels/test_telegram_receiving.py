"""What comes in: every kind of update, and every way in which asking for them can fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from pydantic import ValidationError

from bot.errors import ConfigurationError, StorageError
from bot.platforms import Batch
from bot.ports import Raw
from channels.telegram.channel import Telegram, open_channel
from channels.telegram.settings import Settings
from tests.channels.telegram_person import Person, fake_telegram, listening
from tests.channels.telegram_twin import PAYLOADS, World, payload, raw, reused
from tests.platforms import HAS_FAKES, installation, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

pytestmark = needs_fakes


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram with one bot."""
    async with fake_telegram() as fake:
        yield fake


@pytest.fixture
def world() -> World:
    """A small world."""
    return World()


@pytest.fixture
async def channel(telegram: FakeTelegram, world: World) -> AsyncIterator[Telegram]:
    """A channel that listens."""
    async with listening(telegram, world) as channel:
        await telegram.until(lambda: telegram.calls("getUpdates"))
        yield channel


QUIET = {
    "blocked", "edited_command", "edited_location", "edited_photo_without_caption", "pinned",
    "timer_changed",
}  # fmt: skip
COUNTED = {
    "content_of_tomorrow": "telegram_unknown",
    "kind_of_tomorrow": "telegram_unknown",
    "reaction": "telegram_unknown",
    "press_not_ours": "telegram_press",
    "press_in_a_group": "telegram_press",
    "press_of_an_inline_message": "telegram_press",
}
NO_TURN = (*QUIET, *COUNTED, "malformed", "group_", "channel_")


async def test_every_kind_of_update(world: World, channel: Telegram) -> None:
    """Each is one turn, or is counted, or is quietly nothing; only what is broken raises."""
    assert world.inbox is not None
    became, expected = {}, {}
    for name in sorted(path.stem for path in PAYLOADS.glob("*.json")):
        world.talk.received.clear()
        world.counted.counts.clear()
        is_broken = False
        try:
            await world.inbox.handle(Batch((raw(name),)))
        except ValidationError:
            is_broken = True
        became[name] = (len(world.talk.received), dict(world.counted.counts), is_broken)
        counts = {COUNTED[name]: 1} if name in COUNTED else {}
        expected[name] = (int(not name.startswith(NO_TURN)), counts, name.startswith("malformed"))

    assert expected == became


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("group_talk", 0),
        ("group_command", 1),
        ("group_mention", 1),
        ("group_reply", 1),
        ("group_caption_mention", 1),
        ("group_anonymous_admin", 0),
        ("group_joined", 0),
        ("channel_post", 1),
    ],
)
async def test_groups(
    telegram: FakeTelegram, world: World, channel: Telegram, name: str, answers: int
) -> None:
    """Who speaks to the bot is shown the way; a second time only after a minute."""
    assert world.inbox is not None
    await world.inbox.handle(Batch((raw(name),)))
    await world.inbox.handle(Batch((raw(name),)))
    await channel.close()

    calls = telegram.calls("sendMessage")
    assert len(calls) == answers
    for call in calls:
        language = "None" if name == "channel_post" else "sv"
        link = "https://t.me/ombud_test_bot?start=group"
        assert call.params["text"] == f"⟦private.link {language} link={link}⟧"


async def test_a_topic_is_answered_in_the_topic(
    telegram: FakeTelegram, world: World, channel: Telegram
) -> None:
    """Else the answer stands where nobody asked."""
    assert world.inbox is not None
    await world.inbox.handle(Batch((raw("group_topic_command"),)))
    await channel.close()

    (call,) = telegram.calls("sendMessage")
    assert call.params["message_thread_id"] == "77"
    assert call.params["reply_parameters"]["allow_sending_without_reply"]


async def test_a_flood_is_told_of_and_its_last_message_taken(
    world: World, channel: Telegram
) -> None:
    """The inbox drops what came beyond; what it hands over is taken."""
    assert world.inbox is not None
    await world.inbox.handle(Batch((raw("text"),), is_flood=True))

    assert [(said.id, said.unreadable) for said in world.talk.received] == [
        ("m4101", None),
        ("flood-m4101", "flood"),
    ]


async def test_a_flood_in_a_group_is_nothing(world: World, channel: Telegram) -> None:
    """Nobody is spoken to there."""
    assert world.inbox is not None
    await world.inbox.handle(Batch((raw("group_talk"),), is_flood=True))

    assert world.talk.received == []


async def test_an_id_with_other_content_is_counted(telegram: FakeTelegram) -> None:
    """It is not a turn, and no reason to hold up what follows."""
    world = World(reused())
    async with listening(telegram, world):
        telegram.say(telegram.user(), "hello")
        await telegram.until(lambda: telegram.updates.history and not telegram.queue())

    assert world.counted.counts == {"telegram_reused": 1}


async def test_a_database_that_is_away_is_the_inboxs_matter(
    world: World, channel: Telegram
) -> None:
    """Nothing on the way hides it."""
    assert world.inbox is not None
    world.talk.error = StorageError()

    with pytest.raises(StorageError):
        await world.inbox.handle(Batch((raw("text"),)))


async def test_one_malformed_update_holds_up_nothing(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    """It is set aside and counted; what came before and after it is answered."""
    told = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "language": "keys"}
    alice, bob = Person.enter(telegram), Person.enter(telegram, "Bob")
    telegram.say(alice.chat, "/start")
    broken = payload("malformed_message")["message"]
    telegram.push("message", broken | {"chat": {"id": alice.chat, "type": "private"}})
    telegram.push("message", {"no": "use"})
    telegram.say(bob.chat, "/start")
    telegram.say(alice.chat, "/settings")
    async with installation(tmp_path, **told) as ombud:
        await alice.hear("⟦greeting")
        await bob.hear("⟦greeting")
        await alice.hear("⟦settings")
        await telegram.until(lambda: not telegram.queue())

        assert ombud.metric("ombud_quarantined_total", channel="telegram") == 2


async def test_what_is_not_taken_is_not_confirmed(
    telegram: FakeTelegram, world: World, channel: Telegram
) -> None:
    """The database is away: Telegram keeps the update, and gives it again once it is back."""
    assert world.inbox is not None
    world.inbox.error = StorageError()
    telegram.say(telegram.user(), "kept")
    await telegram.until(lambda: telegram.updates.history[first(telegram)].deliveries >= 3)
    assert telegram.queue()
    assert channel.trouble is not None
    world.inbox.error = None
    await telegram.until(lambda: not telegram.queue())

    assert [said.text for said in world.talk.received] == ["kept"]
    await telegram.until(lambda: channel.trouble is None)


def first(telegram: FakeTelegram) -> int:
    """The first update."""
    return int(min(telegram.updates.history))


async def test_only_what_failed_comes_again(telegram: FakeTelegram) -> None:
    """Others in the same answer are taken once, although it is asked for again."""
    world = World()
    chats = [telegram.user(name) for name in ("Alice", "Bob", "Carl")]
    for chat in chats:
        telegram.say(chat, f"from {chat}")
    async with listening(telegram, world) as channel:
        assert world.inbox is not None
        take, failing = world.inbox.take, [str(chats[1])] * 2

        async def sometimes(raw: Raw) -> None:
            if failing and raw.lane == failing[0]:
                failing.pop()
                raise StorageError
            await take(raw)

        world.inbox.take = sometimes  # type: ignore[method-assign]  # the twin fails as told
        await telegram.until(lambda: not telegram.queue())

    assert sorted(said.text for said in world.talk.received) == [f"from {chat}" for chat in chats]
    assert channel.trouble is None


PAGE = {"kind": "status", "status": 502}
DROP = {"kind": "drop"}
REFUSED = {"kind": "error", "code": 401, "error": "Unauthorized"}


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        pytest.param("getMe", PAGE, id="getMe: a proxy's page"),
        pytest.param("getMe", DROP, id="getMe: dropped"),
        pytest.param("getMe", REFUSED, id="getMe: 401"),
        pytest.param("deleteWebhook", PAGE, id="deleteWebhook: a proxy's page"),
        pytest.param("getUpdates", PAGE, id="a proxy's page"),
        pytest.param("getUpdates", DROP, id="dropped"),
        pytest.param("getUpdates", REFUSED, id="401"),
        pytest.param("getUpdates", {"kind": "status", "status": 200}, id="no JSON"),
        pytest.param("getUpdates", {"kind": "error", "code": 500, "error": "Oops"}, id="500"),
        pytest.param("getUpdates", {"kind": "lose_reply"}, id="reply lost"),
        pytest.param("getUpdates", {"kind": "rate_limit", "retry_after": 1}, id="429"),
        pytest.param("getUpdates", {"kind": "delay", "seconds": 0.2}, id="slow"),
        pytest.param("getUpdates", {"kind": "error", "code": 409, "error": "C"}, id="409"),
    ],
)
async def test_asking_goes_on(
    telegram: FakeTelegram, world: World, method: str, fault: dict[str, Any]
) -> None:
    """Whatever goes wrong, at the start or later, it is asked again, and each is taken once."""
    telegram.fault(method=method, **fault)
    alice = telegram.user()
    telegram.say(alice, "hello")
    async with listening(telegram, world, retry_seconds=0.005) as channel:
        await telegram.until(lambda: world.talk.received and not telegram.queue())
        await telegram.until(lambda: channel.trouble is None)

    assert [said.text for said in world.talk.received] == ["hello"]


async def test_a_refused_token_is_told_and_tried_slowly(telegram: FakeTelegram) -> None:
    """401: no busy loop, no token in what is told, and all is well once Telegram takes it."""
    world = World()
    async with listening(telegram, world, retry_seconds=0.005) as channel:
        await telegram.until(lambda: telegram.calls("getUpdates"))
        telegram.fault(
            method="getUpdates", kind="error", code=401, error="Unauthorized", times=1000
        )
        telegram.say(telegram.user(), "hello")
        began = telegram.clock.now()
        await telegram.until(lambda: len(telegram.calls("getUpdates")) >= 4)
        took, trouble = telegram.clock.now() - began, channel.trouble
        telegram.clear_faults()
        await telegram.until(lambda: channel.trouble is None)

    assert took > 0.5
    assert trouble is not None
    assert "token" in trouble
    assert telegram.token not in trouble
    assert len(world.talk.received) == 1


async def test_a_second_poller_is_told_of(telegram: FakeTelegram, world: World) -> None:
    """409: backs off, says so, and nothing is taken twice."""
    async with listening(telegram, world) as channel:
        await telegram.until(lambda: telegram.calls("getUpdates"))
        url = f"{telegram.url}/bot{telegram.token}/getUpdates"
        async with aiohttp.ClientSession() as session:
            other = asyncio.create_task(session.get(url, params={"timeout": 30}))
            await telegram.until(lambda: channel.trouble and "another program" in channel.trouble)
            other.cancel()
            await asyncio.gather(other, return_exceptions=True)
        telegram.say(telegram.user(), "hello")
        await telegram.until(lambda: not telegram.queue())
        await telegram.until(lambda: channel.trouble is None)

    assert [said.text for said in world.talk.received] == ["hello"]


async def test_polling_takes_an_old_webhook_away(telegram: FakeTelegram, world: World) -> None:
    """Else Telegram would refuse every question; what waits there is kept."""
    url = f"{telegram.url}/bot{telegram.token}/setWebhook"
    async with aiohttp.ClientSession() as session:
        await session.get(url, params={"url": "http://127.0.0.1:9/telegram/webhook"})
    telegram.say(telegram.user(), "hello")
    async with listening(telegram, world):
        await telegram.until(lambda: world.talk.received)

    assert telegram.updates.webhook is None


async def test_nobody_there_at_the_start(telegram: FakeTelegram, tmp_path: Path) -> None:
    """Everything else is served, `/readyz` tells, and it is tried until it works."""
    await telegram.stop()
    port = int(telegram.url.rpartition(":")[2])
    told = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "language": "keys"}
    async with installation(tmp_path, **told) as ombud, aiohttp.ClientSession() as session:
        async with session.get(f"{ombud.url}/readyz") as answer:
            assert answer.status == 503
            assert (await answer.json())["checks"] == {"database": True, "telegram": False}
        async with session.post(f"{ombud.url}/chat/conversations", json={}) as answer:
            assert answer.status == 201
        await telegram.start(port=port)
        await Person.enter(telegram).say("/start", "⟦greeting")
        async with session.get(f"{ombud.url}/readyz") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("seconds", "hours", "shows"),
    [
        pytest.param(0.5, 0, True, id="slow"),
        pytest.param(0.0, 0, False, id="quick"),
        pytest.param(0.5, 23, False, id="long ago"),
    ],
)
async def test_work_that_takes_time_shows(
    telegram: FakeTelegram,
    world: World,
    channel: Telegram,
    seconds: float,
    hours: int,
    shows: bool,
) -> None:
    """After a third of a second, to whoever has just written; a backlog has nobody looking on."""
    assert world.inbox is not None
    world.now += timedelta(hours=hours)
    telegram.fault(method="getFile", kind="delay", seconds=seconds)
    await world.inbox.handle(Batch((raw("photo"),)))

    actions = [call.params["action"] for call in telegram.calls("sendChatAction")]
    assert actions == ["typing"] * shows


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"token": "not a token"}, id="token"),
        pytest.param({"token": "1:a", "webhook_secret": "not a secret!"}, id="secret"),
    ],
)
def test_a_secret_that_is_none_is_refused_at_once(told: dict[str, str]) -> None:
    """That is wrong configuration, not a platform that is down."""
    with pytest.raises(ConfigurationError) as caught:
        open_channel(Settings(**told), World().around())  # type: ignore[arg-type]  # strings

    assert "not a" not in str(caught.value)
