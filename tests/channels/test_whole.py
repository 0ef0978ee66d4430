"""The channels around the real service: complaints from their first word to their rating."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from bot.assembly import assembled, migrate
from bot.background import Platforms
from bot.serving import application
from bot.settings import Settings
from channels.staff.shapes import ComplaintShape, PageShape
from channels.web.shapes import Messages
from tests.channels.conftest import STAFF, Person, is_problem
from tests.talking import PNG

STORY = "My kettle, order 12345, broke on 2 November 2025. I want my 42.50 pounds back."
Line = dict[str, Any]


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """The application as it is served, showing keys; understanding takes seconds to load."""
    tmp_path = tmp_path_factory.mktemp("whole")
    told = Settings(
        database_url=f"sqlite:///{tmp_path}/ombud.db",  # type: ignore[arg-type]  # becomes a secret
        files_dir=tmp_path / "files",
        api_tokens="Kim:staff-token",  # type: ignore[arg-type]  # becomes a secret
        public_url="https://complaints.example",
        language="keys",
        messages_per_minute=10_000,
    )
    migrate(told)
    async with assembled(told) as ombud:
        _, app = application(ombud, told, Platforms())
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=told.public_url) as client:
            yield client


async def said(person: Person, **body: object) -> list[Line]:
    """One turn's messages, in the shape that is described."""
    response = await person.say(**body)
    assert response.status_code == 200, response.text
    Messages.model_validate(response.json())
    lines: list[Line] = response.json()["messages"]
    return lines


async def lodge(person: Person) -> Line:
    """Tells a story, skips what is asked, sends: the acknowledgement."""
    lines = await said(person, text=STORY)
    for _ in range(10):
        actions = [choice["action"] for line in lines for choice in line["choices"]]
        action = "send" if "send" in actions else "skip"
        lines = await said(person, action=action)
        for line in lines:
            if line["kind"] == "acknowledgement":
                return line
    raise AssertionError("no acknowledgement came")


async def act(client: httpx.AsyncClient, reference: str, **body: object) -> dict[str, Any]:
    """An act by Kim, and the complaint after it."""
    path = f"/api/v1/complaints/{reference}/actions"
    response = await client.post(path, json=body, headers=STAFF)
    assert response.status_code == 200, response.text
    ComplaintShape.model_validate(response.json())
    after: dict[str, Any] = response.json()
    return after


async def test_a_complaint_from_its_first_word_to_its_rating(client: httpx.AsyncClient) -> None:
    """What is told in the chat stands at the desk, and what the desk does is told in the chat."""
    person = await Person.begin(client)
    receipt = await lodge(person)
    reference = receipt["reference"]
    assert len(receipt["private_code"]) == 8
    assert receipt["private_code"] in receipt["text"]
    kept = (await person.upload(PNG, "kettle.png")).json()
    id_ = str(uuid4())
    body = {"id": id_, "attachments": [kept["attachment"]], "text": "See the crack."}
    assert await said(person, **body) == await said(person, **body)
    await act(client, reference, action="take")
    await act(client, reference, action="ask", text="Which shop?")
    await said(person, text="The one in Leeds.")
    given = {"text": "Here is your money.", "finding": "upheld", "reasons": "It was faulty."}
    await act(client, reference, action="respond", **given)
    await said(person, action="accept")
    await said(person, action="5")
    await said(person, action="yes")
    await said(person, text="Well done.")
    after = await act(client, reference, action="close", reason="accepted")

    assert after["status"] == "closed"
    assert STORY in after["details"]["narrative"]
    assert (5, "yes", "Well done.") == tuple(
        after["feedback"][name] for name in ("handling", "outcome", "comment")
    )
    happened = [event["event"] for event in after["history"]]
    assert happened.count("ComplainantAdded") >= 1
    assert [kept["sha256"]] == [file["sha256"] for file in after["attachments"]]
    lines = await person.lines()
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert "⟦answer text=Here is your money.⟧" in [line["text"] for line in lines]


async def test_evidence_comes_back_as_it_was_given(client: httpx.AsyncClient) -> None:
    """Through the staff API alone."""
    person = await Person.begin(client)
    receipt = await lodge(person)
    kept = (await person.upload(PNG, "kettle.png")).json()
    await said(person, attachments=[kept["attachment"]])
    path = f"/api/v1/complaints/{receipt['reference']}/attachments/{kept['sha256']}"

    assert PNG == (await client.get(path, headers=STAFF)).content
    assert is_problem(await client.get(path, headers=person.identity), 401)
    assert is_problem(await person.upload(b"MZ\x90\x00" + bytes(60), "a.exe"), 415)
    assert is_problem(await person.upload(b"<html><script>x</script>", "a.html"), 415)


async def test_from_elsewhere_a_reference_shows_the_stage_alone(client: httpx.AsyncClient) -> None:
    """With the private code it opens everything there."""
    receipt = await lodge(await Person.begin(client))
    stranger = await Person.begin(client)
    shown = await said(stranger, text=f"What about {receipt['reference']}?")
    opened = await said(stranger, text=f"{receipt['reference']} {receipt['private_code']}")

    assert not any("kettle" in line["text"] for line in shown)
    assert "status" in [line["kind"] for line in opened]


async def test_pages_hold_the_same_dialogue(client: httpx.AsyncClient) -> None:
    """Begin, look up and read without JavaScript."""
    receipt = await lodge(await Person.begin(client))
    looked_up = {"reference": receipt["reference"], "private_code": receipt["private_code"]}
    found = await client.post("/status", data=looked_up)

    assert receipt["reference"] in found.text
    for path in ("/", "/complain", "/status", "/rights", "/docs", "/openapi.json"):
        assert (await client.get(path)).status_code == 200


async def test_a_page_of_complaints_is_as_described(client: httpx.AsyncClient) -> None:
    """Newest first, each page leading to the next."""
    references = [(await lodge(await Person.begin(client)))["reference"] for _ in range(3)]
    path, found = "/api/v1/complaints?limit=2", []
    while path:
        page = (await client.get(path, headers=STAFF)).json()
        PageShape.model_validate(page)
        found += [complaint["reference"] for complaint in page["complaints"]]
        path = page["next"] and f"/api/v1/complaints?limit=2&cursor={page['next']}"

    assert references[::-1] == found[:3]
    assert len(found) == len(set(found))
    unknown = await client.get("/api/v1/complaints?cursor=zzz", headers=STAFF)
    assert is_problem(unknown, 422)


async def test_odd_words_are_a_turn_like_any_other(client: httpx.AsyncClient) -> None:
    """Nothing that anybody types, presses or sends breaks a turn."""
    person = await Person.begin(client)
    odd = ["", " ", "\x00", "\ud800", "\u202e", "{0.__class__}", "%s", "{{7*7}}", "🙂" * 5000]
    for text in odd:
        lines = await said(person, text=text)
        assert lines
        assert not any("went_wrong" in line["text"] for line in lines)
    for action in ("", "send", "change:", "change:x", "reference:", "reference:x", "⟦", "1", "🙂"):
        lines = await said(person, action=action)
        assert not any("went_wrong" in line["text"] for line in lines)
