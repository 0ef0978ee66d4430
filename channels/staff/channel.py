"""The staff API's routes; every act goes through the desk, as from Slack and the shell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Body, Depends, Path, Query, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.responses import Response

from bot.domain.answers import Attachment
from bot.domain.status import Status
from bot.errors import InvalidRequest, NotFound
from bot.ports import ComplaintFilter, Desk, Files
from channels.staff import shapes
from channels.staff.acts import AnyAct
from channels.staff.docs import docs_router
from channels.staff.tokens import Caseworkers

MOST = 200

_scheme = HTTPBearer(
    auto_error=False, scheme_name="caseworker", description="A token of OMBUD_API_TOKENS."
)
Reference = Annotated[str, Path(description="CMP-XXXX-XXXX-C, read tolerantly.")]
Since = Annotated[
    str | None,
    Query(
        description="Received at this time or later: ISO 8601, without offset in UTC.",
        json_schema_extra={"format": "date-time"},
    ),
]
# PostgreSQL has no NUL in its texts.
Filter = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


Responses = dict[int | str, dict[str, Any]]


class StaffChannel:
    """The endpoints and the page that describes them."""

    def __init__(self, desk: Desk, files: Files, names_by_token: Mapping[str, str]) -> None:
        self._desk = desk
        self._files = files
        self._caseworker = Caseworkers(names_by_token)

    def routers(self) -> tuple[APIRouter, ...]:
        """The API and its documentation."""
        return (self._api(), docs_router())

    def _api(self) -> APIRouter:
        router = APIRouter(
            prefix="/api/v1/complaints",
            tags=["staff"],
            dependencies=[Depends(_scheme), Depends(self._caseworker)],
        )
        add = partial(router.add_api_route, response_model=None)
        add("", self.find, methods=["GET"], responses=_answers(shapes.PageShape, 401, 404, 422))
        shown = _answers(shapes.ComplaintShape, 401, 404, 422)
        add("/{reference}", self.show, methods=["GET"], responses=shown)
        acted = _answers(shapes.ComplaintShape, 400, 401, 403, 404, 409, 413, 415, 422)
        add("/{reference}/actions", self.act, methods=["POST"], responses=acted)
        add(
            "/{reference}/attachments/{sha256}",
            self.attachment,
            methods=["GET"],
            responses=_BYTES | shapes.refusals(401, 404, 422),
            response_class=Response,
        )
        return router

    async def find(
        self,
        request: Request,
        status: Status | None = None,
        since: Since = None,
        category: Filter = None,
        cursor: Filter = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    ) -> Response:
        """Complaints, newest first."""
        wanted = ComplaintFilter(status, _moment(since), category, cursor, limit)
        return _json(await self._desk.find(wanted, request.state.caseworker))

    async def show(self, request: Request, reference: Reference) -> Response:
        """One complaint."""
        return _json(await self._desk.show(reference, request.state.caseworker))

    async def act(
        self, request: Request, reference: Reference, body: Annotated[AnyAct, Body()]
    ) -> Response:
        """Does something about a complaint; the answer is the complaint after it."""
        by = request.state.caseworker
        return _json(await self._desk.act(reference, body.action, body.told(), by))

    async def attachment(self, request: Request, reference: Reference, sha256: str) -> Response:
        """A file as it was given, to be saved: never shown by a browser."""
        complaint = await self._desk.show(reference, request.state.caseworker)
        file = _attachment(complaint, sha256)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        content = await self._files.read(file)
        return Response(content, headers=headers, media_type="application/octet-stream")


_BYTES: Responses = {
    200: {
        "description": "The file as it was given.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _answers(shape: type[BaseModel], *refusals: int) -> Responses:
    return {200: {"model": shape}, **shapes.refusals(*refusals)}


def _attachment(complaint: Mapping[str, Any], sha256: str) -> Attachment:
    for file in complaint["attachments"]:
        if file["sha256"] == sha256:
            return Attachment(id=sha256, **file)
    raise NotFound("This complaint has no such attachment.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    # A plus sign that was not escaped arrives as a space.
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", text.strip().upper())
    try:
        told = datetime.fromisoformat(text)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 begins before there are years elsewhere
        raise InvalidRequest("since: a time is written 2026-11-23T10:42:07+00:00") from None


def _json(content: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
