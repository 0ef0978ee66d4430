"""What the core asks of the world around it: narrow protocols, each with a shipped twin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from bot.carding import Carding
from bot.dialogue.conversation import Conversation
from bot.dialogue.interpretation import Context, Interpretation
from bot.dialogue.messages import (
    Address,
    Choice,
    ConversationId,
    InboundMessage,
    OutboundMessage,
)
from bot.disposing import Disposing
from bot.domain.answers import Attachment
from bot.domain.complaint import Complaint
from bot.domain.events import Event
from bot.domain.form import Question
from bot.domain.reference import Reference
from bot.domain.status import Status
from bot.scheduling import Place, Scheduling


class Understand(Protocol):
    """Hears one message (`nlu.understand`)."""

    def __call__(self, text: str, context: Context) -> Interpretation: ...


# Storage -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Receipt:
    """That a message was taken: `fingerprint` tells whether the same id comes with other content;
    `first_seq` to `last_seq` are the lines which that turn said."""

    address: Address
    message_id: str
    fingerprint: str
    first_seq: int
    last_seq: int


@dataclass(frozen=True)
class Fact:
    """An event and what it belongs to: a complaint, or only a conversation."""

    event: Event
    conversation: ConversationId
    reference: Reference | None = None


@dataclass(frozen=True)
class Work:
    """Everything that one turn, or one act of a caseworker, changes: stored together or not at all.

    - `conversation` is stored if the stored version is `conversation.version - 1` (version 1 is
      new); `Conflict` otherwise.
    - `complaints` are the complaints as they are after `facts`, each with the number of events it
      had before (0 is new); `Conflict` if the stored number differs. Their columns for searching
      and their identity are written from these values; an empty identity is deleted.
    - `said` are new lines of the conversation; those by the bot or a caseworker are also put into
      the outbox for the conversation's address, in order.
    - `forgotten` is a range of line numbers, both ends included, whose rows are deleted (a draft
      that was deleted); lines `said` by this same work stay.
    - `receipts` make a repeated message a `Duplicate`.
    - `detached` are new conversations that lead to nobody, as homes of complaints whose complainant
      must not be known; such a complaint and all its facts move there.
    - `copy_to` is another address to which new lines about a complaint are carried, too.
    """

    conversation: Conversation | None = None
    receipts: tuple[Receipt, ...] = ()
    facts: tuple[Fact, ...] = ()
    complaints: tuple[tuple[Complaint, int], ...] = ()
    said: tuple[OutboundMessage, ...] = ()
    forgotten: tuple[int, int] | None = None
    detached: tuple[Conversation, ...] = ()
    copy_to: Address | None = None


@dataclass(frozen=True)
class Delivery:
    """A line that waits in the outbox to be carried to its address."""

    id: int
    address: Address
    conversation: ConversationId
    message: OutboundMessage
    attempts: int


@dataclass(frozen=True)
class Raw:
    """A payload as a platform sent it. Those of one `lane` are taken in order; `id` is unique
    within its channel, so that the same payload is kept once.

    `is_part` says that more belongs to it and comes within a moment (an album).
    """

    lane: str
    id: str
    body: bytes
    at: datetime
    is_part: bool = False


@dataclass(frozen=True)
class ComplaintFilter:
    """Which complaints a list holds; `cursor` is where the last page ended."""

    status: Status | None = None
    since: datetime | None = None
    category: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class ComplaintPage:
    """One page of complaints, newest first, and where the next begins."""

    complaints: tuple[Complaint, ...]
    next: str | None


class Storage(Disposing, Carding, Scheduling, Protocol):
    """Keeps everything. A call that changes something returns only after its commit."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def is_ready(self) -> bool:
        """Whether the database answers and has the schema that this code needs."""
        ...

    def on_commit(self, callback: Callable[[Sequence[ConversationId]], None]) -> None:
        """Has `callback` called on the event loop after each commit, with the conversations that
        it changed; also, within a second, for what other processes commit."""
        ...

    async def commit(self, work: Work) -> None:
        """Stores `work` whole, perhaps together with others'. Conflict, Duplicate: nothing was."""
        ...

    async def conversation_at(self, address: Address) -> Conversation | None: ...

    async def conversation(self, id_: ConversationId) -> Conversation | None: ...

    async def receipt(self, address: Address, message_id: str) -> Receipt | None: ...

    async def messages(
        self, conversation: ConversationId, after: int = 0, until: int | None = None
    ) -> tuple[OutboundMessage, ...]:
        """The lines with `after < seq <= until`, in order."""
        ...

    async def complaints(self, references: Sequence[Reference]) -> Mapping[Reference, Complaint]:
        """Those of `references` that exist, folded from their events, with their identity."""
        ...

    async def find_complaints(self, wanted: ComplaintFilter) -> ComplaintPage: ...

    def all_complaints(self, since: datetime | None = None) -> AsyncIterator[Complaint]:
        """Every complaint, oldest first, from one consistent snapshot."""
        ...

    async def conversation_facts(self, conversation: ConversationId) -> tuple[Event, ...]:
        """What was recorded about a conversation without a complaint, oldest first."""
        ...

    async def stale_drafts(
        self, before: datetime, limit: int = 100, after: Place | None = None
    ) -> tuple[Conversation, ...]:
        """Conversations that nobody touched since `before`, with a draft that is no complaint
        yet; longest untouched first, those behind the place (touched, id) `after`."""
        ...

    async def claim(
        self, now: datetime, lease_seconds: float, limit: int, channels: Collection[str]
    ) -> tuple[Delivery, ...]:
        """Takes deliveries on `channels` that are due, longest due first and for each address only
        its first, so that order holds; they are nobody else's until the lease ends."""
        ...

    async def renew(self, ids: Sequence[int], until: datetime) -> None:
        """Keeps claimed deliveries that are still being carried."""
        ...

    async def delivered(self, ids: Sequence[int]) -> None:
        """Done: they leave the outbox."""
        ...

    async def postpone(self, id_: int, until: datetime) -> None:
        """Not now: due again at `until`, with one more attempt counted."""
        ...

    async def undeliverable(self, id_: int, reason: str) -> None:
        """Never: kept aside with its reason, and the address's next line may go."""
        ...

    async def forget(self, conversation: ConversationId, seq: int) -> None:
        """Deletes one line and its delivery."""
        ...

    async def outbox_size(self) -> tuple[int, datetime | None]:
        """How many deliveries wait, and since when the oldest does."""
        ...

    async def quarantine(self, message: InboundMessage, error: str) -> None:
        """Keeps a message on which the turn failed."""
        ...

    # The inbox: payloads that were acknowledged before their turn was taken

    async def keep_raw(self, channel: str, raw: Raw) -> None:
        """Keeps a payload; one that is there already stays as it is."""
        ...

    async def raws(self, channel: str) -> tuple[Raw, ...]:
        """The payloads whose turn is still to be taken, in the order in which they were kept."""
        ...

    async def drop_raw(self, channel: str, ids: Sequence[str]) -> None:
        """Their turns are committed, or can never be taken."""
        ...

    async def quarantine_raw(self, channel: str, raw: Raw, error: str) -> None:
        """Keeps aside a payload that nothing can be made of; it leaves the inbox."""
        ...


class Files(Protocol):
    """Keeps what is given as evidence, named by its content."""

    async def keep(self, stream: BinaryIO, name: str) -> Attachment:
        """Stores a file. FileTooLarge, TypeNotAccepted: nothing was kept."""
        ...

    async def read(self, attachment: Attachment) -> bytes:
        """The file's content; NotFound."""
        ...


# Channels ------------------------------------------------------------------------------------


class Channel(Protocol):
    """Carries messages to one platform. Raises TemporaryDeliveryError or PermanentDeliveryError."""

    name: str

    async def send(self, delivery: Delivery) -> None: ...


@dataclass(frozen=True)
class Answer:
    """What a turn said, and in which conversation.

    With `errors` a form was filled in wrongly: what to put right, by question. Nothing was taken.
    """

    conversation: ConversationId
    messages: tuple[OutboundMessage, ...]
    is_repeat: bool = field(default=False)
    errors: Mapping[Question, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetLine:
    """One question of the form with what is noted so far; empty where nothing is."""

    question: Question
    label: str
    value: str


@dataclass(frozen=True)
class OverviewLine:
    """One complaint of somebody, in words, and what may be done about it."""

    reference: Reference
    text: str
    choices: tuple[Choice, ...]


class Conversing(Protocol):
    """What a channel asks of the service."""

    async def begin(self, address: Address, language: str | None) -> Answer:
        """Opens a conversation with its greeting."""
        ...

    async def receive(self, message: InboundMessage) -> Answer:
        """Takes one turn, or repeats the answer to a message that came before.

        MessageReused: the id came with other content. TooMany: this person, or all of them.
        """
        ...

    async def find(self, address: Address) -> Conversation | None: ...

    async def is_taken(self, address: Address, message_id: str) -> bool:
        """Whether this message's turn was taken before, alone or as a part of another."""
        ...

    async def messages(
        self, conversation: ConversationId, after: int
    ) -> tuple[OutboundMessage, ...]:
        """The lines after `after`, private codes filled in for whoever may see them."""
        ...

    async def attach(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps an uploaded file for the next message. FileRefused."""
        ...

    async def keep(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps a file that the very next message brings along. FileRefused."""
        ...

    async def sheet(self, address: Address) -> tuple[SheetLine, ...]:
        """The draft as a form, while its summary is shown; empty at any other time."""
        ...

    async def overview(self, address: Address) -> tuple[OverviewLine, ...]:
        """The complaints that are open at this address, newest first."""
        ...

    def words(self, key: str, language: str | None, **values: str) -> str:
        """A text that belongs to no conversation; `language` may be a locale, `sv-FI`."""
        ...


class Desk(Protocol):
    """What caseworkers do; the staff API, the command line and Slack all go through it.

    Each act returns the complaint after it. NotFound, IllegalMove, InvalidRequest, NotAllowed.
    """

    async def act(
        self,
        reference: str,
        action: str,
        fields: Mapping[str, object],
        by: str,
        once: str | None = None,
    ) -> Mapping[str, object]:
        """Does something; what comes again with the same `once` is not done again."""
        ...

    def meet(self, name: str) -> None:
        """Somebody works here, so that a review finds another person than whoever answered."""
        ...

    async def lodge_for(self, told: Mapping[str, object], by: str, once: str) -> Reference:
        """Lodges what somebody told `by`: `story`, and perhaps `name`, `contact`, `language`,
        `channel`; the reference. InvalidRequest names the field."""
        ...

    async def show(self, reference: str, by: str) -> Mapping[str, object]:
        """The complaint in the JSON shape of contract §4."""
        ...

    async def find(self, wanted: ComplaintFilter, by: str) -> Mapping[str, object]: ...


# Watching ------------------------------------------------------------------------------------


class Observer(Protocol):
    """Counts what happens; no label ever comes from people's words (contract §8)."""

    def turn(self, channel: str, outcome: str, began: float) -> None:
        """A turn ended; `began` is `time.perf_counter()` at its start."""
        ...

    def complaint(self, channel: str) -> None: ...

    def quarantined(self, channel: str) -> None: ...

    def refused(self, reason: str) -> None: ...
