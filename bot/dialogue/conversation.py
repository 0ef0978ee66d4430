"""What is remembered between two messages: the draft, the open question, whose complaints."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.dialogue.interpretation import Category, HeardAssessment, Interpretation
from bot.dialogue.messages import Address, ConversationId, Origin
from bot.domain.answers import Attachment
from bot.domain.events import Privacy
from bot.domain.form import FORM, Details, Entry, Question
from bot.domain.reference import Reference


@dataclass(frozen=True)
class Draft:
    """A complaint that is being told.

    `told` keeps every message of the story unchanged. `settled` holds the questions that need not
    be asked any more: told, refused, skipped or unknown. `registered` is set once danger made us
    lodge it before the form was finished. `first_seq` is where it begins in the conversation.
    """

    started_at: datetime
    first_seq: int
    told: tuple[str, ...] = ()
    details: Details = Details()
    settled: frozenset[Question] = frozenset()
    attachments: tuple[Attachment, ...] = ()
    privacy: Privacy = Privacy.NAMED
    assessment: HeardAssessment = HeardAssessment()
    category: Category | None = None
    points: tuple[str, ...] = ()
    is_probed: bool = False
    speaks_for_another: bool = False
    is_insisted: bool = False
    is_paused: bool = False
    registered: Reference | None = None
    person_requested: str | None = None  # in whose words, when no complaint was there yet

    @property
    def narrative(self) -> str:
        """The story in their words (contract §1)."""
        return "\n\n".join(self.told)

    def settle(self, *questions: Question) -> Draft:
        """The draft with these questions answered for good."""
        return replace(self, settled=self.settled | {*questions})

    def answered(self, question: Question, value: object) -> Draft:
        """The draft with an answer."""
        return replace(self, details=self.details.with_answer(question, value)).settle(question)

    def is_missing(self, entry: Entry) -> bool:
        """Whether this question is still to be asked."""
        if entry.only_if_told and not self.speaks_for_another:
            return False
        return entry.is_asked and entry.question not in self.settled

    @property
    def missing(self) -> tuple[Question, ...]:
        """The questions still to be asked, in their order."""
        return tuple(entry.question for entry in FORM if self.is_missing(entry))


@dataclass(frozen=True)
class Open:
    """The question that the next message is taken to answer.

    `about` is the complaint that it concerns; `purpose` tells apart what a yes would do, or which
    form of an answer is awaited ("email").
    """

    ask: Question
    about: Reference | None = None
    purpose: str | None = None


@dataclass(frozen=True)
class Unbound:
    """Words of which it is not yet known which complaint they belong to."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    heard: Interpretation | None = None


NOWHERE = "nowhere"
"""The channel of conversations that lead to nobody: homes of anonymous complaints."""


@dataclass(frozen=True)
class Conversation:
    """All that is remembered about one address.

    `version` counts its turns, `last_seq` its lines. `asked_from` is the line that first put the
    open question: buttons of questions before it mean nothing any more.
    """

    id: ConversationId
    address: Address
    language: str
    begun_at: datetime
    touched_at: datetime
    version: int = 0
    last_seq: int = 0
    draft: Draft | None = None
    open: Open | None = None
    offered: tuple[str, ...] = ()
    misses: int = 0
    complaints: tuple[Reference, ...] = ()  # lodged here, oldest first
    opened: tuple[Reference, ...] = ()  # lodged elsewhere, opened here by the private code
    current: Reference | None = None
    looked_up: Reference | None = None  # whose private code would be meant
    unbound: Unbound | None = None
    files: tuple[Attachment, ...] = field(default=())  # uploaded, not yet sent
    borrowed: tuple[Reference, ...] = ()  # of `opened`: anonymous ones, let go before long
    asked_from: int = 0
    origin: Origin | None = None  # where they came in, until a complaint is lodged

    def without(self, *references: Reference) -> Conversation:
        """The same, with nothing left that tells of these complaints."""
        gone = frozenset(references)
        draft, open_ = self.draft, self.open
        return replace(
            self,
            complaints=tuple(ref for ref in self.complaints if ref not in gone),
            opened=tuple(ref for ref in self.opened if ref not in gone),
            borrowed=tuple(ref for ref in self.borrowed if ref not in gone),
            current=None if self.current in gone else self.current,
            looked_up=None if self.looked_up in gone else self.looked_up,
            draft=None if draft and draft.registered in gone else draft,
            open=None if open_ and open_.about in gone else open_,
        )

    @property
    def known(self) -> tuple[Reference, ...]:
        """Every complaint that is open to whoever speaks here."""
        return tuple(dict.fromkeys((*self.complaints, *self.opened)))

    @property
    def active_draft(self) -> Draft | None:
        """The draft, unless it was put aside."""
        return self.draft if self.draft and not self.draft.is_paused else None
