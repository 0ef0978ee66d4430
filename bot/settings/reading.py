"""Gathers the settings: environment over secret files over `ombud.toml` over defaults.

All problems are told at once, one line each: key, what is wrong, how to mend it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigurationError
from bot.settings.model import Settings
from bot.settings.values import nearest

PREFIX: Final = "OMBUD_"
FILE: Final = "ombud.toml"
TABLES: Final = frozenset(
    {"hours", "escalation", "external_body", "desk", "limits", "categories", "references"}
)


def _holds(annotation: object, kind: type) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_holds(part, kind) for part in get_args(annotation))
    inner = get_args(annotation)
    return annotation is kind or bool(inner and inner[0] is kind)


PLAIN: Final = frozenset(Settings.model_fields) - TABLES
SECRETS: Final = frozenset(
    name for name in PLAIN if _holds(Settings.model_fields[name].annotation, SecretStr)
)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


@dataclass
class _Gathered:
    """What was found so far: the values, where each came from, and what is wrong with the rest."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, name: str, value: object, origin: str) -> None:
        self.values[name] = value
        self.origins[name] = origin

    def take_secret(self, name: str, path: Path, origin: str) -> None:
        """The content of a secret file, without the line end that editors leave."""
        try:
            content = path.expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self.problems.append(
                f"{origin} names a file that cannot be read ({reason}); give a readable one"
            )
            return
        if content:
            self.take(name, content, origin)
        else:
            self.problems.append(f"{origin} names an empty file; write the secret into it")

    def unknown(self, key: str, where: str, known: Iterable[str]) -> None:
        meant = nearest(key, known)
        hint = f"did you mean {meant}?" if meant else "the README lists all of them."
        self.problems.append(f"{key} ({where}) is not a setting; {hint} Rename or remove it.")


def _read_toml(path: Path, gathered: _Gathered) -> None:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except OSError as error:
        gathered.problems.append(
            f"{path.name} cannot be read ({error.strerror}); make it readable or remove it"
        )
        return
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        gathered.problems.append(f"{path.name} is not valid TOML: {error}")
        return
    files = {f"{name}_file": name for name in SECRETS}
    for key, value in told.items():
        if key in files:
            gathered.take_secret(
                files[key], path.parent / Path(str(value)).expanduser(), f"{key} ({path.name})"
            )
    for key, value in told.items():
        if key in PLAIN or key in TABLES:
            gathered.take(key, value, f"{key} ({path.name})")
        elif key not in files:
            gathered.unknown(key, path.name, PLAIN | TABLES | files.keys())


def _read_environment(environment: Mapping[str, str], gathered: _Gathered) -> None:
    plain = {variable(name): name for name in PLAIN}
    files = {f"{variable(name)}_FILE": name for name in SECRETS}
    # An empty variable counts as none: compose files pass them on that way.
    told = {
        key: value for key, value in environment.items() if key.startswith(PREFIX) and value.strip()
    }
    for key in sorted(environment):
        if key.startswith(PREFIX) and key not in plain and key not in files:
            gathered.unknown(key, "environment", plain.keys() | files.keys())
    for key in sorted(told.keys() & files.keys()):
        if variable(files[key]) not in told:
            gathered.take_secret(files[key], Path(told[key]), f"{key} (environment)")
    for key in sorted(told.keys() & plain.keys()):
        gathered.take(plain[key], told[key], f"{key} (environment)")


def _known_in(path: tuple[str, ...]) -> Iterable[str]:
    """The keys that the table in which a path ends may have."""
    table: type[BaseModel] = Settings
    for name in path[:-1]:
        field_ = table.model_fields.get(name)
        if field_ is not None:  # else it is the name that somebody gave one of many tables
            table = _table_in(field_.annotation) or table
    return table.model_fields


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_table_in(part) for part in get_args(annotation))
    return next((table for table in found if table is not None), None)


def _what_is_wrong(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(context["error"])
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "float_parsing" | "float_type":
            return "must be a number"
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "greater_than":
            return f"must be more than {context['gt']}"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case "literal_error":
            return f"must be one of {context['expected']}".replace("'", "")
        case "string_too_short":
            return "must not be empty"
        case "missing":
            return "is missing"
        case _:
            return error["msg"].replace("Input should be", "must be")


def _told(error: ErrorDetails, origins: Mapping[str, str]) -> str:
    path = tuple(
        str(part) for part in error["loc"] if part not in ("function-before", "function-after")
    )
    if not path:
        return _what_is_wrong(error)
    if error["type"] == "extra_forbidden":
        key = ".".join(path)
        meant = nearest(path[-1], _known_in(path))
        hint = (
            f"did you mean {'.'.join((*path[:-1], meant))}?"
            if meant
            else "the README lists all of them."
        )
        return f"{key} ({FILE}) is not a setting; {hint} Rename or remove it."
    origin = origins.get(path[0], path[0])
    name, _, where = origin.partition(" ")
    key = ".".join((name, *path[1:]))
    meaning = (Settings.model_fields[path[0]].description or "").replace("\n", " ")
    return f"{key} {where} {_what_is_wrong(error)}. Meaning: {meaning}".replace("  ", " ")


def read_settings(
    environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """The settings of the installation in this folder; a ConfigurationError tells all problems."""
    gathered = _Gathered()
    _read_toml((folder or Path()) / FILE, gathered)
    _read_environment(os.environ if environment is None else environment, gathered)
    try:
        settings = Settings(**gathered.values)
    except ValidationError as invalid:
        gathered.problems += [
            _told(error, gathered.origins)
            for error in invalid.errors(include_input=False, include_url=False)
            if error["type"] != "default_factory_not_called"
        ]
        raise ConfigurationError("\n".join(gathered.problems)) from None
    if gathered.problems:
        raise ConfigurationError("\n".join(gathered.problems))
    return settings
