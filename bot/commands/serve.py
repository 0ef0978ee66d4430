"""`ombud serve`: the web server and every configured channel in one process."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.logs import set_up_logs
from bot.serving import serve as run_server
from bot.settings import read_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def serve(
    migrate: Annotated[
        bool,
        typer.Option(
            "--migrate/--no-migrate",
            help="Upgrade the database's schema first, or refuse to start where it is not current.",
        ),
    ] = True,
) -> None:
    """Run the web server and every configured channel until SIGTERM or Ctrl-C."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    raise typer.Exit(run_server(settings, migrate=migrate))
