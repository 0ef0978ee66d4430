"""`ombud retention`: erases what is kept for no rule any more, or tells what would go and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.assembly import now
from bot.commands.columns import columns
from bot.commands.installation import Ombud, run
from bot.retention import Planned

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def retention(
    apply: Annotated[
        bool,
        typer.Option(
            "--apply/--dry-run", help="Do it, or only tell what would go and when (the default)."
        ),
    ] = False,
) -> None:
    """Erase what people wrote about complaints that are kept for no rule any more.

    What is counted and what was due stays.
    """

    async def task(ombud: Ombud) -> str:
        if apply:
            return erased(await ombud.retention.apply())
        return planned(await ombud.retention.planned(), now(), ombud.organisation.zone)

    typer.echo(run(task))


def erased(count: int) -> str:
    """What was done, in a sentence."""
    return f"{count} complaint{'' if count == 1 else 's'} erased; what is counted stays."


def planned(plans: Sequence[Planned], at: datetime, zone: ZoneInfo) -> str:
    """A line for each complaint that has ended and still holds words, and a sum."""
    if not plans:
        return "No complaint has ended that still holds words."
    rows = [
        (plan.reference, _day(plan.ended_at, zone), _goes(plan, at, zone), plan.rule)
        for plan in plans
    ]
    table = columns(("REFERENCE", "ENDED", "GOES", "RULE"), rows)
    due = sum(plan.is_due(at) for plan in plans)
    held = sum(plan.is_held for plan in plans)
    return f"{table}\n\n{due} of {len(plans)} would go now; {held} under a legal hold."


def _goes(plan: Planned, at: datetime, zone: ZoneInfo) -> str:
    if plan.is_held:
        return "held"
    if plan.goes_at is None:
        return "never"
    day = _day(plan.goes_at, zone)
    return f"now (since {day})" if plan.is_due(at) else day


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()
