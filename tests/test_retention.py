"""Retention: what is due goes, what must stay stays, and stopping half-way does no harm."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.messages import Kind, OutboundMessage, Sender
from bot.disposing import Erasure
from bot.domain.answers import Attachment, Contact, ContactKind
from bot.domain.clocks import KeptSince, Standing
from bot.domain.clocks import Retention as Kept
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import (
    CloseReason,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    Event,
    LegalHoldReleased,
    LegalHoldSet,
    MergedInto,
    PersonalDataErased,
)
from bot.domain.form import Details
from bot.domain.identity import NOBODY, Identity
from bot.domain.keeping import Keeping, is_erased
from bot.domain.reference import Reference
from bot.domain.regimes import Rules
from bot.domain.status import Status
from bot.errors import Conflict, NotAllowed, NotFound, StorageError
from bot.ports import Fact, Work
from bot.retention import Retention, erase_expired
from bot.rules import load_rules
from storage.files import DiskFiles
from storage.memory import MemoryStorage
from tests.storage.building import NOW, conversation, received, reference

UTC = ZoneInfo("UTC")
DAYS = 30
WHO = Identity("Astrid Ek", Contact(ContactKind.EMAIL, "astrid@example.org"), None)
ONE, TWO, THREE = (reference(number) for number in (1, 2, 3))
HOLD = LegalHoldSet(at=NOW, by="anna", reason="court")


def closed(at: datetime = NOW) -> ComplaintClosed:
    """It was referred elsewhere."""
    return ComplaintClosed(at=at, by="anna", reason=CloseReason.REFERRED)


class Hasty(MemoryStorage):
    """A storage of which somebody else is quicker, or that fails, a number of times."""

    errors: list[Exception]

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    async def erase(self, erasure: Erasure) -> None:
        """Fails as often as it was told."""
        if self.errors:
            raise self.errors.pop()
        await super().erase(erasure)


@dataclass
class House:
    """A storage with complaints, a shelf, and the time."""

    files: DiskFiles
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    now: datetime = NOW + timedelta(days=DAYS)
    rules: Rules = field(default_factory=lambda: load_rules("iso10002"))

    def retention(self, days: int | None = DAYS) -> Retention:
        """Keeps words for so many days after the end."""
        keeping = Keeping(UTC, days)
        return Retention(self.storage, self.files, self.rules, lambda: self.now, keeping)

    async def lodge(
        self, wanted: Reference, *events: Event, papers: tuple[Attachment, ...] = ()
    ) -> Complaint:
        """A complaint from conversation "a", and what happened then."""
        if await self.storage.conversation(conversation().id) is None:
            await self.chat(complaints=(ONE, TWO, THREE))
        first = replace(received(), details=Details(narrative="It bit me."), attachments=papers)
        one = lodged(wanted, conversation().id, first, WHO)
        for event in (ComplaintAcknowledged(at=NOW, by="ombud"), *events):
            one = one.after(event)
        facts = tuple(Fact(event, conversation().id, wanted) for event in one.history)
        await self.storage.commit(Work(facts=facts, complaints=((one, 0),)))
        return one

    async def chat(self, *lines: OutboundMessage, name: str = "a", **knows: object) -> None:
        """A conversation with these lines."""
        talk = replace(conversation(name, last_seq=len(lines)), **knows)  # type: ignore[arg-type]  # its fields
        await self.storage.commit(Work(talk, said=lines))

    async def paper(self, content: bytes) -> Attachment:
        """A file on the shelf, put there long ago."""
        kept = await self.files.keep(io.BytesIO(content), "paper.txt")
        os.utime(self.path(kept), (0, 0))
        return kept

    def path(self, file: Attachment) -> Path:
        """Where it lies."""
        return self.files._folder / file.sha256[:2] / file.sha256

    async def complaint(self, wanted: Reference = ONE) -> Complaint:
        """As it is stored."""
        return (await self.storage.complaints([wanted]))[wanted]

    async def seqs(self, name: str = "a") -> list[int]:
        """Which lines a conversation still has."""
        return [line.seq for line in await self.storage.messages(conversation(name).id)]

    async def shown(self) -> list[tuple[Reference, str]]:
        """What a dry run tells, shortly."""
        plans = await self.retention().planned()
        return [(one.reference, "now" if one.is_due(self.now) else "not now") for one in plans]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """With a conversation that complaints can be lodged in."""
    there = House(DiskFiles(tmp_path / "files", 1_000_000))
    await there.storage.open()
    yield there
    await there.storage.close()


def said(
    seq: int, about: Reference | None = None, kind: Kind = Kind.TEXT, days: int = 0
) -> OutboundMessage:
    """A line, perhaps about a complaint."""
    sender = Sender.BOT if about else Sender.COMPLAINANT
    at = NOW + timedelta(days=days)
    return OutboundMessage(seq, sender, kind, f"words {seq}", at, reference=about)


class TestPlan:
    async def test_what_goes_is_told_with_its_day(self, house: House) -> None:
        """First to go first; a second earlier it does not go yet."""
        await house.lodge(ONE, closed(NOW + timedelta(seconds=1)))
        await house.lodge(TWO, closed())
        await house.lodge(THREE)

        assert [(TWO, "now"), (ONE, "not now")] == await house.shown()
        plan, *_ = await house.retention().planned()
        assert (NOW, NOW + timedelta(days=DAYS), "kept 30 days after its end") == (
            plan.ended_at, plan.goes_at, plan.rule,
        )  # fmt: skip

    async def test_a_dry_run_changes_nothing(self, house: House) -> None:
        """However often it is asked for."""
        before = await house.lodge(ONE, closed())
        await house.shown()

        assert before == await house.complaint()

    async def test_without_days_the_regime_says_when(self, house: House) -> None:
        """Each complaint by its own rules; without any it is kept for good, and told last."""
        (iso,) = (one for one in house.rules.regimes if one.id == "iso10002")
        month = replace(iso, version="9", retention=Kept(1, KeptSince.CLOSED, Standing.OWN, "x"))
        house.rules = replace(house.rules, regimes=(iso, month))
        await house.lodge(ONE, closed())
        first = replace(received(), regime="iso10002 9")
        one = lodged(TWO, conversation().id, first, NOBODY)
        one = one.after(ComplaintAcknowledged(at=NOW, by="ombud")).after(closed())
        facts = tuple(Fact(event, conversation().id, TWO) for event in one.history)
        await house.storage.commit(Work(facts=facts, complaints=((one, 0),)))
        plans = await house.retention(days=None).planned()

        assert [(TWO, datetime(2026, 12, 23, 23, 59, 59, tzinfo=UTC)), (ONE, None)] == [
            (plan.reference, plan.goes_at) for plan in plans
        ]
        house.now = NOW + timedelta(days=5000)
        assert 1 == await house.retention(days=None).apply()

    async def test_rules_that_are_missing_keep_it(self, house: House) -> None:
        """Nobody can say how long, so nothing is lost."""
        await house.lodge(ONE, closed())
        house.rules = replace(house.rules, regimes=())

        assert () == await house.retention(days=None).planned()

    async def test_a_merged_one_stays_as_long_as_what_it_went_into(self, house: House) -> None:
        """It goes when the whole matter does, and is held by its hold."""
        merged = MergedInto(at=NOW - timedelta(days=200), by="anna", into=TWO)
        await house.lodge(ONE, merged)
        await house.lodge(TWO)
        assert [] == await house.shown()
        two = await house.complaint(TWO)
        end, held = closed(NOW + timedelta(days=1)), replace(HOLD, at=NOW + timedelta(days=1))
        after = two.after(end).after(held)
        facts = (Fact(end, conversation().id, TWO), Fact(held, conversation().id, TWO))
        await house.storage.commit(Work(facts=facts, complaints=((after, two.version),)))
        house.now = NOW + timedelta(days=400)
        plans = await house.retention().planned()

        assert {ONE: NOW + timedelta(days=31), TWO: NOW + timedelta(days=31)} == {
            plan.reference: plan.goes_at for plan in plans
        }
        assert all(plan.is_held for plan in plans)

    async def test_a_circle_of_merged_ones_ends(self, house: House) -> None:
        """Two that were merged into one another are looked at once each."""
        await house.lodge(ONE, MergedInto(at=NOW, by="anna", into=TWO))
        await house.lodge(TWO, MergedInto(at=NOW, by="anna", into=ONE))

        assert 2 == await house.retention().apply()
        assert is_erased(await house.complaint(TWO))


class TestApply:
    async def test_what_is_due_loses_its_words(self, house: House) -> None:
        """And only that; it says by which rule, and by whom."""
        await house.chat(said(1), said(2, ONE, Kind.ACKNOWLEDGEMENT), complaints=(ONE,))
        before = await house.lodge(ONE, closed())
        other = await house.lodge(TWO)
        count = await house.retention().apply()
        after = await house.complaint()

        assert 1 == count
        assert is_erased(after)
        assert NOBODY == after.identity
        assert Status.CLOSED is after.status
        assert before.conversation != after.conversation
        gone = PersonalDataErased(at=house.now, by="ombud", reason="kept 30 days after its end")
        assert gone == after.history[-1]
        assert [] == await house.seqs()
        assert other == await house.complaint(TWO)

    async def test_a_second_run_does_nothing(self, house: House) -> None:
        """What is gone is not erased once more."""
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE, closed())
        await house.retention().apply()
        after = await house.complaint()

        assert 0 == await house.retention().apply()
        assert after == await house.complaint()

    async def test_a_hold_keeps_it_until_it_is_released(self, house: House) -> None:
        """However old it is; it goes once nothing holds it."""
        await house.chat(complaints=(ONE,))
        held = await house.lodge(ONE, closed(), HOLD)
        house.now += timedelta(days=4000)
        assert 0 == await house.retention().apply()
        assert held == await house.complaint()
        release = LegalHoldReleased(at=house.now, by="anna", reason="settled")
        fact = Fact(release, conversation().id, ONE)
        await house.storage.commit(
            Work(facts=(fact,), complaints=((held.after(release), held.version),))
        )

        assert 1 == await house.retention().apply()

    async def test_somebody_who_writes_meanwhile_is_no_trouble(self, house: House) -> None:
        """A conflict means to look again."""
        house.storage = Hasty(Conflict(), Conflict())
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE, closed())

        assert 1 == await house.retention().apply()

    async def test_one_that_is_reopened_meanwhile_stays(self, house: House) -> None:
        """What is due is asked once more right before."""

        class Reopening(MemoryStorage):
            async def conversations_with(self, references: object) -> tuple[()]:
                """Somebody reopens it while all conversations are read."""
                one = (await self.complaints([ONE]))[ONE]
                event = ComplaintReopened(at=NOW, by="anna", reason="new facts")
                fact = Fact(event, conversation().id, ONE)
                await self.commit(
                    Work(facts=(fact,), complaints=((one.after(event), one.version),))
                )
                return ()

        house.storage = Reopening()
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE, closed())

        assert 0 == await house.retention().apply()
        assert "It bit me." == (await house.complaint()).details.narrative

    async def test_a_run_that_broke_is_made_good_by_the_next(self, house: House) -> None:
        """It is marked as erased last, so that nothing is left over."""
        house.storage = Hasty(StorageError("The disk is full."))
        await house.chat(said(1), said(2, ONE), complaints=(ONE, TWO))
        await house.lodge(ONE, closed())
        await house.lodge(TWO)
        with pytest.raises(StorageError):
            await house.retention().apply()
        await house.retention().apply()

        assert is_erased(await house.complaint())
        assert [] == await house.seqs()

    async def test_what_only_served_operation_goes_after_90_days(self, house: House) -> None:
        """A conversation that its complaint left goes with it; one of last week stays."""
        await house.chat(said(1), complaints=(ONE,))
        await house.lodge(ONE, closed())
        house.now = NOW + timedelta(days=90, seconds=1)
        young = house.now - timedelta(days=7)
        await house.chat(said(1), name="b", touched_at=young)
        await house.retention().apply()

        assert await house.storage.conversation(conversation().id) is None
        assert [1] == await house.seqs("b")

    async def test_the_daily_function_does_the_same(self, house: House) -> None:
        """It needs no files; it tells how many complaints went."""
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE, closed())
        count = await erase_expired(house.storage, house.rules, lambda: house.now, DAYS)

        assert 1 == count
        assert is_erased(await house.complaint())


class TestLines:
    async def test_another_complaint_in_the_same_chat_keeps_its_lines(self, house: House) -> None:
        """What was said about the one goes, from its story to the last that happened to it."""
        ack = Kind.ACKNOWLEDGEMENT
        await house.chat(
            said(1), said(2, ONE, ack), said(3), said(4, ONE),
            said(5, days=1), said(6, TWO, ack, days=1), said(7, TWO, days=1),
            complaints=(ONE, TWO), current=ONE,
        )  # fmt: skip
        await house.lodge(ONE, closed())
        await house.lodge(TWO)
        await house.retention().apply()
        after = await house.storage.conversation(conversation().id)

        assert [5, 6, 7] == await house.seqs()
        assert after is not None
        assert ((TWO,), None) == (after.complaints, after.current)

    async def test_the_second_goes_and_the_first_stays(self, house: House) -> None:
        """Its story begins after the acknowledgement of the one before."""
        ack = Kind.ACKNOWLEDGEMENT
        await house.chat(
            said(1), said(2, ONE, ack), said(3), said(4, TWO, ack), said(5), said(6, ONE),
            complaints=(ONE, TWO),
        )  # fmt: skip
        await house.lodge(ONE)
        await house.lodge(TWO, closed())
        await house.retention().apply()

        assert [1, 2, 6] == await house.seqs()

    async def test_a_chat_that_opened_it_knows_it_no_more(self, house: House) -> None:
        """Where it was opened by the private code, its answers stood, too."""
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE, closed())
        await house.chat(said(1), said(2, ONE), said(3), name="b", opened=(ONE,), current=ONE)
        await house.chat(said(1), said(2, ONE), said(3), said(4, TWO), name="c", opened=(ONE, TWO))
        await house.retention().apply()
        after = await house.storage.conversation(conversation("c").id)

        assert [] == await house.seqs("b")
        assert [1, 4] == await house.seqs("c")
        assert after is not None
        assert (TWO,) == after.opened

    async def test_one_that_was_only_looked_up_keeps_its_own_words(self, house: House) -> None:
        """A chat that opened nothing and told nothing of it loses nothing of another."""
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE, closed())
        await house.chat(said(1), said(2, TWO), name="b", complaints=(TWO,), looked_up=ONE)
        await house.retention().apply()

        assert [1, 2] == await house.seqs("b")


class TestFiles:
    async def test_files_go_but_those_that_another_uses(self, house: House) -> None:
        """The same photo in an open complaint is kept, whatever it is called there."""
        own, shared = await house.paper(b"mine"), await house.paper(b"ours")
        await house.chat(complaints=(ONE, TWO))
        await house.lodge(ONE, closed(), papers=(own, shared))
        await house.lodge(TWO, papers=(replace(shared, id="other", name="b.txt"),))
        await house.retention().apply()

        assert not house.path(own).exists()
        assert house.path(shared).exists()

    async def test_files_of_deleted_drafts_go_young_ones_stay(self, house: House) -> None:
        """What nothing names goes, unless it came within the hour: its message is on its way."""
        old = await house.paper(b"old")
        young = await house.files.keep(io.BytesIO(b"young"), "young.txt")
        house.now = datetime.fromtimestamp(house.path(young).stat().st_mtime, UTC)
        house.now += timedelta(minutes=59)
        await house.retention().apply()
        assert [False, True] == [house.path(old).exists(), house.path(young).exists()]
        house.now += timedelta(minutes=2)
        await house.retention().apply()

        assert not house.path(young).exists()


class TestForget:
    async def test_one_goes_at_once(self, house: House) -> None:
        """With its files, however young it is; who did it and why is recorded."""
        own = await house.files.keep(io.BytesIO(b"mine"), "mine.txt")
        await house.chat(said(1), complaints=(ONE,))
        await house.lodge(ONE, closed(), papers=(own,))
        house.now = NOW
        after = await house.retention().forget(ONE.lower(), "anna", "asked for")

        assert after == await house.complaint()
        assert (ONE, Status.CLOSED) == (after.reference, after.status)
        assert PersonalDataErased(at=NOW, by="anna", reason="asked for") == after.history[-1]
        assert not house.path(own).exists()
        assert [] == await house.seqs()

    async def test_an_open_one_is_withdrawn(self, house: House) -> None:
        """Nobody is to work on what has no words."""
        await house.chat(complaints=(ONE,))
        await house.lodge(ONE)
        after = await house.retention(days=None).forget(ONE, "anna", "asked for")

        assert Status.WITHDRAWN is after.status
        assert ["ComplaintWithdrawn", "PersonalDataErased"] == [
            type(event).__name__ for event in after.history[-2:]
        ]

    async def test_a_hold_forbids_it(self, house: House) -> None:
        """Nothing is changed then."""
        await house.chat(said(1), complaints=(ONE,))
        before = await house.lodge(ONE, closed(), HOLD)
        with pytest.raises(NotAllowed, match="legal hold"):
            await house.retention().forget(ONE, "anna", "asked for")

        assert before == await house.complaint()
        assert [1] == await house.seqs()

    @pytest.mark.parametrize("wanted", [TWO, "CMP-0000-0000-1", "what?"])
    async def test_one_that_is_not_there_is_told(self, house: House, wanted: str) -> None:
        """A reference that is none, or nobody's."""
        with pytest.raises(NotFound):
            await house.retention().forget(wanted, "anna", "asked for")
