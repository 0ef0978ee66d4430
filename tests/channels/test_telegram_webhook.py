"""Telegram calls: who may, what is answered, and that nothing is acknowledged that is not taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.errors import StorageError
from channels.telegram.channel import Telegram
from channels.telegram.settings import Settings
from channels.telegram.translate import address_of
from tests.channels.telegram_person import STORY, Person, fake_telegram, listening
from tests.channels.telegram_twin import World, payload
from tests.platforms import HAS_FAKES, Installation, installation, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

pytestmark = needs_fakes

SECRET = "a-secret_of-ours"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
PATH = "/telegram/webhook"


@pytest.fixture
def world() -> World:
    """A small world."""
    return World()


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever calls the webhook."""
    channel = Telegram(Settings("1:a", webhook_secret=SECRET), world.around())
    assert channel.webhook is not None
    transport = httpx.ASGITransport(channel.webhook, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://c.example") as client:
        yield client
    await channel.close()


async def test_a_call_is_a_turn(client: httpx.AsyncClient, world: World) -> None:
    """Answered once it is taken, with nothing in the answer."""
    answer = await client.post(PATH, json=payload("text"), headers=HEADERS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert [said.id for said in world.talk.received] == ["m4101"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": ""}, id="empty"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": SECRET[:-1]}, id="shorter"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": SECRET.upper()}, id="case"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": "å".encode("latin-1")}, id="no ASCII"),
    ],
)
async def test_who_does_not_know_the_secret(
    client: httpx.AsyncClient, world: World, headers: Any
) -> None:
    """401, counted, and the body is not even read."""
    reads = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal reads
        reads += 1
        yield b"{}"

    answer = await client.post(PATH, content=body(), headers=headers)

    assert answer.status_code == 401
    assert reads == 0
    assert world.counted.counts == {"telegram_secret": 1}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
async def test_only_post(client: httpx.AsyncClient, world: World, method: str) -> None:
    """405, with what is allowed."""
    answer = await client.request(method, PATH, headers=HEADERS)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert world.counted.counts == {"telegram_method": 1}


async def test_other_paths_are_not_there(client: httpx.AsyncClient) -> None:
    """Below the channel's path there is one address."""
    answer = await client.post("/telegram/other", json={}, headers=HEADERS)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"1", b'"x"', b"null", b"\xff\xfe{", b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)  # fmt: skip
async def test_what_is_no_update(client: httpx.AsyncClient, world: World, content: bytes) -> None:
    """400, and counted; Telegram never sends it."""
    answer = await client.post(PATH, content=content, headers=HEADERS)

    assert answer.status_code == 400
    assert world.counted.counts == {"telegram_malformed": 1}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(StorageError(), 503, id="database away"),
        pytest.param(asyncio.CancelledError(), 500, id="stopping"),
        pytest.param(ZeroDivisionError(), 500, id="anything"),
    ],
)
async def test_what_is_not_taken_is_not_acknowledged(
    client: httpx.AsyncClient, world: World, error: BaseException, status: int
) -> None:
    """Telegram sends it again, and soon."""
    assert world.inbox is not None
    world.inbox.error = error
    try:
        answer = await client.post(PATH, json=payload("text"), headers=HEADERS)
    except asyncio.CancelledError:
        return  # the server closes the connection

    assert answer.status_code == status
    if status == 503:
        assert int(answer.headers["retry-after"]) <= 5


async def test_without_a_secret_there_is_no_webhook(world: World) -> None:
    """Anybody could speak for everybody."""
    channel = Telegram(Settings("1:a"), world.around())

    assert channel.webhook is None
    await channel.close()


@pytest.mark.parametrize(
    ("told", "uses_webhook"),
    [
        ({}, False),
        ({"webhook_secret": SECRET}, False),
        ({"public_url": "https://c.example"}, False),
        ({"webhook_secret": SECRET, "public_url": "https://c.example"}, True),
        ({"webhook_secret": SECRET, "public_url": "https://c.example", "mode": "polling"}, False),
        ({"webhook_secret": SECRET, "mode": "webhook"}, True),
    ],
)
def test_when_telegram_calls(told: dict[str, str], uses_webhook: bool) -> None:
    """With a secret and https, unless it is told otherwise."""
    assert Settings("1:a", **told).uses_webhook is uses_webhook  # type: ignore[arg-type]  # strings


async def test_the_webhook_is_set_however_long_it_takes(world: World) -> None:
    """Telegram is told the address, the secret and the kinds of update; failures are retried."""
    async with fake_telegram() as telegram:
        for method in ("getMe", "setWebhook"):
            telegram.fault(method=method, kind="status", times=2)
        async with listening(telegram, world, webhook_secret=SECRET) as channel:
            assert channel.trouble is not None
            await telegram.until(lambda: channel.trouble is None)

        hook = telegram.updates.webhook
        assert hook is not None
        assert (hook.url, hook.secret_token) == (f"https://complaints.example{PATH}", SECRET)
        assert telegram.updates.allowed == {
            "message", "edited_message", "callback_query", "channel_post", "my_chat_member",
        }  # fmt: skip
        assert telegram.calls("getUpdates") == []


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram that is quick to call again."""
    async with fake_telegram(retry_unit=0.01) as fake:
        yield fake


@pytest.fixture
async def ombud(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation that is called."""
    told = {
        "telegram_token": telegram.token,
        "telegram_api_url": telegram.url,
        "telegram_webhook_secret": SECRET,
        "telegram_mode": "webhook",
        "language": "keys",
    }
    async with installation(tmp_path, **told) as running:
        yield running


async def test_a_complaint_by_webhook(telegram: FakeTelegram, ombud: Installation) -> None:
    """The same conversation as by polling; a call that came twice is one turn."""
    alice = Person.enter(telegram)
    await alice.lodge()
    await telegram.until(lambda: not telegram.queue())
    before = len(alice.heard())
    for number in list(telegram.updates.history):
        telegram.repeat(number)
    await telegram.until(lambda: not telegram.queue())
    await alice.say("/settings", "⟦settings")

    assert len(await ombud.complaints()) == 1
    assert len(alice.heard()) == before + 1


async def test_a_press_overtakes_the_message_before_it(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """Both are taken for what they are: the late words answer no question they were not meant for
    without being shown in the summary."""
    alice = Person.enter(telegram)
    await alice.say(STORY, "⟦ask.effect")
    telegram.hold()
    telegram.say(alice.chat, "We had no birthday present for our daughter")
    telegram.press(alice.chat, "⟦choice.skip⟧")
    telegram.release("reverse")
    await alice.hear("⟦ask.evidence")
    await telegram.until(lambda: not telegram.queue())

    conversation = await ombud.ombud.service.find(address_of(alice.chat))
    assert conversation is not None
    assert conversation.draft is not None
    lines = await ombud.ombud.service.messages(conversation.id, 0)
    said = [one.text for one in lines if one.sender == "complainant"]
    assert said[1:] == ["⟦choice.skip⟧", "We had no birthday present for our daughter"]
    assert conversation.draft.details.order_or_account == "48213"


@pytest.mark.parametrize("seed", range(4))
async def test_messages_of_two_devices_in_any_order(
    telegram: FakeTelegram, ombud: Installation, seed: int
) -> None:
    """Each is stored once, whatever order they arrive in."""
    alice = Person.enter(telegram)
    await alice.say("/complain", "⟦ask.narrative")
    texts = [STORY, "The driver laughed at me then", "And he threw the box over the fence"]
    telegram.hold()
    for text in texts:
        telegram.say(alice.chat, text)
    telegram.release("shuffle", seed=seed)
    await telegram.until(lambda: not telegram.queue())

    conversation = await ombud.ombud.service.find(address_of(alice.chat))
    assert conversation is not None
    lines = await ombud.ombud.service.messages(conversation.id, 0)
    said = [one.text for one in lines if one.sender == "complainant"]
    assert sorted(said[1:]) == sorted(texts)


async def test_poison_holds_up_nothing(telegram: FakeTelegram, ombud: Installation) -> None:
    """A call that nothing can be made of is acknowledged and set aside: its chat goes on."""
    alice = Person.enter(telegram)
    await alice.say("/start", "⟦greeting")
    broken = payload("malformed_message")
    broken["message"]["chat"] = {"id": alice.chat, "type": "private"}
    url = f"{ombud.url}{PATH}"
    async with httpx.AsyncClient() as client:
        for update in (broken, payload("kind_of_tomorrow"), {"no": "number"}):
            answer = await client.post(url, json=update, headers=HEADERS)
            assert answer.status_code == 200
        forged = await client.post(url, json=payload("text"))
        assert forged.status_code == 401
        huge = await client.post(url, content=b"x" * 10_000_000, headers=HEADERS)
        assert huge.status_code == 413
    await alice.say("/settings", "⟦settings")

    assert ombud.metric("ombud_quarantined_total", channel="telegram") == 2
    assert ombud.metric("ombud_refused_total", reason="telegram_unknown") == 1
    assert ombud.metric("ombud_refused_total", reason="telegram_secret") == 1
