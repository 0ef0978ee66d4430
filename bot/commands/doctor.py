"""`ombud doctor`: what is wrong, why it matters, the one command that mends it; reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import SecretStr

from bot import __version__
from bot.assembly import Parts
from bot.commands.checks import Check, State, checked
from bot.commands.checkups import checkups
from bot.errors import ConfigurationError
from bot.settings import Settings, read_settings
from bot.settings.values import SQLITE

app = typer.Typer(rich_markup_mode=None, add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="The findings for machines.")]
CONFIGURATION_IS_WRONG: Final = 2
_SIGNS: Final = {State.OK: "ok  ", State.WARN: "warn", State.FAIL: "FAIL"}


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Tell what is wrong and the one command that mends it; secrets are shown as ***."""
    try:
        settings = read_settings()
    except ConfigurationError as error:
        _show(list(_unreadable(error)), {}, as_json=as_json)
        raise typer.Exit(CONFIGURATION_IS_WRONG) from None
    parts = Parts(settings)
    checks = [*checked(settings, parts, Path.cwd()), *checkups(parts)]
    _show(checks, shown(settings), as_json=as_json)
    raise typer.Exit(1 if any(check.state is State.FAIL for check in checks) else 0)


def _unreadable(error: ConfigurationError) -> Iterable[Check]:
    for line in str(error).splitlines():
        yield Check(
            "configuration",
            State.FAIL,
            line,
            "nothing starts with it",
            "edit it, then ombud doctor",
        )


def shown(settings: Settings) -> dict[str, Any]:
    """What was told, secrets blanked: it can be pasted where others read it."""
    told = settings.model_dump(mode="json", exclude_unset=True)
    return {name: _blanked(getattr(settings, name), told[name]) for name in sorted(told)}


def _blanked(value: object, plain: object) -> object:
    if not isinstance(value, SecretStr):
        return plain
    secret = value.get_secret_value()
    return secret if secret.startswith(SQLITE) else "***"


def _show(checks: list[Check], settings: Mapping[str, Any], *, as_json: bool) -> None:
    is_fine = all(check.state is not State.FAIL for check in checks)
    if as_json:
        found = [asdict(check) for check in checks]
        report = {"ok": is_fine, "version": __version__, "checks": found, "settings": settings}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for check in checks:
        typer.echo(f"{_SIGNS[check.state]}  {check.name}: {check.what}")
        if check.state is not State.OK:
            typer.echo(f"        why: {check.why}\n        mend: {check.mend}")
    for name, value in settings.items():
        typer.echo(f"set   {name} = {value}")
    typer.echo("Nothing keeps Ombud from running." if is_fine else "Mend what says FAIL.")
