"""What may be known when a turn is taken, and what a turn decides: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.dialogue.conversation import Conversation, Draft, Open
from bot.dialogue.interpretation import Intent, Interpretation
from bot.dialogue.messages import InboundMessage
from bot.dialogue.replies import Reply, Text, Value, say
from bot.domain.complaint import Complaint
from bot.domain.events import Event
from bot.domain.form import Question
from bot.domain.identity import Identity
from bot.domain.reference import Reference
from bot.domain.regimes import Rules
from bot.languages import Language


@dataclass(frozen=True)
class ExternalBody:
    """Who decides when the organisation and a complainant can't agree (ISO 10003)."""

    name: str
    url: str


@dataclass(frozen=True)
class Organisation:
    """Who answers, by which rules and where."""

    name: str
    public_url: str
    zone: ZoneInfo
    country: str
    rules: Rules
    external_body: ExternalBody | None
    emergency: Mapping[str, str]  # "danger", "self_harm": the numbers to call
    max_attachments: int
    draft_hours: int
    max_attachment_bytes: int = 20_971_520
    has_mail: bool = False  # whoever wants answers by e-mail gets them so


@dataclass(frozen=True)
class Earlier:
    """A message that is edited now: as it stood, after which question, and what was heard in it."""

    text: str
    seq: int
    ask: Question | None
    heard: Interpretation


@dataclass(frozen=True)
class Scene:
    """Everything one turn may look at.

    `complaints` are those that are open to this conversation; `elsewhere` those that the message
    named but which are not; `new_reference` is free to be used once; `private_code` derives a
    complaint's code (contract §3). `edited` is the message that this one edits; `filled_in` what
    was heard in each answer of a form.
    """

    conversation: Conversation
    message: InboundMessage
    heard: Interpretation
    now: datetime
    organisation: Organisation
    language: Language
    complaints: Mapping[Reference, Complaint]
    elsewhere: Mapping[Reference, Complaint]
    new_reference: Reference
    private_code: Callable[[Reference, int], str]
    may_look_up: bool = True
    edited: Earlier | None = None
    filled_in: Mapping[Question, Interpretation] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)  # code: what it calls itself

    @property
    def draft(self) -> Draft | None:
        """The draft that is being told; None also while it is put aside."""
        return self.conversation.active_draft

    @property
    def open(self) -> Open | None:
        """The question that was left open."""
        return self.conversation.open

    @property
    def today(self) -> date:
        """The day it is where the organisation is."""
        return self.now.astimezone(self.organisation.zone).date()

    @property
    def text(self) -> str:
        """What was typed."""
        return self.message.text

    @property
    def channel_tells_name(self) -> bool:
        """Whether the name need not be asked."""
        return self.message.sender_name is not None

    def named_complaints(self) -> tuple[Complaint, ...]:
        """The complaints of this conversation that the message names."""
        named = (Reference(heard.value) for heard in self.heard.references)
        return tuple(self.complaints[ref] for ref in named if ref in self.complaints)

    def with_conversation(self, conversation: Conversation) -> Scene:
        """The same scene with the conversation as a turn has left it so far."""
        return replace(self, conversation=conversation)


@dataclass(frozen=True)
class Turn:
    """What was decided: what is remembered, what happened, what is said.

    `misses` counts look-ups that hit nothing; `forgets_from` is the first line to be deleted;
    `hides_words` is set where the person typed a secret that must not be kept. `detached` are
    complaints that must not be tied to this conversation. With `errors` nothing is taken at all.
    """

    conversation: Conversation
    replies: tuple[Reply, ...] = ()
    facts: tuple[tuple[Reference | None, Event], ...] = ()
    identities: Mapping[Reference, Identity] = field(default_factory=dict)
    misses: int = 0
    forgets_from: int | None = None
    hides_words: bool = False
    detached: frozenset[Reference] = frozenset()
    errors: Mapping[Question, tuple[Text, ...]] = field(default_factory=dict)

    def say(self, key: str, **values: Value) -> Turn:
        """One more message."""
        return self.reply(say(key, **values))

    def reply(self, *replies: Reply) -> Turn:
        """More messages."""
        return replace(self, replies=(*self.replies, *replies))

    def record(self, reference: Reference | None, *events: Event) -> Turn:
        """More facts."""
        added = tuple((reference, event) for event in events)
        return replace(self, facts=(*self.facts, *added))

    def remember(self, **changes: object) -> Turn:
        """Another memory."""
        return replace(self, conversation=replace(self.conversation, **changes))  # type: ignore[arg-type]  # names of Conversation's fields

    def open(self, open_: Open | None) -> Turn:
        """Leaves a question open, or none; the manager puts it into words at the end."""
        return self.remember(open=open_)

    @property
    def draft(self) -> Draft:
        """The draft, where there must be one."""
        if self.conversation.draft is None:
            raise LookupError("no draft in this conversation")
        return self.conversation.draft

    def with_draft(self, draft: Draft | None) -> Turn:
        """The same with another draft."""
        return self.remember(draft=draft)


Handler = Callable[[Turn, Scene], Turn]
"""What to do about an intent: goes on from the turn as far as it was taken."""

Handlers = Mapping[Intent, Handler]
