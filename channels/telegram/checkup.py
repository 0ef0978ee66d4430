"""What `ombud doctor` finds out about Telegram; it asks and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import GetMe, GetMyCommands, GetWebhookInfo
from aiogram.types import BotCommandScopeAllPrivateChats, User, WebhookInfo

from bot.errors import ConfigurationError
from bot.platforms import Finding
from channels.telegram.client import open_bot
from channels.telegram.health import REFUSED_TOKEN, reason
from channels.telegram.settings import Settings

_PATIENCE: Final = 10
_SETUP: Final = "ombud telegram setup"


async def checkup(settings: Settings) -> Sequence[Finding]:
    """The token, the webhook, the menu, and what the bot may read."""
    try:
        bot = open_bot(settings)
    except ConfigurationError as error:
        return (_unusable(str(error), "ask @BotFather: /token"),)
    try:
        return await _findings(bot, settings)
    except AiogramError as error:
        is_token = isinstance(error, REFUSED_TOKEN)
        mend = "ask @BotFather: /token" if is_token else "curl -sS https://api.telegram.org"
        return (_unusable(reason(error), mend),)
    finally:
        await bot.session.close()


def _unusable(what: str, mend: str) -> Finding:
    return Finding("telegram", False, what, "nobody can be reached on Telegram", mend)


async def _findings(bot: Bot, settings: Settings) -> Sequence[Finding]:
    me = await bot(GetMe(), request_timeout=_PATIENCE)
    info = await bot(GetWebhookInfo(), request_timeout=_PATIENCE)
    private = BotCommandScopeAllPrivateChats()
    commands = await bot(GetMyCommands(scope=private), request_timeout=_PATIENCE)
    return (
        Finding("telegram", True, f"@{me.username} answers"),
        _listening(settings, info),
        _menu(len(commands)),
        privacy(me),
    )


def _listening(settings: Settings, info: WebhookInfo) -> Finding:
    name, waiting = "telegram_webhook", f"{info.pending_update_count} updates wait"
    if not settings.uses_webhook:
        if not info.url:
            return Finding(name, True, f"none: updates are polled; {waiting}")
        why = "as long as it is set, polling gets nothing; `ombud serve` takes it away"
        return Finding(name, False, f"one is set, but updates are polled; {waiting}", why, _SETUP)
    if info.url != settings.webhook_url:
        what = "another address is set" if info.url else "none is set"
        return Finding(name, False, f"{what}; {waiting}", "Telegram does not call us", _SETUP)
    if info.last_error_message and info.pending_update_count:
        at = info.last_error_date
        when = at.isoformat() if isinstance(at, datetime) else "lately"
        return Finding(
            name,
            False,
            f"the last call failed, {when}: {info.last_error_message}; {waiting}",
            "what people write does not arrive",
            f"curl -i {settings.webhook_url}",
        )
    return Finding(name, True, f"{info.url} is called; {waiting}")


def _menu(count: int) -> Finding:
    if count:
        return Finding("telegram_menu", True, f"{count} commands")
    why = "people find commands and what the bot is for in its menu"
    return Finding("telegram_menu", False, "the bot has no commands", why, _SETUP)


def privacy(me: User) -> Finding:
    """Whether the bot reads more of groups than is meant for it."""
    if not me.can_read_all_group_messages:
        return Finding("telegram_privacy", True, "in groups the bot reads only what is for it")
    why = "complaints are no matter for groups; what is not read can't leak"
    mend = "ask @BotFather: /setprivacy, Enable"
    return Finding("telegram_privacy", False, "the bot reads all messages of groups", why, mend)
