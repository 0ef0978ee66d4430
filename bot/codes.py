"""Private codes: derived from the secret key and the complaint, so that no database holds them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from hmac import digest
from itertools import count
from secrets import choice

from bot.dialogue.messages import CODE_MARK, OutboundMessage
from bot.domain.reference import ALPHABET, Reference, new_reference

_SIGNS = 8
_BITS = 5  # one sign of the 32


class PrivateCodes:
    """Derives the code of a complaint; a renewal gives another (contract §3)."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    def of(self, reference: Reference, renewals: int) -> str:
        """Eight Crockford signs: 40 bits of an HMAC, which nobody can tell without the key."""
        tries = (self._signs(reference, renewals, number) for number in count())
        return next(filter(_is_mixed, tries))

    def _signs(self, reference: Reference, renewals: int, number: int) -> str:
        text = f"private code {reference} {renewals} {number}"
        bits = int.from_bytes(digest(self._secret, text.encode(), sha256)[:5])
        return "".join(ALPHABET[bits >> _BITS * n & 31] for n in range(_SIGNS))

    def shown(self, message: OutboundMessage) -> OutboundMessage:
        """The message as its reader sees it, the code filled in."""
        if message.code_of is None:
            return message
        code = self.of(message.code_of.reference, message.code_of.renewals)
        return replace(message, text=message.text.replace(CODE_MARK, code), private_code=code)


def chance_reference() -> Reference:
    """A reference that nobody can guess."""
    tries = ("".join(choice(ALPHABET) for _ in range(_SIGNS)) for _ in count())
    return new_reference(next(filter(_is_mixed, tries)))


def _is_mixed(signs: str) -> bool:
    """With a digit and a letter, so that nobody takes it for a word or for another number."""
    return any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))
