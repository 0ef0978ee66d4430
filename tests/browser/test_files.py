"""Evidence: chosen, dropped, cancelled and refused."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.browser.conftest import OpenChat

pytestmark = pytest.mark.browser

# The smallest picture there is: types are told by content.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
_PHOTO = FilePayload(name="the box.png", mimeType="image/png", buffer=_PNG)
_PROGRAM = FilePayload(
    name="tool.exe", mimeType="application/octet-stream", buffer=b"MZ" + b"\0" * 600
)


async def test_a_file_is_uploaded_and_sent(open_chat: OpenChat) -> None:
    """It is sent with the next message, and stands in the conversation by its name."""
    chat = await open_chat()
    await chat.tell_story()
    await chat.page.locator("input[type=file]").set_input_files([_PHOTO])
    await expect(chat.page.get_by_text("Ready to send")).to_be_visible()
    await chat.page.get_by_role("button", name="Send", exact=True).click()

    await expect(chat.messages.filter(has_text="the box.png").first).to_be_visible()
    await expect(chat.page.get_by_text("Ready to send")).to_have_count(0)
    await chat.page.reload()
    await expect(chat.page.locator("article.complainant", has_text="the box.png")).to_be_visible()


async def test_an_upload_shows_its_progress_and_can_be_cancelled(open_chat: OpenChat) -> None:
    """While a file is on its way there is a bar with its name and a button that stops it."""
    chat = await open_chat()
    await chat.page.route("**/chat/attachments", lambda _: None)
    await chat.page.locator("input[type=file]").set_input_files([_PHOTO])
    bar = chat.page.get_by_role("progressbar", name="the box.png")
    await expect(bar).to_be_visible()
    await chat.page.get_by_role("button", name="Remove the box.png").click()

    await expect(bar).to_have_count(0)
    assert "Write your message" == await chat.focused()


async def test_a_message_waits_for_its_files(open_chat: OpenChat) -> None:
    """Sent too early, it goes as soon as the upload is done."""
    chat = await open_chat()
    await chat.tell_story()
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await chat.page.route("**/chat/attachments", hold)
    await chat.page.locator("input[type=file]").set_input_files([_PHOTO])
    await chat.say("here it is")
    await expect(chat.status).to_contain_text("as soon as the files are uploaded")
    await held[0].continue_()

    sent = chat.page.locator("article.complainant", has_text="here it is")
    await expect(sent).to_contain_text("the box.png")


async def test_a_refused_file_says_why(open_chat: OpenChat) -> None:
    """A program is no evidence: the file is named with the reason, the conversation goes on."""
    chat = await open_chat()
    await chat.tell_story()
    await chat.page.locator("input[type=file]").set_input_files([_PROGRAM])

    row = chat.page.get_by_role("listitem").filter(has_text="tool.exe")
    await expect(row).to_contain_text("this type of file is not accepted")
    await chat.page.get_by_role("button", name="Remove tool.exe").click()
    await expect(row).to_have_count(0)


async def test_a_failed_upload_can_be_tried_again(open_chat: OpenChat) -> None:
    """Without connection the file stays with a button instead of being lost."""
    chat = await open_chat()
    await chat.page.route("**/chat/attachments", lambda route: route.abort(), times=1)
    await chat.page.locator("input[type=file]").set_input_files([_PHOTO])
    await chat.page.get_by_role("button", name="Try again").click()

    await expect(chat.page.get_by_text("Ready to send")).to_be_visible()


async def test_a_file_can_be_dropped(open_chat: OpenChat) -> None:
    """Anywhere on the chat."""
    chat = await open_chat()
    await chat.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['It was raining.'], 'notes.txt', { type: 'text/plain' }));
          const log = document.querySelector('ombud-chat').shadowRoot.querySelector('[role=log]');
          log.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
        }"""
    )

    row = chat.page.get_by_role("listitem").filter(has_text="notes.txt")
    await expect(row).to_contain_text("Ready to send")
