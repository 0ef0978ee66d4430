"""The files of a message: what they are called, and what Telegram tells of their size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from mimetypes import guess_extension
from typing import Final

from aiogram.enums import ContentType
from aiogram.types import (
    Animation,
    Audio,
    Document,
    LivePhoto,
    Message,
    PhotoSize,
    Video,
    VideoNote,
    Voice,
)

from bot.cleaning import shown_name

TelegramFile = (
    Animation | Audio | Document | LivePhoto | PhotoSize | Video | VideoNote | Voice
)  # fmt: skip

FILES: Final[Mapping[str, tuple[str, str]]] = {
    ContentType.PHOTO.value: ("photo", ".jpg"),
    ContentType.DOCUMENT.value: ("document", ""),
    ContentType.VOICE.value: ("voice", ".ogg"),
    ContentType.AUDIO.value: ("audio", ".mp3"),
    ContentType.VIDEO.value: ("video", ".mp4"),
    ContentType.VIDEO_NOTE.value: ("video", ".mp4"),
    ContentType.ANIMATION.value: ("animation", ".mp4"),
    ContentType.LIVE_PHOTO.value: ("video", ".mp4"),
}
"""Kinds of message that hold a file, and how it is named where the platform names none."""


@dataclass(frozen=True)
class SentFile:
    """A file that waits at Telegram; its size is what the sender's client told, if it did."""

    id: str
    name: str
    size: int | None


def sent_files(messages: Sequence[Message]) -> tuple[SentFile, ...]:
    """The files of one or more messages, those without a name numbered by kind."""
    numbers: Counter[str] = Counter()
    found = []
    for message in messages:
        if message.content_type in FILES:
            stem, ending = FILES[message.content_type]
            numbers[stem] += 1
            found.append(_sent(_file_of(message), f"{stem}-{numbers[stem]}", ending))
    return tuple(found)


def _file_of(message: Message) -> TelegramFile:
    found = getattr(message, message.content_type)
    # The sizes of a photo are one picture; the largest shows most.
    file: TelegramFile = max(found, key=_area) if isinstance(found, list) else found
    return file


def _area(photo: PhotoSize) -> int:
    return photo.width * photo.height


def _sent(file: TelegramFile, stem: str, ending: str) -> SentFile:
    told = getattr(file, "file_name", None)
    kind = getattr(file, "mime_type", None)
    name = told or stem + (ending or guess_extension(kind or "") or "")
    return SentFile(file.file_id, shown_name(name), file.file_size)
