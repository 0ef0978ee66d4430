"""The secret that opens a conversation: made here, known to the browser alone, stored nowhere."""

from __future__ import annotations

import hashlib
import secrets

from bot.dialogue.messages import Address

CHANNEL = "web"
_BYTES = 32


def new_token() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(_BYTES)


def address_of(token: str) -> Address:
    """Where the bearer of `token` is reached.

    Only the hash is stored, so a stolen database opens no conversation; and the look-up compares
    hashes, so its time tells nothing about a token.
    """
    return Address(CHANNEL, hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())


def bearer_token(authorization: str) -> str | None:
    """The token of an `Authorization` header."""
    scheme, _, token = authorization.strip().partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token else None
