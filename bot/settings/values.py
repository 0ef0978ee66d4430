"""Turns what people write into values, or says in one sentence what is wrong and how to mend it.

A message never repeats what was given: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import get_global
from pydantic import SecretStr
from rapidfuzz import process

Network = IPv4Network | IPv6Network

COUNTRY_BY_LANGUAGE: Final = {"en": "GB", "sv": "SE", "de": "DE", "fr": "FR", "es": "ES"}
SECRET_KEY_LENGTH: Final = 32
SQLITE: Final = "sqlite:///"
_SUFFICIENTLY_ALIKE: Final = 70
_STAFF_ID: Final = re.compile(r"[UWS][A-Z0-9]{2,}")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody most likely meant."""
    found = process.extractOne(name, list(known), score_cutoff=_SUFFICIENTLY_ALIKE)
    return found[0] if found else None


def _list_of(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def as_items(value: object) -> object:
    """`"a, b"` as its items; a TOML array stays as it is."""
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for item in value.split(",") if item.strip())


def as_joined(value: object) -> object:
    """A TOML array of `name:token` as the one string that the environment would hold."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    return value


def database_url(value: SecretStr) -> SecretStr:
    """A database that Ombud can use."""
    url = value.get_secret_value()
    if url.startswith(SQLITE) and len(url) > len(SQLITE):
        return value
    if url.startswith("postgresql://"):
        return value
    raise ValueError("must start with sqlite:/// and a file name, or with postgresql://")


def sqlite_file(url: str) -> Path | None:
    """The file behind an SQLite address; None for PostgreSQL and for a database in memory."""
    if not url.startswith(SQLITE):
        return None
    name = url.removeprefix(SQLITE).partition("?")[0]
    return None if name == ":memory:" else Path(name)


def _split(url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    wrong = ValueError(f"must be an address such as {example}")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and parts.hostname and (parts.port or 0) >= 0
    except ValueError:
        raise wrong from None
    if not usable:
        raise wrong
    return parts


def origin(url: str) -> str:
    """`https://host:port`, as browsers send it."""
    parts = _split(url, ("http", "https"), "https://complaints.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must be an origin alone, without a path: https://complaints.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def origins(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each an origin."""
    return tuple(origin(value) for value in values)


def web_address(url: str) -> str:
    """An http or https address, without the slash at its end."""
    _split(url, ("http", "https"), "https://example.org/base")
    return url.rstrip("/")


def smtp_address(value: SecretStr) -> SecretStr:
    """A mail server."""
    _split(
        value.get_secret_value(), ("smtp", "smtps"), "smtps://name:password@mail.example.org:465"
    )
    return value


def networks(values: object) -> object:
    """Networks in CIDR notation; a single address is a network of one."""
    if not isinstance(values, tuple | list):
        return values
    try:
        return tuple(ip_network(str(value), strict=False) for value in values)
    except ValueError:
        raise ValueError(
            "must be networks such as 10.0.0.0/8 or fd00::/8, comma separated"
        ) from None


def secret_key(value: SecretStr) -> SecretStr:
    """Long enough that nobody guesses it."""
    if len(value.get_secret_value()) < SECRET_KEY_LENGTH:
        raise ValueError(
            f"must have at least {SECRET_KEY_LENGTH} characters; `openssl rand -hex 32` makes one"
        )
    return value


def tokens_by_name(pairs: str) -> dict[str, str]:
    """The staff's tokens, by who acts."""
    tokens: dict[str, str] = {}
    for pair in filter(None, (pair.strip() for pair in pairs.split(","))):
        name, _, token = (part.strip() for part in pair.partition(":"))
        if not (name and token):
            raise ValueError("must be name:token pairs, comma separated: anna:TOKEN,ben:TOKEN")
        if name in tokens or token in tokens.values():
            raise ValueError("must have each name and each token once")
        tokens[name] = token
    return tokens


def api_tokens(value: SecretStr) -> SecretStr:
    """Pairs that can be told apart."""
    tokens_by_name(value.get_secret_value())
    return value


def staff_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    """Slack's ids, not the names shown to people."""
    if not all(_STAFF_ID.fullmatch(value) for value in values):
        raise ValueError("must be ids such as U012AB3CD (people) or S012AB3CD (user groups)")
    return values


def time_zone(name: str) -> str:
    """A zone of the IANA list."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = nearest(name, get_global("zone_territories"))
        hint = f"; the nearest is {meant}" if meant else " such as Europe/Stockholm"
        raise ValueError(f"must be a zone of the IANA list{hint}") from None


def country(code: str) -> str:
    """An ISO 3166 country of two letters."""
    upper = code.upper()
    if not re.fullmatch("[A-Z]{2}", upper) or upper not in Locale("en").territories:
        raise ValueError("must be a country of two letters (ISO 3166) such as GB or SE")
    return upper


def country_of(zone: str, language: str) -> str:
    """Where an organisation is, as far as its time zone or else its language tells."""
    territory: str = get_global("zone_territories").get(zone, "001")
    if territory.isalpha():
        return territory
    return COUNTRY_BY_LANGUAGE.get(language, COUNTRY_BY_LANGUAGE["en"])


def named_by_a_file(name: str, folder: str) -> str:
    """A language or regime that has its file in a folder of this package."""
    here = Path(__file__).parent.parent / folder
    known = {path.stem for path in here.glob("*.toml") if "." not in path.stem}
    if folder == "languages":
        known.add("keys")
    if name in known:
        return name
    meant = nearest(name, known)
    hint = f"; the nearest is {meant}" if meant else ""
    raise ValueError(f"must be one of {_list_of(known)}{hint}")
