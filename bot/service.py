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
from bot.dialogue.conversation import Conversation
from bot.dialogue.interpretation import Context, Interpretation
from bot.dialogue.manager import Manager
from bot.dialogue.messages import Address, ConversationId, InboundMessage, OutboundMessage
from bot.dialogue.scene import Organisation, Scene
from bot.domain.answers import Attachment
from bot.domain.complaint import Complaint
from bot.domain.reference import Reference
from bot.errors import Conflict, Duplicate, MessageReused, NotFound, OmbudError, TooManyFiles
from bot.languages import FALLBACK, KEYS, Language
from bot.limiting import LookUps
from bot.ports import Answer, Files, Observer, Receipt, Storage, Understand
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
        taken = Taken(scene, self._talk.manager.greet(scene), None)
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
        receipt = Receipt(message.address, message.id, fingerprint(message), 0, 0)
        scene = await self._set_scene(conversation, message)
        try:
            turn = self._talk.manager.take_turn(scene)
            return Taken(scene, turn, receipt)
        except Exception as error:  # a turn that fails must not block its lane
            log.exception("turn failed", conversation=conversation.id)
            await self._storage.quarantine(message, repr(error))
            self._observer.quarantined(message.address.channel)
            return Taken(scene, apology(scene), receipt)

    async def _commit(self, taken: Taken) -> Answer:
        language = self._spoken(taken.turn.conversation.language)
        work = taken.work(language)
        await self._storage.commit(work)
        self._count(taken)
        conversation = work.conversation or taken.turn.conversation
        said = [line for line in work.said if line.client_id is None]
        return Answer(conversation.id, tuple(map(self._talk.codes.shown, said)))

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

    def _scene(
        self,
        conversation: Conversation,
        message: InboundMessage,
        complaints: Mapping[Reference, Complaint],
    ) -> Scene:
        talk = self._talk
        return Scene(
            conversation=conversation,
            message=message,
            heard=self._heard(conversation, message),
            now=self._clock(),
            organisation=talk.organisation,
            language=self._spoken(conversation.language),
            complaints=complaints,
            elsewhere={},
            new_reference=chance_reference(),
            private_code=talk.codes.of,
        )

    def _heard(self, conversation: Conversation, message: InboundMessage) -> Interpretation:
        organisation = self._talk.organisation
        today = self._clock().astimezone(organisation.zone).date()
        context = Context(
            language=conversation.language,
            country=organisation.country,
            today=today,
            ask=conversation.open.ask.value if conversation.open else None,
        )
        return self._talk.understand(message.text, context)

    def _spoken(self, language: str) -> Language:
        """With `keys` as the organisation's language everybody is shown keys (contract §9)."""
        talk = self._talk
        return talk.languages[KEYS if talk.default_language == KEYS else language]


def fingerprint(message: InboundMessage) -> str:
    """Tells whether two messages with one id have the same content."""
    files = ",".join(attachment.id for attachment in message.attachments)
    parts = (message.text, message.action or "", files)
    return sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
