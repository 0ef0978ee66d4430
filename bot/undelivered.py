"""What becomes of a line that can't be delivered: caseworkers see it on the complaint."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.messages import ConversationId
from bot.domain.answers import ContactKind
from bot.domain.complaint import Complaint
from bot.domain.events import OMBUD, ChannelUnreachable, Event, MessageUndelivered
from bot.errors import Conflict, PermanentDeliveryError
from bot.ports import Delivery, Fact, Storage, Work

_TRIES = 20  # the complainant may write at the same moment


@dataclass(frozen=True)
class Undelivered:
    """Sets a line aside and records why on the complaint that it was about.

    `has_mail` tells whether whoever gave an e-mail address gets the same lines there.
    """

    storage: Storage
    clock: Callable[[], datetime]
    has_mail: bool

    async def note(self, delivery: Delivery, error: PermanentDeliveryError) -> None:
        """The line is never tried again; the next one for its address may go."""
        for _ in range(_TRIES):
            try:
                await self._record(delivery, error)
            except Conflict:
                continue
            break
        await self.storage.undeliverable(delivery.id, str(error))

    async def _record(self, delivery: Delivery, error: PermanentDeliveryError) -> None:
        concerned = await self._concerned(delivery)
        happened = [(one, self._event(one, delivery, error)) for one in concerned]
        facts, complaints = [], []
        for complaint, event in happened:
            if event is not None:
                home = ConversationId(complaint.conversation)
                facts.append(Fact(event, home, complaint.reference))
                complaints.append((complaint.after(event), complaint.version))
        if facts:
            await self.storage.commit(Work(facts=tuple(facts), complaints=tuple(complaints)))

    async def _concerned(self, delivery: Delivery) -> Iterable[Complaint]:
        """The complaint that the line names, or all that this conversation still waits for."""
        reference = delivery.message.reference
        if reference is not None:
            return (await self.storage.complaints([reference])).values()
        conversation = await self.storage.conversation(delivery.conversation)
        known = conversation.complaints if conversation else ()
        found = (await self.storage.complaints(known)).values()
        return [one for one in found if not one.status.is_final]

    def _event(
        self, complaint: Complaint, delivery: Delivery, error: PermanentDeliveryError
    ) -> Event | None:
        """What is recorded; that a channel leads nowhere once, not for every line."""
        channel, now = delivery.address.channel, self.clock()
        if not error.is_unreachable:
            return MessageUndelivered(at=now, by=OMBUD, channel=channel, reason=str(error))
        if complaint.unreachable == channel:
            return None
        return ChannelUnreachable(
            at=now, by=OMBUD, channel=channel, reason=str(error), instead=self._instead(complaint)
        )

    def _instead(self, complaint: Complaint) -> str | None:
        """The other way to reach them, where they gave one that can be used."""
        contact = complaint.identity.contact
        if contact is None or contact.value is None:
            return None
        if contact.kind is ContactKind.EMAIL and not self.has_mail:
            return None
        return contact.kind.value
