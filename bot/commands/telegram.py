"""`ombud telegram setup`: commands, descriptions and webhook, as the settings have them."""

from __future__ import annotations

import asyncio

import typer

from bot.assembly import Parts
from bot.errors import ConfigurationError
from bot.logs import set_up_logs
from bot.settings import read_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def telegram() -> None:
    """Set up the Telegram bot."""


@app.command()
def setup() -> None:
    """Set the bot's commands and descriptions in every language, and its webhook."""
    settings = read_settings()
    set_up_logs("WARNING")
    if settings.telegram_token is None:
        raise ConfigurationError(
            "OMBUD_TELEGRAM_TOKEN is not set; @BotFather gives one for each bot"
        )
    parts = Parts(settings)
    module, told = parts.channel_settings("telegram")
    asyncio.run(module.set_up(told, parts.loaded_languages, typer.echo))
