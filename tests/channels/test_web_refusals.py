"""What the web chat refuses, each with a problem document, and never with an error of ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.channels.conftest import Person, Web, is_problem, settings


@pytest.mark.parametrize("token", ["", "made-up", "x" * 5000, "\xff"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/chat/messages"),
        ("GET", "/chat/messages"),
        ("GET", "/chat/events"),
        ("POST", "/chat/attachments"),
    ],
)
async def test_an_unknown_token_opens_nothing(
    client: httpx.AsyncClient, method: str, path: str, token: str
) -> None:
    """Whatever else is wrong with a request, who asks is looked at first."""
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    response = await client.request(method, path, headers=headers, content=b"{nonsense")

    assert is_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Bearer", ""])
async def test_only_bearers_are_let_in(person: Person, scheme: str) -> None:
    """A token counts in its scheme alone, never in an address."""
    headers = {"Authorization": scheme.format(person.token)}
    path = f"/chat/messages?token={person.token}&access_token={person.token}"

    assert is_problem(await person.client.get(path, headers=headers), 401)


WRONG_SHAPES = [
    {},
    {"id": "1", "text": "x"},
    {"id": 7, "text": "x"},
    {"text": "x"},
    {"id": None, "text": "x"},
    {"id": "UUID"},
    {"id": "UUID", "text": 7},
    {"id": "UUID", "text": None},
    {"id": "UUID", "text": ["x"]},
    {"id": "UUID", "text": "x", "action": "skip"},
    {"id": "UUID", "action": "skip", "attachments": ["a"]},
    {"id": "UUID", "action": "x" * 201},
    {"id": "UUID", "attachments": []},
    {"id": "UUID", "attachments": "a"},
    {"id": "UUID", "attachments": ["a"] * 101},
    {"id": "UUID", "attachments": [{}]},
    {"id": "UUID", "text": "x", "surprise": 1},
    {"id": "UUID\n", "text": "x"},
    [],
    "x",
    7,
    None,
]


@pytest.mark.parametrize("body", WRONG_SHAPES, ids=str)
async def test_a_wrong_shape_is_told(person: Person, body: object) -> None:
    """A message is exactly one of the three forms."""
    if isinstance(body, dict) and isinstance(body.get("id"), str):
        body = body | {"id": body["id"].replace("UUID", str(uuid4()))}
    headers = {**person.identity, "Content-Type": "application/json"}
    content = json.dumps(body)
    response = await person.client.post("/chat/messages", content=content, headers=headers)

    assert is_problem(response, 422)


MALFORMED = {
    "nothing": b"",
    "half": b'{"id": ',
    "no UTF-8": b'{"id": "\xff\xfe"}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "huge number": b'{"id": ' + b"9" * 10_000 + b"}",
    "text": b"hello",
    "UTF-16 cut": "{}".encode("utf-16")[:-1],
    "NUL": b"\x00",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_no_json_is_malformed(person: Person, body: bytes) -> None:
    """Broken, binary and endless bodies are refused without harm."""
    headers = {**person.identity, "Content-Type": "application/json"}
    response = await person.client.post("/chat/messages", content=body, headers=headers)

    assert is_problem(response, 400)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "a"])
async def test_only_json_is_read(person: Person, media_type: str) -> None:
    """A body that is not said to be JSON is refused, so that no plain form can send it."""
    headers = {**person.identity, "Content-Type": media_type}
    body = b'{"id": "%b", "text": "x"}' % str(uuid4()).encode()
    response = await person.client.post("/chat/messages", content=body, headers=headers)

    assert is_problem(response, 415)


async def test_a_large_body_is_refused_before_it_is_read(person: Person) -> None:
    """More than a mebibyte is too much, announced or not."""

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    headers = {**person.identity, "Content-Type": "application/json"}
    announced = await person.say(text="x" * 1_048_576)
    chunked = await person.client.post("/chat/messages", content=drops(), headers=headers)
    lied = {**headers, "Content-Length": "10"}
    understated = await person.client.post("/chat/messages", content=drops(), headers=lied)

    for response in (announced, chunked, understated):
        assert is_problem(response, 413)


async def test_a_body_that_never_ends_is_not_waited_for(web: Web) -> None:
    """Drops that come too slowly end in 408."""
    web = Web(settings(patience_seconds=0.02))

    async def drip() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    async with web.client() as client:
        headers = {"Content-Type": "application/json"}
        response = await client.post("/chat/conversations", content=drip(), headers=headers)

    assert is_problem(response, 408)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/chat/messages/", 404),
        ("PUT", "/chat/messages", 405),
        ("DELETE", "/chat/conversations", 405),
        ("TRACE", "/chat/messages", 405),
        ("GET", "/%00", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e%2fapp.py", 404),
        ("POST", "/widget.js", 405),
    ],
)
async def test_every_error_is_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    """Also those that no route of ours answers."""
    response = await client.request(method, path)

    assert is_problem(response, status)
    assert status != 405 or response.headers["allow"]
