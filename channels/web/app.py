"""Puts the HTTP channels into one application: its errors, headers, limits and OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI

from channels.web import problems
from channels.web.api import described
from channels.web.bodies import BodyLimit
from channels.web.security import Origins, SecurityHeaders
from channels.web.settings import WebSettings

_DESCRIPTION = """\
Complaints told in chat, and what caseworkers do with them. Errors are problem documents
(RFC 9457); times are ISO 8601 with offset."""


class HttpApp(FastAPI):
    """FastAPI whose description also knows what the chat reads for itself."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = dict(described(self))
        return self.openapi_schema


def build_app(
    settings: WebSettings,
    *,
    version: str,
    web: Sequence[APIRouter],
    staff: Sequence[APIRouter] = (),
    refused: Callable[[str], None] = lambda reason: None,
) -> HttpApp:
    """The application; more may be mounted into it, and is within the same limits and headers.

    `refused` counts bodies that are too large.
    """
    app = HttpApp(
        title="Ombud",
        version=version,
        description=_DESCRIPTION,
        docs_url=None,  # would load scripts from elsewhere
        redoc_url=None,
        # It would record exceptions with their words, and send them wherever the environment says.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        redirect_slashes=False,  # would answer with an address made of the Host header
        separate_input_output_schemas=False,
    )
    problems.install(app)
    for router in (*web, *staff):
        app.include_router(router)
    # The last one added is the outermost.
    app.add_middleware(
        BodyLimit, limit=settings.body_limit, patience=settings.patience_seconds, refused=refused
    )
    app.add_middleware(problems.Failures)
    app.add_middleware(Origins, allowed=settings.origins)
    app.add_middleware(SecurityHeaders)
    return app
