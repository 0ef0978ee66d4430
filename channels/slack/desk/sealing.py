"""What a modal is about, sealed for the person it was opened for, so that nobody can rewrite it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from channels.slack.settings import Settings

_PRINT: Final = 32


@dataclass(frozen=True)
class About:
    """Which form, for whom, about which complaint; `channel` is where private words are told.

    `preset` is what the form was filled with beforehand, beside what people may change in it.
    """

    kind: str
    user: str
    reference: str = ""
    channel: str = ""
    preset: str = ""


@dataclass(frozen=True)
class Seal:
    """Seals with a key that every process of this installation has."""

    key: bytes

    @classmethod
    def of(cls, settings: Settings) -> Seal:
        """The key is made of the bot token, which Slack shows to nobody else."""
        return cls(hashlib.sha256(b"desk " + settings.bot_token.encode()).digest())

    def sealed(self, about: About) -> str:
        """As a view's private metadata holds it."""
        told = [about.kind, about.reference, about.channel, about.preset]
        return json.dumps([*told, self._print(about)], ensure_ascii=False)

    def opened(self, body: Mapping[str, Any]) -> About | None:
        """What the view in a payload is about; None where somebody else wrote that, or it was
        opened for another person."""
        try:
            told = json.loads(body["view"]["private_metadata"])
            kind, reference, channel, preset, print_ = map(str, told)
            about = About(kind, body["user"]["id"], reference, channel, preset)
        except (LookupError, TypeError, ValueError):
            return None
        return about if hmac.compare_digest(print_.encode(), self._print(about).encode()) else None

    def _print(self, about: About) -> str:
        told = (about.kind, about.user, about.reference, about.channel, about.preset)
        sealed = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return hmac.digest(self.key, sealed, "sha256").hex()[:_PRINT]
