"""What goes in comes out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import (
    Address,
    ConversationId,
    InboundMessage,
    OutboundMessage,
    Sender,
)
from bot.domain.answers import Contact, ContactKind
from bot.domain.events import (
    EVENTS,
    Event,
    NoteWritten,
    OtherMatter,
    OtherMatterRecorded,
    Privacy,
    PrivacyChanged,
)
from bot.domain.identity import Identity
from bot.errors import SchemaMismatch
from bot.ports import Fact, Storage, Work
from storage import mapping
from tests.storage.building import (
    NOW,
    complaint,
    conversation,
    exchange,
    following,
    line,
    lodging,
    reference,
)
from tests.storage.filling import filled

ANN = Identity("Ann", Contact(ContactKind.EMAIL, "ann@example.org"), "her mother")
REFERENCE = reference(1)


class TestValues:
    @pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
    async def test_every_kind_of_event_comes_back(
        self, storage: Storage, kind: type[Event]
    ) -> None:
        """An event of any kind, every field filled, is read as it was written."""
        event, talk = filled(kind), conversation()
        await storage.commit(Work(talk, facts=(Fact(event, talk.id),)))
        assert await storage.conversation_facts(talk.id) == (event,)

    async def test_a_conversation_comes_back_whole(self, storage: Storage) -> None:
        """A conversation with a draft and everything else it can remember is read as written."""
        full = replace(filled(Conversation), version=1)
        await storage.commit(Work(full))
        assert await storage.conversation(full.id) == full
        assert await storage.conversation_at(full.address) == full

    async def test_a_line_comes_back_but_for_its_private_code(self, storage: Storage) -> None:
        """A line keeps every field; a private code filled in by mistake is dropped."""
        full = replace(filled(OutboundMessage), seq=1, sender=Sender.BOT)
        assert full.private_code is not None
        await storage.commit(Work(conversation(), said=(full,)))
        bare = replace(full, private_code=None)
        assert await storage.messages(conversation().id) == (bare,)
        claimed = await storage.claim(NOW, 10, 1, ["web"])
        assert [delivery.message for delivery in claimed] == [bare]

    async def test_what_is_not_there_is_none(self, storage: Storage) -> None:
        """Asking for what was never stored gives nothing, not an error."""
        nowhere, nobody = Address("web", "nowhere"), ConversationId("nobody")
        assert await storage.conversation_at(nowhere) is None
        assert await storage.conversation(nobody) is None
        assert await storage.receipt(nowhere, "m1") is None
        assert await storage.messages(nobody) == ()
        assert await storage.complaints([REFERENCE]) == {}
        assert await storage.complaints([]) == {}

    async def test_lines_are_read_from_and_to(self, storage: Storage) -> None:
        """`after` is left out, `until` is included, and the order is that of the numbers."""
        talk = conversation(last_seq=12)
        await storage.commit(Work(talk, said=tuple(map(line, range(1, 13)))))
        found = await storage.messages(talk.id, after=3, until=11)
        assert [one.seq for one in found] == list(range(4, 12))

    async def test_a_message_that_failed_is_kept(self, storage: Storage) -> None:
        """Quarantine takes any message, also of an address without a conversation, and twice."""
        message = filled(InboundMessage)
        await storage.quarantine(message, "ValueError('x')")
        await storage.quarantine(message, "ValueError('x')")

    def test_an_event_of_a_later_version_is_named(self) -> None:
        """A kind that this version does not know is refused by its name, not misread."""
        with pytest.raises(SchemaMismatch, match="MindRead"):
            mapping.event_from("MindRead", NOW, "ombud", b"{}")


class TestComplaints:
    async def test_a_complaint_is_its_history(self, storage: Storage) -> None:
        """A complaint is folded from its events, identity included."""
        one = complaint(identity=ANN)
        await storage.commit(lodging(one, version=1))
        assert await storage.complaints([REFERENCE]) == {REFERENCE: one}

    async def test_only_its_own_facts_belong_to_a_conversation(self, storage: Storage) -> None:
        """The facts of a complaint are not told again as facts of the conversation."""
        await storage.commit(lodging(complaint(), version=1))
        assert await storage.conversation_facts(conversation().id) == ()

    async def test_facts_of_a_conversation_keep_their_order(self, storage: Storage) -> None:
        """What belongs to no complaint is kept with its conversation, as it came."""
        talk = conversation()
        kinds = (OtherMatter.PRAISE, OtherMatter.REQUEST, OtherMatter.QUESTION)
        said = [OtherMatterRecorded(at=NOW, by="ombud", matter=kind, text="!") for kind in kinds]
        await storage.commit(Work(talk, facts=tuple(Fact(event, talk.id) for event in said)))
        assert await storage.conversation_facts(talk.id) == tuple(said)

    async def test_complaints_come_in_the_order_asked_for(self, storage: Storage) -> None:
        """The mapping follows the references; what is not there is left out."""
        await storage.commit(Work(conversation()))
        for number in (1, 2, 4):
            await storage.commit(lodging(complaint(number)))
        wanted = [reference(number) for number in (4, 3, 1)]
        assert list(await storage.complaints(wanted)) == [reference(4), reference(1)]

    async def test_the_identity_told_last_counts(self, storage: Storage) -> None:
        """Who complains may be told anew with any change to the complaint."""
        one = complaint(identity=ANN)
        await storage.commit(lodging(one, version=1))
        after, work = following(one, NoteWritten(at=NOW, by="anna", text="married"))
        renamed = replace(after, identity=replace(ANN, name="Ann Berg"))
        await storage.commit(replace(work, complaints=((renamed, 1),)))
        assert await storage.complaints([REFERENCE]) == {REFERENCE: renamed}

    async def test_an_identity_that_is_emptied_is_deleted(
        self, sqlite: Storage, tmp_path: Path
    ) -> None:
        """Who becomes anonymous leaves no row; until then the identity has a table of its own."""
        one = complaint(identity=ANN)
        await sqlite.commit(lodging(one, version=1))
        assert _asked(tmp_path, "SELECT name FROM identity") == [("Ann",)]
        assert b"Ann" not in b"".join(row[0] for row in _asked(tmp_path, "SELECT body FROM fact"))
        changed = PrivacyChanged(at=NOW, by="complainant", privacy=Privacy.ANONYMOUS)
        after, work = following(one, changed)
        await sqlite.commit(work)
        assert _asked(tmp_path, "SELECT * FROM identity") == []
        assert (await sqlite.complaints([REFERENCE]))[REFERENCE] == after


class TestForgotten:
    async def test_forgotten_lines_are_gone(self, storage: Storage) -> None:
        """Both ends of the range go, the lines around it and those just said stay."""
        for version in (1, 2, 3):
            await storage.commit(exchange(version=version))
        talk = conversation(version=4, last_seq=7)
        await storage.commit(Work(talk, said=(line(7),), forgotten=(3, 6)))
        assert [one.seq for one in await storage.messages(talk.id)] == [1, 2, 7]

    async def test_forgotten_lines_are_not_carried(self, storage: Storage) -> None:
        """A forgotten line leaves the outbox, too, even one that is being carried just now."""
        await storage.commit(exchange())
        (claimed,) = await storage.claim(NOW, 10, 1, ["web"])
        await storage.commit(Work(conversation(version=2, last_seq=2), forgotten=(1, 2)))
        await storage.delivered([claimed.id])
        assert await storage.outbox_size() == (0, None)

    async def test_other_conversations_keep_theirs(self, storage: Storage) -> None:
        """Forgetting is for one conversation alone."""
        await storage.commit(exchange())
        await storage.commit(exchange("two"))
        await storage.commit(Work(conversation(version=2, last_seq=2), forgotten=(1, 2)))
        assert len(await storage.messages(conversation("two").id)) == 2

    async def test_nothing_forgotten_is_left_in_the_file(
        self, sqlite: Storage, tmp_path: Path
    ) -> None:
        """The words are overwritten in the file, and with the storage closed in its log as well."""
        secret = line(1, text="unutterable words")
        await sqlite.commit(Work(conversation(last_seq=1), said=(secret,)))
        await sqlite.commit(Work(conversation(version=2, last_seq=1), forgotten=(1, 1)))
        await sqlite.close()
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"unutterable" not in held


def _asked(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "ombud.db")) as connection:
        return connection.execute(question).fetchall()
