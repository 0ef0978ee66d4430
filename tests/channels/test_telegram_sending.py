"""What goes wrong on the way to Telegram, and what the next try may count on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.messages import Address, Choice, ConversationId
from bot.domain.events import ChannelUnreachable
from bot.errors import PermanentDeliveryError, TemporaryDeliveryError
from bot.ports import Delivery
from channels.telegram.channel import Telegram
from channels.telegram.pacing import Pace
from tests.channels.telegram_person import Person, fake_telegram, listening, settings
from tests.channels.telegram_twin import World, line
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
async def channel(telegram: FakeTelegram) -> AsyncIterator[Telegram]:
    """A channel that only sends."""
    channel = Telegram(settings(telegram), World().around())
    yield channel
    await channel.close()


def delivery(chat: object, text: str = "Hello.", id_: int = 1, **more: Any) -> Delivery:
    """A line on its way."""
    address = Address("telegram", str(chat))
    return Delivery(id_, address, ConversationId("c"), line(text, **more), attempts=0)


async def test_a_line_arrives_as_it_is(telegram: FakeTelegram, channel: Telegram) -> None:
    """Text, what stands out, buttons: as the platform shows them."""
    alice = telegram.user()
    await channel.send(delivery(alice, "3 < 5 & <b>", choices=(Choice("Yes", "yes"),)))

    (message,) = telegram.from_bot(alice)
    assert message["text"] == "3 < 5 & <b>"
    assert "entities" not in message
    assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "1:0:yes"


@pytest.mark.parametrize("gone", ["blocked", "deactivated", "never started"])
async def test_who_cannot_be_reached(telegram: FakeTelegram, channel: Telegram, gone: str) -> None:
    """403: nothing can be delivered there, now or later, and that is no trouble of ours."""
    alice = telegram.user(started=gone != "never started")
    if gone == "blocked":
        telegram.block(alice)
    if gone == "deactivated":
        telegram.deactivate(alice)

    with pytest.raises(PermanentDeliveryError) as caught:
        await channel.send(delivery(alice))

    assert caught.value.is_unreachable
    assert len(telegram.calls("sendMessage")) == 1


@pytest.mark.parametrize(
    "error",
    [
        "Bad Request: chat not found",
        "Bad Request: user not found",
        "Bad Request: user is deactivated",
        "Bad Request: PEER_ID_INVALID",
    ],
)
async def test_a_chat_that_is_not_there(
    telegram: FakeTelegram, channel: Telegram, error: str
) -> None:
    """Some 400s mean the same as 403."""
    telegram.fault(method="sendMessage", kind="error", code=400, error=error)

    with pytest.raises(PermanentDeliveryError) as caught:
        await channel.send(delivery(telegram.user()))

    assert caught.value.is_unreachable


async def test_an_address_that_is_no_chat(channel: Telegram) -> None:
    """Nothing is asked of Telegram."""
    with pytest.raises(PermanentDeliveryError):
        await channel.send(delivery("U0123"))


PARSE = "Bad Request: can't parse entities: Can't find end of the entity at byte offset 3"


async def test_a_refused_form_is_sent_plainly(telegram: FakeTelegram, channel: Telegram) -> None:
    """400: the text arrives without markup, its buttons stay; then without those, too."""
    alice, bob = telegram.user(), telegram.user("Bob")
    rich: dict[str, Any] = {"reference": "CMP-4F7K-9Q2X-V", "choices": (Choice("Yes", "yes"),)}
    telegram.fault(method="sendMessage", kind="error", code=400, error=PARSE)
    await channel.send(delivery(alice, "It is CMP-4F7K-9Q2X-V.", **rich))
    telegram.fault(method="sendMessage", kind="error", code=400, error=PARSE, times=2)
    await channel.send(delivery(bob, "It is CMP-4F7K-9Q2X-V.", **rich))

    (plain,), (bare,) = telegram.from_bot(alice), telegram.from_bot(bob)
    assert plain["text"] == bare["text"] == "It is CMP-4F7K-9Q2X-V."
    assert "entities" not in plain
    assert "reply_markup" in plain
    assert "reply_markup" not in bare


async def test_what_is_refused_in_every_form_is_given_up(
    telegram: FakeTelegram, channel: Telegram
) -> None:
    """The address is not: its next line may go."""
    alice = telegram.user()
    telegram.fault(method="sendMessage", kind="error", code=400, error=PARSE, times=3)

    with pytest.raises(PermanentDeliveryError) as caught:
        await channel.send(delivery(alice))

    assert not caught.value.is_unreachable
    assert len(telegram.calls("sendMessage")) == 2
    telegram.clear_faults()
    await channel.send(delivery(alice, "Next.", id_=2))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "status", "status": 502}, id="a proxy's page"),
        pytest.param({"kind": "status", "status": 200}, id="a page instead of JSON"),
        pytest.param({"kind": "error", "code": 500, "error": "Internal Server Error"}, id="500"),
        pytest.param({"kind": "error", "code": 504, "error": "restart"}, id="restart"),
        pytest.param({"kind": "error", "code": 418, "error": "Teapot"}, id="unknown"),
        pytest.param({"kind": "drop"}, id="dropped"),
        pytest.param({"kind": "lose_reply"}, id="reply lost"),
        pytest.param({"kind": "error", "code": 401, "error": "Unauthorized"}, id="401"),
        pytest.param({"kind": "error", "code": 404, "error": "Not Found"}, id="404"),
    ],
)
async def test_what_may_pass_is_tried_again(
    telegram: FakeTelegram, channel: Telegram, fault: dict[str, Any]
) -> None:
    """The relay tries again; meanwhile the channel tells of its trouble, without any address."""
    alice = telegram.user()
    telegram.fault(method="sendMessage", **fault)

    with pytest.raises(TemporaryDeliveryError) as caught:
        await channel.send(delivery(alice))

    assert caught.value.retry_after is None
    assert telegram.token not in f"{caught.value} {channel.trouble}"
    await channel.send(delivery(alice))
    assert telegram.from_bot(alice)[-1]["text"] == "Hello."


async def test_a_limit_of_one_chat_is_that_chats(telegram: FakeTelegram, channel: Telegram) -> None:
    """429: it waits as long as it is told, others go on."""
    alice, bob = telegram.user(), telegram.user("Bob")
    telegram.fault(method="sendMessage", kind="rate_limit", retry_after=30)

    with pytest.raises(TemporaryDeliveryError) as caught:
        await channel.send(delivery(alice))
    await channel.send(delivery(bob))

    assert caught.value.retry_after == 30
    assert len(telegram.from_bot(bob)) == 1


async def test_a_limit_of_two_chats_is_the_bots(telegram: FakeTelegram, channel: Telegram) -> None:
    """The second in a row stops everything, before anything is asked of Telegram again."""
    chats = [telegram.user(name) for name in ("Alice", "Bob", "Carl")]
    telegram.fault(method="sendMessage", kind="rate_limit", retry_after=30, times=2)
    waits = []
    for chat in chats:
        with pytest.raises(TemporaryDeliveryError) as caught:
            await channel.send(delivery(chat))
        waits.append(caught.value.retry_after)

    assert waits[:2] == [30, 30]
    assert waits[2] is not None
    assert 29 < waits[2] <= 30
    assert len(telegram.calls("sendMessage")) == 2
    assert channel.trouble is not None


async def test_the_pause_ends_by_itself() -> None:
    """With the time that Telegram told; what is one chat's own limit stops nothing."""
    clock = [100.0]
    pace = Pace(lambda: clock[0])
    for chat, is_between in ((1, False), (1, True), (2, True)):
        pace.limited(chat, 5)
        assert not pace.is_held_up
        if is_between:
            pace.went()
    pace.limited(1, 5)
    pace.limited(2, 5)

    with pytest.raises(TemporaryDeliveryError):
        async with pace.turn():
            raise AssertionError("nothing may go")
    clock[0] += 5.1
    async with pace.turn():
        assert not pace.is_held_up


async def test_thirty_a_second() -> None:
    """The thirty-first waits for a second after the first was answered, and keeps its place."""
    pace, began, order = Pace(), time.monotonic(), []

    async def go(number: int) -> None:
        async with pace.turn():
            order.append((number, time.monotonic() - began))
            await asyncio.sleep(0.2)

    await asyncio.gather(*(go(number) for number in range(35)))

    assert [number for number, _ in order] == list(range(35))
    assert order[29][1] < 0.2
    assert order[30][1] >= 1.2


async def test_a_line_in_parts_goes_on_where_it_stopped(
    telegram: FakeTelegram, channel: Telegram
) -> None:
    """No part that arrived comes a second time."""
    alice = telegram.user()
    long = delivery(alice, f"{'a' * 4000}. {'b' * 4000}. {'c' * 200}", choices=(Choice("Y", "y"),))
    telegram.fault(method="sendMessage", kind="status", skip=1)

    with pytest.raises(TemporaryDeliveryError):
        await channel.send(long)
    await channel.send(long)

    texts = [message["text"] for message in telegram.from_bot(alice)]
    assert [text[0] for text in texts] == ["a", "b", "c"]
    await channel.send(long)  # it was lost on the way to the outbox: all of it comes again
    assert len(telegram.from_bot(alice)) == 6


async def test_the_number_is_asked_for_in_a_message_of_its_own(
    telegram: FakeTelegram, channel: Telegram
) -> None:
    """In the conversation's language."""
    alice = telegram.user()
    await channel.send(delivery(alice, "Which number?", wants_phone=True))

    question, offer = telegram.from_bot(alice)
    assert question["text"] == "Which number?"
    assert offer["text"] == "⟦contact.share.offer sv⟧"
    assert offer["reply_markup"]["keyboard"][0][0]["request_contact"]
    assert offer["reply_markup"]["input_field_placeholder"] == "⟦placeholder sv⟧"


async def test_an_empty_line_counts_as_delivered(telegram: FakeTelegram, channel: Telegram) -> None:
    """Telegram takes none, so none is sent."""
    await channel.send(delivery(telegram.user(), "\u202e"))

    assert telegram.calls("sendMessage") == []


async def test_calls_beside_the_conversation_may_fail(telegram: FakeTelegram) -> None:
    """An answer to a press, or the edit after it, is no reason to lose a turn."""
    world = World()
    async with listening(telegram, world) as channel:
        alice = telegram.user()
        await channel.send(
            delivery(alice, "Well?", ask="effect", choices=(Choice("Skip", "skip"),))
        )
        for method in ("answerCallbackQuery", "editMessageText"):
            telegram.fault(method=method, kind="status")
        telegram.press(alice, "Skip")
        await telegram.until(lambda: telegram.calls("editMessageText"))
        telegram.press(alice, "Skip")
        await telegram.until(lambda: "✓ Skip" in telegram.from_bot(alice)[0]["text"])

    assert [said.action for said in world.talk.received] == ["skip", "skip"]


async def test_a_press_that_is_too_old_is_a_press(telegram: FakeTelegram) -> None:
    """Telegram does not take the answer any more; the turn is taken all the same."""
    world = World()
    async with listening(telegram, world) as channel:
        alice = telegram.user()
        await channel.send(delivery(alice, "Well?", choices=(Choice("Skip", "skip"),)))
        error = "Bad Request: query is too old and response timeout expired"
        telegram.fault(method="answerCallbackQuery", kind="error", code=400, error=error)
        telegram.press(alice, "Skip")
        await telegram.until(lambda: telegram.calls("answerCallbackQuery"))
        await telegram.until(lambda: not telegram.queue())

    assert [said.action for said in world.talk.received] == ["skip"]


def installed(telegram: FakeTelegram, folder: Path) -> Any:
    """An installation that shows keys."""
    told = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "language": "keys"}
    return installation(folder, **told)


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        pytest.param({"kind": "status", "status": 502}, 3, id="502"),
        pytest.param({"kind": "drop"}, 3, id="dropped"),
        pytest.param({"kind": "rate_limit", "retry_after": 1}, 1, id="429"),
        pytest.param({"kind": "delay", "seconds": 1.0}, 1, id="slow"),
    ],
)
async def test_no_reply_is_lost_and_order_kept(
    telegram: FakeTelegram, tmp_path: Path, fault: dict[str, Any], times: int
) -> None:
    """Whatever the platform does in between, the person reads what was said, once, in order."""
    async with installed(telegram, tmp_path):
        alice, bob = Person.enter(telegram), Person.enter(telegram, "Bob")
        await alice.say("/start", "⟦greeting")
        telegram.fault(method="sendMessage", times=times, **fault)
        telegram.say(alice.chat, "/settings")
        telegram.say(alice.chat, "/person")
        await telegram.until(lambda: telegram.calls("sendMessage")[1:])
        await bob.say("/start", "⟦greeting")
        await alice.hear("⟦settings")
        await alice.hear("⟦handed_over")

    assert len(alice.heard()) == 3


async def test_a_lost_reply_repeats_at_most_once(telegram: FakeTelegram, tmp_path: Path) -> None:
    """Nobody can tell whether it was sent, so it is sent again: never left out."""
    async with installed(telegram, tmp_path):
        alice = Person.enter(telegram)
        telegram.fault(method="sendMessage", kind="lose_reply")
        await alice.say("/start", "⟦greeting")
        await alice.say("/settings", "⟦settings")

    assert [text[:9] for text in alice.heard()] == ["⟦greeting", "⟦greeting", "⟦settings"]


async def test_a_blocked_bot_is_recorded_and_not_tried_again(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    """The complaint tells caseworkers; nothing storms, and others are served."""
    async with installed(telegram, tmp_path) as ombud:
        alice, bob = Person.enter(telegram), Person.enter(telegram, "Bob")
        await alice.lodge()
        (complaint,) = await ombud.complaints()
        telegram.block(alice.chat)
        before = len(telegram.calls("sendMessage"))
        for text in ("We look into it.", "We found it."):
            await ombud.ombud.desk.act(complaint.reference, "reply", {"text": text}, "Mina")
        await telegram.until(lambda: len(telegram.calls("sendMessage")) >= before + 1)
        await bob.say("/start", "⟦greeting")
        await bob.say("/settings", "⟦settings")
        (complaint,) = await ombud.complaints()

    assert [e.channel for e in complaint.history if isinstance(e, ChannelUnreachable)] == [
        "telegram"
    ]
    forbidden = [call for call in telegram.calls("sendMessage") if "Forbidden" in call.outcome]
    assert len(forbidden) <= 2
