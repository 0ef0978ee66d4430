"""E-mail addresses and telephone numbers, and what was said about how to be answered."""

from __future__ import annotations

import re

import phonenumbers

from bot.dialogue.interpretation import Context, Heard
from bot.domain.answers import Contact, ContactKind
from nlu.reading import Piece, Reading, Span

_EMAIL = re.compile(
    r"[A-Za-z0-9_%+'-]{1,64}(?:\.[A-Za-z0-9_%+'-]{1,64}){0,8}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
)
_PHONE = re.compile(r"(?<![\w/.,#-])(?:\+|00)?\(?\d[\d ()/.\u2011\u2013-]{5,22}\d(?![\w/-])")
_FEWEST_DIGITS = 7
_NEAR = 2  # words between a wish to be called and the number
_KINDS = {
    "contact.chat": ContactKind.CHAT,
    "contact.email": ContactKind.EMAIL,
    "contact.phone": ContactKind.PHONE,
}


def find_emails(text: str) -> tuple[Heard, ...]:
    """The e-mail addresses in `text`, lower-cased."""
    return tuple(Heard(match[0].lower(), match[0], match.span()) for match in _EMAIL.finditer(text))


def find_phones(
    reading: Reading, context: Context, *, taken: tuple[Span, ...]
) -> tuple[Heard, ...]:
    """The numbers in the message that can be called, as E.164.

    A number without the look of a telephone number (+, or a leading 0) counts only where one was
    asked for, or where the words before it ask for a call.
    """
    found = []
    for match in _PHONE.finditer(reading.text):
        is_taken = any(start < match.end() and match.start() < end for start, end in taken)
        is_likely = (
            match[0].lstrip("(")[0] in "+0"
            or context.ask == "contact"
            or _is_to_ring(reading, match.span())
        )
        number = None if is_taken or not is_likely else _number(match[0], context.country)
        if number:
            found.append(Heard(number, match[0], match.span()))
    return tuple(found)


def _is_to_ring(reading: Reading, span: Span) -> bool:
    position = reading.covering(span).start
    return any(0 <= position - mark.end <= _NEAR for mark in reading.found("contact.ring"))


def _number(text: str, country: str) -> str | None:
    if sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def heard_contact(
    reading: Reading, context: Context, *, emails: tuple[Heard, ...], phones: tuple[Heard, ...]
) -> Contact | None:
    """How the person wants to be answered; a mere word counts only where that was asked."""
    is_asked = context.ask == "contact"
    wanted = _wanted(reading) if is_asked else []
    if is_asked and reading.has("contact.none") and not (emails or phones or wanted):
        return Contact(ContactKind.NONE)
    if emails and (is_asked or reading.has("contact.write")) and ContactKind.PHONE not in wanted:
        return Contact(ContactKind.EMAIL, emails[0].value)
    if phones and (is_asked or reading.has("contact.ring")) and wanted[:1] != [ContactKind.EMAIL]:
        return Contact(ContactKind.PHONE, phones[0].value)
    if emails and is_asked:
        return Contact(ContactKind.EMAIL, emails[0].value)
    if is_asked and wanted:
        return Contact(wanted[0])
    return Contact(ContactKind.NONE) if reading.has("contact.never") else None


def _wanted(reading: Reading) -> list[ContactKind]:
    """The kinds that were named and not refused, in order."""
    named = sorted(
        (mark.start, kind)
        for label, kind in _KINDS.items()
        for mark in reading.found(label)
        if not _is_refused(reading, mark.start)
    )
    return list(dict.fromkeys(kind for _, kind in named))


def _is_refused(reading: Reading, position: int) -> bool:
    clause = reading.clause_at(position)
    before = Piece(clause.start, position + 1)
    return any(position - mark.end <= 2 for mark in reading.found("contact.refused", before))
