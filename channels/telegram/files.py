"""Fetches evidence from Telegram: in a stream, not one byte more than is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest

from bot.dialogue.messages import Address, NotTaken, RefusedFile
from bot.domain.answers import Attachment
from bot.errors import FileTooLarge, StorageError, TooManyFiles, TypeNotAccepted
from bot.ports import Conversing
from channels.telegram.sent import SentFile

log = structlog.get_logger(__name__)

_DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024  # Bot API, getFile
_IN_MEMORY: Final = 1024 * 1024
_AT_ONCE: Final = 8
_PATIENCE: Final = 10.0  # seconds in which a download is begun again
_PAUSE: Final = 0.5
_DOWNLOAD: Final = 60  # seconds that one may take


class Evidence:
    """Has the service keep what people send, or tells why a file is not kept."""

    def __init__(
        self,
        bot: Bot,
        conversing: Conversing,
        *,
        most_bytes: int,
        most: int,
        patience: float = _PATIENCE,
    ) -> None:
        self._bot = bot
        self._patience = patience
        self._conversing = conversing
        self._most_bytes = min(most_bytes, _DOWNLOAD_LIMIT)
        self._most = most
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def keep(
        self, address: Address, files: Sequence[SentFile]
    ) -> tuple[tuple[Attachment, ...], tuple[RefusedFile, ...]]:
        """What was kept and what was not, each in the order in which it was sent."""
        wanted, beyond = files[: self._most], files[self._most :]
        ends = await asyncio.gather(*(self._keep(address, file) for file in wanted))
        kept = tuple(end for end in ends if isinstance(end, Attachment))
        refused = [end for end in ends if isinstance(end, RefusedFile)]
        refused += [RefusedFile(file.name, NotTaken.TOO_MANY) for file in beyond]
        return kept, tuple(refused)

    async def _keep(self, address: Address, file: SentFile) -> Attachment | RefusedFile:
        try:
            if (file.size or 0) > self._most_bytes:
                raise FileTooLarge
            async with self._room:
                with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
                    stream = cast(BinaryIO, kept)
                    await self._fetch(file, stream)
                    return await self._conversing.keep(address, stream, file.name)
        except FileTooLarge:
            return RefusedFile(file.name, NotTaken.TOO_LARGE)
        except TypeNotAccepted:
            return RefusedFile(file.name, NotTaken.TYPE)
        except TooManyFiles:
            return RefusedFile(file.name, NotTaken.TOO_MANY)
        except AiogramError as error:
            log.warning("file lost", reason=type(error).__name__)
            return RefusedFile(file.name, NotTaken.LOST)

    async def _fetch(self, file: SentFile, into: BinaryIO) -> None:
        """Downloads a file whole; AiogramError where that failed for a while."""
        until, pause = time.monotonic() + self._patience, _PAUSE
        while True:
            try:
                return await self._download(file, into)
            except TelegramBadRequest as error:
                if "too big" in error.message.lower():
                    raise FileTooLarge from error
                raise
            except AiogramError:
                if time.monotonic() + pause > until:
                    raise
                await asyncio.sleep(pause)
                pause *= 2

    async def _download(self, file: SentFile, into: BinaryIO) -> None:
        found = await self._bot.get_file(file.id)
        url = self._bot.session.api.file_url(self._bot.token, found.file_path or "")
        into.seek(0)
        into.truncate()
        size = 0
        async with aclosing(self._bot.session.stream_content(url, timeout=_DOWNLOAD)) as pieces:
            async for piece in pieces:
                size += len(piece)
                if size > self._most_bytes:
                    raise FileTooLarge
                _write(into, piece)
        into.seek(0)


def _write(into: BinaryIO, piece: bytes) -> None:
    """A full disk is no reason to lose a turn: Telegram sends it again."""
    try:
        into.write(piece)
    except OSError as error:
        raise StorageError("no room for a file that comes in") from error
