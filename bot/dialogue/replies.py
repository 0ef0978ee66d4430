"""What the bot decides to say, before it is put into words: keys, values, a question, choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.dialogue.messages import CodeOf, Kind, Sender
from bot.domain.answers import Amount, Contact, OccurredOn, RemedySought
from bot.domain.form import Question
from bot.domain.reference import Reference


@dataclass(frozen=True)
class Text:
    """A text by its key in the language files, with what is filled in."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """People's own words, shown as they are."""

    said: str


@dataclass(frozen=True)
class Several:
    """Things named one after the other, as in a sentence."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Code:
    """Where the private code is shown."""


Value = (
    str | int | date | datetime | Amount | OccurredOn | RemedySought | Contact | Text | Several
    | Words | Code
)  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """One message: paragraphs, what it asks, which buttons it offers."""

    texts: tuple[Text | Words, ...]
    kind: Kind = Kind.TEXT
    ask: Question | None = None
    choices: tuple[str, ...] = ()
    reference: Reference | None = None
    code_of: CodeOf | None = None
    sender: Sender = Sender.BOT
    wants_phone: bool = False
    is_fleeting: bool = False


def say(key: str, **values: Value) -> Reply:
    """A plain message of one text."""
    return Reply((Text(key, values),))
