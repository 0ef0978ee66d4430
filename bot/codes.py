"""Private codes: derived from the secret key and the complaint, so that no database holds them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from hmac import digest
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
        mac = digest(self._secret, f"private code {reference} {renewals}".encode(), sha256)
        number = int.from_bytes(mac[:5])
        return "".join(ALPHABET[number >> _BITS * n & 31] for n in range(_SIGNS))

    def shown(self, message: OutboundMessage) -> OutboundMessage:
        """The message as its reader sees it, the code filled in."""
        if message.code_of is None:
            return message
        code = self.of(message.code_of.reference, message.code_of.renewals)
        return replace(message, text=message.text.replace(CODE_MARK, code), private_code=code)


def chance_reference() -> Reference:
    """A reference that nobody can guess."""
    return new_reference("".join(choice(ALPHABET) for _ in range(_SIGNS)))
