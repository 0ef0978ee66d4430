"""Lines reach people once and in order, whatever Slack does to the calls that carry them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.dialogue.messages import (
    Address,
    Choice,
    ConversationId,
    Kind,
    OutboundMessage,
    Sender,
)
from bot.domain.form import Question
from bot.errors import PermanentDeliveryError, TemporaryDeliveryError
from bot.ports import Conversing, Delivery
from channels.slack.api import Api
from channels.slack.people import People
from channels.slack.sending import Sending
from channels.slack.settings import Settings
from tests.channels.slack_house import STORY, House, eventually, slack_house
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes

LONG = "The parcel came smashed and nobody answered. " * 400  # two messages


class Words:
    """The part of the service that sending asks for."""

    async def find(self, address: Address) -> None:
        """Nobody is in conversation."""

    def words(self, key: str, language: str | None, **values: str) -> str:
        """The key."""
        return key


class Post:
    """Sends lines to one person of a workspace, as the relay would."""

    def __init__(self, slack: FakeSlack, token: str | None = None) -> None:
        self.slack = slack
        self.alice = slack.user("alice")
        self.direct = slack.direct(self.alice)
        self.token = token or slack.bot_token
        self.restart()

    def now(self) -> datetime:
        """The time that it is for Slack."""
        return datetime.fromtimestamp(self.slack.clock.now(), UTC)

    def restart(self) -> None:
        """Another process, which remembers nothing."""
        self.api = Api(Settings(self.token, self.slack.api_url))
        people = People(self.api, self.now)
        self.sending = Sending(self.api, people, cast(Conversing, Words()), self.now)

    def delivery(self, text: str = "When?", attempts: int = 0, **more: Any) -> Delivery:
        """A line in the outbox."""
        line = OutboundMessage(
            **{
                "seq": 3,
                "sender": Sender.BOT,
                "kind": Kind.TEXT,
                "text": text,
                "at": self.now(),
                "ask": Question.OCCURRED_ON,
                "choices": (Choice("Skip", "skip"),),
                **more,
            }
        )
        conversation = ConversationId("c1")
        return Delivery(41, Address("slack", self.alice), conversation, line, attempts)

    async def send(self, delivery: Delivery) -> None:
        """Once."""
        await self.sending.send(delivery)

    def texts(self) -> Sequence[str]:
        """What arrived."""
        return [message["text"] for message in self.slack.from_bot(self.direct)]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """A workspace and a way to it."""
    async with FakeSlack() as slack:
        post = Post(slack)
        yield post
        await post.api.close()


async def test_line_arrives(post: Post) -> None:
    """As one message, with its button."""
    await post.send(post.delivery())

    (message,) = post.slack.from_bot(post.direct)
    assert "When?" == message["text"]
    assert ["section", "actions"] == [block["type"] for block in message["blocks"]]
    assert {"delivery": "41", "part": 0} == message["metadata"]["event_payload"]


async def test_lost_reply_is_not_sent_again(post: Post) -> None:
    """Slack posted it, the answer was lost: the next try finds it in the direct message."""
    post.slack.fault(method="chat.postMessage", kind="lose_reply")
    delivery = post.delivery()

    with pytest.raises(TemporaryDeliveryError):
        await post.send(delivery)
    await post.send(replace(delivery, attempts=1))

    assert ["When?"] == post.texts()


async def test_lost_reply_is_not_sent_again_by_another_process(post: Post) -> None:
    """The process died before it noted that the line was sent; the lease ran out."""
    delivery = post.delivery(at=post.now() - timedelta(seconds=11))
    await post.send(delivery)
    await post.api.close()
    post.restart()

    await post.send(delivery)

    assert ["When?"] == post.texts()


async def test_parts_that_arrived_are_not_repeated(post: Post) -> None:
    """A long line fails in its middle: the rest follows, in order."""
    post.slack.fault(method="chat.postMessage", kind="drop", skip=1)
    delivery = post.delivery(LONG)

    with pytest.raises(TemporaryDeliveryError):
        await post.send(delivery)
    await post.send(replace(delivery, attempts=1))

    first, second = post.slack.from_bot(post.direct)
    assert [0, 1] == [m["metadata"]["event_payload"]["part"] for m in (first, second)]
    assert "actions" not in [block["type"] for block in first["blocks"]]
    assert "actions" == second["blocks"][-1]["type"]


async def test_another_line_with_the_same_words_is_sent(post: Post) -> None:
    """What counts is the line, not what it says."""
    await post.send(post.delivery())

    await post.send(replace(post.delivery(attempts=1), id=42))

    assert ["When?", "When?"] == post.texts()


async def test_rate_limit_tells_how_long_to_wait(post: Post) -> None:
    """As long as Slack says."""
    post.slack.fault(method="chat.postMessage", kind="rate_limit", retry_after=30)

    with pytest.raises(TemporaryDeliveryError) as raised:
        await post.send(post.delivery())

    assert 30 == raised.value.retry_after
    assert [] == post.texts()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "status", "status": 200},
        {"kind": "drop"},
        {"kind": "error", "error": "internal_error"},
        {"kind": "error", "error": "fatal_error"},
        {"kind": "error", "error": "some_new_error"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_what_may_pass_is_tried_again(post: Post, fault: dict[str, Any]) -> None:
    """An HTML page, a closed connection, an error nobody knows."""
    post.slack.fault(method="chat.postMessage", **fault)
    delivery = post.delivery()

    with pytest.raises(TemporaryDeliveryError) as raised:
        await post.send(delivery)
    await post.send(replace(delivery, attempts=1))

    assert raised.value.retry_after is None
    assert ["When?"] == post.texts()


@pytest.mark.parametrize(
    "code",
    ["user_not_found", "user_disabled", "channel_not_found", "is_archived", "cannot_dm_bot"],
)
async def test_people_who_are_gone(post: Post, code: str) -> None:
    """Nothing else can be delivered there either."""
    post.slack.fault(method="chat.postMessage", kind="error", error=code)

    with pytest.raises(PermanentDeliveryError) as raised:
        await post.send(post.delivery())

    assert raised.value.is_unreachable
    assert code == str(raised.value)


async def test_inactive_person_is_told_from_inactive_app(post: Post) -> None:
    """Slack has one word for both; asked who it is, only an app that is alive answers."""
    post.slack.fault(method="chat.postMessage", kind="error", error="account_inactive", times=2)

    with pytest.raises(PermanentDeliveryError):
        await post.send(post.delivery())
    post.slack.fault(method="auth.test", kind="error", error="account_inactive")
    with pytest.raises(TemporaryDeliveryError):
        await post.send(post.delivery())

    assert "account_inactive" in str(post.api.trouble)


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_refused_form_is_sent_as_text(post: Post, code: str) -> None:
    """The person gets the content, and what could be pressed, in words."""
    post.slack.fault(method="chat.postMessage", kind="error", error=code)

    await post.send(post.delivery("a < b"))

    (message,) = post.slack.from_bot(post.direct)
    assert "a &lt; b\n\n[Skip]" == message["text"]
    assert "blocks" not in message


async def test_line_that_slack_takes_in_no_form_is_given_up(post: Post) -> None:
    """Its address may get the next one."""
    post.slack.fault(method="chat.postMessage", kind="error", error="invalid_blocks", times=2)

    with pytest.raises(PermanentDeliveryError) as raised:
        await post.send(post.delivery())

    assert not raised.value.is_unreachable


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "not_authed", "token_expired"])
async def test_refused_token_is_trouble_until_it_is_accepted(post: Post, code: str) -> None:
    """Nothing is given up for it, and `/readyz` tells."""
    post.slack.fault(method="chat.postMessage", kind="error", error=code)
    delivery = post.delivery()

    with pytest.raises(TemporaryDeliveryError):
        await post.send(delivery)
    assert code in str(post.api.trouble)
    assert post.slack.bot_token not in str(post.api.trouble)
    await post.send(replace(delivery, attempts=1))

    assert post.api.trouble is None


async def test_history_that_can_not_be_read_delays_the_line(post: Post) -> None:
    """Rather late than twice."""
    delivery = post.delivery(attempts=1)
    post.slack.fault(method="conversations.history", kind="rate_limit", retry_after=60)

    with pytest.raises(TemporaryDeliveryError) as raised:
        await post.send(delivery)
    assert 60 == raised.value.retry_after
    assert [] == post.texts()
    await post.send(delivery)

    assert ["When?"] == post.texts()


async def test_first_try_asks_slack_for_nothing_else(post: Post) -> None:
    """A line that was just said is posted at once."""
    await post.send(post.delivery())

    assert ["chat.postMessage"] == [call.method for call in post.slack.calls()]


# Through the whole installation


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Everything runs."""
    async with slack_house(tmp_path) as house:
        yield house


FAULTS = [
    {"kind": "rate_limit", "retry_after": 0},
    {"kind": "error", "error": "internal_error"},
    {"kind": "status", "status": 502},
    {"kind": "drop"},
    {"kind": "lose_reply"},
    {"kind": "delay", "seconds": 0.05},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault["kind"]))
async def test_conversation_survives_every_fault(house: House, fault: dict[str, Any]) -> None:
    """Each second call fails: every line arrives once, in order, and the complaint is one."""
    alice = house.enter()
    for skip in range(0, 12, 2):
        house.slack.fault(method="chat.postMessage", skip=skip, **fault)

    await alice.lodges()

    assert 1 == len(await house.ombud.complaints())
    numbers = [
        int(message["metadata"]["event_payload"]["delivery"]) for message in alice.messages()
    ]
    assert numbers == sorted(set(numbers))


async def test_one_person_waits_alone(house: House) -> None:
    """Whom Slack makes wait does not hold up others."""
    alice, bob = house.enter("alice"), house.enter("bob")
    house.slack.fault(method="chat.postMessage", kind="rate_limit", retry_after=30)

    alice.say(STORY)
    await house.until(lambda: house.slack.calls("chat.postMessage"))
    await bob.tells(STORY, "⟦ask.effect⟧")

    assert [] == alice.messages()


async def test_slow_answers_hold_nobody_up(house: House) -> None:
    """Slack answers one person's line after seconds: another is answered meanwhile."""
    alice, bob = house.enter("alice"), house.enter("bob")
    house.slack.fault(method="chat.postMessage", kind="delay", seconds=3)

    alice.say(STORY)
    await house.until(lambda: house.slack.calls("chat.postMessage"))
    async with asyncio.timeout(2):
        await bob.tells(STORY, "⟦ask.effect⟧")


async def test_person_who_is_gone_is_noted_on_the_complaint(house: House) -> None:
    """Caseworkers see that this channel leads nowhere, and nothing is tried for ever."""
    alice = house.enter()
    reference = await alice.lodges()
    house.slack.fault(method="chat.postMessage", kind="error", error="user_disabled", times=9)

    await house.ombud.ombud.desk.act(reference, "ask", {"text": "Which driver?"}, "Mina")

    async def unreachable() -> object:
        (complaint,) = await house.ombud.complaints()
        return complaint.unreachable == "slack"

    await eventually(unreachable)


async def test_ordinary_rate_limits_lose_nothing(tmp_path: Path) -> None:
    """One message a second, as Slack allows: the second line waits, and comes."""
    async with FakeSlack(rate_limits=True) as slack, slack_house(tmp_path, slack=slack) as house:
        alice = house.enter()

        await alice.tells(STORY, "⟦ask.effect⟧")

        assert ["⟦greeting", "⟦sorry⟧"] == [text.split()[0] for text in alice.shown()]
