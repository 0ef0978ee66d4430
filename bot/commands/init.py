"""`ombud init`: five questions that write `ombud.toml` and the secrets beside it."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.errors import ConfigurationError
from bot.settings import read_settings
from bot.settings.reading import FILE
from bot.settings.values import named_by_a_file, time_zone

app = typer.Typer(rich_markup_mode=None, add_completion=False)

SECRETS_FOLDER: Final = "ombud-secrets"
TOKENS_FILE: Final = "api_tokens"
_TOKEN_BYTES: Final = 24

Ask = Callable[[str, str], str]


@dataclass(frozen=True)
class Told:
    """The five answers."""

    organisation: str = "this organisation"
    language: str = "en"
    time_zone: str = "UTC"
    external_body: str = ""
    caseworker: str = ""


@app.command()
def init(
    force: Annotated[
        bool, typer.Option("--force", help="Write over an ombud.toml that is there.")
    ] = False,
) -> None:
    """Answer five questions that write the configuration; Enter takes what stands in brackets."""
    folder = Path.cwd()
    refuse_to_overwrite(folder, force=force)
    if sys.stdin.isatty():
        told = asked(_prompt, typer.echo)
    else:
        told = Told()
        typer.echo("Standard input is no terminal, so the defaults are written.")
    for line in write(told, folder):
        typer.echo(line)


def refuse_to_overwrite(folder: Path, *, force: bool) -> None:
    """Nothing that somebody wrote is lost without their saying so."""
    there = [name for name in (FILE, f"{SECRETS_FOLDER}/{TOKENS_FILE}") if (folder / name).exists()]
    if there and not force:
        raise ConfigurationError(
            f"{' and '.join(there)} exists already; edit it, or write it anew: ombud init --force"
        )


def _prompt(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, show_default=bool(default)))


def asked(ask: Ask, say: Callable[[str], None]) -> Told:
    """The five questions; one that is answered wrongly is asked again."""
    default = Told()

    def until_right(question: str, default: str, check: Callable[[str], str]) -> str:
        while True:
            try:
                return check(ask(question, default).strip())
            except ValueError as error:
                say(f"That {error}.")

    return Told(
        organisation=ask("Who answers complaints? The organisation's name", default.organisation),
        language=until_right(
            "Language where none is told (code)",
            default.language,
            lambda code: named_by_a_file(code, "languages"),
        ),
        time_zone=until_right("Time zone (IANA name)", default.time_zone, time_zone),
        external_body=ask(
            "Who decides when you and a complainant can't agree? (name, or Enter)", ""
        ),
        caseworker=ask(
            "Who will answer through the staff API? (name, or Enter to leave it off)", ""
        ),
    )


def write(told: Told, folder: Path) -> list[str]:
    """Writes the files, checks that they can be read, and says what to do next."""
    lines = [
        "# Every setting is described in the README; what is not here has its default.",
        f"organisation = {_quoted(told.organisation)}",
        f"language = {_quoted(told.language)}",
        f"time_zone = {_quoted(told.time_zone)}",
    ]
    said = [f"Wrote {FILE}."]
    if told.caseworker.strip():
        _write_token(told.caseworker.strip(), folder)
        lines.append(f"api_tokens_file = {_quoted(f'{SECRETS_FOLDER}/{TOKENS_FILE}')}")
        said.append(f"Wrote {SECRETS_FOLDER}/{TOKENS_FILE} (0600): the token for the staff API.")
    if told.external_body.strip():
        lines += ["", "[external_body]", f"name = {_quoted(told.external_body.strip())}"]
    _check(lines, folder)
    return [*said, "Next: ombud doctor, then ombud serve."]


def _check(lines: list[str], folder: Path) -> None:
    """Keeps the file only if Ombud can start with it."""
    path = folder / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        read_settings({}, folder)
    except ConfigurationError:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
        raise


def _write_token(name: str, folder: Path) -> None:
    secret = folder / SECRETS_FOLDER / TOKENS_FILE
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    secret.unlink(missing_ok=True)
    handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{name}:{secrets.token_urlsafe(_TOKEN_BYTES)}\n")


def _quoted(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    plain = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in escaped)
    return f'"{plain}"'
