"""Carries lines to chats, and tells what a failure means for the next try."""

from __future__ import annotations

from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.methods import SendMessage

from bot.errors import PermanentDeliveryError, TemporaryDeliveryError
from bot.ports import Conversing, Delivery
from channels.telegram.health import SENDING, Health, reason
from channels.telegram.keyboards import phone_keyboard
from channels.telegram.pacing import Pace
from channels.telegram.translate import Part, outgoing

log = structlog.get_logger(__name__)

# What a 400 says where nobody is (tdlib/telegram-bot-api, Client.cpp); all else is about the text.
_NOBODY: Final = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "input_user_deactivated",
    "peer_id_invalid",
    "user_is_blocked",
)
_REMEMBERED: Final = 10_000  # deliveries that were sent in part


class Sender:
    """Sends through `bot`; a line that was sent in part goes on where it stopped."""

    def __init__(self, bot: Bot, conversing: Conversing, pace: Pace, health: Health) -> None:
        self._bot = bot
        self._conversing = conversing
        self._pace = pace
        self._health = health
        self._sent: dict[int, int] = {}

    async def send(self, delivery: Delivery) -> None:
        """Sends a line; TemporaryDeliveryError, PermanentDeliveryError."""
        parts = await self._parts(delivery)
        chat_id = _chat_id(delivery)
        for part in parts[self._sent.get(delivery.id, 0) :]:
            await self._send(chat_id, part, delivery)
            self._remember(delivery.id)
        self._sent.pop(delivery.id, None)

    def _remember(self, id_: int) -> None:
        self._sent[id_] = self._sent.get(id_, 0) + 1
        if len(self._sent) > _REMEMBERED:
            del self._sent[next(iter(self._sent))]

    async def _parts(self, delivery: Delivery) -> tuple[Part, ...]:
        parts = outgoing(delivery.message)
        return (*parts, await self._phone(delivery)) if delivery.message.wants_phone else parts

    async def _phone(self, delivery: Delivery) -> Part:
        """Offers to hand over the account's number: a keyboard, so a message of its own."""
        conversation = await self._conversing.find(delivery.address)
        language = conversation.language if conversation else None
        words = self._conversing.words
        button = phone_keyboard(words("contact.share", language), words("placeholder", language))
        return Part(words("contact.share.offer", language), markup=button)

    async def _send(self, chat_id: int, part: Part, delivery: Delivery) -> None:
        """Sends one part, plainer each time that Telegram takes offence at its form."""
        calls = _ever_plainer(part.to(chat_id))
        for number, call in enumerate(calls):
            try:
                return await self._call(chat_id, call)
            except TelegramBadRequest as error:
                if any(sign in error.message.lower() for sign in _NOBODY):
                    raise _gone("there is no such chat") from error
                log.warning(
                    "telegram refused a message",
                    conversation=delivery.conversation,
                    seq=delivery.message.seq,
                    tries=number + 1,
                )
        raise PermanentDeliveryError("Telegram refuses the message, even as plain text")

    async def _call(self, chat_id: int, call: SendMessage) -> None:
        try:
            async with self._pace.turn():
                await self._bot(call)
        except TelegramRetryAfter as error:
            self._pace.limited(chat_id, error.retry_after)
            raise TemporaryDeliveryError(error.retry_after) from error
        except TelegramForbiddenError as error:
            self._well()
            raise _gone("the bot is blocked, or the account is gone") from error
        except TelegramBadRequest:
            self._well()
            raise
        except AiogramError as error:
            self._health.failed(SENDING, error)
            raise TemporaryDeliveryError(message=reason(error)) from error
        self._well()
        self._pace.went()

    def _well(self) -> None:
        self._health.well(SENDING)


def _chat_id(delivery: Delivery) -> int:
    try:
        return int(delivery.address.key)
    except ValueError as error:
        raise _gone("the address is no chat of Telegram") from error


def _ever_plainer(call: SendMessage) -> list[SendMessage]:
    """As it should be, without markup, and without buttons: at least two tries."""
    plain = call.model_copy(update={"entities": None})
    bare = plain.model_copy(update={"reply_markup": None})
    plainer = [one for one in (plain, bare) if one != call]
    return [call, *(plainer or (call,))]


def _gone(why: str) -> PermanentDeliveryError:
    return PermanentDeliveryError(why, is_unreachable=True)
