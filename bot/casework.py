"""The caseworkers' desk: each act's facts and its words to the complainant, committed together.

The staff API, the shell and Slack all come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any, Final

from bot.acts import ACTS, Asked, Decided, Office, reference_in
from bot.codes import chance_reference
from bot.dialogue import telling
from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.messages import Address, ConversationId, Kind, OutboundMessage, Sender
from bot.dialogue.replies import Reply
from bot.dialogue.wording import Wording
from bot.domain.complaint import Complaint
from bot.domain.reference import Reference
from bot.errors import Conflict, Duplicate, IllegalMove, InvalidRequest, NotAllowed, NotFound
from bot.languages import KEYS, Language
from bot.ports import ComplaintFilter, Fact, Receipt, Storage, Understand, Work
from bot.presenting import presented
from bot.spoken import Spoken, Voice, home_of
from bot.working import mail_address

_TRIES = 20  # the complainant may write, and colleagues may act, at the same moment
_ONCE: Final = "desk"
"""The channel of receipts for acts; their key is the complaint's reference."""


@dataclass(frozen=True)
class Casework:
    """Implements `bot.ports.Desk`.

    `may_reveal` tells who may see who complains in confidence; `staff` are the names of those who
    work here, so that a review finds somebody else, as are `met`, of whom only their desk knows.
    """

    storage: Storage
    voice: Voice
    clock: Callable[[], datetime]
    may_reveal: Callable[[str], bool] = lambda by: True
    staff: frozenset[str] = frozenset()
    new_reference: Callable[[], Reference] = chance_reference
    understand: Understand | None = None
    met: set[str] = field(default_factory=set)

    def meet(self, name: str) -> None:
        """Somebody works here, too."""
        self.met.add(name)

    async def act(
        self,
        reference: str,
        action: str,
        fields: Mapping[str, object],
        by: str,
        once: str | None = None,
    ) -> Mapping[str, object]:
        """Does `action`; the complaint after it. NotFound, IllegalMove, InvalidRequest, and
        NotAllowed where it is not for this person to do. With the same `once` it is done once."""
        act = ACTS.get(action)
        if act is None:
            raise InvalidRequest(f"action: it must be one of: {', '.join(ACTS)}")
        if action == "reveal" and not self.may_reveal(by):
            raise NotAllowed("You may not see who complains in confidence.")
        wanted, told = reference_in(reference), act.read(fields)
        if once and await self.storage.receipt(Address(_ONCE, wanted), once):
            return await self.show(wanted, by)
        receipts = (Receipt(Address(_ONCE, wanted), once, "", 0, 0),) if once else ()
        for _ in range(_TRIES):
            asked = await self._asked(wanted, told, by)
            decided = act.decide(asked)
            after = reduce(Complaint.after, decided.events, asked.complaint)
            try:
                if decided.events:
                    work = await self._work(asked, decided, after)
                    await self.storage.commit(replace(work, receipts=receipts))
            except Conflict:
                continue  # all of this is pure, so it is decided again on what is true now
            except Duplicate:
                return await self.show(wanted, by)
            return self._shown(after, is_revealed=decided.reveals)
        raise Conflict

    async def lodge_for(self, told: Mapping[str, object], by: str, once: str) -> Reference:
        """Lodges what somebody told a caseworker; its reference. InvalidRequest. With the same
        `once` it is lodged once."""
        home = home_of(once)
        if there := await self.storage.conversation(home):
            return there.complaints[0]
        spoken = Spoken.read(told, self.voice, self.understand, self.clock())
        complaint = spoken.lodged(self.new_reference(), home, by)
        work = spoken.work(complaint, home)
        try:
            await self.storage.commit(work)
        except Conflict:  # pressed twice at the same moment
            if there := await self.storage.conversation(home):
                return there.complaints[0]
            raise
        return complaint.reference

    async def show(self, reference: str, by: str) -> Mapping[str, object]:
        """One complaint."""
        return self._shown(await self._complaint(reference_in(reference)))

    async def find(self, wanted: ComplaintFilter, by: str) -> Mapping[str, object]:
        """A page of complaints."""
        page = await self.storage.find_complaints(wanted)
        shown = [self._shown(complaint) for complaint in page.complaints]
        return {"complaints": shown, "next": page.next}

    async def _asked(self, wanted: Reference, told: Mapping[str, Any], by: str) -> Asked:
        complaint = await self._complaint(wanted)
        into = await self._complaint(told["into"]) if "into" in told else None
        return Asked(complaint, by, self.clock(), told, self._office(complaint), into)

    def _office(self, complaint: Complaint) -> Office:
        organisation = self.voice.organisation
        return Office(
            regime=organisation.rules.of(complaint),
            zone=organisation.zone,
            new_reference=self.new_reference(),
            staff=self.staff | self.met,
            has_mail=organisation.has_mail,
        )

    async def _complaint(self, reference: Reference) -> Complaint:
        found = await self.storage.complaints([reference])
        if reference not in found:
            raise NotFound(f"There is no complaint {reference}.")
        return found[reference]

    async def _work(self, asked: Asked, decided: Decided, after: Complaint) -> Work:
        before, home = asked.complaint, ConversationId(asked.complaint.conversation)
        work = Work(
            facts=tuple(Fact(event, home, before.reference) for event in decided.events),
            complaints=((after, before.version),),
        )
        conversation = await self.storage.conversation(home) if decided.replies else None
        if conversation is None or conversation.address.channel == NOWHERE:
            if decided.begins is not None:
                raise IllegalMove("Nobody could tell its complainant the new private code.")
            return work  # whoever has the private code reads it in the complaint
        if decided.begins is not None:
            work, conversation = _begun(work, conversation, decided.begins)
        mail = mail_address(before.identity, self.voice.organisation)
        work = replace(work, copy_to=mail)
        if conversation.active_draft is None or conversation.open is None:
            return self._told(work, conversation, asked, decided)
        decided = replace(decided, replies=_undisturbing(decided.replies))
        lines = await self.storage.messages(home)
        return _restating(self._told(work, conversation, asked, decided), lines)

    def _told(self, work: Work, conversation: Conversation, asked: Asked, decided: Decided) -> Work:
        """`work` with what the complainant hears of it."""
        changed, replies = telling.told(
            conversation, asked.now, *decided.replies, open_=decided.open
        )
        wording = Wording(self._spoken(changed.language), asked.now, self.voice.organisation.zone)
        lines = enumerate(replies, conversation.last_seq + 1)
        changed = replace(
            changed,
            version=conversation.version + 1,
            last_seq=conversation.last_seq + len(replies),
            current=conversation.current if conversation.draft else asked.complaint.reference,
        )
        if changed.open != conversation.open:
            changed = replace(changed, asked_from=conversation.last_seq + 1)
        said = tuple(wording.worded(reply, seq) for seq, reply in lines)
        return replace(work, conversation=changed, said=said)

    def _spoken(self, language: str) -> Language:
        """With `keys` as the organisation's language everybody is shown keys (contract §9)."""
        voice = self.voice
        return voice.languages[KEYS if voice.default_language == KEYS else language]

    def _shown(self, complaint: Complaint, *, is_revealed: bool = False) -> dict[str, Any]:
        organisation = self.voice.organisation
        regime = organisation.rules.of(complaint)
        return presented(
            complaint,
            regime,
            organisation.zone,
            is_revealed=is_revealed,
            has_mail=organisation.has_mail,
        )


def _begun(work: Work, conversation: Conversation, part: Complaint) -> tuple[Work, Conversation]:
    """With another complaint that begins in the same conversation."""
    home = conversation.id
    facts = (Fact(event, home, part.reference) for event in part.history)
    known = (*conversation.complaints, part.reference)
    work = replace(work, facts=(*work.facts, *facts), complaints=(*work.complaints, (part, 0)))
    return work, replace(conversation, complaints=known)


def _undisturbing(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """What is told to somebody who is answering another question: it asks nothing, ratings can
    wait, and no button is left that would mean the other question."""
    return tuple(
        replace(reply, ask=None, choices=tuple(c for c in reply.choices if c != "skip"))
        for reply in replies
        if reply.kind is not Kind.RATING
    )


def _restating(work: Work, lines: Sequence[OutboundMessage]) -> Work:
    """The question of a draft stands last again, as it was put, with the buttons of both."""
    changed, last = work.conversation, work.said[-1]
    asked = [line for line in lines if line.ask and line.sender is Sender.BOT]
    if changed is None or changed.open is None or not asked or asked[-1].ask != changed.open.ask:
        return work
    question = replace(
        asked[-1],
        seq=last.seq + 1,
        at=last.at,
        choices=tuple(dict.fromkeys((*asked[-1].choices, *last.choices))),
    )
    changed = replace(changed, last_seq=question.seq)
    return replace(work, conversation=changed, said=(*work.said, question))
