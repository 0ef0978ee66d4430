"""The command line: knows every command's name and summary, and loads one only when it is called.

So `ombud --help` costs an import of Typer and nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Final, NoReturn

import typer
from typer.main import get_command

from bot import __version__
from bot.errors import ConfigurationError, OmbudError

COMMANDS: Final = {
    "serve": "Run the web server and every configured channel.",
    "chat": "Hold the same dialogue in the terminal.",
    "case": "Read complaints and act on them, as the staff API does.",
    "export": "Write complaints to standard output, oldest first.",
    "report": "Count what a period brought: in time, late and why, ratings, remedies.",
    "file": "Give out everything that is held about one complaint.",
    "forget": "Erase what people wrote about one complaint, now.",
    "retention": "Erase what is kept for no rule any more, or tell what would go.",
    "init": "Answer five questions that write the configuration.",
    "demo": "Show chat, desk and report on one page, without any account.",
    "doctor": "Tell what is wrong and the one command that mends it.",
    "migrate": "Bring the database to this version's schema.",
    "telegram": "Set up the Telegram bot: commands, descriptions, webhook.",
    "slack": "Print what to paste where the Slack app is made.",
    "nlu": "See what is understood of a text.",
    "regime": "See whose rules there are, and what is due when by them.",
}
"""Each is the module of that name in `bot.commands`, whose `app` takes the rest of the line."""

CONFIGURATION_IS_WRONG: Final = 2
_PASSED_ON: Final = {"ignore_unknown_options": True, "allow_extra_args": True}

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ombud {__version__}")
        raise typer.Exit


@app.callback()
def ombud(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Takes complaints in chat and carries them through the steps of ISO 10002."""


def _run(context: typer.Context) -> None:
    """Hands the rest of the line to the command's own module, loaded only now."""
    name = context.info_name
    module = import_module(f"bot.commands.{name}")
    get_command(module.app).main(args=list(context.args), prog_name=f"ombud {name}")


for _name, _summary in COMMANDS.items():
    app.command(
        _name,
        help=_summary,
        add_help_option=False,
        context_settings={**_PASSED_ON, "allow_interspersed_args": False},
    )(_run)


def _leave(message: str, status: int) -> NoReturn:
    """One clear sentence, or one line for each problem, and never a traceback."""
    print(f"ombud: {message}", file=sys.stderr)  # noqa: T201  # the command line is where this is said
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its status: 0 done, 1 failed, 2 configured wrongly."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        get_command(app).main(args=given, prog_name="ombud")
    except ConfigurationError as error:
        _leave(str(error), CONFIGURATION_IS_WRONG)
    except OmbudError as error:
        _leave(str(error), 1)
    except OSError as error:
        _leave(f"{error.strerror or error}: {error.filename or given[0]}", 1)
    except Exception as error:  # the outermost place: nothing is above
        if os.environ.get("OMBUD_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        # Foreign messages may quote what people wrote, so the kind alone is shown.
        _leave(
            f"this should not have happened ({type(error).__name__});"
            " run again with OMBUD_LOG_LEVEL=DEBUG to see where",
            1,
        )
    sys.exit(0)
