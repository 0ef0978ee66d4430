"""Tells Telegram what the bot can do: its commands and descriptions, and where to call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiogram.exceptions import AiogramError
from aiogram.methods import (
    DeleteWebhook,
    GetMe,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

from bot.errors import OmbudError
from bot.languages import KEYS, Language, spoken
from channels.telegram.client import open_bot, set_webhook
from channels.telegram.health import reason
from channels.telegram.settings import Settings
from channels.telegram.translate import COMMANDS

_IN_GROUPS = ("help",)
_WORDY = (("bot.description", 512), ("bot.short_description", 120))


async def set_up(
    settings: Settings, languages: Mapping[str, Language], say: Callable[[str], None]
) -> None:
    """Makes every call and says what it did; OmbudError where Telegram does not let it."""
    bot = open_bot(settings)
    try:
        me = await bot(GetMe(), request_timeout=10)
        say(f"@{me.username} (t.me/{me.username})")
        for call, done in _calls(settings, languages):
            await bot(call)
            say(done)
    except AiogramError as error:
        raise OmbudError(reason(error)) from error
    finally:
        await bot.session.close()


def _calls(
    settings: Settings, languages: Mapping[str, Language]
) -> Iterator[tuple[TelegramMethod[Any], str]]:
    """Every call, with a line that says what it does; without a code comes the default."""
    known = spoken(languages)
    for code in (None, *sorted(known)):
        language = _shown(settings, languages, code)
        yield from _in_language(settings, language, code)
    if settings.uses_webhook:
        yield set_webhook(settings), f"webhook: {settings.webhook_url}"
    else:
        yield DeleteWebhook(), "webhook: none, updates are polled"


def _shown(settings: Settings, languages: Mapping[str, Language], code: str | None) -> Language:
    """With `keys` everybody is shown keys (contract §9)."""
    is_keys = settings.language == KEYS
    return languages[KEYS if is_keys else code or settings.language]


def _in_language(
    settings: Settings, language: Language, code: str | None
) -> Iterator[tuple[TelegramMethod[Any], str]]:
    values = {"organisation": settings.organisation}
    menu = [
        BotCommand(command=name, description=language.text(f"menu.{name}", values)[:256])
        for name in COMMANDS
    ]
    in_groups = [command for command in menu if command.command in _IN_GROUPS]
    name = code or "default"
    yield (
        SetMyCommands(commands=menu, scope=BotCommandScopeAllPrivateChats(), language_code=code),
        f"{name}: commands /{' /'.join(COMMANDS)}",
    )
    yield (
        SetMyCommands(commands=in_groups, scope=BotCommandScopeAllGroupChats(), language_code=code),
        f"{name}: in groups /{' /'.join(_IN_GROUPS)}",
    )
    description, short = (language.text(key, values)[:most] for key, most in _WORDY)
    yield SetMyDescription(description=description, language_code=code), f"{name}: description"
    yield (
        SetMyShortDescription(short_description=short, language_code=code),
        f"{name}: short description",
    )
