"""Erasing leaves what is counted and no trace of words: not in a table, not in a file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dialogue.conversation import Conversation, Draft
from bot.dialogue.messages import Address, InboundMessage, Sender
from bot.disposing import Erasure
from bot.domain.answers import Attachment, Contact, ContactKind
from bot.domain.complaint import Complaint, lodged
from bot.domain.erasure import bare
from bot.domain.events import (
    CloseReason,
    ComplainantAdded,
    ComplaintAcknowledged,
    ComplaintClosed,
    EvidenceAdded,
    NoteWritten,
    OtherMatter,
    OtherMatterRecorded,
    PersonalDataErased,
)
from bot.domain.form import Details
from bot.domain.identity import NOBODY, Identity
from bot.domain.keeping import erased
from bot.domain.status import Status
from bot.errors import Conflict
from bot.ports import ComplaintFilter, Fact, Raw, Receipt, Storage, Work
from storage import erasing
from storage.opening import storage_for
from tests.storage.building import (
    NOW,
    complaint,
    conversation,
    following,
    line,
    lodging,
    nowhere,
    raw,
    receipt,
    received,
    reference,
    turn,
)

CANARY = "quokka"
DIGEST = "ab" * 32
LATER = NOW + timedelta(days=1)
OLD = NOW + timedelta(days=91)
WHO = Identity(CANARY, Contact(ContactKind.EMAIL, f"{CANARY}@example.org"), CANARY)
GONE = PersonalDataErased(at=LATER, by="ombud", reason="old")
PAPER = Attachment("f1", f"{CANARY}.png", "image/png", 7, DIGEST)


def told(number: int = 1) -> Complaint:
    """A complaint full of words, closed; its home is conversation "a"."""
    story = Details(narrative=f"The {CANARY} bit me.", order_or_account=CANARY)
    first = replace(received(number), details=story, attachments=(PAPER,))
    return lodged(reference(number), conversation().id, first, WHO)


def events(many: int = 1) -> tuple[ComplaintAcknowledged | NoteWritten | ComplaintClosed, ...]:
    """What happened after it was lodged."""
    notes = [NoteWritten(at=NOW, by="anna", text=f"{CANARY} {n} " * 40) for n in range(many)]
    closed = ComplaintClosed(at=NOW, by="anna", reason=CloseReason.REFERRED, where=CANARY)
    return (ComplaintAcknowledged(at=NOW, by="ombud"), *notes, closed)


async def kept(storage: Storage, number: int = 1, version: int | None = 1) -> Complaint:
    """A closed complaint with its words, lines, receipt and quarantined message."""
    one = told(number)
    first = lodging(one, version=version)
    said = tuple(line(seq, Sender.COMPLAINANT, f"My {CANARY} {seq}") for seq in range(1, 4))
    talk = replace(conversation(last_seq=3), complaints=(one.reference,))
    if version:
        first = replace(first, conversation=talk, said=said, receipts=(receipt(),))
    await storage.commit(first)
    after, work = following(one, *events())
    await storage.commit(work)
    message = InboundMessage(conversation().address, f"bad {number}", NOW, CANARY)
    await storage.quarantine(message, "it broke")
    return after


def erasure(before: Complaint, talk: Conversation | None = None) -> Erasure:
    """What takes all of it away."""
    bare_one = erased(before, nowhere().id, GONE)
    after = talk or replace(conversation(version=2, last_seq=3))
    return Erasure(bare_one, before.version, nowhere(), after, (1, 3))


def files(folder: Path) -> list[Path]:
    """The database and what lies beside it."""
    return sorted(folder.glob("ombud.db*"))


def traces(folder: Path, word: str = CANARY) -> list[str]:
    """In which files of the database a word can be found."""
    return [path.name for path in files(folder) if word.encode() in path.read_bytes()]


async def scrubbed(folder: Path, word: str = CANARY) -> list[str]:
    """The same once the storage had time to empty its log."""
    for _ in range(60):
        if not traces(folder, word):
            break
        await asyncio.sleep(0.1)
    return traces(folder, word)


async def only(storage: Storage, number: int = 1) -> Complaint:
    """The complaint of that number."""
    return (await storage.complaints([reference(number)]))[reference(number)]


class TestErase:
    async def test_the_complaint_is_without_words(self, storage: Storage) -> None:
        """It is read as it was given: same status and times, nobody's name, in its new home."""
        before = await kept(storage)
        wanted = erasure(before)
        await storage.erase(wanted)
        found = await only(storage)

        assert found == wanted.complaint
        assert found.identity == NOBODY
        assert found.conversation == nowhere().id
        assert [type(event) for event in before.history] == [
            type(event) for event in found.history[:-1]
        ]

    async def test_it_is_counted_as_before(self, storage: Storage) -> None:
        """Lists find it by its status and category."""
        await storage.erase(erasure(await kept(storage)))
        wanted = ComplaintFilter(status=Status.CLOSED, category="delivery")

        assert [reference(1)] == [
            one.reference for one in (await storage.find_complaints(wanted)).complaints
        ]

    async def test_its_conversation_is_empty(self, storage: Storage) -> None:
        """No line is left, and nothing waits to be carried; the conversation itself stays."""
        await storage.commit(Work(replace(conversation(), last_seq=1), said=(line(1),)))
        one = told()
        await storage.commit(lodging(one))
        after, work = following(one, *events())
        await storage.commit(work)
        await storage.erase(erasure(after, replace(conversation(version=2), last_seq=3)))

        assert () == await storage.messages(conversation().id)
        assert (0, None) == await storage.outbox_size()
        assert await storage.conversation(conversation().id) is not None

    async def test_nothing_changes_where_somebody_was_quicker(self, storage: Storage) -> None:
        """Neither where the complaint went on, nor where its conversation did."""
        before = await kept(storage)
        after, work = following(before, NoteWritten(at=NOW, by="anna", text="late"))
        await storage.commit(work)
        with pytest.raises(Conflict):
            await storage.erase(erasure(before))
        with pytest.raises(Conflict):
            await storage.erase(erasure(after, conversation(version=7)))

        assert after == await only(storage)
        assert 3 == len(await storage.messages(conversation().id))

    async def test_others_keep_their_words(self, storage: Storage) -> None:
        """Another complaint, its identity and its conversation are as they were."""
        before = await kept(storage)
        await storage.commit(turn("b"))
        other = complaint(2, "b", identity=WHO)
        await storage.commit(lodging(other, "b"))
        await storage.erase(erasure(before))

        assert other == await only(storage, 2)
        assert (line(1),) == await storage.messages(conversation("b").id)

    async def test_what_else_was_recorded_loses_its_words(self, storage: Storage) -> None:
        """A question in the same conversation is still counted, once no complaint is left there."""
        before = await kept(storage)
        asked = OtherMatterRecorded(
            at=NOW, by="complainant", matter=OtherMatter.QUESTION, text=f"Do you sell {CANARY}?"
        )
        await storage.commit(Work(facts=(Fact(asked, conversation().id),)))
        await storage.erase(erasure(before))

        assert (bare(asked),) == await storage.conversation_facts(conversation().id)

    async def test_it_stays_where_another_complaint_lives(self, storage: Storage) -> None:
        """What was recorded in a conversation that goes on keeps its words."""
        before = await kept(storage)
        asked = OtherMatterRecorded(at=NOW, by="c", matter=OtherMatter.PRAISE, text="Nice!")
        await storage.commit(Work(facts=(Fact(asked, conversation().id),)))
        talk = replace(conversation(version=2, last_seq=3), complaints=(reference(2),))
        await storage.erase(replace(erasure(before, talk), forgotten=None))

        assert (asked,) == await storage.conversation_facts(conversation().id)

    async def test_one_that_leads_to_nobody_stays_there(self, storage: Storage) -> None:
        """An anonymous complaint needs no new home."""
        home = nowhere()
        one = replace(told(), conversation=home.id, identity=NOBODY)
        fact = Fact(one.history[0], home.id, one.reference)
        await storage.commit(Work(facts=(fact,), complaints=((one, 0),), detached=(home,)))
        gone = erased(one, home.id, GONE)
        await storage.erase(Erasure(gone, 1, None, replace(home, version=2)))

        assert gone == await only(storage)


class TestTraces:
    async def test_the_canary_is_found_before(self, sqlite: Storage, tmp_path: Path) -> None:
        """The test below would tell if words were left."""
        await kept(sqlite)

        assert traces(tmp_path)

    async def test_no_file_of_the_database_has_a_word(
        self, sqlite: Storage, tmp_path: Path
    ) -> None:
        """Text, name, address, lines, quarantine: gone from the tables, the free pages and the
        log."""
        await sqlite.erase(erasure(await kept(sqlite)))

        assert [] == await scrubbed(tmp_path)
        assert "ombud.db" in [path.name for path in files(tmp_path)]

    async def test_long_histories_leave_nothing(self, sqlite: Storage, tmp_path: Path) -> None:
        """Also where bodies fill pages of their own, and many complaints lie side by side."""
        await sqlite.commit(Work(conversation()))
        before = []
        for number in range(1, 31):
            one = told(number)
            await sqlite.commit(lodging(one))
            after, work = following(one, *events(20))
            await sqlite.commit(work)
            before.append(after)
        for number, one in enumerate(before):
            home = nowhere(f"home {number}")
            gone = erased(one, home.id, GONE)
            await sqlite.erase(Erasure(gone, one.version, home))

        assert [] == await scrubbed(tmp_path)

    async def test_the_chat_is_not_tied_to_it(self, sqlite: Storage, tmp_path: Path) -> None:
        """Its row and all its facts are in the new home; the old conversation names it nowhere."""
        await sqlite.erase(erasure(await kept(sqlite)))
        with closing(sqlite3.connect(tmp_path / "ombud.db")) as found:
            homes = {row[0] for row in found.execute("SELECT conversation FROM fact")}
            states = [row[0] for row in found.execute("SELECT state FROM conversation")]

        assert {nowhere().id} == homes
        assert not any(b"CMP-" in state for state in states)

    async def test_what_is_pruned_leaves_nothing(self, sqlite: Storage, tmp_path: Path) -> None:
        """Old rows and idle conversations are gone from the files, too."""
        await sqlite.commit(Work(conversation(), (receipt(),), said=(line(1, text=CANARY),)))
        await sqlite.keep_raw("telegram", raw(body=CANARY.encode()))
        message = InboundMessage(Address("web", "x"), "bad", NOW, CANARY)
        await sqlite.quarantine(message, "it broke")
        assert traces(tmp_path)
        await sqlite.prune(OLD)

        assert [] == await scrubbed(tmp_path)


class TestEnded:
    async def test_closed_ones_with_words_are_found(self, storage: Storage) -> None:
        """Oldest first, not those that are open, erased or younger."""
        await kept(storage, 1)
        await kept(storage, 2, version=None)
        await kept(storage, 3, version=None)
        await storage.commit(lodging(told(4)))
        await storage.erase(
            Erasure(
                erased(await only(storage, 2), nowhere().id, GONE),
                (await only(storage, 2)).version,
                nowhere(),
            )
        )
        found = [one.reference async for one in storage.ended_complaints(LATER)]
        young = [one async for one in storage.ended_complaints(NOW + timedelta(seconds=90))]

        assert [reference(1), reference(3)] == found
        assert [reference(1)] == [one.reference for one in young]

    async def test_one_that_got_words_after_its_erasure_is_found(self, storage: Storage) -> None:
        """Its last event is no erasure any more."""
        await storage.erase(erasure(await kept(storage)))
        more = ComplainantAdded(at=LATER, by="complainant", text="more")
        await storage.commit(following(await only(storage), more)[1])

        assert [reference(1)] == [one.reference async for one in storage.ended_complaints(OLD)]

    async def test_all_of_many_are_found_once(self, storage: Storage) -> None:
        """However many, and several received at the same moment."""
        await storage.commit(Work(conversation()))
        for number in range(450):
            at = NOW + timedelta(seconds=number // 3)
            one = complaint(number, at=at)
            await storage.commit(lodging(one))
            await storage.commit(following(one, *events(0))[1])
        found = [one.reference async for one in storage.ended_complaints(OLD)]

        assert [reference(number) for number in range(450)] == found


class TestKnowing:
    async def test_every_conversation_that_tells_of_one_is_found(self, storage: Storage) -> None:
        """Where it was lodged, opened, looked up; not those that know others only."""
        await storage.commit(Work(replace(conversation("a"), complaints=(reference(1),))))
        await storage.commit(Work(replace(conversation("b"), opened=(reference(1),))))
        await storage.commit(Work(replace(conversation("c"), looked_up=reference(1))))
        await storage.commit(Work(replace(conversation("d"), complaints=(reference(2),))))
        found = await storage.conversations_with([reference(1), reference(3)])

        assert {"conversation-a", "conversation-b", "conversation-c"} == {one.id for one in found}

    @pytest.mark.parametrize("held", ["complaint", "draft", "quarantine", "nothing"])
    async def test_files_that_something_names_are_told(self, storage: Storage, held: str) -> None:
        """A complaint, a draft, or a message that failed."""
        await storage.commit(Work(conversation()))
        if held == "complaint":
            one = complaint()
            await storage.commit(lodging(one))
            event = EvidenceAdded(at=NOW, by="complainant", attachments=(PAPER,))
            await storage.commit(following(one, event)[1])
        elif held == "draft":
            draft = Draft(NOW, 1, ("A story.",), attachments=(PAPER,))
            await storage.commit(Work(replace(conversation(version=2), draft=draft)))
        elif held == "quarantine":
            bad = InboundMessage(conversation().address, "bad", NOW, attachments=(PAPER,))
            await storage.quarantine(bad, "it broke")

        assert (set() if held == "nothing" else {DIGEST}) == await storage.digests()


class TestPrune:
    async def test_what_is_old_goes_and_what_is_young_stays(self, storage: Storage) -> None:
        """Receipts, the inbox and the quarantine, each by its own time."""
        young = OLD + timedelta(days=1)
        await storage.commit(
            Work(replace(conversation(), complaints=(reference(9),)), (receipt(),), said=(line(1),))
        )
        later = replace(conversation(version=2), touched_at=young, complaints=(reference(9),))
        await storage.commit(Work(later, (receipt(message_id="m2"),), said=(line(2),)))
        await storage.keep_raw("telegram", raw("old"))
        await storage.keep_raw("telegram", Raw("lane", "young", b"{}", young))
        gone = await storage.prune(OLD)

        assert 2 == gone
        assert await storage.receipt(conversation().address, "m1") is None
        assert isinstance(await storage.receipt(conversation().address, "m2"), Receipt)
        assert ["young"] == [one.id for one in await storage.raws("telegram")]
        assert (line(1), line(2)) == await storage.messages(conversation().id)

    async def test_an_idle_conversation_goes(self, storage: Storage) -> None:
        """With its lines, receipts and what waits; its address can begin anew."""
        await storage.commit(Work(conversation(), (receipt(),), said=(line(1),)))
        await storage.prune(OLD)

        assert await storage.conversation(conversation().id) is None
        assert await storage.conversation_at(conversation().address) is None
        assert () == await storage.messages(conversation().id)
        assert (0, None) == await storage.outbox_size()
        await storage.commit(turn())
        assert conversation() == await storage.conversation(conversation().id)

    @pytest.mark.parametrize(
        "talk",
        [
            pytest.param(replace(conversation(), complaints=(reference(1),)), id="a complaint"),
            pytest.param(replace(conversation(), opened=(reference(1),)), id="one opened here"),
            pytest.param(replace(conversation(), draft=Draft(NOW, 1)), id="a draft"),
            pytest.param(replace(conversation(), touched_at=OLD), id="touched since"),
            pytest.param(conversation(channel="nowhere"), id="a home that leads to nobody"),
        ],
    )
    async def test_one_that_holds_something_stays(
        self, storage: Storage, talk: Conversation
    ) -> None:
        """A draft, a complaint, or a person who was here not long ago."""
        await storage.commit(Work(talk))

        assert 0 == await storage.prune(OLD)
        assert talk == await storage.conversation(talk.id)

    async def test_one_that_is_a_complaints_home_stays(self, storage: Storage) -> None:
        """Also where it does not know so itself."""
        await storage.commit(lodging(complaint(), version=1))

        assert 0 == await storage.prune(OLD)

    async def test_what_it_recorded_is_still_counted(self, storage: Storage) -> None:
        """A question from a conversation that is gone is there without words and without it."""
        for name in ("a", "b"):
            asked = OtherMatterRecorded(
                at=NOW, by="complainant", matter=OtherMatter.QUESTION, text=f"{CANARY} {name}"
            )
            await storage.commit(
                Work(conversation(name), facts=(Fact(asked, conversation(name).id),))
            )
        await storage.prune(OLD)
        found = await storage.conversation_facts(erasing.ARCHIVE)

        assert [(OtherMatter.QUESTION, "")] * 2 == [
            (one.matter, one.text) for one in found if isinstance(one, OtherMatterRecorded)
        ]

    async def test_lines_that_never_arrived_go(self, storage: Storage) -> None:
        """What was set aside long ago goes; what still waits does not."""
        talk = replace(conversation(), complaints=(reference(1),), last_seq=2)
        await storage.commit(Work(talk, said=(line(1), line(2))))
        first, *_ = await storage.claim(OLD, 60, 1, ["web"])
        await storage.undeliverable(first.id, "blocked")

        assert 1 == await storage.prune(OLD)
        assert 1 == (await storage.outbox_size())[0]

    async def test_many_are_pruned_at_once(self, storage: Storage) -> None:
        """More than fit into one transaction."""
        for number in range(450):
            await storage.keep_raw("telegram", raw(f"r{number}"))

        assert 450 == await storage.prune(OLD)
        assert () == await storage.raws("telegram")

    async def test_somebody_who_comes_back_meanwhile_is_not_removed(
        self, sqlite: Storage, tmp_path: Path
    ) -> None:
        """A conversation that was touched after the look is left alone."""
        await sqlite.commit(Work(conversation()))
        database = sqlite._database  # type: ignore[attr-defined]  # of SQLite
        seen: Sequence[Conversation] = await database.search(lambda found: erasing.idle(found, OLD))
        await sqlite.commit(turn(version=2))

        assert 1 == len(seen)
        assert 0 == await database.write(lambda found: erasing.remove(found, seen))


class TestProcesses:
    async def test_a_process_that_ends_leaves_no_trace(self, url: str, tmp_path: Path) -> None:
        """Also where another one has the database open, and it ends at once."""
        server, command = storage_for(url), storage_for(url)
        await server.open()
        before = await kept(server)
        await command.open()
        await command.erase(erasure(before))
        await command.close()
        found = traces(tmp_path)
        await server.close()

        assert [] == found

    async def test_the_one_that_stays_tidies_up_for_one_that_was_killed(
        self, url: str, tmp_path: Path
    ) -> None:
        """Whatever another process committed may have erased something."""
        server, killed = storage_for(url), storage_for(url)
        await server.open()
        before = await kept(server)
        await killed.open()
        writer = killed._database._writer  # type: ignore[attr-defined]  # of SQLite
        writer.transactions.idle = writer.transactions.ending = lambda connection: ()
        await killed.erase(erasure(before))
        await killed.close()
        found = await scrubbed(tmp_path)
        await server.close()

        assert [] == found
