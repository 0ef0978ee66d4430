"""What people fill in on the pages without JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from bot.cleaning import clean
from channels.web.problems import Refused
from channels.web.settings import JSON_LIMIT

_MEDIA_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
_MOST_FIELDS = 20


@dataclass(frozen=True)
class Problem:
    """What must be put right in `field`, as the key of a text."""

    field: str
    key: str


@dataclass(frozen=True)
class Filled:
    """One form as it came; `id` makes a form that is sent twice count once."""

    token: str
    id: str
    text: str
    action: str
    reference: str
    private_code: str
    files: tuple[UploadFile, ...]


@asynccontextmanager
async def read_form(request: Request, most_files: int) -> AsyncIterator[Filled]:
    """The form; its files are gone when the block ends."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise Refused(415, "Send a form.")
    async with request.form(
        max_files=most_files, max_fields=_MOST_FIELDS, max_part_size=JSON_LIMIT
    ) as form:
        yield _filled(form)


def _filled(form: FormData) -> Filled:
    files = (file for file in form.getlist("file") if isinstance(file, UploadFile))
    return Filled(
        token=_field(form, "token"),
        id=_id(_field(form, "id")),
        text=_field(form, "text").strip("\n"),
        action=_field(form, "action")[:200],
        reference=_field(form, "reference").strip()[:100],
        private_code=_field(form, "private_code").strip()[:100],
        # A browser sends an empty one for a field where no file was chosen.
        files=tuple(file for file in files if file.filename or file.size),
    )


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return clean(value) if isinstance(value, str) else ""


def _id(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        return str(uuid4())
