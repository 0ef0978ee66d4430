"""Of those who change the same thing at once one wins, and nobody else is held up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.dialogue.messages import ConversationId
from bot.domain.events import NoteWritten
from bot.errors import Conflict, Duplicate, OmbudError, StorageError
from bot.ports import Fact, Receipt, Storage, Work
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

REFERENCE = reference(1)
NOTE = NoteWritten(at=NOW, by="anna", text="called the depot")


async def _all(storage: Storage, works: Sequence[Work]) -> list[type[BaseException] | None]:
    """Commits at once; what became of each."""
    done = await asyncio.gather(*map(storage.commit, works), return_exceptions=True)
    return [None if outcome is None else type(outcome) for outcome in done]


class TestVersions:
    async def test_one_of_fifty_wins(self, storage: Storage) -> None:
        """Of fifty different second turns one is stored, and only its line is there."""
        await storage.commit(exchange())
        rivals = [
            Work(conversation(version=2, last_seq=3), said=(line(3, text=f"rival {number}"),))
            for number in range(50)
        ]
        outcomes = await _all(storage, rivals)
        assert outcomes.count(None) == 1
        assert outcomes.count(Conflict) == 49
        (said,) = await storage.messages(conversation().id, after=2)
        assert said.text == f"rival {outcomes.index(None)}"

    async def test_all_of_fifty_get_their_turn(self, storage: Storage) -> None:
        """Fifty who load again after each conflict store fifty versions, each of them once."""
        await storage.commit(Work(conversation(last_seq=0)))
        won: list[int] = []

        async def insist(number: int) -> None:
            while True:
                talk = await storage.conversation(conversation().id)
                assert talk is not None
                changed = replace(talk, version=talk.version + 1, last_seq=talk.last_seq + 1)
                try:
                    await storage.commit(
                        Work(changed, said=(line(changed.last_seq, text=str(number)),))
                    )
                except Conflict:
                    continue
                won.append(changed.version)
                return

        await asyncio.gather(*map(insist, range(50)))
        assert sorted(won) == list(range(2, 52))
        lines = await storage.messages(conversation().id)
        assert [one.seq for one in lines] == list(range(1, 51))
        assert {one.text for one in lines} == set(map(str, range(50)))

    @pytest.mark.parametrize("version", [1, 3, 7])
    async def test_only_the_next_version_is_stored(self, storage: Storage, version: int) -> None:
        """Neither a version that was there nor one that leaps is stored."""
        await storage.commit(exchange())
        with pytest.raises(Conflict):
            await storage.commit(Work(conversation(version=version)))
        assert await storage.conversation(conversation().id) == exchange().conversation

    async def test_an_address_has_one_conversation(self, storage: Storage) -> None:
        """Two who greet the same address at once don't make two conversations."""
        here = conversation()
        there = replace(conversation("two"), address=here.address)
        assert await _all(storage, [Work(here), Work(there)]) == [None, Conflict]
        assert await storage.conversation_at(here.address) == here

    async def test_nothing_of_a_refused_work_is_stored(self, storage: Storage) -> None:
        """A conflict leaves no line, no fact, no receipt and nothing in the outbox."""
        talk = conversation()
        await storage.commit(Work(talk))
        with pytest.raises(Conflict):
            await storage.commit(replace(exchange(), facts=(Fact(NOTE, talk.id),)))
        assert await storage.messages(talk.id) == ()
        assert await storage.conversation_facts(talk.id) == ()
        assert await storage.receipt(talk.address, "m1") is None
        assert await storage.outbox_size() == (0, None)


class TestReceipts:
    async def test_a_message_is_taken_once(self, storage: Storage) -> None:
        """The same id at the same address is a duplicate, whatever the version says."""
        await storage.commit(exchange())
        again = replace(exchange(version=2), receipts=exchange().receipts)
        with pytest.raises(Duplicate):
            await storage.commit(again)
        with pytest.raises(Duplicate):
            await storage.commit(exchange())
        assert len(await storage.messages(conversation().id)) == 2

    async def test_parts_that_came_together_are_taken_together(self, storage: Storage) -> None:
        """A work may have several receipts; one that is there already makes all a duplicate."""
        first, third = exchange().receipts[0], exchange(version=2).receipts[0]
        second = replace(first, message_id="m1b")
        await storage.commit(replace(exchange(), receipts=(first, second)))
        assert await storage.receipt(second.address, "m1b") == second
        outcomes = await _all(
            storage, [replace(exchange(version=2), receipts=(third, second)), exchange("two")]
        )
        assert outcomes == [Duplicate, None]
        assert await storage.receipt(third.address, third.message_id) is None

    async def test_a_message_has_one_receipt(self, storage: Storage) -> None:
        """The same message twice in one work is a mistake of the caller."""
        taken = exchange().receipts * 2
        with pytest.raises(ValueError, match="taken once"):
            await storage.commit(replace(exchange(), receipts=taken))

    async def test_twenty_deliveries_of_one_message(self, storage: Storage) -> None:
        """Of twenty deliveries of one message at once, one is taken."""
        outcomes = await _all(storage, [exchange()] * 20)
        assert outcomes == [None] + [Duplicate] * 19

    async def test_a_receipt_tells_which_lines_were_said(self, storage: Storage) -> None:
        """What is needed to repeat an answer comes back."""
        await storage.commit(exchange())
        address = conversation().address
        told = Receipt(address, "m1", "print 1", 1, 2)
        assert await storage.receipt(address, "m1") == told

    async def test_ids_are_the_address_own(self, storage: Storage) -> None:
        """The same id from somebody else is another message."""
        assert await _all(storage, [exchange(), exchange("two")]) == [None, None]


class TestComplaints:
    async def test_one_of_two_caseworkers_wins(self, storage: Storage) -> None:
        """Two acts on the same state of a complaint: the second must look again."""
        one = complaint()
        await storage.commit(lodging(one, version=1))
        after, first = following(one, NOTE)
        _, second = following(one, replace(NOTE, text="wrote to the depot"))
        assert await _all(storage, [first, second]) == [None, Conflict]
        assert await storage.complaints([REFERENCE]) == {REFERENCE: after}

    async def test_a_reference_is_given_once(self, storage: Storage) -> None:
        """A reference that is taken lodges nothing, and the conversation does not go on, either."""
        await storage.commit(lodging(complaint(), version=1))
        with pytest.raises(Conflict):
            await storage.commit(lodging(complaint(name="two"), "two", 1))
        assert await storage.conversation(conversation("two").id) is None

    async def test_two_complaints_change_together(self, storage: Storage) -> None:
        """If one of two complaints in a work conflicts, the other stays as it was."""
        one, two = complaint(1), complaint(2)
        await storage.commit(lodging(one, version=1))
        await storage.commit(lodging(two))
        _, first = following(one, NOTE)
        _, other = following(two, NOTE)
        await storage.commit(other)
        both = Work(facts=first.facts + other.facts, complaints=first.complaints + other.complaints)
        with pytest.raises(Conflict):
            await storage.commit(both)
        assert (await storage.complaints([one.reference]))[one.reference] == one


class TestGroups:
    async def test_one_that_fails_fails_alone(self, storage: Storage) -> None:
        """A work that breaks the database's rules does not take its neighbours with it."""
        lost = Work(facts=(Fact(NOTE, ConversationId("nobody")),))
        works = [exchange(f"talk {number}") for number in range(20)]
        outcomes = await _all(storage, [*works[:10], lost, *works[10:]])
        assert outcomes == [None] * 10 + [StorageError] + [None] * 10
        for number in range(20):
            assert len(await storage.messages(conversation(f"talk {number}").id)) == 2

    async def test_a_contradiction_is_told_to_its_caller(self, storage: Storage) -> None:
        """A work that contradicts itself is refused before anything is stored."""
        with pytest.raises(ValueError, match="together with their conversation"):
            await storage.commit(Work(said=(line(1),)))
        with pytest.raises(ValueError, match="comes with that complaint"):
            await storage.commit(Work(facts=(Fact(NOTE, conversation().id, REFERENCE),)))
        with pytest.raises(ValueError, match="new events"):
            await storage.commit(Work(complaints=((complaint(), 0),)))

    async def test_turns_of_one_conversation_keep_their_order(self, storage: Storage) -> None:
        """Works that follow one another may be handed in without waiting for each."""
        outcomes = await _all(storage, [exchange(version=version) for version in range(1, 301)])
        assert outcomes == [None] * 300
        assert len(await storage.messages(conversation().id)) == 600

    async def test_listeners_hear_who_changed(self, storage: Storage) -> None:
        """After a commit, and only then, its conversations are announced."""
        heard: list[str] = []
        storage.on_commit(heard.extend)
        await storage.commit(exchange())
        with pytest.raises(OmbudError):
            await storage.commit(exchange())
        await asyncio.sleep(0)
        assert heard == [conversation().id]

    async def test_a_caller_who_leaves_does_no_harm(self, storage: Storage) -> None:
        """A commit whose caller was cancelled is stored whole or not at all; the next one works."""
        task = asyncio.create_task(storage.commit(exchange()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await storage.commit(exchange("two"))
        assert len(await storage.messages(conversation().id)) in (0, 2)
        assert len(await storage.messages(conversation("two").id)) == 2

    async def test_a_closed_storage_takes_nothing(self, storage: Storage) -> None:
        """Whoever commits after the end hears of it."""
        assert await storage.is_ready()
        await storage.close()
        with pytest.raises(StorageError, match="closed"):
            await storage.commit(exchange())
        assert not await storage.is_ready()
