"""Who acts over the staff API: a bearer token stands for a caseworker's name."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from fastapi import HTTPException, Request


class Caseworkers:
    """Names by token (`OMBUD_API_TOKENS`). Without any the staff API is off."""

    def __init__(self, names_by_token: Mapping[str, str]) -> None:
        # Hashes have one length, so that comparing tells nothing about a token's.
        self._names = [(_digest(token), name) for token, name in names_by_token.items()]

    async def __call__(self, request: Request) -> str:
        """The caseworker who asks; 404 where the API is off, 401 for a wrong token."""
        if not self._names:
            raise HTTPException(404, "The staff API is off: set OMBUD_API_TOKENS to switch it on.")
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        name = self._name_of(token.strip()) if scheme.lower() == "bearer" else None
        if name is None:
            raise HTTPException(
                401, "Authorization: Bearer with a token of the staff API is needed."
            )
        request.state.caseworker = name
        return name

    def _name_of(self, token: str) -> str | None:
        """Compares with every token, so that the time does not tell which came near."""
        given = _digest(token)
        found = [name for digest, name in self._names if hmac.compare_digest(digest, given)]
        return found[0] if found else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
