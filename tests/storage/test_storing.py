"""What every storage promises about turns and complaints."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.dialogue.conversation import Draft
from bot.dialogue.messages import ConversationId, InboundMessage, Sender
from bot.domain.events import (
    ComplaintAcknowledged,
    ComplaintWithdrawn,
    OtherMatter,
    OtherMatterRecorded,
    Privacy,
    PrivacyChanged,
)
from bot.domain.identity import NOBODY
from bot.domain.status import Status
from bot.errors import Conflict, Duplicate, InvalidRequest, StorageError
from bot.ports import ComplaintFilter, Fact, Storage, Work
from tests.storage.building import (
    ASTRID,
    NOW,
    address,
    by_ombud,
    complaint,
    conversation,
    growing,
    line,
    lodging,
    minutes,
    receipt,
    reference,
    turn,
)


class TestTurns:
    """A turn is stored whole, once, and only on what it was decided on."""

    async def test_a_turn_is_found_again(self, storage: Storage) -> None:
        """Conversation, lines and receipt come back as they were stored."""
        said = (line(1, Sender.COMPLAINANT, "Hi"), line(2))
        stored = replace(conversation(), last_seq=2)

        await storage.commit(Work(stored, receipt(), said=said))

        assert stored == await storage.conversation_at(address())
        assert stored == await storage.conversation(stored.id)
        assert said == await storage.messages(stored.id)
        assert receipt() == await storage.receipt(address(), "m1")

    async def test_nothing_is_found_where_nothing_was_stored(self, storage: Storage) -> None:
        """What is unknown is None or empty, never an error."""
        nobody = ConversationId("nobody")

        assert await storage.conversation_at(address()) is None
        assert await storage.conversation(nobody) is None
        assert await storage.receipt(address(), "m1") is None
        assert () == await storage.messages(nobody)
        assert () == await storage.conversation_facts(nobody)
        assert {} == await storage.complaints([])
        assert {} == await storage.complaints([reference(1)])
        assert (0, None) == await storage.outbox_size()

    async def test_lines_are_given_between_two_numbers(self, storage: Storage) -> None:
        """`after` is left out, `until` is the last."""
        said = tuple(line(seq) for seq in range(1, 6))
        await storage.commit(Work(replace(conversation(), last_seq=5), said=said))

        assert said[2:4] == await storage.messages(conversation().id, after=2, until=4)
        assert said[4:] == await storage.messages(conversation().id, after=4)

    @pytest.mark.parametrize("version", [1, 3], ids=["taken", "skipped"])
    async def test_a_turn_on_an_old_version_conflicts(self, storage: Storage, version: int) -> None:
        """Who decided on another version than the stored one must decide again."""
        await storage.commit(turn(version=1))

        with pytest.raises(Conflict):
            await storage.commit(turn(version=version))

        assert conversation() == await storage.conversation_at(address())
        assert (line(1),) == await storage.messages(conversation().id)

    async def test_an_address_has_one_conversation(self, storage: Storage) -> None:
        """A second conversation with the same address conflicts."""
        await storage.commit(turn())
        other = replace(conversation(), id=ConversationId("other"))

        with pytest.raises(Conflict):
            await storage.commit(Work(other))

        assert await storage.conversation(other.id) is None

    async def test_a_message_is_taken_once(self, storage: Storage) -> None:
        """The same message again is a duplicate, even on the right version."""
        await storage.commit(replace(turn(), receipt=receipt()))

        with pytest.raises(Duplicate):
            await storage.commit(replace(turn(version=2), receipt=receipt(seq=2)))

        assert conversation() == await storage.conversation_at(address())

    async def test_one_of_a_hundred_wins_each_version(self, storage: Storage) -> None:
        """Of a hundred writers who all retry on conflict, every one is stored exactly once."""
        await storage.commit(turn())

        async def write() -> int:
            lost = 0
            while True:
                found = await storage.conversation_at(address())
                assert found is not None
                try:
                    await storage.commit(turn(version=found.version + 1))
                except Conflict:
                    lost += 1
                else:
                    return lost

        lost = await asyncio.gather(*(write() for _ in range(100)))

        found = await storage.conversation_at(address())
        assert conversation(version=101) == found
        assert tuple(map(line, range(1, 102))) == await storage.messages(conversation().id)
        assert len(lost) == 100

    async def test_one_refused_work_does_not_fail_the_others(self, storage: Storage) -> None:
        """Works that are committed together stand and fall each alone."""
        await storage.commit(replace(turn("old"), receipt=receipt("old")))
        works = [
            turn("one"),
            turn("old", version=9),
            turn("two"),
            replace(turn("old", version=2), receipt=receipt("old")),
            turn("three"),
        ]

        outcomes = await asyncio.gather(*map(storage.commit, works), return_exceptions=True)

        expected = [type(None), Conflict, type(None), Duplicate, type(None)]
        assert expected == [type(outcome) for outcome in outcomes]
        found = [await storage.conversation_at(address(name)) for name in ("one", "two", "three")]
        assert [conversation(name) for name in ("one", "two", "three")] == found

    async def test_one_broken_work_does_not_fail_the_others(self, storage: Storage) -> None:
        """A fact about a conversation that is not there fails alone."""
        broken = Work(facts=(Fact(by_ombud(ComplaintAcknowledged), ConversationId("none")),))

        outcomes = await asyncio.gather(
            storage.commit(turn("one")),
            storage.commit(broken),
            storage.commit(turn("two")),
            return_exceptions=True,
        )

        assert [type(None), StorageError, type(None)] == [type(outcome) for outcome in outcomes]
        assert conversation("one") == await storage.conversation_at(address("one"))
        assert conversation("two") == await storage.conversation_at(address("two"))

    async def test_turns_of_one_conversation_may_be_committed_together(
        self, storage: Storage
    ) -> None:
        """Turns that wait together are stored in the order in which they came."""
        turns = [turn(version=version) for version in range(1, 6)]

        await asyncio.gather(*map(storage.commit, turns))

        assert conversation(version=5) == await storage.conversation_at(address())

    async def test_forgotten_lines_are_gone(self, storage: Storage) -> None:
        """Both ends of the range are forgotten, with what waits of them in the outbox; what is
        said by the same work stays."""
        said = tuple(line(seq) for seq in range(1, 5))
        await storage.commit(Work(replace(conversation(), last_seq=4), said=said))

        last = replace(conversation(version=2), last_seq=5)
        await storage.commit(Work(last, said=(line(5),), forgotten=(2, 5)))

        assert (line(1), line(5)) == await storage.messages(conversation().id)
        assert (2, line(1).at) == await storage.outbox_size()

    async def test_facts_of_a_conversation_come_back_in_order(self, storage: Storage) -> None:
        """What belongs to no complaint is kept with its conversation."""
        praise = OtherMatterRecorded(at=NOW, by="complainant", matter=OtherMatter.PRAISE, text="!")
        request = replace(praise, matter=OtherMatter.REQUEST)
        id_ = conversation().id
        await storage.commit(replace(turn(), facts=(Fact(praise, id_), Fact(request, id_))))

        assert (praise, request) == await storage.conversation_facts(id_)

    @pytest.mark.parametrize(
        "work",
        [
            Work(said=(line(1),)),
            Work(forgotten=(1, 2)),
            Work(facts=(Fact(by_ombud(ComplaintWithdrawn), conversation().id, reference(1)),)),
            replace(lodging(complaint()), facts=()),
            replace(lodging(complaint()), complaints=((complaint(), 1),)),
        ],
        ids=["lines alone", "forgotten alone", "no complaint", "no facts", "wrong count"],
    )
    async def test_a_work_that_contradicts_itself_is_a_mistake(
        self, storage: Storage, work: Work
    ) -> None:
        """It is refused before anything is stored."""
        with pytest.raises(ValueError, match=r"conversation|complaint"):
            await storage.commit(work)

    async def test_a_storage_that_is_closed_says_so(self, storage: Storage) -> None:
        """After closing nothing is stored, and nobody waits for ever."""
        await storage.close()

        with pytest.raises(StorageError):
            await storage.commit(turn())
        assert not await storage.is_ready()

    async def test_an_open_storage_is_ready(self, storage: Storage) -> None:
        """With the schema in place it is ready at once."""
        assert await storage.is_ready()

    async def test_a_message_in_quarantine_harms_nothing(self, storage: Storage) -> None:
        """What could not be taken is kept aside, also twice."""
        message = InboundMessage(address(), "m1", NOW, text="\0 \N{PILE OF POO}")

        await storage.quarantine(message, "ValueError()")
        await storage.quarantine(message, "ValueError()")

        assert await storage.conversation_at(address()) is None


class TestWaking:
    """Whoever waits for news hears of every commit."""

    async def test_a_commit_tells_which_conversations_changed(self, storage: Storage) -> None:
        """The turn's own, and those of the complaints that changed."""
        heard: list[ConversationId] = []
        storage.on_commit(heard.extend)
        await storage.commit(turn("a"))
        await storage.commit(lodging(complaint(name="a"), "a", version=2))
        await storage.commit(growing(complaint(name="a"), by_ombud(ComplaintAcknowledged)))

        assert [conversation("a").id] * 3 == heard

    async def test_a_refused_work_wakes_nobody(self, storage: Storage) -> None:
        """Nothing changed, so there is no news."""
        heard: list[Sequence[ConversationId]] = []
        storage.on_commit(heard.append)

        with pytest.raises(Conflict):
            await storage.commit(turn(version=7))

        assert [] == heard


class TestDrafts:
    """Drafts that nobody goes on with are found."""

    async def test_only_old_drafts_that_are_no_complaint_are_stale(self, storage: Storage) -> None:
        """Longest untouched first; a draft that was registered holds a complaint."""
        draft = Draft(NOW, 1)
        old = replace(conversation("old"), draft=draft, touched_at=NOW - minutes(9))
        older = replace(conversation("older"), draft=draft, touched_at=NOW - minutes(10))
        fresh = replace(conversation("fresh"), draft=draft, touched_at=NOW)
        none = replace(conversation("none"), touched_at=NOW - minutes(10))
        kept = replace(old.draft or draft, registered=reference(1))
        lodged = replace(conversation("lodged"), draft=kept, touched_at=NOW - minutes(10))
        for each in (old, fresh, older, none, lodged):
            await storage.commit(Work(each))

        assert (older, old) == await storage.stale_drafts(NOW - minutes(5))
        assert (older,) == await storage.stale_drafts(NOW - minutes(5), limit=1)

    async def test_a_draft_that_ended_is_not_stale(self, storage: Storage) -> None:
        """The next turn without a draft takes the conversation out of the search."""
        begun = replace(conversation(), draft=Draft(NOW, 1))
        await storage.commit(Work(begun))
        await storage.commit(turn(version=2))

        assert () == await storage.stale_drafts(NOW + minutes(1))


class TestComplaints:
    """A complaint is what its facts say, with who complains kept apart."""

    async def test_a_complaint_is_folded_from_its_facts(self, storage: Storage) -> None:
        """What comes back equals what was stored, identity and history included."""
        await storage.commit(turn())
        one = complaint(identity=ASTRID)
        await storage.commit(lodging(one, version=2))
        acknowledged = by_ombud(ComplaintAcknowledged)
        await storage.commit(growing(one, acknowledged))

        expected = one.after(acknowledged)
        assert {one.reference: expected} == await storage.complaints([one.reference, reference(9)])

    async def test_complaints_come_in_the_order_asked_for(self, storage: Storage) -> None:
        """The mapping follows the references."""
        await storage.commit(turn())
        for number in (1, 2, 3):
            await storage.commit(lodging(complaint(number)))

        wanted = [reference(3), reference(1)]
        assert wanted == list(await storage.complaints(wanted))

    async def test_two_who_change_a_complaint_at_once_do_not_both_win(
        self, storage: Storage
    ) -> None:
        """The number of events that the writer saw must still be the stored one."""
        await storage.commit(turn())
        one = complaint()
        await storage.commit(lodging(one))
        acknowledging = growing(one, by_ombud(ComplaintAcknowledged))
        withdrawing = growing(one, by_ombud(ComplaintWithdrawn))

        outcomes = await asyncio.gather(
            storage.commit(acknowledging), storage.commit(withdrawing), return_exceptions=True
        )

        assert [type(None), Conflict] == [type(outcome) for outcome in outcomes]
        found = await storage.complaints([one.reference])
        assert Status.ACKNOWLEDGED == found[one.reference].status

    async def test_a_reference_is_given_once(self, storage: Storage) -> None:
        """A new complaint under a reference that is taken conflicts, its turn with it."""
        await storage.commit(turn())
        await storage.commit(lodging(complaint()))

        with pytest.raises(Conflict):
            await storage.commit(lodging(complaint(), version=2))

        assert conversation() == await storage.conversation_at(address())

    async def test_an_empty_identity_is_deleted(self, storage: Storage) -> None:
        """Who becomes anonymous is named nowhere any more."""
        await storage.commit(turn())
        one = complaint(identity=ASTRID)
        await storage.commit(lodging(one))
        event = PrivacyChanged(at=NOW, by="complainant", privacy=Privacy.ANONYMOUS)
        await storage.commit(growing(one, event))

        found = await storage.complaints([one.reference])
        assert NOBODY == found[one.reference].identity

    async def test_an_identity_may_change(self, storage: Storage) -> None:
        """The last one told counts."""
        await storage.commit(turn())
        one = complaint(identity=ASTRID)
        await storage.commit(lodging(one))
        renamed = replace(ASTRID, name="Astrid Berg")
        await storage.commit(growing(one, by_ombud(ComplaintAcknowledged), identity=renamed))

        found = await storage.complaints([one.reference])
        assert renamed == found[one.reference].identity


class TestLists:
    """Lists of complaints: filtered, newest first, page after page."""

    @pytest.fixture
    async def five(self, storage: Storage) -> Storage:
        """A storage with five complaints: 2 and 4 acknowledged, 5 of another category."""
        await storage.commit(turn())
        for number in range(1, 6):
            one = complaint(number, category="staff" if number == 5 else "delivery")
            await storage.commit(lodging(one))
            if number in (2, 4):
                await storage.commit(growing(one, by_ombud(ComplaintAcknowledged)))
        return storage

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            pytest.param(ComplaintFilter(), [5, 4, 3, 2, 1], id="all"),
            pytest.param(ComplaintFilter(status=Status.ACKNOWLEDGED), [4, 2], id="status"),
            pytest.param(ComplaintFilter(category="staff"), [5], id="category"),
            pytest.param(ComplaintFilter(category="weather"), [], id="unknown category"),
            pytest.param(ComplaintFilter(since=NOW + minutes(3)), [5, 4, 3], id="since"),
            pytest.param(
                ComplaintFilter(status=Status.RECEIVED, category="delivery"), [3, 1], id="both"
            ),
        ],
    )
    async def test_a_list_holds_what_was_asked_for(
        self, five: Storage, wanted: ComplaintFilter, numbers: list[int]
    ) -> None:
        """Newest first; nothing else."""
        page = await five.find_complaints(wanted)

        assert list(map(reference, numbers)) == [one.reference for one in page.complaints]
        assert page.next is None

    @pytest.mark.parametrize("limit", [1, 2, 5])
    async def test_pages_join_without_gap_or_overlap(self, five: Storage, limit: int) -> None:
        """Following the cursors gives every complaint once."""
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = await five.find_complaints(ComplaintFilter(cursor=cursor, limit=limit))
            found += [one.reference for one in page.complaints]
            cursor, pages = page.next, pages + 1

        assert list(map(reference, range(5, 0, -1))) == found
        assert -(-5 // limit) == pages

    async def test_a_complaint_that_comes_meanwhile_moves_no_page(self, five: Storage) -> None:
        """A cursor says where the page ended, not how many came before."""
        first = await five.find_complaints(ComplaintFilter(limit=2))
        await five.commit(lodging(complaint(6)))

        second = await five.find_complaints(ComplaintFilter(limit=2, cursor=first.next))

        assert [reference(3), reference(2)] == [one.reference for one in second.complaints]

    @pytest.mark.parametrize(
        "cursor", ["", "x", "é", "bnVsbA", "WzEsMl0", "WyIyMDI2LTExLTIzIiwiYSJd", "e30", "[]" * 99]
    )
    async def test_a_cursor_from_elsewhere_is_refused(self, five: Storage, cursor: str) -> None:
        """A cursor that was never given out is an invalid request, not a failure."""
        with pytest.raises(InvalidRequest):
            await five.find_complaints(ComplaintFilter(cursor=cursor))

    async def test_a_page_without_room_is_refused(self, five: Storage) -> None:
        """Nobody can ask for less than one complaint."""
        with pytest.raises(InvalidRequest):
            await five.find_complaints(ComplaintFilter(limit=0))

    async def test_all_complaints_come_oldest_first(self, five: Storage) -> None:
        """Everything, or everything since a time."""
        everything = [one.reference async for one in five.all_complaints()]
        recent = [one.reference async for one in five.all_complaints(NOW + minutes(4))]

        assert list(map(reference, range(1, 6))) == everything
        assert list(map(reference, (4, 5))) == recent
