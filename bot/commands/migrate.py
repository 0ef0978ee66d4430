"""`ombud migrate`: brings the database to the schema of this version, and does nothing else."""

from __future__ import annotations

import typer

from bot.assembly import migrate as upgrade
from bot.settings import read_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema; safe to run again and while others do."""
    typer.echo(f"The database is at schema {upgrade(read_settings())}.")
