"""What `ombud doctor` looks at: each check reads only, and says what, why and what mends it."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from bot.dialogue.interpretation import Context
from bot.errors import OmbudError, SchemaMismatch
from bot.languages import FALLBACK, Language, spoken
from bot.ports import Understand
from bot.settings import Settings
from bot.settings.secret_key import key_file

FREE_BYTES: Final = 500_000_000
TOKEN_LENGTH: Final = 16
_YEARS: Final = range(2026, 2100)
_OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO
_NOT_USED_YET: Final = ("categories",)


class State(StrEnum):
    """How a check ended; a warning lets Ombud run."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One finding: `what` was found, `why` it matters, the one command that `mend`s it."""

    name: str
    state: State
    what: str
    why: str = ""
    mend: str = ""


class Surroundings(Protocol):
    """What the checks ask of an installation's parts."""

    def schema_versions(self) -> tuple[str | None, str]:
        """The schema that the database has (None: it is empty) and the one that is needed."""
        ...

    def languages(self) -> Mapping[str, Language]: ...

    def understanding(self) -> Understand: ...


def _ok(name: str, what: str) -> Check:
    return Check(name, State.OK, what)


def checked(settings: Settings, around: Surroundings, folder: Path) -> Iterator[Check]:
    """Every check, in the order in which they should be mended."""
    yield _ok("configuration", "every setting can be read")
    yield database(around)
    yield secret_key(settings)
    yield from folders(settings, folder)
    yield disk(settings, folder)
    yield clock(settings)
    yield port(settings)
    yield languages(around)
    yield understanding(settings, around)
    yield staff(settings)
    yield from policy(settings)
    yield encryption(settings)
    yield unused(settings)


def database(around: Surroundings) -> Check:
    """Reachable, and at the schema of this version."""
    try:
        found, wanted = around.schema_versions()
    except SchemaMismatch as error:
        return Check(
            "database", State.FAIL, str(error).rstrip("."), "nothing is changed in it, nor kept",
            "install the version of Ombud that made it, or bring back a backup",
        )  # fmt: skip
    except (OmbudError, OSError) as error:
        return Check(
            "database", State.FAIL, f"it does not answer ({type(error).__name__})",
            "nothing can be kept without it",
            "start the database, or set OMBUD_DATABASE_URL to one that runs",
        )  # fmt: skip
    if found == wanted:
        return _ok("database", f"it answers and is at schema {wanted}")
    return Check(
        "database", State.WARN, f"its schema is {found or 'empty'}, this version needs {wanted}",
        "`ombud serve` upgrades it by itself, `ombud serve --no-migrate` refuses", "ombud migrate",
    )  # fmt: skip


def secret_key(settings: Settings) -> Check:
    """Told, or in a file that only its owner reads."""
    path = key_file(settings)
    if settings.secret_key or path is None:
        return _ok("secret_key", "it is set")
    if not path.exists():
        return _ok("secret_key", f"it will be made on the first start, in {path}")
    if path.stat().st_mode & _OTHERS_MAY:
        return Check(
            "secret_key", State.FAIL, f"others than its owner may read {path}",
            "whoever has it can derive every private code", f"chmod 600 {path}",
        )  # fmt: skip
    return _ok("secret_key", f"{path} is readable by its owner alone")


def folders(settings: Settings, folder: Path) -> Iterator[Check]:
    """Where data and attachments are kept can be written."""
    wanted = {"files_folder": folder / settings.files_dir}
    if settings.sqlite_file:
        wanted = {"data_folder": (folder / settings.sqlite_file).parent, **wanted}
    for name, path in wanted.items():
        nearest = _existing(path)
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            yield _ok(name, f"{path} can be written")
        else:
            yield Check(
                name, State.FAIL, f"{path} cannot be written", "what people send is kept there",
                f"mkdir -p {path} && chown $(id -un) {path}",
            )  # fmt: skip


def _existing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next((place for place in (path, *path.parents) if place.exists()), Path("/"))


def disk(settings: Settings, folder: Path) -> Check:
    """Room for what comes."""
    places = [folder / settings.files_dir]
    places += [folder / settings.sqlite_file] if settings.sqlite_file else []
    free = min(shutil.disk_usage(_existing(place.absolute())).free for place in places)
    if free >= FREE_BYTES:
        return _ok("disk", f"{free // 1_000_000} MB are free")
    return Check(
        "disk", State.FAIL, f"only {free // 1_000_000} MB are free",
        "on a full disk no complaint can be taken", f"df -h {folder}",
    )  # fmt: skip


def clock(settings: Settings, today: date | None = None) -> Check:
    """A year in which this program can run."""
    day = today or datetime.now(ZoneInfo(settings.time_zone)).date()
    if day.year in _YEARS:
        return _ok("clock", f"it is {day.isoformat()} in {settings.time_zone}")
    return Check(
        "clock", State.FAIL, f"it is said to be {day.isoformat()}",
        "deadlines and the dates that people tell are reckoned from it",
        "timedatectl set-ntp true",
    )  # fmt: skip


def port(settings: Settings) -> Check:
    """Free, or Ombud itself answers there."""
    if settings.port == 0 or _is_free(settings.host, settings.port):
        return _ok("port", f"{settings.host}:{settings.port} is free")
    if _is_ombud(settings.host, settings.port):
        return _ok("port", f"Ombud answers at {settings.host}:{settings.port}")
    return Check(
        "port", State.FAIL, f"{settings.host}:{settings.port} cannot be listened on",
        "another program holds it, or the address is not this machine's",
        "OMBUD_PORT=8081 ombud serve",
    )  # fmt: skip


def _is_free(host: str, number: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError:
            return False
    return True


def _is_ombud(host: str, number: int) -> bool:
    connection = http.client.HTTPConnection(host, number, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def languages(around: Surroundings) -> Check:
    """Every text is there in every language."""
    try:
        known = spoken(around.languages())
    except (OmbudError, KeyError, ValueError) as error:
        return Check(
            "languages", State.FAIL, f"they cannot be read ({error})", "nothing can be said",
            "pip install --force-reinstall ombud",
        )  # fmt: skip
    missing = list(_missing(known))
    if not missing:
        return _ok("languages", f"{', '.join(sorted(known))}: complete")
    return Check(
        "languages", State.FAIL, f"without a text: {', '.join(missing[:5])}",
        "a conversation that needs it fails", "pip install --force-reinstall ombud",
    )  # fmt: skip


def _missing(known: Mapping[str, Language]) -> Iterable[str]:
    for code, language in known.items():
        for key in known[FALLBACK].texts:
            if not language.has(key):
                yield f"{code}: {key}"


def understanding(settings: Settings, around: Surroundings) -> Check:
    """The pipelines load and hear a sentence."""
    try:
        understand = around.understanding()
        today = datetime.now(ZoneInfo(settings.time_zone)).date()
        understand("My parcel never came.", Context(FALLBACK, settings.country, today))
    except Exception as error:  # noqa: BLE001  # whatever breaks spaCy, the doctor must say so
        return Check(
            "understanding", State.FAIL, f"it does not load ({type(error).__name__})",
            "no message can be understood", "pip install --force-reinstall ombud",
        )  # fmt: skip
    return _ok("understanding", "the pipelines load and run on this machine alone")


def staff(settings: Settings) -> Check:
    """Somebody can answer, and not just anybody."""
    tokens = settings.names_by_token
    if not tokens:
        return Check(
            "staff", State.WARN, "no API token is set, so the staff API is off",
            "caseworkers can then answer only by `ombud case`",
            "export OMBUD_API_TOKENS=anna:$(openssl rand -hex 24)",
        )  # fmt: skip
    short = sorted(name for token, name in tokens.items() if len(token) < TOKEN_LENGTH)
    if short:
        return Check(
            "staff", State.WARN, f"short tokens: {', '.join(short)}",
            f"a token of fewer than {TOKEN_LENGTH} characters can be guessed",
            "openssl rand -hex 24",
        )  # fmt: skip
    return _ok("staff", f"{len(tokens)} may act through the staff API")


def policy(settings: Settings) -> Iterator[Check]:
    """What ISO 10002 wants told to everybody is known (4.2)."""
    if settings.organisation == type(settings).model_fields["organisation"].default:
        yield Check(
            "organisation", State.WARN, "the organisation has no name",
            "people must be told who answers them (ISO 10002:2018, 4.2)",
            "export OMBUD_ORGANISATION='…'",
        )  # fmt: skip
    else:
        yield _ok("organisation", settings.organisation)
    if settings.external_body is None:
        yield Check(
            "external_body", State.WARN, "no external body is named",
            "people must be told where else they can turn (ISO 10002:2018, 4.2 and 7.9)",
            "printf '\\n[external_body]\\nname = \"…\"\\nurl = \"https://…\"\\n' >> ombud.toml",
        )  # fmt: skip
    else:
        yield _ok("external_body", settings.external_body.name)


def encryption(settings: Settings) -> Check:
    """What people tell is not sent in the clear."""
    is_local = settings.host in ("127.0.0.1", "::1", "localhost")
    if is_local or settings.public_url.startswith("https://"):
        return _ok("encryption", f"people reach it at {settings.public_url}")
    return Check(
        "encryption", State.WARN, f"{settings.public_url} is reached without encryption",
        "complaints could be read on their way",
        "put a proxy with TLS before it and set OMBUD_PUBLIC_URL=https://…",
    )  # fmt: skip


def unused(settings: Settings) -> Check:
    """Nothing is configured that has no effect."""
    told = [name for name in _NOT_USED_YET if getattr(settings, name)]
    if not told:
        return _ok("unused", "everything that is set has an effect")
    return Check(
        "unused", State.WARN, f"without effect in this version: {', '.join(told)}",
        "what it says is not done", "remove it, or keep it for a later version",
    )  # fmt: skip
