"""Who works at the desk, as Slack knows them: asked at most once a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from channels.slack.api import Api, SlackFailed
from channels.slack.people import People
from channels.slack.settings import Settings

_KEPT: Final = timedelta(minutes=1)
_PAGE: Final = 200
_AT_ONCE: Final = 10  # people whose names are asked for
_PATIENCE: Final = 8.0  # seconds


@dataclass
class Members:
    """The people in OMBUD_SLACK_STAFF, else those in the triage channel."""

    api: Api
    people: People
    settings: Settings
    now: Callable[[], datetime]
    _known: dict[str, tuple[frozenset[str], datetime]] = field(default_factory=dict)

    async def all(self) -> frozenset[str]:
        """Everybody who may act; SlackFailed."""
        if self.settings.staff:
            return await self.among(self.settings.staff)
        if not self.settings.triage_channel:
            return frozenset()
        return await self.of(self.settings.triage_channel)

    async def among(self, ids: tuple[str, ...]) -> frozenset[str]:
        """The people in a list of people and user groups; SlackFailed."""
        found: set[str] = set()
        for id_ in ids:
            found |= await self.of(id_) if id_.startswith("S") else {id_}
        return frozenset(found)

    async def of(self, id_: str) -> frozenset[str]:
        """The people in a user group `S…` or a channel; SlackFailed."""
        known, until = self._known.get(id_, (frozenset[str](), None))
        if until is not None and self.now() < until:
            return known
        found = await (self._of_group(id_) if id_.startswith("S") else self._of_channel(id_))
        self._known[id_] = (found, self.now() + _KEPT)
        return found

    async def named(self, name: str | None) -> str | None:
        """Who is called so here; None where nobody is, several are, or Slack is too slow."""
        if not name:
            return None
        found: list[str] = []
        try:
            async with asyncio.timeout(_PATIENCE):
                members = sorted(await self.all())
                for start in range(0, len(members), _AT_ONCE):
                    some = members[start : start + _AT_ONCE]
                    people = await asyncio.gather(*(self.people.of(user) for user in some))
                    pairs = zip(some, people, strict=True)
                    found += [user for user, person in pairs if person.name == name]
        except (SlackFailed, TimeoutError):
            pass  # whoever was found by then is called
        return found[0] if len(found) == 1 else None

    async def _of_group(self, id_: str) -> frozenset[str]:
        told = await self.api.call(self.api.client.usergroups_users_list(usergroup=id_))
        return frozenset(map(str, told.get("users") or ()))

    async def _of_channel(self, id_: str) -> frozenset[str]:
        found: set[str] = set()
        cursor: str | None = None
        while True:
            told = await self.api.call(
                self.api.client.conversations_members(channel=id_, limit=_PAGE, cursor=cursor)
            )
            found.update(map(str, told.get("members") or ()))
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return frozenset(found)
