"""One inbound message, one committed turn: nothing is answered before it is stored.

Loads what may be known, lets pure code decide, and commits state, facts and replies together. Two
messages at once collide on the conversation's version; the turn is pure, so it is taken again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from time import perf_counter
from typing import BinaryIO
from uuid import uuid4
from weakref import WeakValueDictionary

import structlog

from bot.codes import PrivateCodes, chance_reference
from bot.dialogue import asking, tracking
from bot.dialogue.conversation import Conversation
from bot.dialogue.interpretation import Context, Interpretation
from bot.dialogue.manager import Manager
from bot.dialogue.messages import Address, ConversationId, InboundMessage, OutboundMessage
from bot.dialogue.replies import Text
from bot.dialogue.scene import Earlier, Organisation, Scene, Turn
from bot.dialogue.wording import Wording
from bot.domain.answers import Attachment
from bot.domain.complaint import Complaint
from bot.domain.events import OMBUD, ChannelReachable
from bot.domain.form import Question
from bot.domain.reference import Reference
from bot.errors import Conflict, Duplicate, MessageReused, NotFound, OmbudError, TooManyFiles
from bot.languages import FALLBACK, KEYS, Language, spoken
from bot.limiting import LookUps
from bot.ports import (
    Answer,
    Files,
    Observer,
    OverviewLine,
    Receipt,
    SheetLine,
    Storage,
    Understand,
)
from bot.working import Taken, apology, work_of

log = structlog.get_logger(__name__)

_TRIES = 20  # a conversation's turns collide rarely: a person types one message at a time


@dataclass(frozen=True)
class Talk:
    """Everything a conversation is held with, beside what is stored."""

    manager: Manager
    understand: Understand
    organisation: Organisation
    languages: Mapping[str, Language]
    default_language: str
    codes: PrivateCodes


class Service:
    """Takes messages from every channel; implements `bot.ports.Conversing`."""

    def __init__(
        self,
        storage: Storage,
        files: Files,
        talk: Talk,
        clock: Callable[[], datetime],
        look_ups: LookUps,
        observer: Observer,
    ) -> None:
        self._storage = storage
        self._files = files
        self._talk = talk
        self._clock = clock
        self._look_ups = look_ups
        self._observer = observer
        self._lanes: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, address: Address, language: str | None) -> Answer:
        """Opens a conversation with its greeting; one that is there already goes on."""
        if found := await self._storage.conversation_at(address):
            return Answer(found.id, await self.messages(found.id, 0), is_repeat=True)
        message = InboundMessage(address, "", self._clock(), language=language)
        scene = self._scene(self._new(message), message, {})
        taken = Taken(scene, self._talk.manager.greet(scene), ())
        return await self._commit(taken)

    async def receive(self, message: InboundMessage) -> Answer:
        """Takes one turn, or repeats what was answered before."""
        async with self._lane(message.address):
            began = perf_counter()
            try:
                answer = await self._receive(message)
            except OmbudError as error:
                self._observer.turn(message.address.channel, type(error).__name__, began)
                raise
            outcome = "repeat" if answer.is_repeat else "taken"
            self._observer.turn(message.address.channel, outcome, began)
            return answer

    async def find(self, address: Address) -> Conversation | None:
        """The conversation at an address."""
        return await self._storage.conversation_at(address)

    async def is_taken(self, address: Address, message_id: str) -> bool:
        """Whether there is a receipt for it."""
        return await self._storage.receipt(address, message_id) is not None

    async def messages(
        self, conversation: ConversationId, after: int
    ) -> tuple[OutboundMessage, ...]:
        """The lines after `after`, private codes filled in."""
        lines = await self._storage.messages(conversation, after)
        return tuple(map(self._talk.codes.shown, lines))

    async def attach(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps a file, and remembers that it belongs to this conversation."""
        async with self._lane(address):
            await self._room_for_file(address)
            attachment = await self._files.keep(stream, name)
            for _ in range(_TRIES):
                conversation = await self._room_for_file(address)
                files = (*conversation.files, attachment)
                changed = replace(conversation, files=files, version=conversation.version + 1)
                try:
                    await self._storage.commit(work_of(changed))
                except Conflict:
                    continue
                return attachment
            raise Conflict

    async def keep(self, address: Address, stream: BinaryIO, name: str) -> Attachment:
        """Keeps a file that the next message brings along; it need not be remembered."""
        if await self._storage.conversation_at(address):
            await self._room_for_file(address)
        return await self._files.keep(stream, name)

    async def sheet(self, address: Address) -> tuple[SheetLine, ...]:
        """The draft as a form, while its summary is shown."""
        conversation = await self._storage.conversation_at(address)
        draft = conversation.active_draft if conversation else None
        is_at_check = conversation and conversation.open and conversation.open.ask == Question.CHECK
        if conversation is None or draft is None or not is_at_check:
            return ()
        wording = self._wording(conversation)
        return tuple(
            SheetLine(question, wording.text(Text(f"question.{question}")), wording.value(value))
            for question, value in asking.sheet(draft)
        )

    async def overview(self, address: Address) -> tuple[OverviewLine, ...]:
        """The complaints that are open here, newest first."""
        conversation = await self._storage.conversation_at(address)
        if conversation is None or not conversation.known:
            return ()
        found = await self._storage.complaints(conversation.known)
        wording, organisation = self._wording(conversation), self._talk.organisation
        newest = [found[ref] for ref in reversed(conversation.known) if ref in found]
        return tuple(_overview(one, wording, organisation) for one in newest)

    def words(self, key: str, language: str | None, **values: str) -> str:
        """A text outside a conversation."""
        wanted = (language or "").replace("_", "-").partition("-")[0].lower()
        known = spoken(self._talk.languages)
        code = wanted if wanted in known else self._talk.default_language
        return self._spoken(code).text(key, values)

    def _wording(self, conversation: Conversation) -> Wording:
        language = self._spoken(conversation.language)
        return Wording(language, self._clock(), self._talk.organisation.zone)

    async def _room_for_file(self, address: Address) -> Conversation:
        conversation = await self._storage.conversation_at(address)
        if conversation is None:
            raise NotFound
        draft = conversation.draft
        kept = len(conversation.files) + (len(draft.attachments) if draft else 0)
        if kept >= self._talk.organisation.max_attachments:
            raise TooManyFiles
        return conversation

    def _lane(self, address: Address) -> asyncio.Lock:
        """One turn at a time for each address in this process; versions guard the rest."""
        lock = self._lanes.get(address)
        if lock is None:
            lock = self._lanes[address] = asyncio.Lock()
        return lock

    async def _receive(self, message: InboundMessage) -> Answer:
        if message.edits and not await self.is_taken(message.address, message.edits):
            message = replace(message, id=message.edits, edits=None)  # the first that came of it
        for _ in range(_TRIES):
            if before := await self._storage.receipt(message.address, message.id):
                return await self._repeated(before, message)
            conversation = await self._conversation_for(message)
            try:
                taken = await self._take(conversation, message)
                return await self._commit(taken)
            except (Conflict, Duplicate):
                continue
        raise Conflict

    async def _take(self, conversation: Conversation, message: InboundMessage) -> Taken:
        print_ = fingerprint(message)
        receipts = tuple(
            Receipt(message.address, id_, print_, 0, 0) for id_ in (message.id, *message.parts)
        )
        scene = await self._set_scene(conversation, message)
        try:
            turn = self._talk.manager.take_turn(scene)
            return Taken(scene, _reached_again(turn, scene), receipts)
        except Exception as error:  # a turn that fails must not block its lane
            log.exception("turn failed", conversation=conversation.id)
            await self._storage.quarantine(message, repr(error))
            self._observer.quarantined(message.address.channel)
            return Taken(scene, apology(scene), receipts)

    async def _commit(self, taken: Taken) -> Answer:
        language = self._spoken(taken.turn.conversation.language)
        if taken.turn.errors:
            return self._filled_wrongly(taken, language)
        work = taken.work(language)
        await self._storage.commit(work)
        self._count(taken)
        conversation = work.conversation or taken.turn.conversation
        said = [line for line in work.said if line.client_id is None]
        return Answer(conversation.id, tuple(map(self._talk.codes.shown, said)))

    def _filled_wrongly(self, taken: Taken, language: Language) -> Answer:
        wording = Wording(language, taken.scene.now, self._talk.organisation.zone)
        errors = {
            question: " ".join(wording.text(text) for text in texts)
            for question, texts in taken.turn.errors.items()
        }
        return Answer(taken.scene.conversation.id, (), errors=errors)

    def _count(self, taken: Taken) -> None:
        message = taken.scene.message
        self._look_ups.missed(message, taken.turn.misses)
        for _ in taken.lodged():
            self._observer.complaint(message.address.channel)

    async def _repeated(self, receipt: Receipt, message: InboundMessage) -> Answer:
        if receipt.fingerprint != fingerprint(message):
            raise MessageReused
        conversation = await self._conversation_for(message)
        lines = await self._storage.messages(
            conversation.id, receipt.first_seq - 1, receipt.last_seq
        )
        said = [line for line in lines if line.client_id is None]
        return Answer(conversation.id, tuple(map(self._talk.codes.shown, said)), is_repeat=True)

    async def _conversation_for(self, message: InboundMessage) -> Conversation:
        found = await self._storage.conversation_at(message.address)
        return found or self._new(message)

    def _new(self, message: InboundMessage) -> Conversation:
        spoken, wanted = self._talk.languages, message.language
        is_spoken = wanted is not None and wanted in spoken and wanted != KEYS
        language = wanted if wanted and is_spoken else self._talk.default_language
        return Conversation(
            id=ConversationId(uuid4().hex),
            address=message.address,
            language=FALLBACK if language == KEYS else language,
            begun_at=message.at,
            touched_at=message.at,
        )

    async def _set_scene(self, conversation: Conversation, message: InboundMessage) -> Scene:
        scene = self._scene(conversation, message, {})
        if message.edits:
            scene = replace(scene, edited=await self._earlier(conversation, message, message.edits))
        named = [Reference(heard.value) for heard in scene.heard.references]
        about = [conversation.looked_up] if conversation.looked_up else []
        wanted = tuple(dict.fromkeys((*conversation.known, *named, *about)))
        if not wanted:
            return scene
        found = await self._storage.complaints(wanted)
        known = {ref: found[ref] for ref in conversation.known if ref in found}
        elsewhere = {ref: found[ref] for ref in found if ref not in known}
        may = self._look_ups.may(message)
        return replace(scene, complaints=known, elsewhere=elsewhere, may_look_up=may)

    async def _earlier(
        self, conversation: Conversation, message: InboundMessage, id_: str
    ) -> Earlier | None:
        """The message as it stood before this edit, and the question that it came after."""
        lines = await self._storage.messages(conversation.id)
        told = [
            one
            for one in lines
            if one.client_id and (one.client_id == id_ or one.client_id.startswith(f"{id_}:"))
        ]
        if not told:
            return None
        first, last = told[0], told[-1]
        asks = [one.ask for one in lines if one.seq < first.seq and one.ask]
        heard = self._heard(conversation, last.text, asks[-1] if asks else None)
        return Earlier(last.text, first.seq, asks[-1] if asks else None, heard)

    def _scene(
        self,
        conversation: Conversation,
        message: InboundMessage,
        complaints: Mapping[Reference, Complaint],
    ) -> Scene:
        talk, open_ = self._talk, conversation.open
        known = spoken(talk.languages)
        return Scene(
            conversation=conversation,
            message=message,
            heard=self._heard(conversation, message.text, open_.ask if open_ else None),
            now=self._clock(),
            organisation=talk.organisation,
            language=self._spoken(conversation.language),
            complaints=complaints,
            elsewhere={},
            new_reference=chance_reference(),
            private_code=talk.codes.of,
            filled_in={q: self._heard(conversation, told, q) for q, told in message.form},
            languages={code: language.endonym for code, language in known.items()},
        )

    def _heard(self, conversation: Conversation, text: str, ask: Question | None) -> Interpretation:
        organisation = self._talk.organisation
        today = self._clock().astimezone(organisation.zone).date()
        context = Context(
            language=conversation.language,
            country=organisation.country,
            today=today,
            ask=ask.value if ask else None,
        )
        return self._talk.understand(text, context)

    def _spoken(self, language: str) -> Language:
        """With `keys` as the organisation's language everybody is shown keys (contract §9)."""
        talk = self._talk
        return talk.languages[KEYS if talk.default_language == KEYS else language]


def _reached_again(turn: Turn, scene: Scene) -> Turn:
    """Whoever writes can be reached: complaints marked otherwise are so no more."""
    channel = scene.message.address.channel
    for reference, complaint in scene.complaints.items():
        if complaint.unreachable == channel and reference in scene.conversation.complaints:
            turn = turn.record(reference, ChannelReachable(at=scene.now, by=OMBUD, channel=channel))
    return turn


def _overview(complaint: Complaint, wording: Wording, organisation: Organisation) -> OverviewLine:
    opens = f"reference:{complaint.reference}"
    reply = replace(tracking.stage(complaint, organisation), choices=(opens,))
    line = wording.worded(reply, seq=0)
    return OverviewLine(complaint.reference, line.text, line.choices)


def fingerprint(message: InboundMessage) -> str:
    """Tells whether two messages with one id have the same content."""
    files = ",".join(attachment.id for attachment in message.attachments)
    form = "\x01".join(f"{question}={told}" for question, told in message.form)
    parts = (message.text, message.action or "", files, form, message.command or "")
    return sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
