"""A complaint that somebody told a caseworker, by telephone or at a counter, who writes it down.

It is understood as if it had been written; who recorded it is named in its receipt (ISO 10002:2018,
7.2), and nobody is written to, since there is no chat in which they could read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from bot.acts.fields import read, words
from bot.dialogue import lodging
from bot.dialogue.conversation import NOWHERE, Conversation, Draft
from bot.dialogue.intake import add_to_story
from bot.dialogue.interpretation import Context, Interpretation
from bot.dialogue.messages import Address, ConversationId, InboundMessage
from bot.dialogue.noticing import notice
from bot.dialogue.scene import Organisation, Scene
from bot.domain.answers import Contact, ContactKind
from bot.domain.complaint import Complaint, complaint_from
from bot.domain.form import Details, Question
from bot.domain.reference import Reference
from bot.errors import InvalidRequest
from bot.languages import KEYS, Language
from bot.ports import Fact, Understand, Work

_CHANNEL: Final = "phone"


class Voice(Protocol):
    """Who answers, and in which words."""

    @property
    def organisation(self) -> Organisation: ...

    @property
    def languages(self) -> Mapping[str, Language]: ...

    @property
    def default_language(self) -> str: ...


def home_of(once: str) -> ConversationId:
    """The home of whatever is lodged with that `once`: it exists once."""
    return ConversationId(sha256(f"told {once}".encode()).hexdigest()[:32])


@dataclass(frozen=True)
class Spoken:
    """What was told, and in which language."""

    story: str
    name: str | None
    contact: Contact | None
    language: str
    channel: str
    voice: Voice
    heard: Interpretation
    now: datetime

    @classmethod
    def read(
        cls,
        told: Mapping[str, object],
        voice: Voice,
        understand: Understand | None,
        now: datetime,
    ) -> Spoken:
        """Reads the fields; InvalidRequest names the one that is wrong."""
        given = read(told, _NEEDS, _MAY_HAVE)
        language = given.get("language", voice.default_language)
        if language not in voice.languages or language == KEYS:
            language = next(code for code in voice.languages if code != KEYS)

        def hear(text: str, ask: Question | None) -> Interpretation:
            if understand is None:
                return Interpretation(language, text)
            organisation = voice.organisation
            today = now.astimezone(organisation.zone).date()
            context = Context(language, organisation.country, today, ask.value if ask else None)
            return understand(text, context)

        contact = given.get("contact")
        return cls(
            story=given["story"],
            name=given.get("name"),
            contact=_contact(hear(contact, Question.CONTACT)) if contact else None,
            language=language,
            channel=given.get("channel", _CHANNEL),
            voice=voice,
            heard=hear(given["story"], None),
            now=now,
        )

    def lodged(self, reference: Reference, home: ConversationId, by: str) -> Complaint:
        """The complaint, received by `by` and acknowledged."""
        scene = self._scene(reference, home)
        complaint, identity = lodging.received(self._draft(), scene)
        receipt, *rest = complaint.history
        history = (replace(receipt, by=by), *rest)
        return complaint_from(reference, home, history, identity)

    def work(self, complaint: Complaint, home: ConversationId) -> Work:
        """All of it at once, with a home that leads to nobody."""
        nowhere, known = Address(NOWHERE, home), (complaint.reference,)
        conversation = Conversation(
            home, nowhere, self.language, self.now, self.now, version=1, complaints=known
        )
        return Work(
            conversation=conversation,
            facts=tuple(Fact(event, home, complaint.reference) for event in complaint.history),
            complaints=((complaint, 0),),
        )

    def _draft(self) -> Draft:
        details = Details(name=self.name, contact=self.contact or Contact(ContactKind.NONE))
        draft = Draft(started_at=self.now, first_seq=1, details=details)
        noticed = notice(add_to_story(draft, self.story, self.heard), self.heard, None).draft
        # A name or number in the story need not be that of whoever complains.
        known = replace(noticed.details, name=details.name, contact=details.contact)
        return replace(noticed, details=known)

    def _scene(self, reference: Reference, home: ConversationId) -> Scene:
        address = Address(self.channel, home)
        conversation = Conversation(home, address, self.language, self.now, self.now)
        return Scene(
            conversation=conversation,
            message=InboundMessage(address, "", self.now),
            heard=self.heard,
            now=self.now,
            organisation=self.voice.organisation,
            language=self.voice.languages[self.language],
            complaints={},
            elsewhere={},
            new_reference=reference,
            private_code=lambda reference, renewals: "",
        )


_NEEDS: Mapping[str, Any] = {"story": words}
_MAY_HAVE: Mapping[str, Any] = dict.fromkeys(("name", "contact", "language", "channel"), words)


def _contact(heard: Interpretation) -> Contact:
    if heard.emails:
        return Contact(ContactKind.EMAIL, heard.emails[0].value)
    if heard.phones:
        return Contact(ContactKind.PHONE, heard.phones[0].value)
    raise InvalidRequest("contact: it must be an e-mail address or a telephone number")
