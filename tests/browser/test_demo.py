"""The demo's page in Chromium: one person complains, another answers, both on one page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.chat import Chat
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

_CODE = "from bot.commands.demo import app; app()"
_ROOT = Path(__file__).parents[2]
_WITHIN = 20_000  # milliseconds, on a machine that is busy with other tests


@pytest.fixture(scope="module")
def ombud_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo as its command runs it."""
    folder = tmp_path_factory.mktemp("demo")
    command = (sys.executable, "-c", _CODE, "--port", "0", "--no-browser", "--keep")
    with subprocess.Popen(
        command, cwd=folder, env={"PYTHONPATH": str(_ROOT)}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].removesuffix("/demo")
        process.terminate()


async def opened(open_page: OpenPage, **options: Any) -> Page:
    """The page once the past is there, and its newest card is open."""
    page = await open_page("/demo", **options)
    await expect(page.get_by_text("counted now from the events")).to_be_visible(timeout=_WITHIN)
    await expect(page.locator(".card[open]")).to_have_count(1, timeout=_WITHIN)
    return page


def card(page: Page, words: str) -> Locator:
    """The card about that, once it is open."""
    return page.locator(".card[open]").filter(has_text=words)


async def test_a_complaint_goes_round(open_page: OpenPage) -> None:
    """Told on the left, taken and answered in the middle, read on the left."""
    page = await opened(open_page)
    chat = Chat(page)
    await chat.is_greeted()
    await chat.lodge()
    mine = card(page, "the driver just laughed")
    await mine.get_by_role("button", name="Take it").click(timeout=_WITHIN)
    await expect(mine.get_by_role("button", name="Hand over…")).to_be_visible(timeout=_WITHIN)
    await mine.get_by_role("button", name="Reply…").click()
    form = page.get_by_role("dialog", name="Reply")
    await form.get_by_role("button", name="Send to complainant").click()
    await expect(form.get_by_text("Please fill this in.")).to_be_visible()
    await form.get_by_label("Your words to the complainant").fill("Your <b>money</b> comes.")
    await form.get_by_role("button", name="Show what they will see").click()
    await expect(form.locator(".b-text", has_text="Your <b>money</b> comes.")).to_be_visible()
    await form.get_by_role("button", name="Send to complainant").click()
    await expect(form).to_be_hidden(timeout=_WITHIN)
    await expect(chat.log.get_by_text("Your <b>money</b> comes.")).to_be_visible(timeout=_WITHIN)


async def test_it_works_by_keyboard(open_page: OpenPage) -> None:
    """A menu opens by Enter, a form closes by Escape and nothing has happened."""
    page = await opened(open_page)
    menu = page.locator(".card[open] summary").get_by_text("Snooze")
    await menu.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Pick a date…").focus()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Snooze")
    await expect(form).to_be_visible(timeout=_WITHIN)
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden(timeout=_WITHIN)


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param({}, id="light"),
        pytest.param({"color_scheme": "dark"}, id="dark"),
        pytest.param({"viewport": {"width": 360, "height": 740}}, id="phone"),
    ],
)
async def test_everybody_can_use_it(open_page: OpenPage, mode: dict[str, Any]) -> None:
    """WCAG as far as a machine can tell, and nothing to be scrolled sideways."""
    page = await opened(open_page, reduced_motion="reduce", **mode)
    assert [] == await violations(page)
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert 0 == await page.evaluate(width)
    await page.get_by_role("button", name="Log a complaint…").click()
    await expect(page.get_by_role("dialog")).to_be_visible(timeout=_WITHIN)
    assert [] == await violations(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden(timeout=_WITHIN)
