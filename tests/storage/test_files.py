"""Evidence: kept whole, told apart by its content, and harmless to whoever lists it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from bot.domain.answers import Attachment
from bot.errors import FileTooLarge, NotFound, StorageError, TypeNotAccepted
from bot.ports import Files
from storage.files import DiskFiles, MemoryFiles, shown_name
from tests.talking import PNG

LIMIT = 100_000
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n%name"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
EML = b"From: Astrid <a@example.org>\r\nTo: b@example.org\r\nSubject: Parcel\r\n\r\n<html>Hi</html>"
OFFICE = "application/vnd.openxmlformats-officedocument."


def zipped(*names: str, mimetype: str | None = None) -> bytes:
    """A container with these entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as container:
        if mimetype:
            container.writestr("mimetype", mimetype)
        for name in names:
            container.writestr(name, "<x/>")
    return held.getvalue()


def ole(stream: str) -> bytes:
    """A file of the older Office family that names a stream."""
    return OLE + stream.encode("utf-16-le") + bytes(512)


ODT = zipped(
    "content.xml", "META-INF/manifest.xml", mimetype="application/vnd.oasis.opendocument.text"
)
DOCX = zipped("[Content_Types].xml", "word/document.xml")

ACCEPTED = {
    "png": (PNG, "image/png"),
    "png with more behind": (PNG + b"holiday.png", "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(64), "image/jpeg"),
    "jpeg from a camera": (b"\xff\xd8\xff\xe1\0\x10Exif\0" + bytes(64), "image/jpeg"),
    "gif": (b"GIF89a\x01\0\x01\0\x80\0\0" + bytes(16), "image/gif"),
    "webp": (b"RIFF\x1a\0\0\0WEBPVP8 " + bytes(32), "image/webp"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
    "pdf": (PDF, "application/pdf"),
    "text": ("Blåbär & co, 3 < 5\r\n".encode(), "text/plain"),
    "text with a byte order mark": (b"\xef\xbb\xbfHello", "text/plain"),
    "text that begins with a heart": (b"<3 your shop, but", "text/plain"),
    "csv": (b"day;sum\n2026-01-01;42.50\n", "text/plain"),
    "mail": (EML, "message/rfc822"),
    "mail with folded lines": (b"Received: from x\n\tby y\n" + EML, "message/rfc822"),
    "docx": (DOCX, f"{OFFICE}wordprocessingml.document"),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
    "pptx": (
        zipped("[Content_Types].xml", "ppt/presentation.xml"),
        f"{OFFICE}presentationml.presentation",
    ),
    "odt": (ODT, "application/vnd.oasis.opendocument.text"),
    "doc": (ole("WordDocument"), "application/msword"),
    "xls": (ole("Workbook"), "application/vnd.ms-excel"),
    "msg": (ole("__substg1.0_001A001F"), "application/vnd.ms-outlook"),
    "mp3": (b"ID3\x04\0\0\0\0\0\x0f" + bytes(64), "audio/mpeg"),
    "mp3 without tags": (b"\xff\xfb\x90\x64" + bytes(64), "audio/mpeg"),
    "m4a": (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "audio/wav"),
    "ogg": (b"OggS\0\x02" + bytes(22) + b"\x01\x13OpusHead", "audio/ogg"),
    "flac": (b"fLaC\0\0\0\x22" + bytes(40), "audio/flac"),
    "amr": (b"#!AMR\n" + bytes(32), "audio/amr"),
    "mp4": (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "video/mp4"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
    "3gp": (b"\0\0\0\x14ftyp3gp4\0\0\0\x003gp4", "video/3gpp"),
    "webm": (
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\x82\x84webm",
        "video/webm",
    ),
}

REFUSED = {
    "windows program": b"MZ\x90\0" + bytes(64),
    "linux program": b"\x7fELF\x02\x01" + bytes(64),
    "mac program": b"\xfe\xed\xfa\xcf" + bytes(64),
    "java program": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(64),
    "shell script": b"#!/bin/sh\necho hello\n",
    "php": b"<?php phpinfo();",
    "html": b"<!DOCTYPE html><title>x</title>",
    "html after spaces": b"\xef\xbb\xbf \n\t<HTML><body>x",
    "html after words": b"hello <script>alert(1)</script>",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "bare svg": b'<svg onload="alert(1)">',
    "zip": zipped("holiday.jpg"),
    "zip with a program": zipped("[Content_Types].xml", "setup.exe"),
    "java archive": zipped("META-INF/MANIFEST.MF", "A.class"),
    "broken zip": b"PK\x03\x04" + bytes(32),
    "document with macros": zipped(
        "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"
    ),
    "false opendocument": zipped("content.xml", "META-INF/manifest.xml", mimetype="text/html"),
    "long opendocument type": zipped(
        "content.xml", "META-INF/manifest.xml", mimetype="application/vnd.oasis.opendocument." * 9
    ),
    "installer": ole("MsiDatabase"),
    "gzip": b"\x1f\x8b\x08\0" + bytes(32),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(32),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(32),
    "noise": bytes(range(256)) * 4,
    "text with a NUL": b"hello\0world",
    "text of another code": "blåbär".encode("latin-1"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where evidence is kept; made when the first comes."""
    return tmp_path / "evidence" / "here"


@pytest.fixture(params=["disk", "memory"])
def files(request: pytest.FixtureRequest, folder: Path) -> Files:
    """Each keeper of files in turn."""
    return DiskFiles(folder, LIMIT) if request.param == "disk" else MemoryFiles(LIMIT)


async def keep(files: Files, content: bytes, name: str = "a file") -> Attachment:
    """Keeps some bytes."""
    return await files.keep(io.BytesIO(content), name)


async def test_a_file_comes_back_as_it_was(files: Files) -> None:
    """Content, size and digest are the file's; the identity is new each time."""
    first, second = await keep(files, PDF, "bill.pdf"), await keep(files, PDF, "copy.pdf")

    expected = Attachment(
        first.id, "bill.pdf", "application/pdf", len(PDF), sha256(PDF).hexdigest()
    )
    assert expected == first
    assert PDF == await files.read(first) == await files.read(second)
    assert first.id != second.id


@pytest.mark.parametrize("name", ACCEPTED)
async def test_what_may_be_evidence_is_accepted(files: Files, name: str) -> None:
    """The type is told by the content; the name has no say."""
    content, kind = ACCEPTED[name]

    kept = await keep(files, content, "misleading.exe")

    assert kind == kept.type


@pytest.mark.parametrize("name", REFUSED)
async def test_what_may_do_harm_is_refused(files: Files, name: str) -> None:
    """Programs, pages, drawings with code, archives and noise are not kept under any name."""
    with pytest.raises(TypeNotAccepted):
        await keep(files, REFUSED[name], "harmless.pdf")


async def test_an_empty_file_is_refused_by_name(files: Files) -> None:
    """The message says what is the matter."""
    with pytest.raises(TypeNotAccepted, match="empty"):
        await keep(files, b"")


async def test_a_file_at_the_limit_is_kept(files: Files) -> None:
    """The limit itself is allowed, one byte more is not."""
    assert LIMIT == (await keep(files, b"x" * LIMIT)).size
    with pytest.raises(FileTooLarge):
        await keep(files, b"x" * (LIMIT + 1))


class _Endless(io.RawIOBase):
    """A stream that never ends and counts what was taken of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        """More of the same."""
        self.taken += size
        return b"x" * size


async def test_a_stream_without_end_is_cut_off(files: Files) -> None:
    """What was announced does not count: reading stops at the limit."""
    stream = _Endless()

    with pytest.raises(FileTooLarge):
        await files.keep(stream, "endless.txt")  # type: ignore[arg-type]  # all that is asked of it is there

    assert stream.taken < 3 * LIMIT


@pytest.mark.parametrize("digest", ["0" * 64, "../../../etc/passwd", "", "A" * 64, f"{'0' * 64}\n"])
async def test_a_file_that_was_not_kept_is_not_found(files: Files, digest: str) -> None:
    """A digest that names nothing, or is none, leads nowhere."""
    with pytest.raises(NotFound):
        await files.read(Attachment("x", "x", "text/plain", 1, digest))


def below(folder: Path) -> list[Path]:
    """All files, hidden ones too."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def refusals() -> list[Callable[[], bytes]]:
    """Contents that are refused at different moments."""
    return [lambda: b"", lambda: b"MZ", lambda: b"x" * (LIMIT + 1)]


async def test_files_lie_private_under_their_digest(folder: Path) -> None:
    """Folder, subfolder and file are their owner's alone; the same content lies there once."""
    files = DiskFiles(folder, LIMIT)
    await keep(files, PDF, "../../x")
    await keep(files, PDF, "y")

    digest = sha256(PDF).hexdigest()
    place = folder / digest[:2] / digest
    assert [place] == below(folder)
    modes = [path.stat().st_mode & 0o777 for path in (folder, place.parent, place)]
    assert [0o700, 0o700, 0o600] == modes


@pytest.mark.parametrize("content", refusals())
async def test_a_refused_file_leaves_nothing(folder: Path, content: Callable[[], bytes]) -> None:
    """Whenever it was refused, no part of it stays on the disk."""
    with pytest.raises((TypeNotAccepted, FileTooLarge)):
        await keep(DiskFiles(folder, LIMIT), content())

    assert [] == below(folder)


class _Broken(io.RawIOBase):
    """A stream that breaks off."""

    def read(self, size: int = -1) -> bytes:
        """Fails."""
        raise OSError("the network is gone")


async def test_a_stream_that_breaks_leaves_nothing(folder: Path) -> None:
    """The caller hears of it, and no half file is kept."""
    with pytest.raises(StorageError):
        await DiskFiles(folder, LIMIT).keep(_Broken(), "x")  # type: ignore[arg-type]  # as above

    assert [] == below(folder)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("bill.pdf", "bill.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\bill.pdf", "bill.pdf"),
        ("bi\0ll\r\n.pdf", "bill.pdf"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ("bi\u200bll.pdf", "bill.pdf"),
        ("\ud800bill.pdf", "bill.pdf"),
        ("  my   bill .pdf ", "my bill .pdf"),
        ("räkning 🚲.pdf", "räkning 🚲.pdf"),
        ("..", "file"),
        ("", "file"),
        ("a/", "file"),
        ("x" * 500, "x" * 120),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_shown_name_hides_nothing(name: str, shown: str) -> None:
    """No path, no sign that can't be seen or turns round what it says, no more than 120 signs."""
    assert shown == shown_name(name)
