"""A page that describes the API without any script: it shows what /openapi.json says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader
from starlette.responses import HTMLResponse, Response

_templates = Environment(loader=PackageLoader("channels.staff", ""), autoescape=True)


def docs_router() -> APIRouter:
    """The route of the page."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/docs", _docs, methods=["GET", "HEAD"], response_model=None)
    return router


async def _docs(request: Request) -> Response:
    document = request.app.openapi()
    schemas = document.get("components", {}).get("schemas", {})
    page = _templates.get_template("docs.html").render(
        info=document["info"],
        operations=list(_operations(document)),
        schemas={name: list(_fields(schema)) for name, schema in sorted(schemas.items())},
        described={name: schema.get("description", "") for name, schema in schemas.items()},
    )
    return HTMLResponse(page)


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield {
                "method": method.upper(),
                "path": path,
                "text": operation.get("description") or operation.get("summary", ""),
                "parameters": operation.get("parameters", ()),
                "body": _bodies(operation),
                "responses": operation["responses"],
            }


def _bodies(operation: Mapping[str, Any]) -> dict[str, str]:
    content = operation.get("requestBody", {}).get("content", {})
    return {media_type: _named(one.get("schema", {})) for media_type, one in content.items()}


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        told = field.get("description", "")
        yield name, _named(field), told if name in required else f"optional. {told}".strip()
    if "enum" in schema:
        yield "one of", ", ".join(map(str, schema["enum"])), ""


def _named(schema: Mapping[str, Any]) -> str:
    """What a schema stands for, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(map(_named, schema[key]))
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        return f"list of {_named(schema.get('items', {}))}"
    return " ".join(map(str, filter(None, (schema.get("type"), schema.get("format")))))
