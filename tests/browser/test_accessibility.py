"""WCAG 2.2 AA as far as a machine can tell, in every way the pages can be shown."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import violations
from tests.browser.conftest import OpenChat, OpenPage

pytestmark = pytest.mark.browser

_ZOOMED = {"viewport": {"width": 320, "height": 256}}  # 1280 × 1024 at 400 %
_MODES: list[Any] = [
    pytest.param({}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"forced_colors": "active"}, id="forced colours"),
    pytest.param({"reduced_motion": "reduce"}, id="reduced motion"),
    pytest.param(_ZOOMED, id="400 %"),
]
_RIGHT_TO_LEFT = """() => {
  document.documentElement.dir = 'rtl';
  const root = document.querySelector('ombud-chat')?.shadowRoot.firstElementChild;
  if (root) root.dir = 'rtl';
}"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("mode", _MODES)
async def test_chat_breaks_no_rule(open_chat: OpenChat, mode: dict[str, Any]) -> None:
    """Greeting, summary and receipt pass axe, and nothing has to be scrolled sideways."""
    chat = await open_chat(**mode)
    assert [] == await violations(chat.page)
    await chat.tell_story()
    await chat.reach_check()
    assert [] == await violations(chat.page)
    await chat.choice("Send my complaint").click()
    await chat.receipt()

    assert [] == await violations(chat.page)
    assert 0 == await chat.page.evaluate(_OVERFLOW)


async def test_chat_breaks_no_rule_from_right_to_left(open_chat: OpenChat) -> None:
    """The same mirrored."""
    chat = await open_chat()
    await chat.page.evaluate(_RIGHT_TO_LEFT)
    await chat.tell_story()
    await chat.reach_check()

    assert [] == await violations(chat.page)
    assert 0 == await chat.page.evaluate(_OVERFLOW)


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("path", ["/complain", "/status", "/rights"])
async def test_pages_break_no_rule(open_page: OpenPage, path: str, mode: dict[str, Any]) -> None:
    """The pages without JavaScript pass axe and reflow."""
    page = await open_page(path, **mode)

    assert [] == await violations(page)
    assert 0 == await page.evaluate(_OVERFLOW)
    assert 1 == await page.get_by_role("heading", level=1).count()


async def test_log_keeps_a_usable_height_at_400_percent(open_chat: OpenChat) -> None:
    """Reading stays possible however small the window."""
    chat = await open_chat(**_ZOOMED)
    box = await chat.log.bounding_box()

    assert box
    assert 150 <= box["height"]


async def test_targets_are_large(open_chat: OpenChat) -> None:
    """Every button is at least 44 pixels high and wide."""
    chat = await open_chat()
    await chat.lodge()
    small = [
        await button.get_attribute("aria-label") or await button.inner_text()
        for button in await chat.page.get_by_role("button").all()
        if (box := await button.bounding_box()) and min(box["width"], box["height"]) < 44
    ]

    assert [] == small


async def test_history_is_not_read_aloud(open_chat: OpenChat) -> None:
    """After a reload the log is silent while it fills, and polite again for what is new."""
    chat = await open_chat()
    await chat.tell_story()
    await chat.page.add_init_script(
        """new MutationObserver(() => {
          const log = document.querySelector('ombud-chat')?.shadowRoot?.querySelector('[role=log]');
          if (!log || log.watched) return;
          log.watched = true;
          window.spoken = [];
          new MutationObserver(() => window.spoken.push(log.getAttribute('aria-live')))
            .observe(log, { childList: true });
        }).observe(document, { childList: true, subtree: true });"""
    )
    await chat.page.reload()
    await expect(chat.messages.first).to_be_visible()

    await expect(chat.log).not_to_have_attribute("aria-live", "off")
    spoken: list[str | None] = await chat.page.evaluate("window.spoken ?? ['off']")
    assert {"off"} == set(spoken)


async def test_typing_is_shown_only_when_it_takes_long(open_chat: OpenChat) -> None:
    """A slow answer shows that something is being done."""
    chat = await open_chat()
    dots = chat.page.locator(".typing")
    assert await dots.is_hidden()
    await chat.page.route("**/chat/messages", lambda _: None)
    await chat.say("a story that takes a while")

    await expect(dots).to_be_visible()
