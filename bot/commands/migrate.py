"""`ombud migrate`: brings the database to the schema of this version, and does nothing else."""

from __future__ import annotations

import typer

from bot.settings import read_settings
from storage.migrating import migrate as upgrade
from storage.migrations import HEAD

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema; safe to run again and while others do."""
    upgrade(read_settings().database_url.get_secret_value())
    typer.echo(f"The database is at schema {HEAD}.")
