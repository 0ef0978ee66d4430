"""The same dialogue without JavaScript, and looking a complaint up from elsewhere."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.chat import STORY
from tests.browser.conftest import OpenChat, OpenPage

pytestmark = pytest.mark.browser

_LEFT_OPEN = re.compile("^(Skip|Later|In this chat)$")
_MOST_QUESTIONS = 8


async def complain(page: Page) -> tuple[str, str]:
    """A whole complaint by forms alone; returns reference and private code."""
    await page.get_by_label("Tell us in your own words").fill(STORY)
    await page.get_by_role("button", name="Continue").click()
    send = page.get_by_role("button", name="Send my complaint")
    for _ in range(_MOST_QUESTIONS):
        if await send.is_visible():
            break
        await page.get_by_role("button", name=_LEFT_OPEN).first.click()
    await send.click()
    reference, code = await page.locator(".receipt dd").all_inner_texts()
    return reference, code


async def test_is_lodged_without_javascript(open_page: OpenPage) -> None:
    """One question per page, and a receipt at the end."""
    page = await open_page("/complain", java_script_enabled=False)
    reference, code = await complain(page)

    assert reference.startswith("CMP-")
    assert 8 == len(code)


async def test_an_empty_answer_is_named(open_page: OpenPage) -> None:
    """The summary of errors stands first and leads to the field."""
    page = await open_page("/complain", java_script_enabled=False)
    await page.get_by_role("button", name="Continue").click()

    alert = page.get_by_role("alert")
    await expect(alert.get_by_role("link")).to_have_attribute("href", "#text")
    await expect(page).to_have_title(re.compile("^There is a problem"))


async def test_a_file_is_taken_without_javascript(open_page: OpenPage) -> None:
    """Chosen beside the story."""
    page = await open_page("/complain", java_script_enabled=False)
    notes = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"It was raining.")
    await page.get_by_label("Tell us in your own words").fill(STORY)
    await page.get_by_label("Add photos or files").set_input_files([notes])
    await page.get_by_role("button", name="Continue").click()

    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.get_by_text("The conversation so far").click()
    await expect(page.get_by_text("notes.txt").first).to_be_visible()


async def look_up(page: Page, reference: str, code: str = "") -> None:
    """Fills in the form that asks for a complaint's status."""
    await page.get_by_label("Reference").fill(reference)
    await page.get_by_label("Private code").fill(code)
    await page.get_by_role("button", name="Check").click()


async def test_status_needs_no_login(open_chat: OpenChat, open_page: OpenPage) -> None:
    """Another device with the reference alone sees the stage, but not a word of the story."""
    chat = await open_chat()
    reference, _ = await chat.lodge()
    page = await open_page("/status", java_script_enabled=False)
    await look_up(page, reference.lower().replace("-", " "))

    await expect(page.locator(".question")).to_contain_text(reference)
    await expect(page.get_by_text("smashed")).to_have_count(0)


async def test_private_code_opens_everything(open_chat: OpenChat, open_page: OpenPage) -> None:
    """With the code another device sees what was told."""
    chat = await open_chat()
    reference, code = await chat.lodge()
    page = await open_page("/status", java_script_enabled=False)
    await look_up(page, reference, code)

    await expect(page.locator(".question")).to_contain_text(reference)
    await expect(page.locator(".question")).to_contain_text("smashed")


async def test_status_asks_for_a_reference(open_page: OpenPage) -> None:
    """Nothing filled in is told beside the field."""
    page = await open_page("/status", java_script_enabled=False)
    await page.get_by_role("button", name="Check").click()

    link = page.get_by_role("alert").get_by_role("link")
    await expect(link).to_have_attribute("href", "#reference")
    await expect(page.get_by_label("Reference")).to_have_attribute("aria-invalid", "true")


async def test_receipt_can_be_printed(open_page: OpenPage) -> None:
    """On paper there is the receipt, and nothing that can only be pressed."""
    page = await open_page("/complain", java_script_enabled=False)
    await complain(page)
    await page.emulate_media(media="print")

    await expect(page.locator(".receipt")).to_be_visible()
    await expect(page.get_by_role("button")).to_have_count(0)
