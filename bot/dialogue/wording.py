"""Puts replies into words: the one place where keys and values become what people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.dialogue.messages import CODE_MARK, Choice, OutboundMessage
from bot.dialogue.replies import Code, Reply, Several, Text, Value, Words
from bot.domain.answers import (
    Amount,
    Contact,
    ContactKind,
    OccurredOn,
    Precision,
    Remedy,
    RemedySought,
)
from bot.languages import Language


@dataclass(frozen=True)
class Wording:
    """How one conversation is spoken to: in which language, seen from which day and clock."""

    language: Language
    now: datetime
    zone: ZoneInfo

    def worded(self, reply: Reply, seq: int) -> OutboundMessage:
        """The message as line `seq` of its conversation."""
        return OutboundMessage(
            seq=seq,
            sender=reply.sender,
            kind=reply.kind,
            text="\n\n".join(self._paragraph(text) for text in reply.texts),
            at=self.now,
            ask=reply.ask,
            choices=tuple(Choice(self.language.label(a, reply.ask), a) for a in reply.choices),
            reference=reply.reference,
            code_of=reply.code_of,
            wants_phone=reply.wants_phone,
            is_fleeting=reply.is_fleeting,
        )

    def text(self, text: Text) -> str:
        """One text by itself."""
        return self._text(text)

    def value(self, value: Value) -> str:
        """A value as people write it."""
        match value:
            case str() | int():
                return str(value)
            case datetime():
                return self.language.moment(value.astimezone(self.zone))
            case date():
                return self.language.day(value, self._today)
            case Amount():
                return self.language.money(value.value, value.currency)
            case OccurredOn():
                return self._span(value)
            case RemedySought():
                return self._remedy(value)
            case Contact():
                return self._contact(value)
            case Text():
                return self._plain(value.key, **self._filled(value))
            case Words():
                return value.said
            case Several():
                return self.language.joined([self.value(item) for item in value.items])
            case Code():
                return CODE_MARK

    def _paragraph(self, text: Text | Words) -> str:
        return text.said if isinstance(text, Words) else self._text(text)

    def _text(self, text: Text) -> str:
        return self.language.text(text.key, self._filled(text))

    def _filled(self, text: Text) -> dict[str, str]:
        return {name: self.value(value) for name, value in text.values.items()}

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _span(self, when: OccurredOn) -> str:
        start = self.language.day(when.start, self._today)
        match when.precision:
            case Precision.ONGOING:
                return self._plain("span.since", start=start)
            case Precision.MONTH:
                return self.language.month(when.start)
            case Precision.YEAR:
                return str(when.start.year)
            case Precision.WEEK:
                return self._plain("span.week", start=start)
        if when.end is None or when.end == when.start:
            return start
        return self._plain("span.range", start=start, end=self.language.day(when.end, self._today))

    def _remedy(self, remedy: RemedySought) -> str:
        if set(remedy.kinds) <= {Remedy.OTHER}:
            return remedy.text
        named = [self._plain(f"remedy.{kind}") for kind in remedy.kinds if kind is not Remedy.OTHER]
        sought = self.language.joined(named)
        if remedy.amount is None:
            return sought
        return f"{sought} ({self.value(remedy.amount)})"

    def _contact(self, contact: Contact) -> str:
        if contact.value and contact.kind in (ContactKind.EMAIL, ContactKind.PHONE):
            return contact.value
        return self._plain(f"contact.{contact.kind}")

    def _plain(self, key: str, **values: str) -> str:
        """A part of a value: in words even where texts are shown as keys (contract §9)."""
        return self.language.texts[key].format_map(values)
