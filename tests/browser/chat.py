"""What a person does in the chat, whatever the order of its questions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

STORY = (
    "My parcel 48213 arrived smashed on 17 November 2026 and the driver just laughed. "
    "I want my £42.50 back"
)
_AWAY = ("Skip", "Later", "In this chat")
_MOST_QUESTIONS = 8

_FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.ariaLabel || element?.placeholder || element?.textContent.trim() || '';
}"""


@dataclass(frozen=True)
class Chat:
    """The chat on a page, seen from outside: roles and names only."""

    page: Page

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Write your message")

    @property
    def log(self) -> Locator:
        """Everything that was said."""
        return self.page.get_by_role("log")

    @property
    def messages(self) -> Locator:
        """One for each thing that was said."""
        return self.log.get_by_role("article")

    @property
    def status(self) -> Locator:
        """The line above the box that tells how things stand."""
        return self.page.locator(".panel > .status")

    @property
    def choices(self) -> Locator:
        """The buttons that answer the last message."""
        return self.page.get_by_role("group", name="Answers you can choose").get_by_role("button")

    def choice(self, *names: str) -> Locator:
        """The choice of this name, or of any of them."""
        exact = re.compile(f"^({'|'.join(map(re.escape, names))})$")
        group = self.page.get_by_role("group", name="Answers you can choose")
        return group.get_by_role("button", name=exact)

    async def is_greeted(self) -> None:
        """The conversation has begun."""
        await expect(self.choice("Make a complaint")).to_be_visible()

    async def say(self, text: str) -> None:
        """Writes and sends."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def tell_story(self) -> None:
        """The first message, and the bot's question after it."""
        await self.say(STORY)
        await expect(self.choice(*_AWAY, "Send my complaint").first).to_be_visible()

    async def reach_check(self) -> None:
        """Leaves every question open until the summary is shown."""
        for _ in range(_MOST_QUESTIONS):
            await expect(self.choice(*_AWAY, "Send my complaint").first).to_be_visible()
            if await self.choice("Send my complaint").is_visible():
                return
            count = await self.messages.count()
            await self.choice(*_AWAY).first.click()
            await expect(self.messages.nth(count + 1)).to_be_visible()
        raise AssertionError("the summary never came")

    async def lodge(self) -> tuple[str, str]:
        """A whole complaint; returns reference and private code."""
        await self.tell_story()
        await self.reach_check()
        await self.choice("Send my complaint").click()
        return await self.receipt()

    async def receipt(self) -> tuple[str, str]:
        """Reference and private code as they stand on the receipt."""
        terms = self.log.locator("dd")
        await expect(terms).to_have_count(2)
        reference, code = await terms.all_inner_texts()
        return reference, code

    async def focused(self) -> str:
        """The name of what has the focus, also within the chat."""
        name: str = await self.page.evaluate(_FOCUSED)
        return name

    async def tab_to(self, *names: str, key: str = "Tab") -> None:
        """Moves the focus by keyboard alone."""
        for _ in range(30):
            if await self.focused() in names:
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"no way to {names} by {key}; at {await self.focused()!r}")
