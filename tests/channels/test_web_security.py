"""Headers, origins, limits and files: what browsers and networks are held to."""

from __future__ import annotations

import gzip
from ipaddress import ip_network

import httpx
import pytest
from fastapi import Request

from bot.cleaning import LONGEST_NAME, shown_name
from bot.errors import TooMany
from bot.rates import Rates
from channels.web.clients import client_of
from tests.channels.conftest import (
    EMBEDDER,
    ORIGIN,
    STAFF,
    Clock,
    Person,
    Web,
    is_problem,
    settings,
)

HOSTILE = ["https://evil.example", "null", "https://complaints.example.evil.example", "x"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/rights"),
        ("GET", "/status"),
        ("GET", "/complain"),
        ("GET", "/chat/strings"),
        ("POST", "/chat/conversations"),
        ("GET", "/chat/messages"),
        ("GET", "/api/v1/complaints"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/nothing"),
        ("PUT", "/"),
    ],
)
async def test_every_answer_is_guarded(client: httpx.AsyncClient, method: str, path: str) -> None:
    """Pages, answers and errors forbid what they don't need; no cookie is ever set."""
    headers = (await client.request(method, path)).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "nosniff" == headers["x-content-type-options"]
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "no-store" == headers["cache-control"]
    assert "same-origin" == headers["cross-origin-opener-policy"]
    assert "DENY" == headers["x-frame-options"]
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize("origin", [ORIGIN, EMBEDDER, EMBEDDER.upper()])
async def test_known_origins_may_use_the_chat(client: httpx.AsyncClient, origin: str) -> None:
    """Their pages may read the answers, without credentials."""
    headers = {"Origin": origin}
    response = await client.post("/chat/conversations", headers=headers)
    asked = {**headers, "Access-Control-Request-Method": "POST"}
    preflight = await client.options("/chat/messages", headers=asked)

    assert response.status_code == 201
    assert preflight.status_code == 204
    for answer in (response, preflight):
        assert origin == answer.headers["access-control-allow-origin"]
        assert "Origin" in answer.headers["vary"]
        assert "access-control-allow-credentials" not in answer.headers
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "last-event-id"))


@pytest.mark.parametrize("origin", HOSTILE)
async def test_other_origins_may_not(person: Person, origin: str, web: Web) -> None:
    """A foreign page can neither send nor read, whatever Host says."""
    headers = {"Origin": origin, "Host": origin.removeprefix("https://")}
    posts = [
        await person.client.post("/chat/conversations", headers=headers),
        await person.client.post(
            "/chat/messages", headers=headers | person.identity, json={"id": "x", "text": "x"}
        ),
        await person.client.options("/chat/messages", headers=headers),
    ]
    read = await person.client.get("/chat/messages", headers=headers | person.identity)

    for response in posts:
        assert is_problem(response, 403)
    for response in (*posts, read):
        assert "access-control-allow-origin" not in response.headers
    assert len(web.twin.conversations) == 1


async def test_a_page_of_ours_by_another_name_may(client: httpx.AsyncClient) -> None:
    """Browsers alone say that a request comes from the same origin: that is believed."""
    headers = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}

    assert (await client.post("/chat/conversations", headers=headers)).status_code == 201


async def test_errors_can_be_read_by_embedding_pages(client: httpx.AsyncClient) -> None:
    """Also a refusal made before any route allows the origin to see why."""
    response = await client.post(
        "/chat/conversations", headers={"Origin": EMBEDDER}, content=b" " * 2_000_000
    )

    assert is_problem(response, 413)
    assert EMBEDDER == response.headers["access-control-allow-origin"]


async def test_the_staff_api_is_for_no_other_page(client: httpx.AsyncClient) -> None:
    """The chat's origins have no say there."""
    response = await client.get("/api/v1/complaints", headers={**STAFF, "Origin": EMBEDDER})

    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", ["/widget.js", "/static/widget.js", "/static/page.css"])
async def test_files_are_small_and_kept(client: httpx.AsyncClient, path: str) -> None:
    """They are compressed, revalidated, and may be loaded by any page."""
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    packed = await client.get(path, headers={"Accept-Encoding": "gzip, br"})
    known = {"If-None-Match": plain.headers["etag"]}
    again = await client.get(path, headers=known)
    head = await client.head(path)

    assert plain.content == packed.content
    assert "gzip" == packed.headers["content-encoding"]
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))
    assert (304, b"") == (again.status_code, again.content)
    assert (200, b"") == (head.status_code, head.content)
    for response in (plain, again):
        assert "*" == response.headers["access-control-allow-origin"]
        assert "cross-origin" == response.headers["cross-origin-resource-policy"]
        assert response.headers["cache-control"].startswith("public")
        assert "nosniff" == response.headers["x-content-type-options"]


async def test_a_person_is_slowed_alone(web: Web) -> None:
    """Past the limit a person waits as long as told, and others don't."""
    web = Web(settings(messages_per_minute=3))
    async with web.client() as client:
        eager, calm = await Person.begin(client), await Person.begin(client)
        answers = [await eager.say(text="x") for _ in range(1000)]
        refused = answers[3]

        assert [200] * 3 == [answer.status_code for answer in answers[:3]]
        assert {429} == {answer.status_code for answer in answers[3:]}
        assert is_problem(refused, 429)
        assert (await calm.say(text="x")).status_code == 200
        assert len(await eager.lines()) == 7
        web.clock.seconds += int(refused.headers["retry-after"])
        assert (await eager.say(text="x")).status_code == 200


async def test_a_network_is_slowed_as_a_whole() -> None:
    """Conversations begun from one address are limited; those from elsewhere are not."""
    web = Web(settings(messages_per_minute=2))
    async with web.client() as client, web.client("203.0.113.9") as other:
        begun = [(await client.post("/chat/conversations")).status_code for _ in range(3)]
        elsewhere = await other.post("/chat/conversations")

    assert [201, 201, 429] == begun
    assert elsewhere.status_code == 201


async def test_uploads_are_limited() -> None:
    """They count apart from messages."""
    web = Web(settings(messages_per_minute=1))
    async with web.client() as client:
        person = await Person.begin(client)

        assert [201, 429] == [(await person.upload(b"x")).status_code for _ in range(2)]
        assert (await person.say(text="x")).status_code == 200


def test_a_share_of_the_minute_frees_one_act() -> None:
    """So many at once, and then one for each share of time that passes."""
    clock = Clock()
    rates = Rates(clock)
    for _ in range(4):
        rates.count("say", "a", 4)
    with pytest.raises(TooMany) as error:
        rates.count("say", "a", 4)

    assert error.value.retry_after == 15
    clock.seconds = 15
    rates.count("say", "a", 4)
    rates.count("say", "b", 4)
    rates.count("read", "a", 4)


def test_strangers_are_forgotten() -> None:
    """A million people who come once leave no memory of them."""
    clock = Clock()
    rates = Rates(clock)
    for n in range(100_000):
        clock.seconds += 0.1
        rates.count("say", str(n), 60)

    assert len(rates) < 25_000


TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["nonsense"], "unknown"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, [], "unknown"),
    ],
)
def test_only_trusted_proxies_are_believed(
    peer: str | None, forwarded: list[str], client: str
) -> None:
    """The client is whoever spoke to the outermost trusted proxy."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "headers": headers, "client": peer and (peer, 1)}

    assert client == client_of(Request(scope), TRUSTED)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\secret\\bill.pdf", "bill.pdf"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("ann\u202efdp.exe", "annfdp.exe"),
        ("  .. ", "file"),
        ("/", "file"),
        (None, "file"),
        ("r\u00e4kning \u2068x\u2069 \U0001f600.pdf", "r\u00e4kning x \U0001f600.pdf"),
    ],
)
def test_names_of_files_are_one_line_without_a_path(name: str | None, shown: str) -> None:
    """What is shown can't mislead about place, lines, direction or ending."""
    assert shown == shown_name(name)


def test_long_names_keep_their_ending() -> None:
    """Four kilobytes are cut in the middle."""
    name = shown_name("x" * 4096 + ".pdf")

    assert len(name) == LONGEST_NAME
    assert name.endswith("x.pdf")
    assert len(shown_name("x" + "." * 4096)) <= LONGEST_NAME
    assert len(shown_name("x." + "y" * 4096)) <= LONGEST_NAME
