"""Looks now and then for what is due without anybody writing: promises that come near or were not
kept, questions without an answer, drafts that nobody goes on with.

However long it did not run, each complaint gets one message with its latest state. Several may run
at once: whoever commits first has done it, the others find the complaint changed and leave it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from itertools import groupby
from typing import Protocol

import structlog

from bot.dialogue import reminding
from bot.dialogue.conversation import NOWHERE
from bot.dialogue.messages import ConversationId
from bot.dialogue.wording import Wording
from bot.domain.answers import ContactKind
from bot.domain.complaint import Complaint
from bot.domain.duties import Duty, Kind, duties, next_word, recorded
from bot.domain.policy import Policy
from bot.domain.regimes import Regime
from bot.errors import ConfigurationError, Conflict, IllegalMove, StorageError
from bot.expiring import Expiring, Talk, spoken
from bot.ports import Fact, Storage, Work
from bot.scheduling import Place
from bot.working import mail_address

log = structlog.get_logger(__name__)

_LEAST_SECONDS = 5.0
"""Between two rounds, however much is committed: what is urgent waits no longer than that."""


class Watching(Protocol):
    """Is told what waits."""

    def outbox(self, pending: int, oldest_seconds: float) -> None:
        """How many lines wait to be carried, and for how long the oldest has."""
        ...

    def overdue(self, count: int) -> None:
        """How many complaints are past a deadline."""
        ...

    def complaint(self, channel: str) -> None:
        """A complaint was lodged."""
        ...


@dataclass
class Reminders:
    """Does what is due, and measures what waits."""

    storage: Storage
    talk: Talk
    clock: Callable[[], datetime]
    observer: Watching
    policy: Policy = field(default_factory=Policy)
    every_seconds: float = 60.0
    _drafts: Expiring = field(init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._drafts = Expiring(
            self.storage, self.talk, self.clock, self.policy, self.observer.complaint
        )

    async def run(self) -> None:
        """Works until it is cancelled; what is committed meanwhile is looked at within seconds."""
        self.storage.on_commit(lambda changed: self._woken.set())
        while True:
            self._woken.clear()
            try:
                await self.once()
            except StorageError as error:
                log.warning("reminders failed", reason=str(error))
            await self._rest()

    async def _rest(self) -> None:
        least = min(_LEAST_SECONDS, self.every_seconds)
        await asyncio.sleep(least)
        try:
            async with asyncio.timeout(self.every_seconds - least):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def once(self) -> int:
        """Does all that is due now; how many complaints and drafts it did something about."""
        done = await self._attend() + await self._drafts.once()
        await self._measure()
        return done

    async def _measure(self) -> None:
        now = self.clock()
        pending, oldest = await self.storage.outbox_size()
        waited = (now - oldest).total_seconds() if oldest else 0.0
        self.observer.outbox(pending, max(0.0, waited))
        self.observer.overdue(await self.storage.overdue(now))

    async def _attend(self) -> int:
        """Goes once through all that is due; what can't be done stays due for the next round."""
        now, done, after = self.clock(), 0, None
        ruleless: Counter[str] = Counter()
        while page := await self.storage.due_complaints(now, after=after):
            after = page[-1][0]
            done += await self._page(page, now, ruleless)
        for label, count in ruleless.items():
            log.error("rules are missing", rules=label, complaints=count)
        return done

    async def _page(
        self, page: Sequence[tuple[Place, Complaint]], now: datetime, ruleless: Counter[str]
    ) -> int:
        """All at once, for one commit to hold many; those of one conversation in turn."""
        due = [(one, self._regime(one, ruleless)) for _, one in page]
        ready = sorted(
            ((one, regime) for one, regime in due if regime is not None),
            key=lambda pair: pair[0].conversation,
        )
        of_homes = [
            list(those) for _, those in groupby(ready, key=lambda pair: pair[0].conversation)
        ]
        return sum(await asyncio.gather(*(self._in_turn(those, now) for those in of_homes)))

    def _regime(self, complaint: Complaint, ruleless: Counter[str]) -> Regime | None:
        try:
            return self.talk.organisation.rules.of(complaint)
        except ConfigurationError:
            ruleless[complaint.regime] += 1
            return None

    async def _in_turn(self, those: Iterable[tuple[Complaint, Regime]], now: datetime) -> int:
        return sum([await self._do(complaint, regime, now) for complaint, regime in those])

    async def _do(self, complaint: Complaint, regime: Regime, now: datetime) -> bool:
        try:
            work, due = await self._work(complaint, regime, now)
            await self.storage.commit(work)
        except Conflict:  # somebody acted this very moment: what is due now is another question
            return False
        except IllegalMove as error:
            log.error("duty is not possible", reference=complaint.reference, reason=str(error))
            return False
        _log(complaint, due)
        return bool(due)

    async def _work(
        self, complaint: Complaint, regime: Regime, now: datetime
    ) -> tuple[Work, Sequence[Duty]]:
        """What is committed; without duties the time at which it is due is reckoned anew."""
        zone, policy = self.talk.organisation.zone, self.policy
        due = duties(complaint, regime, zone, now, policy)
        word = next_word(complaint, regime, zone, now, policy)
        events = recorded(due, now, word)
        after = reduce(Complaint.after, events, complaint)
        home = ConversationId(complaint.conversation)
        work = Work(
            facts=tuple(Fact(event, home, complaint.reference) for event in events),
            complaints=((after, complaint.version),),
        )
        told = reminding.Told(after, due, word, now, zone)
        return (await self._said(work, told) if told.is_anything else work), due

    async def _said(self, work: Work, told: reminding.Told) -> Work:
        """`work` with what the complainant hears; nothing for who left no way, or wants none."""
        complaint = told.complaint
        contact = complaint.details.contact
        if contact is not None and contact.kind is ContactKind.NONE:
            return work
        conversation = await self.storage.conversation(ConversationId(complaint.conversation))
        if conversation is None or conversation.address.channel == NOWHERE:
            return work  # whoever has the private code reads it in the complaint
        changed, reply = reminding.told(conversation, told)
        wording = Wording(spoken(self.talk, changed.language), told.now, told.zone)
        line = wording.worded(reply, conversation.last_seq + 1)
        changed = replace(changed, version=conversation.version + 1, last_seq=line.seq)
        if changed.open != conversation.open:
            changed = replace(changed, asked_from=line.seq)
        mail = mail_address(complaint.identity, self.talk.organisation)
        return replace(work, conversation=changed, said=(line,), copy_to=mail)


def _log(complaint: Complaint, due: Iterable[Duty]) -> None:
    """What caseworkers are told stands in the complaint; whoever watches the log sees it, too."""
    for duty in due:
        if duty.kind in (Kind.ALERT, Kind.MISSED, Kind.REOPEN):
            log.warning(
                "complaint is due", reference=complaint.reference, duty=duty.kind, name=duty.name
            )
