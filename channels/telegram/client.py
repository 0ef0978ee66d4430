"""The connection to the Bot API: aiogram's, with every failure made one of aiogram's errors."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramNetworkError
from aiogram.methods import GetFile, SetWebhook, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.utils.token import TokenValidationError

from bot.errors import ConfigurationError
from channels.telegram.settings import Settings

KINDS: Final = ["message", "edited_message", "callback_query", "channel_post", "my_chat_member"]
"""The updates that Telegram is asked for; it need not send others."""

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook
_CONNECTIONS: Final = 40  # of a webhook; each may wait two seconds for its turn


class GetRawUpdates(TelegramMethod[list[Any]]):
    """getUpdates, unread: one update that aiogram can't read must not hold up the others."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int
    limit: int
    timeout: int
    allowed_updates: Sequence[str]


class Session(AiohttpSession):
    """What a proxy in between may answer breaks aiogram's reading in ways that it does not foresee:
    bytes that are no text, an error without its description. None of it says more than "later"."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  # aiogram's signature
    ) -> TelegramType:
        """Calls a method; AiogramError."""
        try:
            return await super().make_request(bot, method, timeout)
        except AiogramError:
            raise
        except Exception as error:
            raise TelegramNetworkError(method, type(error).__name__) from error

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109  # aiogram's signature
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Downloads piece by piece; AiogramError, which does not quote the address: it holds the
        token."""
        pieces = super().stream_content(url, headers, timeout, chunk_size, raise_for_status)
        try:
            async for piece in pieces:
                yield piece
        except Exception as error:
            raise TelegramNetworkError(GetFile(file_id=""), type(error).__name__) from error
        finally:
            await pieces.aclose()


def open_bot(settings: Settings) -> Bot:
    """A client for this bot, not connected yet; ConfigurationError."""
    url = settings.api_url
    server = TelegramAPIServer.from_base(url) if url else PRODUCTION
    if settings.webhook_secret and not _SECRET.fullmatch(settings.webhook_secret):
        raise ConfigurationError(
            "OMBUD_TELEGRAM_WEBHOOK_SECRET may hold A-Z a-z 0-9 _ - alone, up to 256 of them;"
            " `openssl rand -hex 32` makes one"
        )
    try:
        return Bot(settings.token, session=Session(api=server))
    except TokenValidationError as error:
        raise ConfigurationError(
            "OMBUD_TELEGRAM_TOKEN is no token; @BotFather shows it, as 123456:ABC-DEF"
        ) from error


def set_webhook(settings: Settings) -> SetWebhook:
    """The call that has Telegram call us."""
    return SetWebhook(
        url=settings.webhook_url,
        secret_token=settings.webhook_secret,
        allowed_updates=KINDS,
        max_connections=_CONNECTIONS,
    )
