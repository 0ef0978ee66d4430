"""Tells by its content what a file is, and whether such files are accepted (contract §2).

Neither the name nor what a client claims counts. Whatever is not on the list is refused, so most
programs need no rule; the rules below are for those that look like text or like a document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import puremagic

from bot.errors import TypeNotAccepted

_HEAD = 4096
_FOOT = 4096
_OPENDOCUMENT = "application/vnd.oasis.opendocument."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OOXML = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "xl/workbook.bin": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
# Streams of the older Office files; an installer (.msi) is of the same family and has none of them.
_OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "__substg1.0_": "application/vnd.ms-outlook",
}
_MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".heif": "image/heic",
    ".pdf": "application/pdf",
    ".rtf": "application/rtf",
    ".mp3": "audio/mpeg",
    ".mpga": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".amr": "audio/amr",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".ogv": "video/ogg",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".3gp": "video/3gpp",
    ".3g2": "video/3gpp",
    ".avi": "video/x-msvideo",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
}
_AMR = b"#!AMR"
_PROGRAM = re.compile(
    rb"MZ|\x7fELF|#!(?!AMR)|<\?php|\xca\xfe\xba\xbe|\xfe\xed\xfa|@echo off", re.IGNORECASE
)
_MARKUP = re.compile(
    r"\s*<(!doctype|!--|\?xml|html|head|body|title|meta|script|style|svg|iframe|frameset|object|embed|"
    r"form|table|div|p|br|a|img|b|h1|link|base)\b|.*<(script|svg|html|iframe)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(rb"([!-9;-~]+):[ \t]*[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
_MAIL_HEADERS = frozenset(
    {b"date", b"message-id", b"received", b"mime-version", b"return-path", b"subject", b"to"}
)


@dataclass(frozen=True)
class _Content:
    """A file that is looked at: its first and last bytes are at hand."""

    path: Path
    head: bytes
    foot: bytes


def type_of(path: Path) -> str:
    """The media type of the file at `path`; TypeNotAccepted."""
    with path.open("rb") as file:
        content = _looked_at(path, file)
    if not content.head:
        raise TypeNotAccepted("This file is empty.")
    if _PROGRAM.match(content.head):
        raise TypeNotAccepted("Programs are not accepted.")
    found = _document(content) or _medium(content) or _mail(content) or _text(content)
    if found is None:
        raise TypeNotAccepted
    return found


def _looked_at(path: Path, file: BinaryIO) -> _Content:
    head = file.read(_HEAD)
    size = path.stat().st_size
    file.seek(max(0, size - _FOOT))
    return _Content(path, head, file.read())


def _document(content: _Content) -> str | None:
    if content.head.startswith(b"PK"):
        return _zipped(content.path)
    if content.head.startswith(_OLE_MARK):
        return _older_office(content.path)
    return None


def _zipped(path: Path) -> str:
    """Only the list of a container's entries is read: nothing is unpacked but a name of a type."""
    try:
        with ZipFile(path) as container:
            names = frozenset(container.namelist())
            found = _open_document(container, names) or _office(names)
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise TypeNotAccepted("Archives are not accepted.") from error
    if found is None:
        raise TypeNotAccepted("Archives are not accepted.")
    return found


def _open_document(container: ZipFile, names: frozenset[str]) -> str | None:
    if not {"mimetype", "content.xml", "META-INF/manifest.xml"} <= names:
        return None
    if container.getinfo("mimetype").file_size > 100:
        return None
    told = container.read("mimetype").decode("ascii", "replace").strip()
    return told if told.startswith(_OPENDOCUMENT) else None


def _office(names: frozenset[str]) -> str | None:
    if "[Content_Types].xml" not in names:
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise TypeNotAccepted("Documents with macros are not accepted.")
    return next((kind for part, kind in _OOXML.items() if part in names), None)


def _older_office(path: Path) -> str | None:
    held = path.read_bytes()
    return next((kind for name, kind in _OLE.items() if name.encode("utf-16-le") in held), None)


def _medium(content: _Content) -> str | None:
    if content.head.startswith(_AMR):
        return "audio/amr"
    if content.head.startswith(b"RIFF") and content.head[8:12] == b"WEBP":
        return "image/webp"
    try:
        guesses = puremagic.magic_string(content.head)
    except puremagic.PureError:
        return None
    return _accepted([guess.extension.lower() for guess in guesses])


def _accepted(extensions: Sequence[str]) -> str | None:
    return next((_MEDIA[extension] for extension in extensions if extension in _MEDIA), None)


def _mail(content: _Content) -> str | None:
    names, position = set(), 0
    while header := _HEADER.match(content.head, position):
        names.add(header[1].lower())
        position = header.end()
    is_mail = b"from" in names and len(names & _MAIL_HEADERS) >= 2
    return "message/rfc822" if is_mail and b"\0" not in content.head else None


def _text(content: _Content) -> str | None:
    """Text is what is UTF-8 throughout, holds no NUL and is no page that a browser would run."""
    held = content.path.read_bytes()
    if b"\0" in held:
        return None
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if _MARKUP.match(text[:_HEAD]):
        raise TypeNotAccepted("Web pages and drawings with code are not accepted.")
    return "text/plain"
