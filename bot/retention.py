"""Erases what people wrote once it is kept for no rule any more, or when it is asked for (8.1).

What is counted stays (`bot.domain.erasure`). The order of the steps makes it safe to stop at any
moment: a complaint is marked as erased last, so that the next run does again what was left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.messages import Address, ConversationId
from bot.disposing import Erasure, Shelf
from bot.domain.complaint import Complaint
from bot.domain.events import OMBUD, ComplaintWithdrawn, Event, PersonalDataErased
from bot.domain.keeping import Keeping, ended_at, erased, is_erased, is_held
from bot.domain.reference import Reference, read_reference
from bot.domain.regimes import Rules
from bot.errors import ConfigurationError, Conflict, NotAllowed, NotFound, StorageError
from bot.filing import lines_about
from bot.ports import Storage, Work

__all__ = ["DAILY", "Planned", "Retention", "erase_expired", "is_held"]

log = structlog.get_logger(__name__)

T = TypeVar("T")

PRUNED_AFTER: Final = timedelta(days=90)
"""How long what only serves operation is kept: receipts, quarantine, idle conversations."""

DAILY: Final = 86_400.0
"""Seconds between two runs."""

_FIRST_AFTER: Final = 600.0  # seconds

_UNCLAIMED: Final = timedelta(hours=1)
"""How long a file may lie that nothing names: its message may be on its way."""

_TRIES: Final = 20  # somebody may write at the same moment
_PART: Final = 100  # complaints for which all conversations are read once
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True)
class Planned:
    """When the words of a complaint that has ended go, and by which rule.

    `goes_at` is None where no rule says that they ever do; `is_held` that they must stay for now.
    """

    reference: Reference
    ended_at: datetime
    goes_at: datetime | None
    rule: str
    is_held: bool = False

    def is_due(self, now: datetime) -> bool:
        """Whether they go now."""
        return not self.is_held and self.goes_at is not None and self.goes_at <= now


@dataclass(frozen=True)
class _Cause:
    """Why words go, and who says so; `plan` is asked again right before."""

    by: str
    reason: str | None
    plan: Callable[[Complaint], Planned | None] | None = None


@dataclass(frozen=True)
class Retention:
    """What is kept for how long. `days` since the end, or as each complaint's regime says."""

    storage: Storage
    files: Shelf
    rules: Rules
    clock: Callable[[], datetime]
    keeping: Keeping

    async def run(self) -> None:
        """Works until it is cancelled; not at once, for whoever starts has other things to do."""
        await asyncio.sleep(_FIRST_AFTER)
        while True:
            try:
                await self.apply()
            except StorageError as error:
                log.warning("retention failed", reason=str(error))
            await asyncio.sleep(DAILY)

    async def planned(self) -> tuple[Planned, ...]:
        """Every complaint that has ended and whose words are still there, first to go first."""
        found = [
            one async for one in self.storage.ended_complaints(self.clock()) if not is_erased(one)
        ]
        targets = await self._targets(found)
        plans = [plan for one in found if (plan := self._plan(one, targets))]
        return tuple(sorted(plans, key=_first_to_go))

    async def apply(self) -> int:
        """Erases what is due, and prunes what only served operation; how many complaints went."""
        now = self.clock()
        due = [plan.reference for plan in await self.planned() if plan.is_due(now)]
        gone = 0
        for part in _parts(due, _PART):
            known = await self.storage.conversations_with(part)
            for reference in part:
                gone += await self._expire(reference, _knowing(known, reference))
        pruned = await self.storage.prune(now - PRUNED_AFTER)
        files = await self._sweep(now)
        log.info("retention applied", complaints=gone, rows=pruned, files=files)
        return gone

    async def forget(self, reference: str, by: str, reason: str) -> Complaint:
        """Erases one complaint now; an open one is withdrawn by it. NotFound; NotAllowed where a
        legal hold keeps it. The complaint as it is then."""
        wanted = read_reference(reference)
        if wanted is None:
            raise NotFound("This is not a reference: it has the form CMP-XXXX-XXXX-C.")
        before = await self._complaint(wanted)
        known = await self.storage.conversations_with([wanted])
        if not await self._erase(before, known, _Cause(by, reason)):
            raise NotAllowed(
                f"{wanted} is under a legal hold: nothing of it may be deleted until that is"
                " released."
            )
        digests = frozenset(file.sha256 for file in before.attachments)
        await self.files.remove(digests - await self.storage.digests())
        return await self._complaint(wanted)

    # When ------------------------------------------------------------------------------------

    async def _targets(self, found: Iterable[Complaint]) -> Mapping[str, Complaint]:
        """The complaints that others go on as parts of, and those that these go on in."""
        known: dict[str, Complaint] = {}
        wanted = {one.merged_into for one in found} - {None}
        while wanted:
            more = await self.storage.complaints([Reference(name) for name in wanted if name])
            known.update({str(name): one for name, one in more.items()})
            wanted = {one.merged_into for one in more.values()} - {None, *known}
        return known

    def _plan(self, complaint: Complaint, targets: Mapping[str, Complaint]) -> Planned | None:
        """When its words go; None while it is open, or goes on in another that is."""
        chain = list(_chain(complaint, targets))
        ends = [end for one in chain if (end := ended_at(one))]
        if len(ends) < len(chain):
            return None
        try:
            regime = self.rules.of(complaint)
            goes = [self.keeping.until(one, self.rules.of(one)) for one in chain]
        except ConfigurationError as error:  # nobody can say how long, so it stays
            log.error("rules are missing", reason=str(error))
            return None
        known = [at for at in goes if at is not None]
        goes_at = max(known) if len(known) == len(chain) else None
        held = any(map(is_held, chain))
        return Planned(complaint.reference, ends[0], goes_at, self.keeping.rule(regime), held)

    # How -------------------------------------------------------------------------------------

    async def _expire(self, reference: Reference, known: Sequence[Conversation]) -> bool:
        complaint = await self._complaint(reference)
        targets = await self._targets([complaint])
        cause = _Cause(OMBUD, None, lambda one: self._plan(one, targets))
        return await self._erase(complaint, known, cause)

    async def _erase(
        self, complaint: Complaint, known: Sequence[Conversation], cause: _Cause
    ) -> bool:
        """Whether it went; not where it is held, or went on meanwhile."""
        for _ in range(_TRIES):
            complaint = await self._complaint(complaint.reference)
            events = self._events(complaint, cause)
            if not events:
                return False
            try:
                await self._forget_elsewhere(complaint, known)
                await self._forget_home(complaint, events)
            except Conflict:
                continue
            return True
        raise Conflict

    def _events(self, complaint: Complaint, cause: _Cause) -> tuple[Event, ...]:
        """What is recorded; nothing where it must stay."""
        now, reason = self.clock(), cause.reason
        if is_held(complaint):
            return ()
        if cause.plan is not None:
            plan = cause.plan(complaint)
            if plan is None or not plan.is_due(now):
                return ()
            reason = plan.rule
        gone = PersonalDataErased(at=now, by=cause.by, reason=reason or "")
        if complaint.status.is_final:
            return (gone,)
        return (ComplaintWithdrawn(at=now, by=cause.by), gone)

    async def _forget_elsewhere(self, complaint: Complaint, known: Sequence[Conversation]) -> None:
        """Conversations that opened it by its private code know nothing of it any more."""
        for one in known:
            if one.id == complaint.conversation:
                continue
            before = await self.storage.conversation(one.id)
            if before is not None:
                after, forgotten = await self._without(before, complaint)
                await self.storage.commit(Work(after, forgotten=forgotten))

    async def _forget_home(self, complaint: Complaint, events: Sequence[Event]) -> None:
        before = await self.storage.conversation(ConversationId(complaint.conversation))
        if before is None:
            raise StorageError(f"{complaint.reference} has no conversation.")
        after, forgotten = await self._without(before, complaint)
        is_nowhere = before.address.channel == NOWHERE
        home = None if is_nowhere else self._nowhere(before)
        bare = erased(complaint, home.id if home else before.id, *events)
        await self.storage.erase(Erasure(bare, complaint.version, home, after, forgotten))

    async def _without(
        self, before: Conversation, complaint: Complaint
    ) -> tuple[Conversation, tuple[int, int] | None]:
        """The conversation as if it had never told of it, and which lines go; where others are
        told there, too, the lines are gone already."""
        after = replace(before.without(complaint.reference), version=before.version + 1)
        if not after.known and after.draft is None:
            after = replace(after, open=None, offered=(), unbound=None, files=())
            return after, (1, before.last_seq) if before.last_seq else None
        lines = await self.storage.messages(before.id)
        was_lodged_here = complaint.conversation == before.id
        going = lines_about(lines, complaint, was_lodged_here=was_lodged_here)
        await asyncio.gather(*(self.storage.forget(before.id, line.seq) for line in going))
        return after, None

    def _nowhere(self, like: Conversation) -> Conversation:
        """A home that leads to nobody."""
        id_, now = ConversationId(uuid4().hex), self.clock()
        return Conversation(id_, Address(NOWHERE, id_), like.language, now, now, version=1)

    async def _complaint(self, reference: Reference) -> Complaint:
        found = await self.storage.complaints([reference])
        if reference not in found:
            raise NotFound(f"There is no complaint {reference}.")
        return found[reference]

    async def _sweep(self, now: datetime) -> int:
        """Deletes files that nothing names any more: of what was erased, and of deleted drafts."""
        kept = await self.files.kept(now - _UNCLAIMED)  # first: what comes later is not looked at
        return await self.files.remove(kept - await self.storage.digests()) if kept else 0


async def erase_expired(
    storage: Storage,
    rules: Rules,
    clock: Callable[[], datetime],
    days: int | None,
    files: Shelf | None = None,
    zone: ZoneInfo = _UTC,
) -> int:
    """One run of the daily job; how many complaints lost their words. Without `files` what lies on
    disk stays for a run that has them."""
    shelf = files or _NoShelf()
    return await Retention(storage, shelf, rules, clock, Keeping(zone, days)).apply()


class _NoShelf:
    """Files that are somebody else's matter."""

    async def kept(self, before: datetime) -> frozenset[str]:
        return frozenset()

    async def remove(self, digests: Collection[str]) -> int:
        return 0


def _chain(complaint: Complaint, targets: Mapping[str, Complaint]) -> Iterator[Complaint]:
    """It, what it goes on in, and so on; one that was merged in a circle comes once."""
    seen: set[str] = set()
    one: Complaint | None = complaint
    while one is not None and one.reference not in seen:
        seen.add(one.reference)
        yield one
        one = targets.get(one.merged_into) if one.merged_into else None


def _knowing(known: Sequence[Conversation], reference: Reference) -> tuple[Conversation, ...]:
    return tuple(one for one in known if one.without(reference) != one)


def _first_to_go(plan: Planned) -> tuple[bool, datetime, Reference]:
    return plan.goes_at is None, plan.goes_at or plan.ended_at, plan.reference


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))
