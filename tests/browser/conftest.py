"""A browser for each test, and pages in it that may not break a rule unnoticed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.browser.chat import Chat

OpenPage = Callable[..., Awaitable[Page]]
OpenChat = Callable[..., Awaitable[Chat]]

_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    # The page that embeds the chat comes from the test itself: a stranger to this machine.
    "--disable-features=LocalNetworkAccessChecks",
]
# What the browser says itself when a request is refused, as some tests want it to be.
_EXPECTED = "Failed to load resource"


def _chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(
            "The browser tests need Chromium: install it, on Debian by: apt install chromium"
        )
    return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium: the system's, where there is one, else Playwright's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=_SWITCHES)
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(browser: Browser, ombud_url: str) -> AsyncIterator[OpenPage]:
    """Opens a path of the server as a new person; options are those of a browser context."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            complaints.append(message.text)

    async def open_(path: str = "/", **options: Any) -> Page:
        context = await browser.new_context(**{"locale": "en-GB", **options})
        page = await context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(ombud_url + path)
        return page

    yield open_
    # Also tells what the content security policy had to block.
    assert [] == complaints


@pytest.fixture
def open_chat(open_page: OpenPage) -> OpenChat:
    """Opens the chat page as a new person and waits for the greeting."""

    async def open_(path: str = "/", **options: Any) -> Chat:
        chat = Chat(await open_page(path, **options))
        await chat.is_greeted()
        return chat

    return open_
