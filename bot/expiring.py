"""What becomes of drafts that nobody goes on with: one word half-way, then lodged, or deleted.

Lodged is what holds a story and can be answered (ISO 10002:2018, 7.2): nothing that was told is
lost because the last button was not pressed. What was put aside, or was about to be deleted, is
deleted; so is what nobody could be answered about.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.codes import PrivateCodes, chance_reference
from bot.dialogue import lodging, reminding, telling
from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.interpretation import Interpretation
from bot.dialogue.messages import InboundMessage, OutboundMessage
from bot.dialogue.replies import Reply
from bot.dialogue.scene import Organisation, Scene, Turn
from bot.dialogue.wording import Wording
from bot.domain.answers import ContactKind
from bot.domain.events import OMBUD, ComplainantNudged
from bot.domain.policy import Policy
from bot.errors import ConfigurationError, Conflict
from bot.languages import KEYS, Language
from bot.ports import Fact, Storage, Work
from bot.scheduling import Place
from bot.working import Taken

log = structlog.get_logger(__name__)

_ONLY_THERE: Final = frozenset({"web", "terminal", NOWHERE})
"""Channels on which people read what is said only if they come back."""

_MEANT_TO_STOP: Final = frozenset({"delete", "restart", "insist"})
"""What was asked last, where somebody who then leaves does not want it lodged."""


class Talk(Protocol):
    """How the organisation speaks to people (`bot.service.Talk`)."""

    @property
    def organisation(self) -> Organisation: ...

    @property
    def languages(self) -> Mapping[str, Language]: ...

    @property
    def default_language(self) -> str: ...

    @property
    def codes(self) -> PrivateCodes: ...


def spoken(talk: Talk, language: str) -> Language:
    """With `keys` as the organisation's language everybody is shown keys (contract §9)."""
    return talk.languages[KEYS if talk.default_language == KEYS else language]


def is_lodged_by_itself(conversation: Conversation) -> bool:
    """Whether the draft is a complaint that can be answered, and nobody wanted it away."""
    draft, open_ = conversation.draft, conversation.open
    if draft is None or draft.is_paused or not draft.told or draft.registered is not None:
        return False
    if open_ is not None and open_.purpose in _MEANT_TO_STOP:
        return False
    contact = draft.details.contact
    if contact is not None and contact.kind is ContactKind.NONE:
        return False
    if contact is not None and contact.value is not None:
        return True
    return conversation.address.channel not in _ONLY_THERE


@dataclass
class Expiring:
    """Looks after drafts; `lodged` is told the channel of each that became a complaint."""

    storage: Storage
    talk: Talk
    clock: Callable[[], datetime]
    policy: Policy
    lodged: Callable[[str], None] = lambda channel: None
    _nudged_until: datetime | None = None

    async def once(self) -> int:
        """Does what is due now; how many drafts were lodged or deleted."""
        now = self.clock()
        await self._nudge_some(now)
        done = 0
        async for stale in self._stale(now - self._hours, None):
            try:
                done += await self._stored(await self._ended(stale, now))
            except ConfigurationError as error:
                log.error("draft stays", conversation=stale.id, reason=str(error))
        return done

    @property
    def _hours(self) -> timedelta:
        return timedelta(hours=self.talk.organisation.draft_hours)

    async def _stale(self, before: datetime, after: Place | None) -> AsyncIterator[Conversation]:
        while page := await self.storage.stale_drafts(before, after=after):
            for stale in page:
                yield stale
            after = page[-1].touched_at, page[-1].id

    async def _nudge_some(self, now: datetime) -> None:
        """Each draft is looked at once when half its time is over, and again after a restart."""
        if not self.policy.is_open(now, self.talk.organisation.zone):
            return
        before, oldest = now - self._hours / 2, now - self._hours
        since = max(oldest, self._nudged_until or oldest)
        async for stale in self._stale(before, (since, "")):
            if is_lodged_by_itself(stale) and await self._nudged_at(stale) is None:
                await self._stored(self._nudge(stale, now))
        self._nudged_until = before

    async def _nudged_at(self, stale: Conversation) -> datetime | None:
        """When this draft was spoken of; what came before it was touched meant another."""
        facts = await self.storage.conversation_facts(stale.id)
        nudges = (event for event in facts if isinstance(event, ComplainantNudged))
        return max((one.at for one in nudges if one.at >= stale.touched_at), default=None)

    async def _ended(self, stale: Conversation, now: datetime) -> Work | None:
        """What is committed about a draft whose time is over; nothing while its word still lasts.

        Nothing is lodged unannounced: where the word half-way could not be said, it is said first.
        """
        stale = stale.without(*stale.borrowed)
        if not is_lodged_by_itself(stale):
            return self._deleted(stale, now)
        nudged_at = await self._nudged_at(stale)
        if nudged_at is not None and nudged_at + self._hours / 2 <= now:
            return self._lodged(stale, now)
        is_told = nudged_at is not None
        is_open = self.policy.is_open(now, self.talk.organisation.zone)
        if not is_told and is_open:
            await self._stored(self._nudge(stale, now))
        return None

    def _nudge(self, stale: Conversation, now: datetime) -> Work:
        last = max(stale.touched_at + self._hours, now + self._hours / 2)
        line = self._worded(stale, now, reminding.unsent(last))
        fact = Fact(ComplainantNudged(at=now, by=OMBUD), stale.id)
        changed = replace(stale, version=stale.version + 1, last_seq=line.seq)
        return Work(changed, facts=(fact,), said=(line,))

    def _worded(self, stale: Conversation, now: datetime, reply: Reply) -> OutboundMessage:
        wording = Wording(spoken(self.talk, stale.language), now, self.talk.organisation.zone)
        return wording.worded(reply, stale.last_seq + 1)

    def _lodged(self, stale: Conversation, now: datetime) -> Work:
        scene = self._scene(stale, now)
        turn = lodging.lodge(Turn(stale, (reminding.lodged_unsent(),)), scene)
        return Taken(scene, turn, ()).work(scene.language)

    def _scene(self, stale: Conversation, now: datetime) -> Scene:
        is_known = stale.address.channel not in _ONLY_THERE
        message = InboundMessage(stale.address, "", now, knows_sender=is_known)
        return Scene(
            conversation=stale,
            message=message,
            heard=Interpretation(stale.language, ""),
            now=now,
            organisation=self.talk.organisation,
            language=spoken(self.talk, stale.language),
            complaints={},
            elsewhere={},
            new_reference=chance_reference(),
            private_code=self.talk.codes.of,
        )

    def _deleted(self, stale: Conversation, now: datetime) -> Work:
        """The work that removes a draft: its lines are forgotten, what is said about it stays.

        What was opened and must not be tied to this chat goes without a word.
        """
        if stale.draft is None:
            return Work(replace(stale, version=stale.version + 1))
        hours = self.talk.organisation.draft_hours
        changed, reply, first = telling.expired(stale, now, hours)
        line = self._worded(stale, now, reply)
        changed = replace(
            changed, version=stale.version + 1, last_seq=line.seq, asked_from=line.seq
        )
        is_told = first <= stale.last_seq
        return Work(changed, said=(line,), forgotten=(first, stale.last_seq) if is_told else None)

    async def _stored(self, work: Work | None) -> bool:
        if work is None:
            return False
        try:
            await self.storage.commit(work)
        except Conflict:  # the person came back this very moment: the draft lives on
            return False
        for complaint, before in work.complaints:
            if not before:
                self.lodged(complaint.channel)
        return True
