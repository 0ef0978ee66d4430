"""Groups and channels: no place for a complaint, so the bot only tells where it can be reached."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from aiogram import F, Router
from aiogram.enums import ChatType, MessageEntityType
from aiogram.methods import SendMessage
from aiogram.types import (
    ChatMemberUpdated,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    User,
)
from aiogram.utils.link import create_telegram_link

from bot.ports import Conversing
from channels.telegram.errands import Errands
from channels.telegram.me import Me
from channels.telegram.translate import read_command

_IS_GROUP: Final = F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP})
_PAUSE: Final = 60.0
_REMEMBERED: Final = 1000


class Groups:
    """Answers whoever speaks to the bot there with a link, at most once a minute."""

    def __init__(
        self,
        conversing: Conversing,
        errands: Errands,
        me: Me,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._conversing = conversing
        self._errands = errands
        self._me = me
        self._clock = clock
        self._answered: dict[int, float] = {}

    def router(self) -> Router:
        """Messages in groups, and posts in channels."""
        router = Router(name="groups")
        router.message.register(self.said, _IS_GROUP)
        router.channel_post.register(self.said)
        return router

    async def said(self, message: Message) -> None:
        """Something in a group; other bots are not answered, or two would never end."""
        me = self._me.user
        is_bot = message.from_user is not None and message.from_user.is_bot
        if me is None or is_bot or not is_addressed(message, me) or not self._may(message.chat.id):
            return
        self._errands.run(self._answer(message, me))

    def _may(self, chat_id: int) -> bool:
        now = self._clock()
        if now - self._answered.get(chat_id, now - _PAUSE) < _PAUSE:
            return False
        self._answered[chat_id] = now
        if len(self._answered) > _REMEMBERED:
            self._answered = {c: at for c, at in self._answered.items() if now - at < _PAUSE}
        return True

    def _answer(self, message: Message, me: User) -> SendMessage:
        # With a payload the chat opens with its start button, also for who was there before.
        link = create_telegram_link(me.username or "", start="group")
        language = message.from_user.language_code if message.from_user else None
        return SendMessage(
            chat_id=message.chat.id,
            message_thread_id=message.message_thread_id if message.is_topic_message else None,
            text=self._conversing.words("private.link", language, link=link),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=ReplyParameters(
                message_id=message.message_id, allow_sending_without_reply=True
            ),
        )


def is_addressed(message: Message, me: User) -> bool:
    """Whether a message speaks to the bot: a command, its name, an answer to it."""
    reply, text = message.reply_to_message, message.text or message.caption or ""
    if reply and reply.from_user and reply.from_user.id == me.id:
        return True
    if read_command(text, me.username):
        return True
    entities = message.entities or message.caption_entities or []
    return any(_names(entity, text, me) for entity in entities)


def _names(entity: MessageEntity, text: str, me: User) -> bool:
    if entity.type == MessageEntityType.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    name = f"@{me.username}".casefold()
    is_mention = entity.type == MessageEntityType.MENTION
    return is_mention and entity.extract_from(text).casefold() == name


def membership() -> Router:
    """Who blocks the bot, or adds it to a group: the next line that is sent will tell."""
    router = Router(name="membership")
    router.my_chat_member.register(_noted)
    return router


async def _noted(_: ChatMemberUpdated) -> None:
    return None
