"""Telegram in both directions: updates become messages, lines become what is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from aiogram.enums import ChatType, ContentType
from aiogram.filters import Command
from aiogram.filters.command import CommandObject
from aiogram.methods import EditMessageReplyMarkup, EditMessageText, SendMessage
from aiogram.types import (
    CallbackQuery,
    Contact,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    User,
)

from bot.cleaning import clean
from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import Address, InboundMessage, Origin, OutboundMessage, Unreadable
from channels.telegram.formatting import TEXT_LIMIT, marked, rendered, split
from channels.telegram.keyboards import Button, keyboard, label_of, read_button
from channels.telegram.sent import FILES
from channels.telegram.settings import NAME

COMMANDS: Final[Mapping[str, Intent]] = {
    "start": Intent.GREET,
    "help": Intent.HELP,
    "complain": Intent.LODGE,
    "status": Intent.TRACK,
    "person": Intent.PERSON,
    "language": Intent.LANGUAGE,
    "cancel": Intent.CANCEL,
    "delete": Intent.DELETE,
    "settings": Intent.SETTINGS,
}
"""The commands of the menu, in its order."""

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_LONGEST_NAME: Final = 150
_STATUS_LINK = re.compile(r"s_([A-Za-z0-9-]+)")
_COUNTER_LINK = re.compile(r"c_([A-Za-z0-9_]*)(?:-([A-Za-z0-9_-]+))?")
_TURNS_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# What people send and no program reads; anything else without words is news of the chat itself.
_UNREADABLE: Final[Mapping[str, Unreadable]] = {
    ContentType.STICKER.value: Unreadable.STICKER,
    ContentType.LOCATION.value: Unreadable.LOCATION,
    **dict.fromkeys(
        (
            ContentType.CHECKLIST.value,
            ContentType.DICE.value,
            ContentType.GAME.value,
            ContentType.GIFT.value,
            ContentType.GIVEAWAY.value,
            ContentType.INVOICE.value,
            ContentType.PAID_MEDIA.value,
            ContentType.POLL.value,
            ContentType.RICH_MESSAGE.value,
            ContentType.STORY.value,
        ),
        Unreadable.OTHER,
    ),
}


# In ------------------------------------------------------------------------------------------


def address_of(chat_id: int) -> Address:
    """Where somebody is reached: their private chat."""
    return Address(NAME, str(chat_id))


def message_id(message: Message) -> str:
    """The message's id within its chat, as the service knows it."""
    return f"m{message.message_id}"


def inbound(parts: Sequence[Message], username: str | None = None) -> InboundMessage | None:
    """What was sent in one message, or in several that belong together; its files come later.

    None is news of the chat itself, such as a pinned message. `username` is the bot's.
    """
    first = parts[0]
    said = _said(first, message_id(first), first.date)
    said = replace(said, parts=tuple(message_id(part) for part in parts[1:]))
    if first.content_type in FILES:
        captions = (clean(part.caption) for part in parts if part.caption)
        return replace(said, text="\n".join(captions))
    if first.text is not None:
        text = _joined([part.text or "" for part in parts])
        command = read_command(text, username)
        return _commanded(said, command) if command else replace(said, text=clean(text))
    return _wordless(said, first)


def _joined(texts: Sequence[str]) -> str:
    """A text that was cut, whole again: within a word only where it was full to the last sign."""
    whole = texts[0]
    for before, text in pairwise(texts):
        whole += text if len(before) >= TEXT_LIMIT else f"\n{text}"
    return whole


def edited(message: Message) -> InboundMessage | None:
    """What an earlier message says now.

    None where it holds no words: a place that moves, a file that was exchanged. A command that was
    carried out is not carried out again.
    """
    words = message.text or message.caption
    if not words or read_command(words, None):
        return None
    edit_date = message.edit_date or int(message.date.timestamp())
    said = _said(
        message, f"{message_id(message)}:e{edit_date}", datetime.fromtimestamp(edit_date, UTC)
    )
    return replace(said, text=clean(words), edits=message_id(message))


def flooded(message: Message) -> InboundMessage:
    """That more was sent than anybody could read."""
    said = _said(message, f"flood-{message_id(message)}", message.date)
    return replace(said, unreadable=Unreadable.FLOOD)


def _said(message: Message, id_: str, at: datetime) -> InboundMessage:
    return InboundMessage(
        address=address_of(message.chat.id),
        id=id_,
        at=at,
        sender_name=_name(message.from_user),
        language=message.from_user.language_code if message.from_user else None,
        knows_sender=True,
    )


def _name(user: User | None) -> str | None:
    """The profile's name on one line."""
    name = _TURNS_DIRECTION.sub("", clean(user.full_name)) if user else ""
    return " ".join(name.split())[:_LONGEST_NAME] or None


def _wordless(said: InboundMessage, message: Message) -> InboundMessage | None:
    if message.contact:
        return replace(said, text=_number(message.contact, message.from_user))
    if message.venue:
        return replace(said, text=clean(f"{message.venue.title}, {message.venue.address}"))
    unreadable = _UNREADABLE.get(message.content_type)
    return replace(said, unreadable=unreadable) if unreadable else None


def _number(contact: Contact, sender: User | None) -> str:
    """The number; one's own comes in its international form, mostly without the sign for it."""
    number = clean(contact.phone_number).strip()
    is_own = sender is not None and contact.user_id == sender.id
    return f"+{number}" if is_own and number.isdigit() else number


def read_command(text: str, username: str | None) -> CommandObject | None:
    """The command that a text is, if it is one of ours and no other bot's."""
    if not text.startswith("/") or not text[1:].strip():
        return None
    command = Command.extract_command(text)
    named = command.mention
    if named and username and named.casefold() != username.casefold():
        return None
    return command if command.command.casefold() in COMMANDS else None


def _commanded(said: InboundMessage, command: CommandObject) -> InboundMessage:
    intent, rest = COMMANDS[command.command.casefold()], clean(command.args or "").strip()
    if intent is Intent.GREET:
        return _started(said, rest)
    return replace(said, command=intent, text=rest)


def _started(said: InboundMessage, payload: str) -> InboundMessage:
    """`/start`, perhaps from a link: to a complaint's status, or from a counter or page."""
    if status := _STATUS_LINK.fullmatch(payload):
        return replace(said, command=Intent.TRACK, text=status[1])
    said = replace(said, command=Intent.GREET)
    if counter := _COUNTER_LINK.fullmatch(payload):
        return replace(said, origin=Origin(counter[1] or None, counter[2]))
    return said


@dataclass(frozen=True)
class Press:
    """A pressed button: what it says, and whether it answered a question."""

    said: InboundMessage
    button: Button


def pressed(query: CallbackQuery, at: datetime) -> Press | None:
    """The press; None where the button is not ours."""
    button = read_button(query.data or "")
    if button is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    said = InboundMessage(
        address=address_of(query.message.chat.id),
        id=f"c{query.id}",
        at=at,
        action=button.action,
        pressed_seq=button.seq,
        sender_name=_name(query.from_user),
        language=query.from_user.language_code,
        knows_sender=True,
    )
    return Press(said, button)


# Out -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One message to send: no longer than Telegram takes."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    markup: InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None

    def to(self, chat_id: int) -> SendMessage:
        """The call that sends it."""
        return SendMessage(
            chat_id=chat_id,
            text=self.text,
            entities=list(self.entities) or None,
            link_preview_options=_NO_PREVIEW,
            reply_markup=self.markup,
        )


def outgoing(message: OutboundMessage) -> tuple[Part, ...]:
    """A line as it is sent: in as many parts as it takes, its buttons below the last.

    Telegram takes no message without text. A keyboard that asked for the phone number goes with
    the next line that has no buttons.
    """
    texts = split(marked(message))
    buttons = keyboard(message)
    if not texts:
        return (Part("…", markup=buttons),) if buttons else ()
    parts = [Part(text, entities) for text, entities in map(rendered, texts)]
    parts[-1] = replace(parts[-1], markup=buttons or ReplyKeyboardRemove(remove_keyboard=True))
    return tuple(parts)


def settled(
    query: CallbackQuery, *, was_taken: bool
) -> EditMessageText | EditMessageReplyMarkup | None:
    """How a question looks once it is answered: no buttons, and what was chosen."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return None
    label = label_of(message.reply_markup, query.data)
    text = f"{message.text or ''}\n\n✓ {label}"
    if not was_taken or label is None or message.text is None or len(text) > TEXT_LIMIT:
        return EditMessageReplyMarkup(chat_id=message.chat.id, message_id=message.message_id)
    return EditMessageText(
        chat_id=message.chat.id,
        message_id=message.message_id,
        text=text,
        entities=message.entities,
        link_preview_options=_NO_PREVIEW,
    )
