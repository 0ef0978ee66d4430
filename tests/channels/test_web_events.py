"""Server-sent events: resuming, sharing, signs of life, and letting go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import Message

from bot.dialogue.messages import ConversationId, Sender
from bot.ports import Delivery
from channels.web.events import Listeners
from tests.channels.conftest import Person, Web, settings


class Listener:
    """Reads a stream as it comes, which httpx can't do in-process."""

    def __init__(self, app: FastAPI, headers: dict[str, str], *, is_slow: bool = False) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._is_slow = is_slow
        self._headers = headers
        self.task = asyncio.create_task(app(self._scope(), self._receive, self._send))

    def _scope(self) -> dict[str, Any]:
        headers = [(k.lower().encode(), v.encode()) for k, v in self._headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": "/chat/events",
            "raw_path": b"/chat/events",
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("198.51.100.7", 1),
            "server": ("complaints.example", 443),
        }

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        elif self._is_slow:
            await asyncio.sleep(60)
        else:
            await self.chunks.put(message.get("body", b""))

    async def event(self, name: str = "message") -> dict[str, Any]:
        """The next event of this name, its id beside its data."""
        while True:
            chunk = await asyncio.wait_for(self.chunks.get(), 2)
            told = dict(line.split(": ", 1) for line in chunk.decode().splitlines() if ": " in line)
            if told.get("event") == name:
                return {"id": told.get("id"), **json.loads(told["data"])}

    async def hang_up(self) -> None:
        """Leaves."""
        self._gone.set()
        await asyncio.wait_for(self.task, 2)


@asynccontextmanager
async def listening(web: Web, person: Person, **headers: str) -> AsyncIterator[Listener]:
    """Listens as long as the block runs."""
    listener = Listener(web.app, {**person.identity, **headers})
    try:
        yield listener
    finally:
        await listener.hang_up()


async def test_a_stream_tells_everything_from_the_start(web: Web, person: Person) -> None:
    """Without a last id the whole conversation comes, and then what is new."""
    async with listening(web, person) as window:
        greeting = await window.event()
        await person.say(text="It broke.")
        told = [await window.event(), await window.event()]

    assert (200, "text/event-stream; charset=utf-8") == (
        window.status,
        window.headers["content-type"],
    )
    assert ("1", 1, "bot") == (greeting["id"], greeting["seq"], greeting["from"])
    assert ["complainant", "bot"] == [line["from"] for line in told]
    assert ["no-store", "no"] == [
        window.headers[name] for name in ("cache-control", "x-accel-buffering")
    ]


async def test_a_stream_goes_on_where_it_broke(web: Web, person: Person) -> None:
    """What was said meanwhile comes first, each line once, in order."""
    await person.say(text="one")
    async with listening(web, person, **{"Last-Event-ID": "2"}) as window:
        seqs = [(await window.event())["seq"]]
        await person.say(text="two")
        seqs += [(await window.event())["seq"] for _ in range(2)]

    assert [3, 4, 5] == seqs


@pytest.mark.parametrize("seen", ["x", "-1", "1.5", "", "9" * 30, "١٢"])
async def test_an_id_that_was_never_given_out_is_none(web: Web, person: Person, seen: str) -> None:
    """Nonsense in the header does no harm."""
    headers = {**person.identity, "Last-Event-ID": seen.encode().decode("latin-1")}
    listener = Listener(web.app, headers)
    await asyncio.sleep(0.02)

    assert listener.status == 200
    await listener.hang_up()


async def test_every_window_sees_every_line(web: Web, person: Person) -> None:
    """Two tabs show the same, and strangers nothing."""
    stranger = await Person.begin(person.client)
    async with (
        listening(web, person) as one,
        listening(web, person) as two,
        listening(web, stranger) as other,
    ):
        await person.say(text="It broke.")
        seen = [[(await window.event())["text"] for _ in range(3)] for window in (one, two)]
        await other.event()
        await asyncio.sleep(0.1)
        strange = [other.chunks.get_nowait() for _ in range(other.chunks.qsize())]

    assert seen[0] == seen[1] == ["Hello.", "It broke.", "You said: It broke."]
    assert b"It broke." not in b"".join(strange)


async def test_a_delivery_wakes_the_windows(web: Web, person: Person) -> None:
    """What a caseworker writes comes by the relay."""
    id_ = ConversationId(person.conversation)
    async with listening(web, person) as window:
        await window.event()
        line = web.twin.say(id_, "We look into it.", sender=Sender.CASEWORKER)
        address = next(iter(web.twin.conversations))
        await web.channel.send(Delivery(1, address, id_, line, 0))
        told = await window.event()

    assert ("caseworker", "We look into it.") == (told["from"], told["text"])


async def test_another_servers_lines_come_too(person: Person, web: Web) -> None:
    """Without being woken at all, each sign of life looks again."""
    async with listening(web, person) as window:
        await window.event()
        web.twin.say(ConversationId(person.conversation), "From elsewhere.")
        told = await window.event()

    assert told["text"] == "From elsewhere."


async def test_a_slow_turn_shows_typing(web: Web, person: Person) -> None:
    """A turn of more than a moment is seen to be worked on; a quick one is not."""
    web.twin.before = lambda message: asyncio.sleep(0.4)
    async with listening(web, person) as window:
        saying = asyncio.create_task(person.say(text="It broke."))
        typing = await window.event("typing")
        await saying

    assert typing == {"id": None}


async def test_silence_is_broken_by_signs_of_life(web: Web, person: Person) -> None:
    """A comment now and then keeps proxies from cutting the line."""
    async with listening(web, person) as window:
        await window.event()
        await asyncio.sleep(0.2)
        heard = [window.chunks.get_nowait() for _ in range(window.chunks.qsize())]

    assert {b":\n\n"} == set(heard)
    assert len(heard) >= 2


async def test_a_slow_reader_is_let_go(web: Web, person: Person) -> None:
    """Who does not read costs no memory, and at last no connection."""
    listener = Listener(web.app, person.identity, is_slow=True)
    await asyncio.wait_for(listener.task, 3)

    assert len(web.channel.listeners) == 0


async def test_a_window_too_many_closes_the_oldest() -> None:
    """The number of streams into one conversation is bounded."""
    web = Web(settings(streams_per_conversation=2))
    async with web.client() as client:
        person = await Person.begin(client)
        listeners = []
        for _ in range(3):
            listeners.append(Listener(web.app, person.identity))
            await asyncio.sleep(0.02)
        await asyncio.wait_for(listeners[0].task, 2)

        assert [True, False, False] == [one.task.done() for one in listeners]
        web.channel.close()
        await asyncio.gather(*(one.task for one in listeners))


async def test_closing_ends_every_stream(web: Web, person: Person) -> None:
    """A server that stops does not wait for windows."""
    listener = Listener(web.app, person.identity)
    await listener.event()
    web.channel.close()

    await asyncio.wait_for(listener.task, 2)
    assert len(web.channel.listeners) == 0


async def test_nobody_left_is_forgotten() -> None:
    """A conversation without windows leaves nothing behind."""
    listeners = Listeners(2)
    with listeners.joined(ConversationId("c")):
        assert len(listeners) == 1

    assert len(listeners) == 0
    listeners.wake(ConversationId("c"))


async def test_head_tells_the_headers(person: Person) -> None:
    """HEAD answers as GET does, without a body, and for bearers alone."""
    told = await person.client.head("/chat/events", headers=person.identity)
    refused = await person.client.head("/chat/events")

    assert (200, b"", "text/event-stream; charset=utf-8") == (
        told.status_code,
        told.content,
        told.headers["content-type"],
    )
    assert refused.status_code == 401


async def test_a_real_server_streams() -> None:
    """Over a socket the first bytes come at once, and hanging up is noticed."""
    web = Web(settings())
    server = uvicorn.Server(uvicorn.Config(web.app, port=0, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        person = await Person.begin(client)
        async with client.stream("GET", "/chat/events", headers=person.identity) as response:
            lines = response.aiter_lines()
            while "Hello." not in await anext(lines):
                pass
            assert len(web.channel.listeners) == 1
        for _ in range(100):
            if len(web.channel.listeners) == 0:
                break
            await asyncio.sleep(0.02)
    server.should_exit = True
    await asyncio.wait_for(running, 5)

    assert len(web.channel.listeners) == 0
