"""Reminders at work: what is due is recorded and said once, whoever else works at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.dialogue.conversation import Draft, Open
from bot.dialogue.messages import Kind
from bot.domain.answers import Contact, ContactKind
from bot.domain.complaint import lodged
from bot.domain.events import (
    OMBUD,
    ComplaintAcknowledged,
    DeadlineMissed,
    Finding,
    NoteWritten,
    OwnerAssigned,
    QuestionAsked,
    ResponseGiven,
    UpdateSent,
)
from bot.domain.form import Question
from bot.errors import Conflict
from bot.ports import Work
from storage.memory import MemoryStorage
from tests.reminding import Bench, kinds
from tests.storage.building import NOW, complaint, conversation, lodging, received, reference

ACKNOWLEDGED = ComplaintAcknowledged(at=NOW, by=OMBUD)
TAKEN = OwnerAssigned(at=NOW, by="anna", owner="anna")
ANSWERED = ResponseGiven(at=NOW, by="anna", text="So.", finding=Finding.UPHELD, reasons="It was.")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An empty storage and its reminders."""
    made = Bench()
    await made.storage.open()
    yield made
    await made.storage.close()


async def test_after_a_week_without_reminders_there_is_one_message(bench: Bench) -> None:
    """Two deadlines were missed and three updates: one line tells the latest state."""
    one = await bench.begin(ACKNOWLEDGED, TAKEN)

    assert 1 == await bench.once(days=40)

    (line,) = await bench.lines()
    assert line.text.startswith("⟦told.missed")
    assert (Kind.NOTICE, one.reference, None) == (line.kind, line.reference, line.ask)
    assert "under_assessment" not in line.text
    events = await bench.new_events(one)
    assert ["OwnerReminded", "OwnerReminded", "DeadlineMissed", "UpdateSent", "UpdatePromised"] == (
        kinds(events)
    )
    assert 0 == await bench.once(days=40)


async def test_what_is_said_is_carried(bench: Bench) -> None:
    """It lies in the outbox of the same commit, like any answer."""
    await bench.begin(ACKNOWLEDGED, TAKEN)
    await bench.once(days=15)

    assert 1 == (await bench.storage.outbox_size())[0]


async def test_a_reminder_to_the_owner_is_not_said_to_the_complainant(bench: Bench) -> None:
    """It is recorded, and nothing else."""
    one = await bench.begin(ACKNOWLEDGED, TAKEN)

    await bench.once(days=8)

    assert ["OwnerReminded"] == kinds(await bench.new_events(one))
    assert () == await bench.lines()


async def test_the_message_names_the_new_day_in_words(bench: Bench) -> None:
    """It says what was promised, that it was not kept, how it stands, and when they hear next."""
    bench.language = "en"
    await bench.begin(ACKNOWLEDGED, TAKEN)

    await bench.once(days=15)

    (line,) = await bench.lines()
    assert (
        "You should have heard from us about CMP-0000-0001-Y by Monday 7 December, and you did not."
        " We are sorry. A person is reading it to judge what has to be done."
        " You hear from us again by Tuesday 15 December."
    ) == line.text


async def test_a_question_is_put_again_with_its_words(bench: Bench) -> None:
    """The next words of the complainant go to the complaint."""
    asked = QuestionAsked(at=NOW, by="anna", text="Which parcel?")
    one = await bench.begin(ACKNOWLEDGED, TAKEN, asked)

    await bench.once(days=3, minutes=1)

    (line,) = await bench.lines()
    assert "Which parcel?" in line.text
    assert Question.NARRATIVE == line.ask
    found = await bench.storage.conversation(conversation().id)
    assert found is not None
    assert Open(Question.NARRATIVE, one.reference, "add") == found.open
    assert line.seq == found.asked_from == found.last_seq
    assert ["ComplainantNudged"] == kinds(await bench.new_events(one))


async def test_an_answer_is_offered_again(bench: Bench) -> None:
    """With the same two buttons as when it came."""
    await bench.begin(ACKNOWLEDGED, TAKEN, ANSWERED)

    await bench.once(days=15)

    (line,) = await bench.lines()
    assert ["accept", "not_satisfied"] == [choice.action for choice in line.choices]


async def test_who_tells_another_complaint_is_not_asked(bench: Bench) -> None:
    """The message comes without a question of its own; the draft's stays open and untouched."""
    asked = QuestionAsked(at=NOW, by="anna", text="Which parcel?")
    await bench.begin(ACKNOWLEDGED, TAKEN, asked)
    before = await bench.storage.conversation(conversation().id)
    assert before is not None
    draft = Draft(NOW, first_seq=2, told=("Another story.",))
    busy = replace(
        before,
        draft=draft,
        open=Open(Question.EFFECT),
        version=before.version + 1,
        touched_at=NOW + timedelta(days=2),
    )
    await bench.storage.commit(Work(busy))

    await bench.once(days=3, minutes=-1)
    await bench.once(days=3, minutes=1)

    line = (await bench.lines())[-1]
    assert "Which parcel?" in line.text
    assert (None, ()) == (line.ask, line.choices)
    found = await bench.storage.conversation(conversation().id)
    assert found is not None
    assert (busy.open, busy.touched_at) == (found.open, found.touched_at)


async def test_who_wants_no_contact_hears_nothing(bench: Bench) -> None:
    """What happens is recorded, and can be read by whoever asks."""
    details = replace(received().details, contact=Contact(ContactKind.NONE))
    first = lodged(reference(1), conversation().id, replace(received(at=NOW), details=details))
    await bench.storage.commit(Work(conversation()))
    await bench.storage.commit(lodging(first))
    await bench.follow(first, ACKNOWLEDGED)

    await bench.once(days=15)

    assert () == await bench.lines()
    assert "DeadlineMissed" in kinds((await bench.found(first)).history)


async def test_what_leads_to_nobody_is_recorded_without_a_word(bench: Bench) -> None:
    """Whoever has the private code reads it in the complaint."""
    one = await bench.begin(ACKNOWLEDGED, channel="nowhere")

    await bench.once(days=15)

    assert () == await bench.lines()
    assert "DeadlineMissed" in kinds(await bench.new_events(one))


async def test_who_wants_e_mail_gets_it_there_too(bench: Bench) -> None:
    """As every line about a complaint; `mail_address` decides."""
    reminders = bench.reminders()
    organisation = replace(reminders.talk.organisation, has_mail=True)
    reminders.talk.organisation = organisation  # type: ignore[misc]  # a namespace in tests
    one = complaint(1, at=NOW)
    ann = replace(one.identity, contact=Contact(ContactKind.EMAIL, "ann@example.org"))
    await bench.storage.commit(Work(conversation()))
    await bench.storage.commit(lodging(replace(one, identity=ann)))
    bench.now = NOW + timedelta(days=15)

    await reminders.once()

    claimed = await bench.storage.claim(bench.now, 10, 9, ["web", "mail"])
    assert ["mail", "web"] == sorted(one.address.channel for one in claimed)


async def test_several_complaints_of_one_conversation_all_get_their_word(bench: Bench) -> None:
    """They don't stand in each other's way."""
    for number in (1, 2, 3):
        await bench.begin(ACKNOWLEDGED, TAKEN, number=number)

    assert 3 == await bench.once(days=15)

    assert [2, 3, 4] == [line.seq for line in await bench.lines()]


async def test_many_are_done_in_one_round(bench: Bench) -> None:
    """However many there are, no more than are read at a time have to be at hand."""
    await bench.storage.commit(Work(conversation()))
    for number in range(1, 251):
        await bench.storage.commit(lodging(complaint(number, at=NOW)))

    assert 250 == await bench.once(days=2)


async def test_of_two_replicas_one_does_it(bench: Bench) -> None:
    """Both find it, both decide; the first commit wins, and the other leaves it."""
    one = await bench.begin(ACKNOWLEDGED, TAKEN)
    bench.now = NOW + timedelta(days=15)

    done = await asyncio.gather(bench.reminders().once(), bench.reminders().once())

    assert 1 == sum(done)
    assert 1 == len(await bench.lines())
    assert 1 == kinds(await bench.new_events(one)).count("DeadlineMissed")


class _Busy(MemoryStorage):
    """A storage in which a caseworker always acts at the last moment."""

    async def due_complaints(self, *asked: Any, **named: Any) -> tuple[Any, ...]:
        """Finds what is due, and lets somebody write a note before anything is done."""
        found = await super().due_complaints(*asked, **named)
        for _, one in found:
            note = NoteWritten(at=NOW, by="anna", text="On it.")
            await Bench.follow(_holding(self), one, note)
        return found


def _holding(storage: MemoryStorage) -> Bench:
    bench = Bench()
    bench.storage = storage
    return bench


async def test_who_acts_meanwhile_is_not_overruled() -> None:
    """The complaint has changed, so what is due now is left to the next round."""
    bench = Bench()
    bench.storage = _Busy(bench.timing)
    await bench.storage.open()
    one = await bench.begin(ACKNOWLEDGED, TAKEN)

    assert 0 == await bench.once(days=15)

    assert {"NoteWritten"} == set(kinds(await bench.new_events(one)))


async def test_a_time_kept_wrong_mends_itself(bench: Bench) -> None:
    """What is found due without a duty is timed anew, and not found again."""
    one = await bench.begin(ACKNOWLEDGED, TAKEN)
    assert isinstance(bench.storage, MemoryStorage)
    kept = bench.storage._due[one.reference]
    bench.storage._due[one.reference] = replace(kept, next_due_at=NOW)

    assert 0 == await bench.once(days=1)

    assert kept == bench.storage._due[one.reference]


async def test_a_clock_that_jumps_back_says_nothing_twice(bench: Bench) -> None:
    """A year ahead by mistake and back again: nothing more is due until then."""
    one = await bench.begin(ACKNOWLEDGED, TAKEN)
    await bench.once(days=365)
    said = len(await bench.lines())

    await bench.once(days=16)
    await bench.once(days=30)

    assert said == len(await bench.lines())
    assert 1 == sum(isinstance(event, DeadlineMissed) for event in (await bench.found(one)).history)


async def test_the_weekly_word_goes_on_until_somebody_answers(bench: Bench) -> None:
    """One a week, each with the next day, over three months of hourly rounds."""
    one = await bench.begin(ACKNOWLEDGED, TAKEN)
    for hours in range(0, 90 * 24, 6):
        await bench.once(hours=hours)

    sent = [event.at for event in (await bench.found(one)).history if isinstance(event, UpdateSent)]
    gaps = {(later - sooner).days for sooner, later in pairwise(sent)}
    assert len(sent) == len(await bench.lines())
    assert 11 == len(sent)
    assert gaps <= {6, 7}


async def test_what_is_urgent_does_not_wait_a_minute() -> None:
    """The rounds are woken by what is committed, so an alert comes within seconds."""
    bench = Bench()
    await bench.storage.open()
    task = asyncio.create_task(bench.reminders().run())
    async with asyncio.timeout(5):
        await bench.seen.told.wait()
    first = replace(received(at=NOW), assessment=replace(received().assessment, safety=True))
    await bench.storage.commit(Work(conversation()))
    await bench.storage.commit(lodging(lodged(reference(1), conversation().id, first)))

    async with asyncio.timeout(5):
        while "UrgencyAlerted" not in kinds((await bench.found(complaint(1))).history):
            bench.seen.told.clear()
            await bench.seen.told.wait()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class _Refusing(MemoryStorage):
    """A storage in which somebody else always was faster."""

    async def commit(self, work: Work) -> None:
        """Refuses what reminders do."""
        if any(isinstance(fact.event, DeadlineMissed) for fact in work.facts):
            raise Conflict
        await super().commit(work)


async def test_what_can_not_be_done_does_not_stop_the_round() -> None:
    """It stays due, and the round comes to its end."""
    bench = Bench()
    bench.storage = _Refusing(bench.timing)
    await bench.storage.open()
    await bench.begin(ACKNOWLEDGED, TAKEN)

    assert 0 == await bench.once(days=15)
    assert 1 == bench.seen.late
