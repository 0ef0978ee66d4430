"""A small service and desk that keep everything in memory, so that channels are tested alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import (
    TEXT_LIMIT,
    Address,
    Choice,
    ConversationId,
    InboundMessage,
    Kind,
    OutboundMessage,
    Sender,
)
from bot.domain.answers import Attachment
from bot.domain.form import Question
from bot.domain.reference import Reference, new_reference, read_reference
from bot.errors import (
    FileTooLarge,
    IllegalMove,
    MessageReused,
    NotFound,
    TooManyFiles,
    TypeNotAccepted,
)
from bot.ports import Answer, ComplaintFilter, OverviewLine, SheetLine

NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
REFERENCE = new_reference("4F7K9Q2X")
CODE = "7777KKKK"


@dataclass
class Twin:
    """Echoes; `lodge` acknowledges, `boom` breaks, `before` runs within each turn."""

    most_bytes: int = 1000
    most_files: int = 2
    conversations: dict[Address, Conversation] = field(default_factory=dict)
    lines: dict[ConversationId, list[OutboundMessage]] = field(default_factory=dict)
    taken: dict[tuple[Address, str], tuple[InboundMessage, tuple[int, int]]] = field(
        default_factory=dict
    )
    received: list[InboundMessage] = field(default_factory=list)
    before: Callable[[InboundMessage], object] = lambda message: None

    async def begin(self, address: Address, language: str | None) -> Answer:
        """Greets."""
        id_ = ConversationId(f"c{len(self.conversations) + 1}")
        self.conversations[address] = Conversation(id_, address, language or "en", NOW, NOW)
        self.lines[id_] = []
        return Answer(id_, (self.say(id_, "Hello.", ask=Question.NARRATIVE),))

    async def receive(self, message: InboundMessage) -> Answer:
        """Echoes."""
        said = self.before(message)
        if said is not None:
            await said  # type: ignore[misc]  # a coroutine of the test's
        conversation = self.conversations[message.address]
        key, content = (message.address, message.id), replace(message, at=NOW)
        if key in self.taken:
            before, (first, last) = self.taken[key]
            if before != content:
                raise MessageReused
            return Answer(conversation.id, tuple(self.lines[conversation.id][first:last]), True)
        self.received.append(message)
        first = len(self.lines[conversation.id]) + 1
        own = message.text or message.action or "📎"
        self.say(
            conversation.id,
            own,
            sender=Sender.COMPLAINANT,
            client_id=message.id,
            attachments=message.attachments,
        )
        self.conversations[message.address] = replace(conversation, files=())
        self.answer(conversation.id, message)
        answered = tuple(self.lines[conversation.id][first:])
        self.taken[key] = (content, (first, first + len(answered)))
        return Answer(conversation.id, answered)

    def answer(self, id_: ConversationId, message: InboundMessage) -> OutboundMessage:
        """What the twin says to a message."""
        if len(message.text) > TEXT_LIMIT:
            return self.say(id_, "too long")
        if message.text == "boom":
            raise ZeroDivisionError(message.text)
        if message.text == "lodge":
            return self.say(
                id_,
                f"Your reference is {REFERENCE}, your code {CODE}.",
                kind=Kind.ACKNOWLEDGEMENT,
                reference=REFERENCE,
                private_code=CODE,
            )
        skip = (Choice("Skip", "skip"),)
        said = message.text or message.action
        return self.say(id_, f"You said: {said}", ask=Question.EFFECT, choices=skip)

    def say(self, id_: ConversationId, text: str, **more: object) -> OutboundMessage:
        """One more line."""
        shape: Mapping[str, object] = {"sender": Sender.BOT, "kind": Kind.TEXT, **more}
        line = OutboundMessage(
            seq=len(self.lines[id_]) + 1,
            text=text,
            at=NOW,
            **shape,  # type: ignore[arg-type]  # fields of a line
        )
        self.lines[id_].append(line)
        return line

    async def find(self, address: Address) -> Conversation | None:
        """The conversation there."""
        return self.conversations.get(address)

    async def messages(
        self, conversation: ConversationId, after: int
    ) -> tuple[OutboundMessage, ...]:
        """The lines after `after`."""
        return tuple(self.lines[conversation][after:])

    async def is_taken(self, address: Address, message_id: str) -> bool:
        """Nothing comes twice here."""
        return False

    async def keep(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """As `attach`."""
        return await self.attach(address, stream, name)

    async def sheet(self, address: Address) -> tuple[SheetLine, ...]:
        """The web has no form."""
        return ()

    async def overview(self, address: Address) -> tuple[OverviewLine, ...]:
        """Nor a list of complaints."""
        return ()

    def words(self, key: str, language: str | None, **values: str) -> str:
        """The key will do."""
        return key

    async def attach(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps a file's description."""
        conversation = self.conversations[address]
        content = stream.read()
        if len(conversation.files) >= self.most_files:
            raise TooManyFiles
        if len(content) > self.most_bytes:
            raise FileTooLarge
        if content.startswith(b"MZ"):
            raise TypeNotAccepted
        digest = hashlib.sha256(content).hexdigest()
        id_ = f"f{len(conversation.files)}{digest[:8]}{conversation.id}"
        kept = Attachment(id_, name, "text/plain", len(content), digest)
        self.conversations[address] = replace(conversation, files=(*conversation.files, kept))
        return kept


COMPLAINT: dict[str, Any] = {
    "reference": REFERENCE,
    "status": "acknowledged",
    "language": "en",
    "channel": "web",
    "privacy": "named",
    "received_at": NOW.isoformat(),
    "acknowledged_at": NOW.isoformat(),
    "owner": None,
    "details": {
        "narrative": "It broke.",
        "subject": None,
        "occurred_on": None,
        "order_or_account": None,
        "effect": None,
        "remedy_sought": None,
        "evidence": None,
        "name": None,
        "contact": {"kind": "chat", "value": None},
        "acting_for": None,
        "adjustments": None,
    },
    "attachments": [
        {"name": "r\u00e4kning .txt", "type": "text/html", "size": 8, "sha256": "ab" * 32}
    ],
    "assessment": {
        "category": None,
        "severity": "low",
        "safety": False,
        "complexity": "low",
        "impact": "low",
        "immediate_action": False,
        "reasons": [],
    },
    "points": [],
    "judged": [],
    "deadlines": [],
    "tasks": [],
    "response": None,
    "external": None,
    "feedback": None,
    "legal_hold": None,
    "history": [{"at": NOW.isoformat(), "event": "ComplaintReceived", "by": "complainant"}],
}


@dataclass
class Desk:
    """A desk with one complaint, which notes what it was asked for."""

    acts: list[tuple[str, str, Mapping[str, object], str]] = field(default_factory=list)
    wanted: list[ComplaintFilter] = field(default_factory=list)

    async def act(
        self,
        reference: str,
        action: str,
        fields: Mapping[str, object],
        by: str,
        once: str | None = None,
    ) -> Mapping[str, object]:
        """Notes it; `escalate` is never allowed."""
        self.acts.append((reference, action, fields, by))
        if action == "escalate":
            raise IllegalMove
        return await self.show(reference, by)

    async def show(self, reference: str, by: str) -> Mapping[str, object]:
        """The complaint."""
        if read_reference(reference) != REFERENCE:
            raise NotFound(f"There is no complaint {reference}.")
        return COMPLAINT

    def meet(self, name: str) -> None:
        """Everybody is known."""

    async def lodge_for(self, told: Mapping[str, object], by: str, once: str) -> Reference:
        """Nobody does so here."""
        raise NotImplementedError

    async def find(self, wanted: ComplaintFilter, by: str) -> Mapping[str, object]:
        """Everything on one page."""
        self.wanted.append(wanted)
        return {"complaints": [COMPLAINT], "next": None}


class Disk:
    """Every file has the same content."""

    async def keep(self, stream: BinaryIO, name: str) -> Attachment:
        """Keeps nothing."""
        raise TypeNotAccepted

    async def read(self, attachment: Attachment) -> bytes:
        """What a browser must not run."""
        return b"<script>"
