"""`ombud export`: all complaints to standard output, oldest first, from one consistent snapshot."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, TextIO

import typer

from bot.commands.cells import row
from bot.commands.installation import Ombud, run
from bot.errors import InvalidRequest

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Shape = Mapping[str, object]

COLUMNS: Final = (
    "reference", "status", "language", "channel", "privacy", "received_at", "acknowledged_at",
    "owner", "details.narrative", "details.subject", "details.occurred_on.start",
    "details.occurred_on.end", "details.occurred_on.precision", "details.order_or_account",
    "details.effect", "details.remedy_sought.kinds", "details.remedy_sought.amount.value",
    "details.remedy_sought.amount.currency", "details.remedy_sought.text", "details.name",
    "details.contact.kind", "details.contact.value", "details.acting_for", "details.adjustments",
    "attachments", "assessment.category", "assessment.severity", "assessment.safety",
    "assessment.complexity", "assessment.impact", "assessment.immediate_action", "deadlines",
    "response.finding", "response.text", "response.reasons", "response.remedy",
    "response.prevention", "response.at", "response.by", "feedback.handling", "feedback.outcome",
    "feedback.comment", "feedback.at",
)  # fmt: skip
"""Where each column's value stands in the JSON of a complaint; history is in JSON lines alone."""


class Format(StrEnum):
    """How complaints are written."""

    JSONL = "jsonl"
    CSV = "csv"


@app.command()
def export(
    format_: Annotated[
        Format, typer.Option("--format", help="JSON lines or a table.")
    ] = Format.JSONL,
    since: Annotated[
        str | None,
        typer.Option(metavar="ISO", help="Only what was received at this date or time or later."),
    ] = None,
) -> None:
    """Write complaints to standard output, oldest first; also while `ombud serve` runs."""
    earliest = _moment(since) if since else None

    async def task(ombud: Ombud) -> None:
        await write(ombud, format_, earliest, sys.stdout)

    run(task)


async def write(ombud: Ombud, format_: Format, since: datetime | None, out: TextIO) -> None:
    """Every complaint as one line of JSON, or one row under a heading."""
    if format_ is Format.CSV:
        out.write(row(COLUMNS))
    async for complaint in ombud.storage.all_complaints(since):
        shape = ombud.as_json(complaint)
        if format_ is Format.CSV:
            out.write(row(tuple(_cells(shape))))
        else:
            out.write(json.dumps(shape, ensure_ascii=False) + "\n")


def _moment(text: str) -> datetime:
    """A date is its first moment; without an offset it is in UTC, as everything stored is."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            "--since must be a date or time in ISO 8601: 2026-11-23 or 2026-11-23T10:42+01:00."
        ) from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _cells(shape: Shape) -> Iterator[str]:
    for column in COLUMNS:
        value: object = shape
        for part in column.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        yield _cell(value)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() | tuple() if all(isinstance(item, str) for item in value):
            return ", ".join(str(item) for item in value)
        case list() | tuple() | Mapping():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
