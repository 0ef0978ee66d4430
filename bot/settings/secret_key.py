"""The secret key: told, or made on the first start and kept beside the SQLite file."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.settings.model import Settings
from bot.settings.values import SECRET_KEY_LENGTH


def key_file(settings: Settings) -> Path | None:
    """Where a key that nobody told is kept; None where there is no SQLite file."""
    return settings.sqlite_file.with_suffix(".key") if settings.sqlite_file else None


def settled_secret_key(settings: Settings) -> SecretStr:
    """The key told, else the key kept, else a new one that is kept from now on."""
    if settings.secret_key:
        return settings.secret_key
    path = key_file(settings)
    if path is None:  # a database in memory forgets everything anyway
        return SecretStr(secrets.token_hex(SECRET_KEY_LENGTH))
    if not path.exists():
        _make(path)
    return _kept(path)


def _kept(path: Path) -> SecretStr:
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The secret key in {path} cannot be read; give it back to its owner: chmod 600 {path}"
        ) from error
    if len(key) < SECRET_KEY_LENGTH:
        raise ConfigurationError(
            f"The secret key in {path} is damaged: fewer than {SECRET_KEY_LENGTH} characters."
            " Bring it back from a backup; a new one would make all private codes worthless"
        )
    return SecretStr(key)


def _make(path: Path) -> None:
    """Written under another name, then linked: two starts at once end with one whole key."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(SECRET_KEY_LENGTH) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                return  # another process was first: its key holds
        finally:
            Path(draft).unlink()
    except OSError as error:
        raise ConfigurationError(
            f"The secret key cannot be kept in {path.parent} ({error.strerror});"
            " make the folder writable or set OMBUD_SECRET_KEY"
        ) from error
