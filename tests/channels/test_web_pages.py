"""The pages: server-rendered, the same dialogue one question per page, nothing run as markup."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from uuid import uuid4

import httpx
import pytest

from tests.channels.conftest import Web, settings
from tests.channels.twin import REFERENCE

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def web() -> Web:
    """Shows keys, so that no wording matters."""
    return Web(settings(default_language="keys"))


@pytest.fixture
async def browser(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without JavaScript."""
    async with web.client() as client:
        yield client


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field's value."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])


async def answer(browser: httpx.AsyncClient, page: httpx.Response, **filled: str) -> httpx.Response:
    """Fills the form in and sends it."""
    fields = {"token": hidden(page, "token"), "id": hidden(page, "id"), "text": "", **filled}
    return await browser.post(page.request.url.path, data=fields)


@pytest.mark.parametrize("path", ["/", "/complain", "/status", "/rights"])
async def test_pages_are_html(browser: httpx.AsyncClient, path: str) -> None:
    """Each has its words, its language and no secret in any address."""
    page = await browser.get(path)

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="' in page.text
    assert "Acme &lt;b&gt;&amp; Sons&lt;/b&gt;" in page.text
    assert not re.search(r'(href|src|action)="[^"]*token', page.text)
    assert not re.search(r"(href|src)=\"(https?:)?//", page.text)
    assert "<style" not in page.text
    assert "style=" not in page.text
    assert not re.search(r"<script(?! type=\"module\" async src=\"/widget.js\">)", page.text)
    assert not re.search(r"\son\w+=", page.text)


@pytest.mark.parametrize("path", ["/", "/status", "/rights"])
async def test_pages_answer_to_head(browser: httpx.AsyncClient, path: str) -> None:
    """HEAD works and has no body."""
    page = await browser.head(path)

    assert (200, b"") == (page.status_code, page.content)


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "sv-SE,sv;q=0.9,en;q=0.5", "sv"),
        ("/", "de;q=nonsense,en;q=0.1,sv;q=0.7", "sv"),
        ("/", "xx, *;q=0.5", "en"),
        ("/", "", "en"),
        ("/?language=sv", "en", "sv"),
        ("/?language=xx", "sv", "sv"),
    ],
)
async def test_pages_speak_the_readers_language(path: str, accepted: str, language: str) -> None:
    """The wish in the address comes first, then what the browser accepts."""
    async with Web(settings()).client() as client:
        page = await client.get(path, headers={"Accept-Language": accepted})

    assert f'<html lang="{language}"' in page.text


async def test_a_complaint_is_told_without_javascript(browser: httpx.AsyncClient, web: Web) -> None:
    """Text, buttons and files travel as in the chat."""
    page = await browser.get("/complain")
    assert "Hello." in page.text
    page = await answer(browser, page, text="It broke.")
    assert "You said: It broke." in page.text
    page = await answer(browser, page, action="skip")
    assert "You said: skip" in page.text
    fields = {"token": hidden(page, "token"), "id": hidden(page, "id"), "text": "See this."}
    files = {"file": ("../broken.txt", b"photo")}
    page = await browser.post("/complain", data=fields, files=files)
    assert "You said: See this." in page.text
    page = await answer(browser, page, text="lodge")
    assert REFERENCE in page.text
    assert "7777KKKK" in page.text

    said = [(message.text, message.action) for message in web.twin.received]
    assert [("It broke.", None), ("", "skip"), ("See this.", None), ("lodge", None)] == said
    assert ["broken.txt"] == [file.name for file in web.twin.received[2].attachments]


async def test_a_form_sent_twice_counts_once(browser: httpx.AsyncClient, web: Web) -> None:
    """Loading a page again takes no second turn; going back and changing is told."""
    first = await browser.get("/complain")
    page = await answer(browser, first, text="It broke.")
    again = await answer(browser, first, text="It broke.")
    changed = await answer(browser, first, text="It sank.")

    assert len(web.twin.received) == 1
    assert "You said: It broke." in page.text
    assert "You said: It broke." in again.text
    assert "page.stale" not in again.text
    assert "page.stale" in changed.text
    assert ">It sank.</textarea>" in changed.text


async def test_an_unknown_token_begins_anew(browser: httpx.AsyncClient, web: Web) -> None:
    """The person is told, and their words stay in the box."""
    page = await browser.post("/complain", data={"token": "made-up", "text": "It broke."})

    assert page.status_code == 200
    assert "page.restarted" in page.text
    assert ">It broke.</textarea>" in page.text
    assert "made-up" not in page.text
    assert web.twin.received == []
    assert "You said: It broke." in (await answer(browser, page, text="It broke.")).text


async def test_nothing_filled_in_is_told(browser: httpx.AsyncClient, web: Web) -> None:
    """An empty form asks again."""
    page = await browser.get("/complain")
    page = await answer(browser, page, text="  \n")

    assert "page.empty" in page.text
    assert web.twin.received == []


async def test_words_beside_a_pressed_button_stay(browser: httpx.AsyncClient) -> None:
    """They were not said, so they are still in the box."""
    page = await browser.get("/complain")
    page = await answer(browser, page, text="Wait, also", action="skip")

    assert "You said: skip" in page.text
    assert ">Wait, also</textarea>" in page.text


@pytest.mark.parametrize(
    ("content", "problem"), [(b"x" * 1001, "widget.file_413"), (b"MZ", "widget.file_415")]
)
async def test_a_refused_file_keeps_the_words(
    browser: httpx.AsyncClient, web: Web, content: bytes, problem: str
) -> None:
    """What is wrong with the file is told at its field, and nothing is sent yet."""
    page = await browser.get("/complain")
    fields = {"token": hidden(page, "token"), "id": hidden(page, "id"), "text": "See this."}
    page = await browser.post("/complain", data=fields, files={"file": ("a.bin", content)})

    assert problem in page.text
    assert 'href="#file"' in page.text
    assert ">See this.</textarea>" in page.text
    assert web.twin.received == []
    page = await answer(browser, page, text="See this.")
    assert "You said: See this." in page.text


async def test_people_are_shown_as_text(browser: httpx.AsyncClient) -> None:
    """Nothing that anybody typed becomes markup, wherever it is shown."""
    page = await browser.get("/complain")
    page = await answer(browser, page, text=XSS)
    stale = await browser.post(
        "/complain", data={"token": XSS, "id": XSS, "text": f"</textarea>{XSS}", "action": ""}
    )
    status = await browser.get(f'/status?reference="><script>{XSS}')
    unsaid = await answer(browser, page, text=XSS, action="javascript:alert(1)")

    for shown in (page, stale, status, unsaid):
        assert "<script>" not in shown.text
        assert "<img" not in shown.text


async def test_a_status_is_looked_up_by_reference_and_code(
    browser: httpx.AsyncClient, web: Web
) -> None:
    """Both go into one message of a new conversation, which then goes on."""
    page = await browser.get(f"/status?reference={REFERENCE}")
    assert REFERENCE in page.text
    filled = {"reference": REFERENCE, "private_code": "7777 KKKK"}
    page = await browser.post("/status", data=filled)
    assert f"You said: {REFERENCE} 7777 KKKK" in page.text
    page = await answer(browser, page, text="Thanks.")

    assert "You said: Thanks." in page.text
    said = [message.action or message.text for message in web.twin.received]
    assert ["status", f"{REFERENCE} 7777 KKKK", "Thanks."] == said


async def test_a_status_needs_a_reference(browser: httpx.AsyncClient, web: Web) -> None:
    """Without one nothing is begun."""
    page = await browser.post("/status", data={"private_code": "77777777"})

    assert "page.reference_missing" in page.text
    assert web.twin.conversations == {}


async def test_too_many_forms_are_slowed(web: Web) -> None:
    """Past the limit the page says so, and keeps the words."""
    web = Web(settings(default_language="keys", messages_per_minute=2))
    async with web.client() as browser:
        page = await browser.get("/complain")
        for n in range(3):
            page = await answer(browser, page, text=f"Word {n}")

    assert page.status_code == 429
    assert int(page.headers["retry-after"]) >= 1
    assert "page.slow_down" in page.text
    assert ">Word 2</textarea>" in page.text


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"--x\r\n", "multipart/form-data", 400),
        (b"&".join(b"a=%d" % n for n in range(100)), "application/x-www-form-urlencoded", 400),
        (b"x" * 2_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
@pytest.mark.parametrize("path", ["/complain", "/status"])
async def test_what_is_no_form_is_refused(
    browser: httpx.AsyncClient, path: str, body: bytes, media_type: str, status: int
) -> None:
    """Other bodies are problem documents, as everywhere."""
    headers = {"Content-Type": media_type}
    response = await browser.post(path, content=body, headers=headers)

    assert status == response.status_code == response.json()["status"]


async def test_odd_fields_do_no_harm(browser: httpx.AsyncClient) -> None:
    """Files where texts belong, texts where files belong, ids that are none."""
    files = {"token": ("a", b"b"), "text": ("a", b"b"), "action": ("a", b"b")}
    odd = await browser.post("/complain", files=files, data={"file": "x", "id": str(uuid4())})
    latin = await browser.post(
        "/complain",
        content=b"text=%FF%00%ED%A0%80&token=%FF&id=%00",
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
    )

    assert [200, 200] == [odd.status_code, latin.status_code]


async def test_rights_are_shown_in_sections(browser: httpx.AsyncClient) -> None:
    """Each with its heading, its place on the page and its paragraphs."""
    page = await browser.get("/rights")

    assert 'href="#where"' in page.text
    assert '<section id="where"' in page.text
    assert page.text.count("<p>") >= 2
