"""Keeps evidence on disk: each file once, named by its content, readable by its owner alone."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from bot.domain.answers import Attachment
from bot.errors import FileTooLarge, NotFound, StorageError, TypeNotAccepted
from storage.filetypes import type_of

_CHUNK = 64 * 1024
_NAME_LENGTH = 120
_NAMELESS = "file"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class _Copied:
    size: int
    sha256: str


class DiskFiles:
    """Files in `folder`, each in a subfolder named by the first two signs of its digest."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    async def keep(self, stream: BinaryIO, name: str) -> Attachment:
        return await asyncio.to_thread(self._keep, stream, name)

    async def read(self, attachment: Attachment) -> bytes:
        return await asyncio.to_thread(self._read, attachment)

    async def kept(self, before: datetime) -> frozenset[str]:
        return await asyncio.to_thread(self._kept, before)

    async def remove(self, digests: Collection[str]) -> int:
        return await asyncio.to_thread(self._remove, digests)

    def _keep(self, stream: BinaryIO, name: str) -> Attachment:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _temporary(self._folder) as path:
                copied = _copy(stream, path, self._max_bytes)
                kind = type_of(path)
                self._settle(path, copied.sha256)
        except OSError as error:
            raise StorageError("The file could not be written.") from error
        return _attachment(name, kind, copied)

    def _settle(self, path: Path, sha256: str) -> None:
        """Gives the file its place at once and whole: a reader never sees half of it."""
        place = self._place(sha256)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        path.replace(place)
        _flush(place.parent)

    def _read(self, attachment: Attachment) -> bytes:
        if not _DIGEST.fullmatch(attachment.sha256):
            raise NotFound("There is no such file.")
        try:
            return self._place(attachment.sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("There is no such file.") from error
        except OSError as error:
            raise StorageError("The file could not be read.") from error

    def _kept(self, before: datetime) -> frozenset[str]:
        try:
            found = [path for path in self._folder.glob("??/*") if _DIGEST.fullmatch(path.name)]
            return frozenset(path.name for path in found if _kept_at(path) < before)
        except OSError as error:
            raise StorageError("The files could not be looked through.") from error

    def _remove(self, digests: Collection[str]) -> int:
        places = [self._place(digest) for digest in digests if _DIGEST.fullmatch(digest)]
        found = [place for place in places if place.exists()]
        try:
            for place in found:
                place.unlink(missing_ok=True)
                _flush(place.parent)
        except OSError as error:
            raise StorageError("The file could not be deleted.") from error
        return len(found)

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


@dataclass
class MemoryFiles:
    """Files that are gone when the process ends."""

    max_bytes: int = 10_000_000
    _kept: dict[str, bytes] = field(default_factory=dict)

    async def kept(self, before: datetime) -> frozenset[str]:
        return frozenset(self._kept)  # no age is known here

    async def remove(self, digests: Collection[str]) -> int:
        return sum(self._kept.pop(digest, None) is not None for digest in digests)

    async def keep(self, stream: BinaryIO, name: str) -> Attachment:
        return await asyncio.to_thread(self._keep, stream, name)

    async def read(self, attachment: Attachment) -> bytes:
        try:
            return self._kept[attachment.sha256]
        except KeyError:
            raise NotFound("There is no such file.") from None

    def _keep(self, stream: BinaryIO, name: str) -> Attachment:
        # What a file is can be told only where it lies on disk; it is gone from there at once.
        with tempfile.TemporaryDirectory() as folder, _temporary(Path(folder)) as path:
            copied = _copy(stream, path, self.max_bytes)
            kind = type_of(path)
            self._kept[copied.sha256] = path.read_bytes()
        return _attachment(name, kind, copied)


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A path for a file that only this call knows; what is left there in the end is removed."""
    path = folder / f".{secrets.token_hex(16)}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _copy(stream: BinaryIO, path: Path, max_bytes: int) -> _Copied:
    """Writes a stream down as it comes, and stops at the limit whatever size was announced."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise FileTooLarge
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size == 0:
        raise TypeNotAccepted("This file is empty.")
    return _Copied(size, digest.hexdigest())


def _kept_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _attachment(name: str, kind: str, copied: _Copied) -> Attachment:
    return Attachment(secrets.token_urlsafe(16), shown_name(name), kind, copied.size, copied.sha256)


def shown_name(name: str) -> str:
    """A file's name as it may be shown: no path, no sign that hides or turns round what it says."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        sign for sign in last if unicodedata.category(sign)[0] not in "CZ" or sign == " "
    )
    clean = " ".join(visible.split()).strip(". ")
    if len(clean) <= _NAME_LENGTH:
        return clean or _NAMELESS
    stem, dot, ending = clean.rpartition(".")
    if not dot or len(ending) > 10:
        return clean[:_NAME_LENGTH].strip()
    return f"{stem[: _NAME_LENGTH - len(ending) - 1].strip()}.{ending}"
