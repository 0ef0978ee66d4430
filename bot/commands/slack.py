"""`ombud slack manifest`: what to paste where the Slack app is made (api.slack.com/apps)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import typer

from bot.assembly import Parts
from bot.languages import Language
from bot.settings import read_settings
from channels.slack.manifest import DESK, as_json, as_yaml, manifest
from channels.slack.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


class Form(StrEnum):
    """The two tabs of Slack's page."""

    YAML = "yaml"
    JSON = "json"


_WRITERS: Final = {Form.YAML: as_yaml, Form.JSON: as_json}


@app.callback()
def slack() -> None:
    """Set up the Slack app."""


@app.command("manifest")
def show(
    form: Annotated[Form, typer.Option("--format", help="The tab that it is pasted in.")] = (
        Form.YAML
    ),
) -> None:
    """Print the app manifest to paste: scopes, events, commands, shortcuts, Socket Mode or HTTP."""
    settings = read_settings()
    app_token = settings.slack_app_token
    signing_secret = settings.slack_signing_secret
    told = Settings(
        bot_token="",
        app_token="set" if app_token else None,
        mode=settings.slack_mode or ("http" if signing_secret and not app_token else "socket"),
        public_url=settings.public_url,
    )
    language = Parts(settings).loaded_languages[settings.language]
    typer.echo(_WRITERS[form](manifest(told, lambda key: _text(language, key))))


def _text(language: Language, key: str) -> str:
    return language.text(key, {}) if language.has(key) else DESK[key]
