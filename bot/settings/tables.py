"""The tables that only `ombud.toml` can hold."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.settings.values import web_address


class Table(BaseModel):
    """One table: frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ExternalBody(Table):
    """Who a complainant can turn to when the answer does not satisfy (ISO 10002:2018, 4.2)."""

    name: str
    """What it is called; no default."""

    url: Annotated[str, AfterValidator(web_address)] | None = None
    """Its page; default: none."""

    phone: str | None = None
    """Its telephone number as people should dial it; default: none."""

    text: str | None = None
    """A sentence on when and how to turn to it, shown as it is; default: none."""


class Limits(Table):
    """Limits beyond those per person, for addresses that many people share."""

    lookups_per_hour_per_address: int | None = Field(default=None, ge=1)
    """Wrong references or codes an hour from one network address;
    default: 10 × `OMBUD_LOOKUPS_PER_HOUR`."""

    lookups_per_hour_in_all: int | None = Field(default=None, ge=1)
    """Wrong references or codes an hour from everybody together;
    default: 100 × `OMBUD_LOOKUPS_PER_HOUR`."""


def _patterns(values: tuple[str, ...]) -> tuple[str, ...]:
    for number, value in enumerate(values, start=1):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"entry {number} is no regular expression: {error}") from None
    return values


class References(Table):
    """What the organisation's own numbers look like."""

    patterns: Annotated[tuple[str, ...], AfterValidator(_patterns)] = ()
    """Regular expressions of order, account and contract numbers;
    default: none, only what Ombud knows by itself."""
