"""Who may do what at the desk: looked up on the server for each act, whatever a payload says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from channels.slack.api import Api, SlackFailed
from channels.slack.desk.members import Members
from channels.slack.people import People
from channels.slack.settings import Settings
from channels.slack.workspaces import Workspace

_KEPT: Final = timedelta(minutes=1)
_MOST: Final = 10_000
_RESERVED: Final = frozenset({"ombud", "complainant"})
"""How events call the machine and the complainant."""


class Right(Enum):
    """What somebody may do, and the roles that allow it."""

    READ = ("intake", "caseworker", "reviewer", "manager", "auditor", "custodian")
    NOTE = ("intake", "caseworker", "reviewer", "manager")
    LOG = ("intake", "caseworker", "manager")
    WRITE = ("caseworker", "reviewer", "manager")
    DECIDE = ("caseworker", "manager")
    REVIEW = ("reviewer", "manager")
    LEAD = ("manager",)
    REVEAL = ("custodian",)


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at the desk; `name` is how events call them."""

    user: str
    name: str


class Unsure(Exception):  # noqa: N818  # named for what happened
    """Slack does not tell just now who somebody is: nothing is done, and it may be tried again."""


@dataclass
class Roles:
    """Asks Slack, at most once a minute for each group and person."""

    api: Api
    people: People
    members: Members
    settings: Settings
    workspace: Workspace
    now: Callable[[], datetime]
    _insiders: dict[str, tuple[bool, datetime]] = field(default_factory=dict)

    async def colleague(self, user: object, body: Mapping[str, Any]) -> Colleague | None:
        """Whoever acts; None where they don't work here. Unsure."""
        if not isinstance(user, str) or not user or self._is_from_elsewhere(body):
            return None
        try:
            async with asyncio.timeout(2.0):
                is_member = user in await self.members.all()
                if not is_member or not await self._is_insider(user):
                    return None
                name = (await self.people.of(user)).name
        except (SlackFailed, TimeoutError) as error:
            raise Unsure from error
        if name is None:
            raise Unsure
        return Colleague(user, f"{name} ({user})" if name.casefold() in _RESERVED else name)

    async def may(self, who: Colleague, right: Right) -> bool:
        """Whether one of their roles allows it. Without roles everybody may do everything; that
        auditors and custodians act is nobody's wish otherwise. Unsure."""
        told = {role: ids for role, ids in self.settings.desk_roles.items() if ids}
        if not told or right is Right.READ:
            return True
        ids = tuple(id_ for role in right.value for id_ in told.get(role, ()))
        try:
            async with asyncio.timeout(2.0):
                return who.user in await self.members.among(ids)
        except (SlackFailed, TimeoutError) as error:
            raise Unsure from error

    async def another(self, than: Collection[str]) -> str | None:
        """The name of somebody else who works here; None where Slack tells of nobody. Unsure."""
        try:
            async with asyncio.timeout(2.0):
                for user in sorted(await self.members.all()):
                    if await self._is_insider(user):
                        name = (await self.people.of(user)).name
                        if name and name not in than:
                            return name
        except (SlackFailed, TimeoutError) as error:
            raise Unsure from error
        return None

    def _is_from_elsewhere(self, body: Mapping[str, Any]) -> bool:
        """Somebody of another workspace, in a channel that both share."""
        team, user = self.workspace.team, body.get("user")
        told = user.get("team_id") if isinstance(user, Mapping) else body.get("team_id")
        return not self.workspace.is_ours(body) or bool(team and told and told != team)

    async def _is_insider(self, user: str) -> bool:
        """Not a guest, a program, a stranger of another workspace, or somebody who left."""
        known, until = self._insiders.get(user, (False, None))
        if until is not None and self.now() < until:
            return known
        try:
            told = await self.api.call(self.api.client.users_info(user=user))
        except SlackFailed as error:
            if error.code not in _UNKNOWN:
                raise
            return False
        person = told.get("user") or {}
        team = person.get("team_id")
        is_ours = self.workspace.team is None or team in (None, self.workspace.team)
        is_insider = is_ours and not any(person.get(flag) for flag in _OUTSIDE)
        self._insiders.pop(user, None)
        self._insiders[user] = (is_insider, self.now() + _KEPT)
        while len(self._insiders) > _MOST:
            del self._insiders[next(iter(self._insiders))]
        return is_insider


_UNKNOWN: Final = ("user_not_found", "user_not_visible")
"""Whom Slack does not tell us about (docs.slack.dev, `users.info`, "Errors")."""

_OUTSIDE: Final = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
"""Flags of people who never work at the desk (docs.slack.dev, "User object")."""
