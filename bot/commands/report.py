"""`ombud report`: the figures of a period, as a table, CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from bot.assembly import now
from bot.commands.cells import row
from bot.commands.columns import columns
from bot.commands.figures import Line, lines, shape
from bot.commands.installation import Ombud, run
from bot.commands.readable import shown
from bot.errors import InvalidRequest
from bot.reporting import Period, Report
from bot.reporting import report as reported

app = typer.Typer(rich_markup_mode=None, add_completion=False)

HEAD = ("section", "name", "value", "of", "low", "high")


class Format(StrEnum):
    """How figures are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command()
def report(
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.")],
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The last day; default: today.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
) -> None:
    """Count what became of the complaints that were received from one day to another.

    Everything is computed from the events now; days are those of OMBUD_TIME_ZONE.
    """
    begins, ends = day("--from", first), None if last is None else day("--to", last)

    async def task(ombud: Ombud) -> Report:
        return await made(ombud, begins, ends)

    typer.echo(written(run(task), format_), nl=format_ is not Format.CSV)


async def made(ombud: Ombud, first: date, last: date | None) -> Report:
    """The report; InvalidRequest where the days are the wrong way round."""
    organisation, at = ombud.organisation, now()
    until = last or at.astimezone(organisation.zone).date()
    if until < first:
        raise InvalidRequest("--to lies before --from; one of them is wrong.")
    period = Period(first, until, organisation.zone)
    since = ombud.storage.all_complaints(period.looks_back_to)
    return reported([one async for one in since], period, organisation.rules, at)


def day(option: str, text: str) -> date:
    """A day as it is told; InvalidRequest."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{option} must be a day such as 2026-11-23.") from None


def written(figures: Report, format_: Format) -> str:
    """The report in one of its forms."""
    match format_:
        case Format.JSON:
            return json.dumps(shape(figures), ensure_ascii=False, indent=2)
        case Format.CSV:
            return "".join([row(HEAD), *(row(_cells(line)) for line in lines(figures))])
        case Format.TABLE:
            return "\n".join(_table(figures))


def _cells(line: Line) -> tuple[str, ...]:
    return (line.section, line.name, line.value, line.of, line.low, line.high)


def _table(figures: Report) -> Iterator[str]:
    period = figures.period
    yield f"Complaints received from {period.first} to {period.last} ({period.zone.key}),"
    yield f"as they stand on {figures.made_at.astimezone(period.zone):%Y-%m-%d %H:%M}."
    found = list(lines(figures))
    for title in dict.fromkeys(line.section for line in found):
        rows = [tuple(map(shown, _cells(line)[1:])) for line in found if line.section == title]
        yield from ("", title, _indented(rows))


def _indented(rows: Sequence[Sequence[str]]) -> str:
    head = ("", "value", "of", "low", "high")
    used = [place for place in range(5) if place == 0 or any(row[place] for row in rows)]
    kept = [[row[place] for place in used] for row in rows]
    text = columns([head[place] for place in used], kept)
    return "\n".join(f"  {line}" for line in text.splitlines())
