"""A complaint from the first word to the rating, in a browser."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import STORY, Chat
from tests.browser.conftest import OpenChat

pytestmark = pytest.mark.browser

_REFERENCE = re.compile(r"^CMP-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$")
_LEFT_OPEN = ("Skip", "Later", "In this chat")


async def test_is_lodged_by_keyboard_alone(open_chat: OpenChat) -> None:
    """The whole way from the page's beginning to the receipt needs no pointer."""
    chat = await open_chat()
    await chat.tab_to("Write your message")
    await chat.page.keyboard.type(STORY)
    await chat.page.keyboard.press("Enter")
    while True:
        await expect(chat.choice(*_LEFT_OPEN, "Send my complaint").first).to_be_visible()
        is_last = await chat.choice("Send my complaint").is_visible()
        count = await chat.messages.count()
        names = ("Send my complaint",) if is_last else _LEFT_OPEN
        await chat.tab_to(*names, key="Shift+Tab")
        await chat.page.keyboard.press("Enter")
        assert "Write your message" == await chat.focused()
        if is_last:
            break
        await expect(chat.messages.nth(count + 1)).to_be_visible()

    reference, code = await chat.receipt()
    assert _REFERENCE.match(reference)
    assert 8 == len(code)


async def test_choices_stand_directly_before_the_box(open_chat: OpenChat) -> None:
    """One step back from the text box is the last choice."""
    chat = await open_chat()
    last = await chat.choices.last.inner_text()
    await chat.box.focus()
    await chat.page.keyboard.press("Shift+Tab")

    assert last == await chat.focused()


async def test_shift_enter_begins_a_new_line(open_chat: OpenChat) -> None:
    """Only Enter alone sends."""
    chat = await open_chat()
    await chat.box.fill("one")
    await chat.box.press("Shift+Enter")
    await chat.box.press_sequentially("two")

    assert "one\ntwo" == await chat.box.input_value()


async def test_survives_a_reload_in_the_middle(open_chat: OpenChat) -> None:
    """Conversation, open question and half a sentence are there again."""
    chat = await open_chat()
    await chat.tell_story()
    before = await chat.messages.count()
    await chat.box.fill("half a sent")
    await chat.page.reload()

    await expect(chat.messages).to_have_count(before)
    await expect(chat.choice(*_LEFT_OPEN).first).to_be_visible()
    assert "half a sent" == await chat.box.input_value()


async def test_two_tabs_show_the_same_conversation(open_chat: OpenChat) -> None:
    """What is said in one tab is heard in the other, in the same order and once."""
    first = await open_chat()
    page = await first.page.context.new_page()
    await page.goto(first.page.url)
    second = Chat(page)
    await second.is_greeted()
    await first.tell_story()

    await expect(second.messages).to_have_count(await first.messages.count())
    await expect(second.choice(*_LEFT_OPEN).first).to_be_visible()
    await second.choice(*_LEFT_OPEN).first.click()
    await expect(second.choices.first).to_be_visible()
    count = await second.messages.count()
    await expect(first.messages).to_have_count(count)
    assert await second.messages.all_inner_texts() == await first.messages.all_inner_texts()


async def test_a_line_of_the_check_can_be_changed(open_chat: OpenChat) -> None:
    """Each line of the summary has its own Change button, only while it is the last message."""
    chat = await open_chat()
    await chat.tell_story()
    await chat.reach_check()
    change = chat.log.get_by_role("button", name=re.compile("^Change.*When"))
    await change.last.click()

    await expect(change).to_have_count(0)
    assert "Write your message" == await chat.focused()


async def test_a_copy_can_be_saved(open_chat: OpenChat, tmp_path: Path) -> None:
    """The copy is a text file with everything that was said and the reference."""
    chat = await open_chat()
    reference, code = await chat.lodge()
    async with chat.page.expect_download() as download:
        await chat.choice("Save a copy").click()
    saved = tmp_path / "copy.txt"
    await (await download.value).save_as(saved)

    text = saved.read_text("utf-8")
    assert STORY in text
    assert reference in text
    assert code in text


async def test_an_answer_arrives_while_the_page_is_open(open_chat: OpenChat, staff: Any) -> None:
    """A caseworker's words appear without a reload, marked as a person's."""
    chat = await open_chat()
    reference, _ = await chat.lodge()
    await asyncio.to_thread(staff.respond, reference, "We refund £42.50 today.")

    answer = chat.messages.filter(has_text="We refund £42.50 today.")
    await expect(answer).to_contain_text("A person on our team")


async def test_an_answer_is_accepted_and_rated(open_chat: OpenChat, staff: Any) -> None:
    """Handling from 1 to 5, outcome, and a comment that may be left out."""
    chat = await open_chat()
    reference, _ = await chat.lodge()
    await asyncio.to_thread(staff.respond, reference, "We refund £42.50 today.")
    await chat.page.get_by_role("button", name=re.compile("accept")).click()
    for number in "12345":
        await expect(chat.choice(number)).to_be_visible()
    await chat.choice("5").click()
    await chat.choice("Partly").click()
    await chat.choice("Skip").click()

    await expect(chat.choice("Skip")).to_be_hidden()


async def test_an_answer_that_does_not_satisfy_is_reviewed(open_chat: OpenChat, staff: Any) -> None:
    """Two taps at most, and no story is told again."""
    chat = await open_chat()
    reference, _ = await chat.lodge()
    await asyncio.to_thread(staff.respond, reference, "We can do nothing.")
    refuse = chat.page.get_by_role("button", name=re.compile("not satisfied"))
    await expect(refuse).to_be_visible()
    count = await chat.messages.count()
    await refuse.click()
    await expect(chat.messages.nth(count + 1)).to_be_visible()
    if await chat.choice("Yes").is_visible():
        await chat.choice("Yes").click()

    await expect(chat.choice("Yes")).to_be_hidden()
    await expect(refuse).to_be_hidden()
