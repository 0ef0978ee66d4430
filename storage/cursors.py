"""Where a page of complaints ended, as text that means nothing to whoever carries it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import orjson

from bot.errors import InvalidRequest
from bot.ports import ComplaintFilter

MOST = 200
"""Complaints on one page."""

Position = tuple[datetime, str]
"""When the last complaint of a page was received, and its reference."""


def cursor_of(received_at: datetime, reference: str) -> str:
    return urlsafe_b64encode(orjson.dumps([received_at, reference])).decode().rstrip("=")


def position(wanted: ComplaintFilter) -> Position | None:
    """Where the page begins; InvalidRequest for a cursor that was never given out."""
    if wanted.cursor is None:
        return None
    try:
        padded = wanted.cursor + "=" * (-len(wanted.cursor) % 4)
        at, reference = orjson.loads(urlsafe_b64decode(padded.encode("ascii")))
        received_at = datetime.fromisoformat(at)
        received_at.astimezone(UTC)  # OverflowError at either end of time
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRequest("This cursor was not given out here.") from error
    if received_at.tzinfo is None or not isinstance(reference, str):
        raise InvalidRequest("This cursor was not given out here.")
    return received_at, reference


def page_length(wanted: ComplaintFilter) -> int:
    if wanted.limit < 1:
        raise InvalidRequest("A page holds at least one complaint.")
    return min(wanted.limit, MOST)
