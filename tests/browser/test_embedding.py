"""The one tag on somebody else's page."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.chat import Chat
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

SHOP = "http://shop.localhost"  # the server's settings allow this origin
_WIDGET = Path(__file__).parents[2] / "channels/web/static/widget.js"
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src {ombud}; connect-src {ombud}">
<script type="module" async src="{ombud}/widget.js" {options}></script></head>
<body><main><h1>A shop</h1><p>Some <a href="#more">other</a> page.</p></main></body></html>"""


async def visit_shop(browser: Browser, ombud_url: str, options: str = "") -> Chat:
    """A page of another origin, with a strict policy of its own, that embeds the chat."""
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    html = _PAGE.format(ombud=ombud_url, options=options)
    await page.route(f"{SHOP}/", lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.goto(f"{SHOP}/")
    return Chat(page)


def launcher_on(page: Page) -> Any:
    """The button that opens the chat."""
    return page.get_by_role("button", name="Make a complaint")


def test_widget_is_small() -> None:
    """The whole file is at most 12 kB compressed."""
    assert 12_000 >= len(gzip.compress(_WIDGET.read_bytes(), mtime=0))


async def test_whole_complaint_on_another_page(browser: Browser, ombud_url: str) -> None:
    """One tag is enough, under a strict security policy, across origins."""
    chat = await visit_shop(browser, ombud_url)
    await launcher_on(chat.page).click()
    await chat.is_greeted()
    reference, _ = await chat.lodge()

    assert reference.startswith("CMP-")


async def test_dialog_is_not_modal(browser: Browser, ombud_url: str) -> None:
    """The page stays usable; Escape closes and gives the focus back to the launcher."""
    chat = await visit_shop(browser, ombud_url)
    await launcher_on(chat.page).click()
    dialog = chat.page.get_by_role("dialog")
    await expect(dialog).to_have_attribute("aria-modal", "false")
    await chat.is_greeted()
    assert "Write your message" == await chat.focused()
    assert [] == await violations(chat.page)
    await chat.page.get_by_role("link", name="other").click()
    await chat.box.press("Escape")

    await expect(dialog).to_be_hidden()
    assert re.match("Make a complaint", await chat.focused())
    assert [] == await violations(chat.page)


async def test_news_is_shown_while_closed(browser: Browser, ombud_url: str, staff: Any) -> None:
    """The launcher and the window's title count what came in."""
    chat = await visit_shop(browser, ombud_url)
    await launcher_on(chat.page).click()
    await chat.is_greeted()
    reference, _ = await chat.lodge()
    await chat.box.press("Escape")
    await asyncio.to_thread(staff.respond, reference, "We refund £42.50 today.")

    await expect(chat.page).to_have_title(re.compile(r"^\(\d\) A shop$"))
    await expect(launcher_on(chat.page)).to_have_accessible_description(re.compile("New messages"))
    await launcher_on(chat.page).click()
    await expect(chat.page).to_have_title("A shop")


async def test_options_stand_on_the_tag(browser: Browser, ombud_url: str) -> None:
    """Label, side and language are the page owner's choice."""
    options = 'data-language="sv" data-position="left" data-label="Klaga här"'
    chat = await visit_shop(browser, ombud_url, options)
    launcher = chat.page.get_by_role("button", name="Klaga här")
    box = await launcher.bounding_box()

    assert box
    assert box["x"] < 100
    await launcher.click()
    await expect(chat.page.get_by_role("textbox", name="Skriv ditt meddelande")).to_be_visible()


async def test_chat_needs_no_script_to_show_another_way(open_page: OpenPage) -> None:
    """Without JavaScript the chat's place holds the link to the plain form."""
    page = await open_page(java_script_enabled=False)

    link = page.locator("ombud-chat").get_by_role("link")
    await expect(link).to_have_attribute("href", "/complain")
