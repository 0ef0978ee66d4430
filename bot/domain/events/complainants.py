"""What complainants do: they complain, say more, accept an answer or not, and rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.domain.answers import Attachment, Contact, OccurredOn, RemedySought
from bot.domain.assessment import InitialAssessment
from bot.domain.events.vocabulary import Event, OtherMatter, Outcome, Privacy
from bot.domain.form import Details


@dataclass(frozen=True, kw_only=True)
class ComplaintReceived(Event):
    """A complaint was lodged; `regime` is the version of the rules in force on that day."""

    details: Details
    attachments: tuple[Attachment, ...]
    privacy: Privacy
    assessment: InitialAssessment
    points: tuple[str, ...]
    language: str
    channel: str
    regime: str
    site: str | None = None  # where they came in, if a code on a counter told


@dataclass(frozen=True, kw_only=True)
class ComplainantAdded(Event):
    """The complainant said more, or answered a caseworker's question; `corrects` are the words that
    they wrote before, where they edited a message."""

    text: str
    corrects: str | None = None


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(Event):
    """The complainant gave more files."""

    attachments: tuple[Attachment, ...]


Answer = str | OccurredOn | RemedySought | Contact | None


@dataclass(frozen=True, kw_only=True)
class DetailTold(Event):
    """An answer of the form came, or was corrected, after the complaint was lodged."""

    question: str
    text: str | None = None
    occurred_on: OccurredOn | None = None
    remedy_sought: RemedySought | None = None
    contact: Contact | None = None

    @property
    def answer(self) -> Answer:
        """The answer, whichever shape it has."""
        return self.occurred_on or self.remedy_sought or self.contact or self.text


@dataclass(frozen=True, kw_only=True)
class PrivacyChanged(Event):
    """The complainant decided anew who may see who they are."""

    privacy: Privacy


@dataclass(frozen=True, kw_only=True)
class PrivateCodeRenewed(Event):
    """The old private code opens nothing any more."""


@dataclass(frozen=True, kw_only=True)
class PersonRequested(Event):
    """Somebody asked to talk to a person."""

    text: str


@dataclass(frozen=True, kw_only=True)
class OtherMatterRecorded(Event):
    """A question, praise or request came; no complaint, but counted."""

    matter: OtherMatter
    text: str


@dataclass(frozen=True, kw_only=True)
class ResponseAccepted(Event):
    """The complainant accepts the answer."""


@dataclass(frozen=True, kw_only=True)
class ReviewRequested(Event):
    """The complainant does not accept the answer: the next stage begins (7.9)."""


@dataclass(frozen=True, kw_only=True)
class ComplaintWithdrawn(Event):
    """The complainant took the complaint back."""


@dataclass(frozen=True, kw_only=True)
class HandlingRated(Event):
    """How the complainant found the handling, 1 (bad) to 5 (good) (8.3)."""

    handling: Literal[1, 2, 3, 4, 5]


@dataclass(frozen=True, kw_only=True)
class OutcomeRated(Event):
    """Whether the complainant finds the outcome fair (8.3)."""

    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class RatingCommented(Event):
    """What the complainant says beside the ratings."""

    comment: str
