"""Who people are: their name and language as Slack tells them, and where they are written to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.cleaning import clean
from channels.slack.api import Api, SlackFailed

KEPT: Final = timedelta(hours=1)
_TRIED_AGAIN: Final = timedelta(seconds=30)
_MOST: Final = 10_000
_PATIENCE: Final = 1.0  # seconds: a turn does not wait longer to learn a name
_NAME: Final = 200


@dataclass(frozen=True)
class Person:
    """What Slack tells of somebody, None where it does not; `language` is without a region."""

    name: str | None = None
    language: str | None = None


@dataclass
class People:
    """Remembers for an hour; without an answer from Slack a turn goes on without a name."""

    api: Api
    now: Callable[[], datetime]
    patience: float = _PATIENCE
    _known: dict[str, tuple[Person, datetime]] = field(default_factory=dict)
    _direct: dict[str, str] = field(default_factory=dict)

    async def of(self, user: str) -> Person:
        """Who that is."""
        person, until = self._known.get(user, (Person(), None))
        if until is not None and self.now() < until:
            return person
        try:
            async with asyncio.timeout(self.patience):
                told = await self.api.call(
                    self.api.client.users_info(user=user, include_locale=True)
                )
            person, kept = _person(told.get("user") or {}), KEPT
        except (SlackFailed, TimeoutError):
            kept = _TRIED_AGAIN
        self._known.pop(user, None)
        self._known[user] = (person, self.now() + kept)
        _shrink(self._known)
        return person

    def met(self, user: str, channel: str) -> None:
        """The direct message with somebody is known now."""
        if channel.startswith("D"):
            self._direct[user] = channel
            _shrink(self._direct)

    async def direct(self, user: str) -> str:
        """The direct message with somebody; SlackFailed."""
        if user not in self._direct:
            told = await self.api.call(self.api.client.conversations_open(users=user))
            self.met(user, str(told["channel"]["id"]))
        return self._direct[user]


def _person(user: dict[str, Any]) -> Person:
    profile = user.get("profile") or {}
    names = (
        profile.get("display_name"),
        profile.get("real_name"),
        user.get("real_name"),
        user.get("name"),
    )
    name = next((name for name in names if isinstance(name, str) and name.strip()), None)
    locale = user.get("locale")
    return Person(
        name=" ".join(clean(name).split())[:_NAME] if name else None,
        language=locale.partition("-")[0] if isinstance(locale, str) else None,
    )


def _shrink(kept: dict[str, Any]) -> None:
    """The longest known goes first."""
    while len(kept) > _MOST:
        del kept[next(iter(kept))]
