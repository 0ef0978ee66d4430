"""All words that people see or say, one file per language; code never mentions a language.

`Language` gives texts by key, labels by action, and days, sums and lists as people write them.
`keys` is no language: it shows keys and values instead, for tools (contract §9).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from typing import Any

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from bot.errors import ConfigurationError

KEYS = "keys"
FALLBACK = "en"


@dataclass(frozen=True)
class Language:
    """One language: `texts` by key, `hearing` is what understanding reads."""

    code: str
    texts: Mapping[str, str]
    hearing: Mapping[str, Any]
    direction: str = "ltr"
    endonym: str = ""  # what it calls itself
    first_of_month: str = ""  # how the number of a first day is written, if not as 1
    shows_keys: bool = False

    def text(self, key: str, values: Mapping[str, str]) -> str:
        """The text of `key` with its values filled in."""
        if self.shows_keys:
            told = "".join(f" {name}={values[name]}" for name in sorted(values))
            return f"⟦{key}{told}⟧"
        return self.texts[key].format_map(values)

    def label(self, action: str, ask: str | None = None) -> str:
        """What the button for `action` says, at the question `ask` perhaps something else.

        Of `change:X` and `reference:X` it names the part that tells which.
        """
        if self.shows_keys:
            return f"⟦choice.{action}⟧"
        verb, _, object_ = action.partition(":")
        text = self.texts.get(f"choice.{verb}.{ask}", self.texts[f"choice.{verb}"])
        return text.format(name=self.texts.get(f"question.{object_}", object_))

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.texts

    def day(self, day: date, today: date) -> str:
        """A day with its weekday; the year only where it is another."""
        form = self._forms["day" if day.year == today.year else "day_of_year"]
        return format_date(day, self._numbered(form, day), locale=self.code)

    def month(self, day: date) -> str:
        """A month and its year."""
        return format_date(day, self._forms["month"], locale=self.code)

    def moment(self, at: datetime) -> str:
        """A day and time."""
        form = self._numbered(self._forms["moment"], at)
        return format_datetime(at, form, locale=self.code)

    def money(self, value: Decimal, currency: str | None) -> str:
        """A sum."""
        if currency is None:
            return format_decimal(value, locale=self.code)
        return format_currency(value, currency, locale=self.code)

    def joined(self, items: Sequence[str]) -> str:
        """Items as in a sentence: "a, b and c"."""
        return format_list(list(items), locale=self.code)

    def _numbered(self, form: str, day: date) -> str:
        """The form with the number of a first day as this language writes it."""
        if day.day != 1 or not self.first_of_month:
            return form
        return re.sub(r"\bd\b", f"'{self.first_of_month}'", form)

    @cached_property
    def _forms(self) -> Mapping[str, str]:
        return {
            name: self.texts[f"format.{name}"] for name in ("day", "day_of_year", "month", "moment")
        }


def load_languages() -> dict[str, Language]:
    """Every language that has a file, by code, and `keys`."""
    found = {}
    for file in files(__name__).iterdir():
        code, _, ending = file.name.partition(".")
        if ending == "toml":
            found[code] = _language(code, tomllib.loads(file.read_text(encoding="utf-8")))
    found[KEYS] = replace(found[FALLBACK], shows_keys=True)
    return found


def spoken(languages: Mapping[str, Language]) -> dict[str, Language]:
    """The languages that people speak."""
    return {code: language for code, language in languages.items() if code != KEYS}


def _language(code: str, data: Mapping[str, Any]) -> Language:
    try:
        return Language(
            code=code,
            texts=_flat(data["texts"]),
            hearing=data.get("hearing", {}),
            direction=data.get("direction", "ltr"),
            endonym=data["endonym"],
            first_of_month=data.get("first_of_month", ""),
        )
    except KeyError as error:
        raise ConfigurationError(f"bot/languages/{code}.toml has no {error}") from error


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as dotted keys; `_` is a table's own text."""
    flat: dict[str, str] = {}
    for name, value in table.items():
        key = prefix.removesuffix(".") if name == "_" else f"{prefix}{name}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{key}.")
        else:
            flat[key] = str(value).strip()
    return flat
