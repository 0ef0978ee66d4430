"""People's words never become markup, and secrets never stand in addresses."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import OpenChat, OpenPage

pytestmark = pytest.mark.browser

_HOSTILE = [
    "<script>window.hit = 1</script> my parcel is broken",
    "<img src=x onerror='window.hit = 1'> my parcel is broken",
    "javascript:window.hit=1 my parcel is broken",
    '‮"><svg onload=window.hit=1> my parcel is broken',
]


@pytest.mark.parametrize("words", _HOSTILE)
async def test_markup_is_shown_as_it_was_typed(open_chat: OpenChat, words: str) -> None:
    """In the bubble, after a reload, and in the summary."""
    chat = await open_chat()
    await chat.say(words)
    own = chat.page.locator("article.complainant .text")
    await expect(own.first).to_have_text(words)
    await chat.page.reload()
    await expect(own.first).to_have_text(words)
    await chat.reach_check()

    assert await chat.page.evaluate("window.hit === undefined")
    assert 0 == await chat.log.locator("img, script, a[href^='javascript']").count()


async def test_markup_is_shown_as_typed_without_script(open_page: OpenPage) -> None:
    """The plain pages escape as well."""
    page = await open_page("/complain")
    await page.get_by_label("Tell us in your own words").fill(_HOSTILE[1])
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_text("The conversation so far").click()

    await expect(page.get_by_text(_HOSTILE[1])).to_be_visible()
    assert await page.evaluate("window.hit === undefined")


async def test_no_secret_stands_in_an_address(open_chat: OpenChat) -> None:
    """Token and private code go in headers and bodies only."""
    chat: Chat = await open_chat()
    addresses: list[str] = []
    chat.page.on("request", lambda request: addresses.append(request.url))
    _, code = await chat.lodge()
    token: str = await chat.page.evaluate(
        "JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith('session'))[1]).token"
    )

    assert [] == [address for address in addresses if token in address or code in address]


async def test_nothing_is_loaded_from_elsewhere(open_page: OpenPage, ombud_url: str) -> None:
    """No font, script or picture of a third party."""
    page = await open_page("/rights")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    for path in ("/", "/complain", "/status", "/rights"):
        await page.goto(ombud_url + path, wait_until="load")

    # A file kept in the page's own memory has no host.
    assert [] == [address for address in addresses if not address.startswith((ombud_url, "blob:"))]
