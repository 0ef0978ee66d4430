"""Reads `OMBUD_DATABASE_URL`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigurationError


def sqlite_path(url: str) -> Path:
    """The file that `url` names; ConfigurationError where it names anything else."""
    parsed = _parsed(url)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        raise ConfigurationError("This version keeps its data in SQLite only: sqlite:///ombud.db")
    if parsed.drivername != "sqlite" or parsed.host or parsed.query:
        raise ConfigurationError("A database is written like sqlite:///ombud.db")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError("A database needs a file: sqlite:///ombud.db")
    return Path(parsed.database)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("A database is written like sqlite:///ombud.db") from error
