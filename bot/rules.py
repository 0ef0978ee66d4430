"""Reads the data files of regimes and countries into values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from bot.domain.regimes import Clock, Regime, Trigger
from bot.errors import ConfigurationError


def load_regime(id_: str) -> Regime:
    """The regime with this id; ConfigurationError names file and key where one is wrong."""
    name = f"bot/regimes/{id_}.toml"
    data = tomllib.loads((files("bot.regimes") / f"{id_}.toml").read_text(encoding="utf-8"))
    try:
        clocks = tuple(
            Clock(c["name"], Trigger(c["trigger"]), c["days"], c["basis"]) for c in data["clocks"]
        )
        return Regime(data["id"], data["title"], data["version"], clocks)
    except KeyError as error:
        raise ConfigurationError(f"{name} has no key {error}; add it") from error
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}") from error


def emergency_numbers(country: str) -> Mapping[str, str]:
    """Whom to call in a country: "danger" and "self_harm"."""
    data = tomllib.loads((files("bot") / "countries.toml").read_text(encoding="utf-8"))
    numbers: Mapping[str, str] = data.get(country, data["default"])
    return numbers
