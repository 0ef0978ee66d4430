"""The routes of the web chat (contract §2): begin, say, listen, poll, upload."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from bot.dialogue.conversation import Conversation
from channels.web import shapes
from channels.web.api import LAST_EVENT_ID, PRIVATE, STREAM, UPLOAD, answers, reads
from channels.web.bodies import read_json
from channels.web.events import HEADERS, EventStream, told
from channels.web.problems import Refused
from channels.web.site import Site
from channels.web.tokens import bearer_token
from channels.web.translate import file_shape, inbound

LAST_SEQ = 2**31 - 1  # what a database column of whole numbers holds

After = Annotated[
    int, Query(ge=0, le=LAST_SEQ, description="The last `seq` that is known already.")
]


class Chat:
    """The endpoints; each authenticates before it reads a body."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        """The routes with their descriptions."""
        router = APIRouter(prefix="/chat", tags=["chat"])
        add = partial(router.add_api_route, response_model=None)
        add(
            "/conversations",
            self.begin,
            methods=["POST"],
            status_code=201,
            responses=answers(201, shapes.Begun, 400, 403, 413, 415, 422, 429),
            openapi_extra=reads("Opening", is_required=False),
        )
        add(
            "/messages",
            self.say,
            methods=["POST"],
            responses=answers(200, shapes.Messages, 400, 401, 403, 404, 409, 413, 415, 422, 429),
            openapi_extra=PRIVATE | reads("TextSaid", "ActionPressed", "FilesSent"),
        )
        add(
            "/messages",
            self.poll,
            methods=["GET"],
            responses=answers(200, shapes.Messages, 401, 422, 429),
            openapi_extra=PRIVATE,
        )
        add(
            "/events",
            self.listen,
            methods=["GET"],
            responses=STREAM,
            openapi_extra=PRIVATE | LAST_EVENT_ID,
        )
        add("/events", self.peek, methods=["HEAD"], include_in_schema=False)
        add(
            "/attachments",
            self.upload,
            methods=["POST"],
            status_code=201,
            responses=answers(201, shapes.Kept, 400, 401, 403, 409, 413, 415, 422, 429),
            openapi_extra=PRIVATE | UPLOAD,
        )
        add("/strings", self.strings, methods=["GET"], responses=answers(200, shapes.Strings))
        return router

    async def begin(self, request: Request) -> Response:
        """Begins a conversation; the answer holds its token and the greeting."""
        opening = await read_json(request, shapes.OPENING, empty={})
        token, answer = await self._site.begin(request, opening.language)
        messages = self._site.wires(answer.messages)
        begun = {"conversation": answer.conversation, "token": token, "messages": messages}
        return _json(begun, 201)

    async def say(self, request: Request) -> Response:
        """Takes one turn: something typed, a button, or uploaded files."""
        conversation = await self._speaker(request)
        self._site.count("say", request, conversation.address)
        said = await read_json(request, shapes.SAID)
        files = await self._site.files(said, conversation)
        message = inbound(said, conversation.address, self._site.now(), files)
        answer = await self._site.receive(message, conversation.id, request)
        return _json({"messages": self._site.wires(answer.messages)})

    async def poll(self, request: Request, after: After = 0) -> Response:
        """The lines after a number: everything that was said, by whomever."""
        conversation = await self._speaker(request)
        self._site.count("read", request, conversation.address)
        return _json({"messages": await self._site.lines(conversation.id, after)})

    async def listen(self, request: Request) -> Response:
        """The same as server-sent events: `message` (its id is `seq`) and `typing`."""
        conversation = await self._speaker(request)
        self._site.count("read", request, conversation.address)
        settings = self._site.settings
        events = told(
            self._site.listeners,
            conversation.id,
            partial(self._site.lines, conversation.id),
            _last_seen(request),
            settings.heartbeat_seconds,
        )
        return EventStream(events, settings.patience_seconds)

    async def peek(self, request: Request) -> Response:
        """What `listen` would answer, without its body."""
        await self._speaker(request)
        return Response(headers=HEADERS, media_type=EventStream.media_type)

    async def upload(self, request: Request) -> Response:
        """Takes one file, which the next message names by its `attachment`."""
        conversation = await self._speaker(request)
        self._site.count("upload", request, conversation.address)
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise Refused(415, "Send one file as multipart/form-data.")
        async with request.form(max_files=1, max_fields=100) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Refused(422, "file: there is no file in this form")
            kept = await self._site.keep(conversation.address, file.file, file.filename)
        return _json({"attachment": kept.id, **file_shape(kept)}, 201)

    async def strings(self, language: str = "") -> Response:
        """The widget's texts."""
        spoken = self._site.language(language)
        keys = [key for key in spoken.texts if key.startswith("widget.")]
        # Placeholders stay: the widget fills them in.
        texts = {key: f"⟦{key}⟧" if spoken.shows_keys else spoken.texts[key] for key in keys}
        code = self._site.settings.default_language if spoken.shows_keys else spoken.code
        return _json({"strings": texts, "language": code, "dir": spoken.direction})

    async def _speaker(self, request: Request) -> Conversation:
        return await self._site.speaker(bearer_token(request.headers.get("authorization", "")))


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _last_seen(request: Request) -> int:
    """What a listener has; anything else than a number is nothing, as browsers send it back."""
    seen = request.headers.get("last-event-id", "").strip()
    return min(int(seen), LAST_SEQ) if seen.isdecimal() and len(seen) < 20 else 0
