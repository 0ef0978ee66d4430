"""The HTTP application around the twin, and a client that talks to it in-process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from bot.languages import Language, load_languages
from channels.staff.channel import StaffChannel
from channels.web.app import build_app
from channels.web.channel import WebChannel
from channels.web.settings import WebSettings
from tests.channels.twin import NOW, Desk, Disk, Twin

ORIGIN = "https://complaints.example"
EMBEDDER = "https://shop.example"
STAFF = {"Authorization": "Bearer staff-token"}

LANGUAGES = load_languages()


def rights(language: Language) -> list[tuple[str, str, str]]:
    """One section, to see that it is shown."""
    return [("where", "Where", f"Here.\n\n{language.code}")]


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Web:
    """The application and everything around it."""

    def __init__(self, settings: WebSettings) -> None:
        self.settings = settings
        self.twin = Twin(most_bytes=settings.max_attachment_bytes)
        self.desk = Desk()
        self.clock = Clock()
        self.channel = WebChannel(
            self.twin,
            LANGUAGES,
            settings,
            now=lambda: NOW,
            rights=rights,
            monotonic=self.clock,
        )
        staff = StaffChannel(self.desk, Disk(), {"staff-token": "Kim", "other-token": "Åsa"})
        self.app: FastAPI = build_app(
            settings, version="0.0", web=self.channel.routers(), staff=staff.routers()
        )

    def client(self, address: str = "198.51.100.7") -> httpx.AsyncClient:
        """A client at a network address; its errors are answers, never exceptions."""
        transport = httpx.ASGITransport(self.app, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN)


def settings(**changes: object) -> WebSettings:
    """Small limits, so that a test reaches them."""
    told: dict[str, object] = {
        "organisation": "Acme <b>& Sons</b>",
        "default_language": "en",
        "public_url": ORIGIN,
        "allowed_origins": (EMBEDDER,),
        "max_attachment_bytes": 1000,
        "max_attachments": 3,
        "heartbeat_seconds": 0.05,
        "patience_seconds": 0.5,
    }
    return WebSettings(**(told | changes))  # type: ignore[arg-type]  # its fields


@pytest.fixture
def web() -> Web:
    """The application."""
    return Web(settings())


@pytest.fixture
async def client(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    """A client at some network address."""
    async with web.client() as client:
        yield client


@pytest.fixture
async def person(client: httpx.AsyncClient) -> Person:
    """Somebody whose conversation has begun."""
    return await Person.begin(client)


class Person:
    """Somebody in a conversation."""

    def __init__(self, client: httpx.AsyncClient, begun: dict[str, str]) -> None:
        self.client = client
        self.token = begun["token"]
        self.conversation = begun["conversation"]

    @classmethod
    async def begin(cls, client: httpx.AsyncClient) -> Person:
        """A new conversation."""
        response = await client.post("/chat/conversations", json={"language": "en"})
        assert response.status_code == 201
        return cls(client, response.json())

    @property
    def identity(self) -> dict[str, str]:
        """What opens the conversation."""
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, **body: object) -> httpx.Response:
        """Sends one message."""
        content = json.dumps({"id": str(uuid4()), **body})  # escapes what UTF-8 can't say
        headers = {**self.identity, "Content-Type": "application/json"}
        return await self.client.post("/chat/messages", content=content, headers=headers)

    async def upload(self, content: bytes, name: str = "a.txt") -> httpx.Response:
        """Sends one file."""
        files = {"file": (name, content)}
        return await self.client.post("/chat/attachments", files=files, headers=self.identity)

    async def lines(self, after: int = 0) -> list[dict[str, object]]:
        """The whole conversation."""
        path = f"/chat/messages?after={after}"
        response = await self.client.get(path, headers=self.identity)
        found: list[dict[str, object]] = response.json()["messages"]
        return found


def is_problem(response: httpx.Response, status: int) -> bool:
    """Whether the answer is a problem document that tells this status."""
    told = response.json()
    return (
        response.status_code == status == told["status"]
        and response.headers["content-type"] == "application/problem+json"
        and {"type", "title", "status", "detail"} == set(told)
        and all(isinstance(told[key], str) and told[key] for key in ("type", "title", "detail"))
    )
