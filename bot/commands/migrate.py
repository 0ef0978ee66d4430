"""`ombud migrate`: brings the database to the schema of this version.

It also reckons anew when each complaint is due, as rules and settings may have changed.
"""

from __future__ import annotations

import asyncio

import typer

from bot.assembly import migrate as upgrade
from bot.assembly import reschedule
from bot.settings import read_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema; safe to run again and while others do."""
    settings = read_settings()
    typer.echo(f"The database is at schema {upgrade(settings)}.")
    if changed := asyncio.run(reschedule(settings)):
        typer.echo(f"Complaints that are now due at another time: {changed}.")
