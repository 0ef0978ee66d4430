"""Looks now and then for what is due without anybody writing: drafts that nobody goes on with,
lines that wait to be carried, promises that were not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.dialogue import telling
from bot.dialogue.conversation import Conversation
from bot.dialogue.scene import Organisation
from bot.dialogue.wording import Wording
from bot.domain.complaint import Complaint
from bot.domain.regimes import next_promise
from bot.domain.status import Status
from bot.errors import ConfigurationError, Conflict, StorageError
from bot.languages import KEYS, Language
from bot.ports import ComplaintFilter, Storage, Work

log = structlog.get_logger(__name__)

_UNFINISHED = tuple(status for status in Status if not status.is_final)
_PAGE = 200


class Talk(Protocol):
    """How the organisation speaks to people (`bot.service.Talk`)."""

    @property
    def organisation(self) -> Organisation: ...

    @property
    def languages(self) -> Mapping[str, Language]: ...

    @property
    def default_language(self) -> str: ...


class WaitingObserver(Protocol):
    """Is told what waits."""

    def outbox(self, pending: int, oldest_seconds: float) -> None:
        """How many lines wait to be carried, and for how long the oldest has."""
        ...

    def overdue(self, count: int) -> None:
        """How many complaints are past a deadline."""
        ...


@dataclass
class Reminders:
    """Removes drafts that nobody touched for long and tells the person so; measures what waits."""

    storage: Storage
    talk: Talk
    clock: Callable[[], datetime]
    observer: WaitingObserver
    every_seconds: float = 60.0

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            try:
                await self.once()
            except StorageError as error:
                log.warning("reminders failed", reason=str(error))
            await asyncio.sleep(self.every_seconds)

    async def once(self) -> int:
        """Does what is due now; how many drafts it removed."""
        await self._measure()
        removed = 0
        while expired := await self._expire_some():
            removed += expired
        return removed

    async def _measure(self) -> None:
        pending, oldest = await self.storage.outbox_size()
        waited = (self.clock() - oldest).total_seconds() if oldest else 0.0
        self.observer.outbox(pending, max(0.0, waited))
        self.observer.overdue(sum([await self._overdue(status) for status in _UNFINISHED]))

    async def _overdue(self, status: Status) -> int:
        count, wanted = 0, ComplaintFilter(status=status, limit=_PAGE)
        while True:
            page = await self.storage.find_complaints(wanted)
            count += sum(map(self._is_overdue, page.complaints))
            if page.next is None:
                return count
            wanted = replace(wanted, cursor=page.next)

    def _is_overdue(self, complaint: Complaint) -> bool:
        organisation = self.talk.organisation
        try:
            regime = organisation.rules.of(complaint)
        except ConfigurationError as error:  # nobody can say when it is due, so it counts as late
            log.error("rules are missing", reason=str(error))
            return True
        promise = next_promise(complaint, regime, organisation.zone)
        return promise is not None and promise.due_at < self.clock()

    async def _expire_some(self) -> int:
        now = self.clock()
        before = now - timedelta(hours=self.talk.organisation.draft_hours)
        stale = await self.storage.stale_drafts(before)
        return sum([await self._stored(self._expired(one, now)) for one in stale])

    def _expired(self, stale: Conversation, now: datetime) -> Work:
        """The work that removes a draft: its lines are forgotten, what is said about it stays.

        What was opened and must not be tied to this chat goes without a word.
        """
        organisation = self.talk.organisation
        stale = stale.without(*stale.borrowed)
        if stale.draft is None:
            return Work(replace(stale, version=stale.version + 1))
        changed, reply, first = telling.expired(stale, now, organisation.draft_hours)
        wording = Wording(self._spoken(stale.language), now, organisation.zone)
        line = wording.worded(reply, stale.last_seq + 1)
        changed = replace(
            changed, version=stale.version + 1, last_seq=line.seq, asked_from=line.seq
        )
        is_told = first <= stale.last_seq
        return Work(changed, said=(line,), forgotten=(first, stale.last_seq) if is_told else None)

    def _spoken(self, language: str) -> Language:
        talk = self.talk
        return talk.languages[KEYS if talk.default_language == KEYS else language]

    async def _stored(self, work: Work) -> bool:
        try:
            await self.storage.commit(work)
        except Conflict:  # the person came back this very moment: the draft lives on
            return False
        return True
