"""The web chat over HTTP: what contract §2 promises, and what it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from bot.dialogue.messages import TEXT_LIMIT
from channels.web.tokens import address_of
from tests.channels.conftest import LANGUAGES, Person, Web, settings
from tests.channels.twin import CODE, REFERENCE

MESSAGE_KEYS = {"seq", "from", "kind", "text", "ask", "choices", "reference", "at"}


def is_problem(response: httpx.Response, status: int) -> bool:
    """Whether the answer is a problem document that tells this status."""
    told = response.json()
    return (
        response.status_code == status == told["status"]
        and response.headers["content-type"] == "application/problem+json"
        and {"type", "title", "status", "detail"} == set(told)
        and all(isinstance(told[key], str) and told[key] for key in ("type", "title", "detail"))
    )


async def test_a_conversation_begins_with_its_greeting(client: httpx.AsyncClient) -> None:
    """Beginning gives a token and the greeting, also without a body."""
    response = await client.post("/chat/conversations")

    assert response.status_code == 201
    assert set(response.json()) == {"conversation", "token", "messages"}
    (greeting,) = response.json()["messages"]
    assert MESSAGE_KEYS == set(greeting)
    assert ("bot", "text", "narrative", 1) == tuple(
        greeting[key] for key in ("from", "kind", "ask", "seq")
    )
    assert greeting["at"] == "2026-11-23T10:42:07+00:00"


@pytest.mark.parametrize(
    ("wished", "given"),
    [("sv", "sv"), ("sv-FI", "sv"), ("SV", "sv"), ("xx", "en"), ("keys", "en"), (None, "en")],
)
async def test_an_unknown_language_falls_back(
    client: httpx.AsyncClient, web: Web, wished: str | None, given: str
) -> None:
    """Only languages that people speak are handed on."""
    await client.post("/chat/conversations", json={"language": wished})

    (conversation,) = web.twin.conversations.values()
    assert given == conversation.language


async def test_the_store_holds_no_token(person: Person, web: Web) -> None:
    """An address is the hash of its token, and the token has 256 bits."""
    (address,) = web.twin.conversations

    assert address_of(person.token) == address
    assert person.token not in address.key
    assert len(person.token) == 43


async def test_a_message_is_answered(person: Person) -> None:
    """The answer holds what the bot says in that turn, and nothing else."""
    response = await person.say(text="It broke.")

    assert response.status_code == 200
    (answer,) = response.json()["messages"]
    assert answer["text"] == "You said: It broke."
    assert answer["choices"] == [{"label": "Skip", "action": "skip"}]


async def test_a_button_is_an_action(person: Person, web: Web) -> None:
    """A pressed button arrives as its action."""
    await person.say(action="skip")

    assert ("skip", "") == (web.twin.received[0].action, web.twin.received[0].text)


async def test_the_same_id_takes_no_second_turn(person: Person, web: Web) -> None:
    """A message that is sent again gets the same messages."""
    id_ = str(uuid4())
    first = await person.say(id=id_, text="It broke.")
    again = await person.say(id=id_, text="It broke.")

    assert first.json() == again.json()
    assert len(web.twin.received) == 1


async def test_an_id_with_other_content_is_refused(person: Person) -> None:
    """The same id for something else is a conflict."""
    id_ = str(uuid4())
    await person.say(id=id_, text="It broke.")

    assert is_problem(await person.say(id=id_, text="It sank."), 409)


async def test_an_acknowledgement_carries_reference_and_code(person: Person) -> None:
    """Both stand beside the text."""
    response = await person.say(text="lodge")

    (answer,) = response.json()["messages"]
    assert (REFERENCE, CODE) == (answer["reference"], answer["private_code"])
    assert answer["kind"] == "acknowledgement"


async def test_polling_shows_the_whole_conversation(person: Person) -> None:
    """The person's own words come too, with their id, so that a second tab shows everything."""
    id_ = str(uuid4())
    await person.say(id=id_, text="It broke.")
    lines = await person.lines(after=1)

    assert [("complainant", id_), ("bot", None)] == [
        (line["from"], line.get("id")) for line in lines
    ]
    assert [3] == [line["seq"] for line in await person.lines(after=2)]
    assert [] == await person.lines(after=3)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "99999999999999999999", ""])
async def test_a_number_that_is_none_is_refused(person: Person, after: str) -> None:
    """`after` is a whole number from 0 that a database can hold."""
    response = await person.client.get(f"/chat/messages?after={after}", headers=person.identity)

    assert is_problem(response, 422)


async def test_files_go_with_the_next_message(person: Person, web: Web) -> None:
    """An upload is told of, and named by the message that sends it."""
    kept = await person.upload(b"photo", "broken.txt")
    assert kept.status_code == 201
    assert {"attachment", "name", "type", "size", "sha256"} == set(kept.json())
    id_ = str(uuid4())
    body = {"id": id_, "attachments": [kept.json()["attachment"]], "text": "See photo."}
    first = await person.say(**body)
    again = await person.say(**body)

    assert first.status_code == 200
    assert first.json() == again.json()
    (received,) = web.twin.received
    assert ["broken.txt"] == [file.name for file in received.attachments]
    assert [["broken.txt"]] == [
        [file["name"] for file in line["attachments"]]  # type: ignore[attr-defined]  # JSON
        for line in await person.lines()
        if "attachments" in line
    ]


async def test_files_of_others_are_not_there(person: Person) -> None:
    """An id that was never given out in this conversation sends nothing."""
    stranger = await Person.begin(person.client)
    kept = (await stranger.upload(b"photo")).json()["attachment"]

    for id_ in (kept, "made-up", ""):
        assert is_problem(await person.say(attachments=[id_]), 404)


@pytest.mark.parametrize(
    ("content", "status"), [(b"x" * 1001, 413), (b"x" * 70_000, 413), (b"MZ\x90", 415)]
)
async def test_files_that_are_not_kept_say_why(person: Person, content: bytes, status: int) -> None:
    """Too large and not accepted are told apart."""
    assert is_problem(await person.upload(content), status)


async def test_there_is_an_end_to_files(person: Person) -> None:
    """One more than the number is a conflict."""
    assert [201, 201, 409] == [(await person.upload(str(n).encode())).status_code for n in range(3)]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 422),
        (b"", "multipart/form-data", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 422),
        (
            b"--x\r\nContent-Disposition: nonsense\r\n\r\n--x--",
            "multipart/form-data; boundary=x",
            400,
        ),
        (b"{}", "application/json", 415),
        (b"file=abc", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_an_upload_is_one_file_in_a_form(
    person: Person, body: bytes, media_type: str, status: int
) -> None:
    """Anything else is refused."""
    headers = {**person.identity, "Content-Type": media_type}
    response = await person.client.post("/chat/attachments", content=body, headers=headers)

    assert is_problem(response, status)


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


async def test_a_long_text_is_for_the_dialogue(person: Person) -> None:
    """The limit of a message is answered in the turn."""
    response = await person.say(text="x" * (TEXT_LIMIT + 1))

    assert [200, "too long"] == [response.status_code, response.json()["messages"][0]["text"]]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("tab\tnew\nline\r\nand\rold", "tab\tnew\nline\nand\nold"),
        ("half \ud83d emoji \udc00", "half \ufffd emoji \ufffd"),
        ("whole \U0001f600", "whole \U0001f600"),
        ("code \ue0c0 mark", "code  mark"),
        ("\u202egnal\u202c \u2068x\u2069 \u200b", "\u202egnal\u202c \u2068x\u2069 \u200b"),
        ("<script>{{7*7}}%s${x}'; DROP TABLE--", "<script>{{7*7}}%s${x}'; DROP TABLE--"),
        ("e" + "\u0301" * 1000, "e" + "\u0301" * 1000),
    ],
)
async def test_texts_are_cleaned_predictably(
    person: Person, web: Web, typed: str, kept: str
) -> None:
    """What nobody types goes; what anybody may write stays as it is."""
    response = await person.say(text=typed)

    assert response.status_code == 200
    assert kept == web.twin.received[0].text


async def test_an_error_of_ours_tells_nothing(
    person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fails unexpectedly is logged without people's words, and told without details."""
    response = await person.say(text="boom")

    assert is_problem(response, 500)
    assert "boom" not in response.text
    logged = capsys.readouterr().out
    assert "ZeroDivisionError" in logged
    assert "boom" not in logged.replace("twin.py", "")


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


async def test_strings_are_the_widgets_texts(client: httpx.AsyncClient) -> None:
    """In the language asked for, placeholders unfilled."""
    told = (await client.get("/chat/strings?language=sv-SE")).json()

    assert {"strings", "language", "dir"} == set(told)
    assert ("sv", "ltr") == (told["language"], told["dir"])
    assert all(key.startswith("widget.") for key in told["strings"])
    assert told["strings"]["widget.unread"] == LANGUAGES["sv"].texts["widget.unread"]
    fallback = await client.get("/chat/strings?language=xx")
    assert fallback.json()["language"] == "en"


async def test_with_keys_everything_shows_keys() -> None:
    """No wish overrides the organisation's `keys`."""
    web = Web(settings(default_language="keys"))
    async with web.client() as client:
        told = (await client.get("/chat/strings?language=sv")).json()

    assert told["language"] == "keys"
    assert told["strings"]["widget.send"] == "⟦widget.send⟧"
