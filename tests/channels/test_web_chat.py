"""The web chat over HTTP: what contract §2 promises, and what it refuses."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from bot.dialogue.messages import TEXT_LIMIT
from channels.web.tokens import address_of
from tests.channels.conftest import LANGUAGES, Person, Web, is_problem, settings
from tests.channels.twin import CODE, REFERENCE

MESSAGE_KEYS = {"seq", "from", "kind", "text", "ask", "choices", "reference", "at"}


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
