"""What happens to words when the connection, the server or the conversation goes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.chat import STORY, Chat
from tests.browser.conftest import OpenChat, OpenPage

pytestmark = pytest.mark.browser


async def test_what_is_typed_offline_is_kept_and_sent_once(open_chat: OpenChat) -> None:
    """The person sees that it waits; when the connection is back it is said, in order, once."""
    chat = await open_chat()
    await chat.page.context.set_offline(True)
    await expect(chat.status).to_contain_text("No connection")
    await chat.say(STORY)
    await chat.say("and it was a birthday present")
    await expect(chat.messages.last).to_contain_text("Waiting for connection")
    await chat.page.context.set_offline(False)

    await expect(chat.status).to_contain_text("Connected again")
    await expect(chat.log.get_by_text("Waiting for connection")).to_have_count(0)
    await expect(chat.messages.filter(has_text=STORY)).to_have_count(1)
    await chat.page.reload()
    own = chat.page.locator("article.complainant")
    await expect(own).to_have_count(2)
    await expect(own.first).to_contain_text(STORY)


async def test_what_waits_survives_a_reload(open_chat: OpenChat) -> None:
    """The outbox outlives the page."""
    chat = await open_chat()
    await chat.page.route("**/chat/messages", lambda route: route.abort())
    await chat.say(STORY)
    await expect(chat.messages.last).to_contain_text("Waiting for connection")
    await chat.page.unroute("**/chat/messages")
    await chat.page.reload()

    await expect(chat.choice("Skip", "Later", "In this chat").first).to_be_visible(timeout=10_000)
    await expect(chat.messages.filter(has_text=STORY)).to_have_count(1)


async def test_a_lost_answer_is_asked_for_under_the_same_id(open_chat: OpenChat) -> None:
    """The server took the turn but its answer was lost: there is no second turn."""
    chat = await open_chat()
    ids: list[str] = []

    async def lose_first(route: Route) -> None:
        ids.append(json.loads(route.request.post_data or "")["id"])
        response = await route.fetch()
        if len(ids) == 1:
            await route.abort()
        else:
            await route.fulfill(response=response)

    await chat.page.route("**/chat/messages", lose_first)
    await chat.tell_story()
    async with chat.page.expect_response("**/chat/messages"):
        pass

    await expect(chat.messages.filter(has_text=STORY)).to_have_count(1)
    assert 1 == len(set(ids))


async def test_works_where_no_event_stream_passes(open_page: OpenPage) -> None:
    """Polling alone carries the whole conversation."""
    page = await open_page("/rights")
    await page.route("**/chat/events", lambda route: route.abort())
    await page.goto(page.url.removesuffix("/rights"))
    chat = Chat(page)
    await chat.is_greeted()
    await chat.tell_story()

    own = chat.page.locator("article.complainant")
    await expect(own).to_have_count(1)


async def test_waits_as_long_as_the_server_asks(open_chat: OpenChat) -> None:
    """429 with Retry-After delays the message and does not lose it."""
    chat = await open_chat()
    tries = 0

    async def busy_once(route: Route) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await route.fulfill(status=429, headers={"Retry-After": "1"})
        else:
            await route.continue_()

    await chat.page.route("**/chat/messages", busy_once)
    await chat.say(STORY)
    await expect(chat.messages.last).to_contain_text("Waiting")

    await expect(chat.choice("Skip", "Later", "In this chat").first).to_be_visible()
    assert 2 == tries


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
async def test_gives_refused_words_back(open_chat: OpenChat, status: int) -> None:
    """What can't be sent is said, and its text stands in the box again."""
    chat = await open_chat()
    await chat.page.route("**/chat/messages", lambda route: route.fulfill(status=status))
    await chat.say(STORY)

    await expect(chat.status).to_contain_text("not sent")
    assert STORY == await chat.box.input_value()
    await expect(chat.messages.filter(has_text=STORY)).to_have_count(0)
    await expect(chat.choice("Make a complaint")).to_be_visible()


async def test_begins_anew_when_the_conversation_is_gone(open_chat: OpenChat) -> None:
    """401: a new conversation, said in words; what was not sent is not lost."""
    chat = await open_chat()
    await chat.page.route("**/chat/messages", lambda route: route.fulfill(status=401), times=1)
    await chat.say(STORY)

    await expect(chat.status).to_contain_text("a new one has started")
    await chat.is_greeted()
    assert STORY == await chat.box.input_value()


async def test_is_cleared_from_the_device_when_asked(open_chat: OpenChat) -> None:
    """On a shared computer nothing is left for the next person."""
    chat = await open_chat()
    await chat.tell_story()
    chat.page.on("dialog", lambda dialog: dialog.accept())
    await chat.page.get_by_role("button", name="Clear from this device").click()

    await expect(chat.messages.filter(has_text=STORY)).to_have_count(0)
    await chat.is_greeted()
    stored: dict[str, Any] = await chat.page.evaluate("({ ...localStorage })")
    assert STORY not in json.dumps(stored, ensure_ascii=False)


async def test_tells_when_a_message_is_too_long(open_chat: OpenChat) -> None:
    """Nothing is cut off: by how much it is too long is said while writing, and it is not sent."""
    chat = await open_chat()
    await chat.box.fill("x" * 20_005)

    await expect(chat.status).to_contain_text("5 characters too many")
    await chat.box.press("Enter")
    assert 20_005 == len(await chat.box.input_value())
