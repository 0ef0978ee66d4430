"""How the web chat describes itself in OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from channels.web import shapes
from channels.web.problems import MEDIA_TYPE, title

_REF = "#/components/schemas/{model}"
_READ: Sequence[type[BaseModel]] = (
    shapes.Opening,
    shapes.TextSaid,
    shapes.ActionPressed,
    shapes.FilesSent,
    shapes.Problem,
)

_BEARER = {"type": "http", "scheme": "bearer", "description": "A conversation's token."}

Described = dict[str, Any]
PRIVATE: Described = {"security": [{"conversation": []}]}
Responses = dict[int | str, Described]


def problems(*statuses: int) -> Responses:
    """The problem documents that an operation may answer with."""
    schema = {"$ref": _REF.format(model="Problem")}
    content = {MEDIA_TYPE: {"schema": schema}}
    return {status: {"description": title(status), "content": content} for status in statuses}


def answers(status: int, shape: type[BaseModel], *refusals: int) -> Responses:
    """What an operation may answer."""
    return {status: {"model": shape}, **problems(*refusals)}


def reads(*models: str, is_required: bool = True) -> Described:
    """The body that an operation reads: one of these."""
    refs = [{"$ref": _REF.format(model=model)} for model in models]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": is_required, "content": content}}


_FILE = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
UPLOAD: Described = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
}

LAST_EVENT_ID: Described = {
    "parameters": [
        {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": "The last `seq` that came; the stream goes on behind it.",
            "schema": {"type": "string"},
        }
    ]
}
STREAM: Responses = {
    200: {
        "description": "Events `message` (a line; its id is `seq`) and `typing`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    **problems(401, 429),
}


def described(app: FastAPI) -> Mapping[str, Any]:
    """The OpenAPI document of everything that `app` serves."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    _, definitions = models_json_schema(
        [(model, "validation") for model in _READ], ref_template=_REF
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(definitions["$defs"])
    components.setdefault("securitySchemes", {})["conversation"] = _BEARER
    return document
