"""What a turn changes, as one value for the storage: lines numbered, facts folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.dialogue.conversation import NOWHERE, Conversation
from bot.dialogue.messages import Address, ConversationId, Kind, OutboundMessage, Sender
from bot.dialogue.replies import say
from bot.dialogue.scene import Organisation, Scene, Turn
from bot.dialogue.wording import Wording
from bot.domain.answers import ContactKind
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import ComplaintReceived
from bot.domain.form import Question
from bot.domain.identity import NOBODY, Identity
from bot.domain.reference import Reference
from bot.languages import Language
from bot.ports import Fact, Receipt, Work

Homes = Mapping[Reference | None, Conversation]
"""New homes of complaints that are no longer tied to the conversation that lodged them."""

MAIL = "mail"
"""The channel of e-mail addresses."""

_HIDDEN = "••••••••"
"""Stands for words that held a secret."""


@dataclass(frozen=True)
class Taken:
    """A turn that was decided: in which scene, and for which message."""

    scene: Scene
    turn: Turn
    receipts: tuple[Receipt, ...]  # of the message and its parts; none at a greeting

    def work(self, language: Language) -> Work:
        """Everything to be committed."""
        before, turn = self.scene.conversation, self.turn
        said = self._said(language)
        last = said[-1].seq if said else before.last_seq
        used = {file.id for file in self.scene.message.attachments}
        conversation = replace(
            turn.conversation,
            version=before.version + 1,
            last_seq=last,
            files=tuple(file for file in turn.conversation.files if file.id not in used),
        )
        if turn.conversation.open != before.open or _shows_another(before, turn.conversation):
            conversation = replace(conversation, asked_from=self._first_reply)
        receipts = (
            replace(receipt, first_seq=before.last_seq + 1, last_seq=last)
            for receipt in self.receipts
        )
        homes: dict[Reference | None, Conversation] = {
            reference: self._nowhere() for reference in turn.detached
        }
        forgets = turn.forgets_from
        return Work(
            conversation=conversation,
            receipts=tuple(receipts),
            facts=self._facts(conversation, homes),
            complaints=tuple(self._complaints(conversation, homes)),
            said=said,
            forgotten=None if forgets is None else (forgets, before.last_seq),
            detached=tuple(homes.values()),
            copy_to=self._mail_address(),
        )

    def _mail_address(self) -> Address | None:
        """Where the acknowledgement goes, too, if answers are wanted by e-mail."""
        told = (self.turn.identities.get(reference, NOBODY) for reference in self.lodged())
        addresses = (mail_address(one, self.scene.organisation) for one in told)
        return next((address for address in addresses if address), None)

    @property
    def _first_reply(self) -> int:
        return self.scene.conversation.last_seq + 1 + bool(self.receipts)

    def _nowhere(self) -> Conversation:
        """A home for a complaint of which nobody may know whose it is."""
        id_ = ConversationId(uuid4().hex)
        now, language = self.scene.now, self.turn.conversation.language
        return Conversation(id_, Address(NOWHERE, id_), language, now, now, version=1)

    def lodged(self) -> tuple[Reference, ...]:
        """The complaints that this turn brought."""
        return tuple(
            reference
            for reference, event in self.turn.facts
            if reference and isinstance(event, ComplaintReceived)
        )

    def _said(self, language: Language) -> tuple[OutboundMessage, ...]:
        scene = self.scene
        wording = Wording(language, scene.now, scene.organisation.zone)
        own = (self._own_words(),) if self.receipts else ()
        replies = enumerate(self.turn.replies, self._first_reply)
        return (*own, *(wording.worded(reply, seq) for seq, reply in replies))

    def _own_words(self) -> OutboundMessage:
        """What the person said, kept so that a second window shows the whole conversation."""
        scene, message = self.scene, self.scene.message
        ask = scene.open.ask if scene.open else None
        pressed = message.action and _label(scene.language, message.action, ask)
        return OutboundMessage(
            seq=scene.conversation.last_seq + 1,
            sender=Sender.COMPLAINANT,
            kind=Kind.TEXT,
            text=_HIDDEN if self.turn.hides_words else pressed or message.text,
            at=message.at,
            client_id=message.id,
            attachments=message.attachments,
        )

    def _facts(self, conversation: Conversation, homes: Homes) -> tuple[Fact, ...]:
        return tuple(
            Fact(event, self._home(reference, conversation, homes), reference)
            for reference, event in self.turn.facts
        )

    def _home(
        self, reference: Reference | None, conversation: Conversation, homes: Homes
    ) -> ConversationId:
        """A complaint's facts belong to the conversation that lodged it, whoever adds them."""
        if reference in homes:
            return homes[reference].id
        known = self.scene.complaints.get(reference) if reference else None
        return ConversationId(known.conversation) if known else conversation.id

    def _complaints(
        self, conversation: Conversation, homes: Homes
    ) -> Iterator[tuple[Complaint, int]]:
        changed = dict.fromkeys(reference for reference, _ in self.turn.facts if reference)
        for reference in changed:
            before = self.scene.complaints.get(reference)
            home = self._home(reference, conversation, homes)
            after = replace(self._folded(reference, before, home), conversation=home)
            if reference in self.turn.identities:
                after = replace(after, identity=self.turn.identities[reference])
            yield after, before.version if before else 0

    def _folded(
        self, reference: Reference, before: Complaint | None, home: ConversationId
    ) -> Complaint:
        complaint = before
        for named, event in self.turn.facts:
            if named != reference:
                continue
            if complaint is not None:
                complaint = complaint.after(event)
            elif isinstance(event, ComplaintReceived):
                identity = self.turn.identities.get(reference, NOBODY)
                complaint = lodged(reference, home, event, identity)
        if complaint is None:
            raise LookupError(f"{reference} has facts but was never received")
        return complaint


def _shows_another(before: Conversation, after: Conversation) -> bool:
    """Whether the summary is put again with something else in it: the one before can't be sent."""
    return (
        after.open is not None and after.open.ask is Question.CHECK and before.draft != after.draft
    )


def mail_address(identity: Identity, organisation: Organisation) -> Address | None:
    """The address of somebody who wants answers by e-mail, where e-mail is sent at all."""
    contact = identity.contact
    if contact is None or contact.kind is not ContactKind.EMAIL or not contact.value:
        return None
    return Address(MAIL, contact.value) if organisation.has_mail else None


def _label(language: Language, action: str, ask: str | None) -> str:
    """The button's words; an unknown action is shown as it came, cut short."""
    verb = action.partition(":")[0]
    return language.label(action, ask) if language.has(f"choice.{verb}") else action[:80]


def work_of(conversation: Conversation) -> Work:
    """A conversation that changed without a word."""
    return Work(conversation=conversation)


def apology(scene: Scene) -> Turn:
    """What is said when a turn failed: nothing is lost, and the lane moves on."""
    return Turn(scene.conversation, (say("went_wrong"),))
