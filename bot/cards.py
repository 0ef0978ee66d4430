"""What caseworkers are shown of complaints, and what is not shown yet; never a name or a contact.

Nothing here knows where it is shown: that is a channel's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.carding import Card, Place
from bot.dialogue.messages import ConversationId
from bot.dialogue.scene import Organisation
from bot.domain.complaint import Complaint
from bot.domain.events import Privacy
from bot.domain.reference import Reference
from bot.domain.status import Status
from bot.errors import ConfigurationError, NotFound
from bot.platforms import Behind
from bot.ports import ComplaintFilter, Files, Storage
from bot.presenting import presented

_WEEK: Final = timedelta(days=7)
_PAGE: Final = 200
_NO_CATEGORY: Final = "other"


@dataclass(frozen=True)
class ShownCards:
    """Implements `bot.platforms.Cards`."""

    storage: Storage
    organisation: Organisation
    clock: Callable[[], datetime]

    async def behind(self, limit: int, after: Place | None = None) -> tuple[Behind, ...]:
        """What is not shown yet, oldest first."""
        found = await self.storage.cards_behind(self.clock(), limit, after)
        return tuple([await self._behind(*one) for one in found])

    async def seen(self, reference: str) -> Behind | None:
        """One complaint, and how far it is shown."""
        name = Reference(reference)
        found = await self.storage.complaints([name])
        if name not in found:
            return None
        complaint = found[name]
        place = (complaint.received_at, str(name))
        return await self._behind(place, complaint, await self.storage.card(name))

    async def open(self) -> tuple[Mapping[str, Any], ...]:
        """All that is not ended, oldest first."""
        found: list[Complaint] = []
        for status in Status:
            cursor: str | None = None
            while not status.is_final:
                wanted = ComplaintFilter(status=status, cursor=cursor, limit=_PAGE)
                page = await self.storage.find_complaints(wanted)
                found += page.complaints
                cursor = page.next
                if cursor is None:
                    break
        oldest = sorted(found, key=lambda one: (one.received_at, one.reference))
        return tuple(self._shown(one) for one in oldest)

    async def find(self, name: str) -> Card | None:
        """The card of that name."""
        return await self.storage.card(name)

    async def at(self, channel: str, ts: str) -> str | None:
        """Which complaint a message shows."""
        return await self.storage.card_at(channel, ts)

    async def keep(self, name: str, card: Card) -> bool:
        """Whether it was kept: nobody else did since it was read."""
        return await self.storage.keep_card(name, card)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Calls back after each commit."""

        def told(changed: Sequence[ConversationId]) -> None:
            callback()

        self.storage.on_commit(told)

    async def _behind(self, place: Place, complaint: Complaint, card: Card | None) -> Behind:
        category = complaint.assessment.category
        similar = 0
        if category and category != _NO_CATEGORY:
            similar = await self.storage.received_like(category, self.clock() - _WEEK)
        return Behind(
            reference=str(complaint.reference),
            version=complaint.version,
            complaint=self._shown(complaint),
            card=card,
            place=place,
            similar=similar,
        )

    def _shown(self, complaint: Complaint) -> dict[str, Any]:
        """Presented as if in confidence, whatever the complainant chose: who it is stays apart
        until somebody asks for it with a reason (4.10)."""
        organisation = self.organisation
        guarded = replace(complaint, privacy=Privacy.CONFIDENTIAL)
        try:
            regime = organisation.rules.of(complaint)
        except ConfigurationError:  # the rules of that day are missing: shown all the same
            regime = organisation.rules.in_force(complaint.received_at.date())
        shape = presented(guarded, regime, organisation.zone, has_mail=organisation.has_mail)
        return {
            **shape,
            "privacy": complaint.privacy.value,
            "site": complaint.site,
            "close_reason": complaint.close_reason,
            "merged_into": complaint.merged_into,
            "extended_until": complaint.extended_until and complaint.extended_until.isoformat(),
            "open_question": complaint.open_question,
            "unreachable": complaint.unreachable,
        }


@dataclass(frozen=True)
class KeptEvidence:
    """Implements `bot.platforms.Evidence`."""

    storage: Storage
    files: Files

    async def read(self, reference: str, sha256: str) -> bytes:
        """A file that belongs to that complaint; NotFound."""
        name = Reference(reference)
        found = await self.storage.complaints([name])
        those = found[name].attachments if name in found else ()
        for attachment in those:
            if attachment.sha256 == sha256:
                return await self.files.read(attachment)
        raise NotFound("There is no such file.")
