"""Reads the data files of regimes and countries into values."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.calendars import working_days
from bot.domain.counting import WorkingDays
from bot.domain.regimes import Regime, Rules
from bot.errors import ConfigurationError

_SHAPE: Final = TypeAdapter(Regime)


def load_rules(default: str) -> Rules:
    """Every regime there is a file for; ConfigurationError names file, key and remedy."""
    folder = files("bot.regimes")
    texts = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    read = (regime for id_ in sorted(texts) for regime in read_regime(id_, texts[id_]))
    return Rules(default, tuple(read))


def read_regime(id_: str, text: str) -> tuple[Regime, ...]:
    """The versions that one file holds, oldest first.

    Keys at the top hold for every version; a table of `[[versions]]` adds to them or differs.
    """
    where = f"bot/regimes/{id_}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where} is no TOML: {error}; correct that line") from error
    regimes = tuple(_version(where, version) for version in _versions(where, data))
    _check_versions(where, id_, regimes)
    return tuple(sorted(regimes, key=lambda regime: regime.effective_from))


def _versions(where: str, data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    versions = data.pop("versions", [{}])
    if not isinstance(versions, list) or not all(isinstance(one, dict) for one in versions):
        raise ConfigurationError(
            f"{where}: versions must be tables; write [[versions]] before each"
        )
    for version in versions:
        yield data | version


def _version(where: str, data: Mapping[str, Any]) -> Regime:
    if "days" in data:  # a field of ours, but no key of a file
        raise ConfigurationError(f"{where}: days: there is no such key; remove it")
    try:
        # By way of JSON, since strict reading takes texts for enumerations, days and zones there.
        text = json.dumps(data, default=lambda value: value.isoformat())
        regime = _SHAPE.validate_json(text, strict=True, extra="forbid")
        days = working_days(regime.calendar) if regime.calendar else WorkingDays()
    except ValidationError as error:
        raise ConfigurationError(_problems(where, error.errors())) from error
    except ValueError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    return replace(regime, days=days)


def _check_versions(where: str, id_: str, regimes: Iterable[Regime]) -> None:
    seen: set[object] = set()
    for regime in regimes:
        if regime.id != id_:
            raise ConfigurationError(f"{where}: id must be the file's name; write id = '{id_}'")
        for key, value in (("version", regime.version), ("effective_from", regime.effective_from)):
            if value in seen:
                raise ConfigurationError(f"{where}: {key} {value} stands there twice; change one")
            seen.add(value)


def _problems(where: str, errors: Iterable[ErrorDetails]) -> str:
    """One line for each problem."""
    return "\n".join(f"{where}: {_key(error['loc'])}{_remedy(error)}" for error in errors)


def _key(place: tuple[int | str, ...]) -> str:
    """Where it stands as people count: `clocks[2].unit` is the second clock's."""
    key = ""
    for part in place:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return f"{key.removeprefix('.')}: " if key else ""


def _remedy(error: ErrorDetails) -> str:
    match error["type"]:
        case "unexpected_keyword_argument":
            return "there is no such key; remove it or correct its name"
        case "missing":
            return "this key is missing; add it"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case _:
            should = error["msg"].removeprefix("Input should be ")
            return f"{error['input']!r} is wrong; write {should}"


def emergency_numbers(country: str) -> Mapping[str, str]:
    """Whom to call in a country: "danger" and "self_harm"."""
    data = tomllib.loads((files("bot") / "countries.toml").read_text(encoding="utf-8"))
    numbers: Mapping[str, str] = data.get(country, data["default"])
    return numbers
