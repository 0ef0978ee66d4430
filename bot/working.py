"""What a turn changes, as one value for the storage: lines numbered, facts folded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import ConversationId, Kind, OutboundMessage, Sender
from bot.dialogue.replies import say
from bot.dialogue.scene import Scene, Turn
from bot.dialogue.wording import Wording
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import ComplaintReceived
from bot.domain.identity import NOBODY
from bot.domain.reference import Reference
from bot.languages import Language
from bot.ports import Fact, Receipt, Work

_HIDDEN = "••••••••"
"""Stands for words that held a secret."""


@dataclass(frozen=True)
class Taken:
    """A turn that was decided: in which scene, and for which message."""

    scene: Scene
    turn: Turn
    receipt: Receipt | None

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
        receipt = self.receipt and replace(
            self.receipt, first_seq=before.last_seq + 1, last_seq=last
        )
        forgets = turn.forgets_from
        return Work(
            conversation=conversation,
            receipt=receipt,
            facts=self._facts(conversation),
            complaints=tuple(self._complaints(conversation)),
            said=said,
            forgotten=None if forgets is None else (forgets, before.last_seq),
        )

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
        own = () if self.receipt is None else (self._own_words(),)
        first = scene.conversation.last_seq + 1 + len(own)
        replies = enumerate(self.turn.replies, first)
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

    def _facts(self, conversation: Conversation) -> tuple[Fact, ...]:
        return tuple(
            Fact(event, self._home(reference, conversation), reference)
            for reference, event in self.turn.facts
        )

    def _home(self, reference: Reference | None, conversation: Conversation) -> ConversationId:
        """A complaint's facts belong to the conversation that lodged it, whoever adds them."""
        known = self.scene.complaints.get(reference) if reference else None
        return ConversationId(known.conversation) if known else conversation.id

    def _complaints(self, conversation: Conversation) -> Iterator[tuple[Complaint, int]]:
        changed = dict.fromkeys(reference for reference, _ in self.turn.facts if reference)
        for reference in changed:
            before = self.scene.complaints.get(reference)
            after = self._folded(reference, before, conversation)
            if reference in self.turn.identities:
                after = replace(after, identity=self.turn.identities[reference])
            yield after, before.version if before else 0

    def _folded(
        self, reference: Reference, before: Complaint | None, conversation: Conversation
    ) -> Complaint:
        complaint = before
        for named, event in self.turn.facts:
            if named != reference:
                continue
            if complaint is not None:
                complaint = complaint.after(event)
            elif isinstance(event, ComplaintReceived):
                identity = self.turn.identities.get(reference, NOBODY)
                complaint = lodged(reference, conversation.id, event, identity)
        if complaint is None:
            raise LookupError(f"{reference} has facts but was never received")
        return complaint


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
