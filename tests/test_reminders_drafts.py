"""Drafts that nobody goes on with: what holds a complaint and can be answered is not lost (R6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.conversation import Conversation, Draft, Open
from bot.dialogue.messages import Kind
from bot.domain.answers import Contact, ContactKind
from bot.domain.complaint import Complaint
from bot.domain.events import Privacy
from bot.domain.form import Details, Question
from bot.domain.policy import Opening, Policy
from bot.ports import ComplaintFilter, Work
from tests.reminding import HOURS, Bench, kinds
from tests.storage.building import NOW, conversation, line

TOLD = Draft(NOW, first_seq=2, told=("The parcel never came.",))
MAIL = Contact(ContactKind.EMAIL, "ann@example.org")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An empty storage and its reminders."""
    made = Bench()
    await made.storage.open()
    yield made
    await made.storage.close()


async def begin(bench: Bench, draft: Draft, channel: str = "telegram", **more: object) -> None:
    """Stores a conversation with a draft that was touched at NOW."""
    talk = replace(conversation(channel=channel), draft=draft, touched_at=NOW, last_seq=3, **more)  # type: ignore[arg-type]  # fields of it
    await bench.storage.commit(Work(talk, said=(line(1), line(2), line(3))))


async def conversed(bench: Bench) -> Conversation:
    """The conversation as it is stored now."""
    found = await bench.storage.conversation(conversation().id)
    assert found is not None
    return found


async def lodged(bench: Bench) -> tuple[Complaint, ...]:
    """Every complaint there is."""
    return (await bench.storage.find_complaints(ComplaintFilter())).complaints


async def test_half_way_there_is_one_word(bench: Bench) -> None:
    """It tells what becomes of the draft and when; the draft does not live longer for it."""
    await begin(bench, TOLD)
    await bench.once(hours=HOURS / 2 - 1)
    assert 3 == len(await bench.lines())

    for seconds in (1, 3600, 3600 * 20):
        await bench.once(hours=HOURS / 2, seconds=seconds)

    *_, last = await bench.lines()
    assert 4 == last.seq
    assert last.text.startswith("⟦draft.nudge moment=Thursday 26 November 2026, 10:42⟧")
    assert NOW == (await conversed(bench)).touched_at
    assert ["ComplainantNudged"] == kinds(await bench.storage.conversation_facts(conversation().id))


async def test_another_start_does_not_repeat_it(bench: Bench) -> None:
    """Whether it was said stands in the storage, not in the process."""
    await begin(bench, TOLD)
    await bench.once(hours=HOURS / 2, minutes=1)

    await bench.once(hours=50)  # reminders of their own, as after a restart

    assert 4 == len(await bench.lines())


async def test_what_was_told_and_can_be_answered_is_lodged(bench: Bench) -> None:
    """With its words, from when the story was told, and acknowledged in the same turn."""
    await begin(bench, TOLD)
    await bench.once(hours=HOURS / 2, minutes=1)
    assert () == await lodged(bench)

    assert 1 == await bench.once(hours=HOURS, minutes=1)

    (one,) = await lodged(bench)
    assert ("acknowledged", NOW) == (one.status, one.received_at)
    assert "The parcel never came." == one.details.narrative
    first, second = (await bench.lines())[-2:]
    assert "⟦draft.lodged⟧" == first.text
    assert (Kind.ACKNOWLEDGEMENT, one.reference) == (second.kind, second.reference)
    found = await conversed(bench)
    assert (None, (one.reference,)) == (found.draft, found.complaints)
    assert ["telegram"] == bench.seen.lodged


async def test_what_was_lodged_late_was_acknowledged_late(bench: Bench) -> None:
    """It was received when it was told: the record says so, and nobody hears of it twice."""
    await begin(bench, TOLD)
    await bench.once(hours=HOURS / 2, minutes=1)
    await bench.once(hours=HOURS, minutes=1)
    said = len(await bench.lines())

    assert [1, 0] == [await bench.once(hours=HOURS, minutes=minutes) for minutes in (2, 3)]

    (one,) = await lodged(bench)
    assert "DeadlineMissed" == kinds(one.history)[-1]
    assert said == len(await bench.lines())


async def test_nothing_is_lodged_unannounced(bench: Bench) -> None:
    """Everything was down for a week: the word is said first, and the half of the time waited."""
    await begin(bench, TOLD)

    await bench.once(days=7)
    assert () == await lodged(bench)
    assert 4 == len(await bench.lines())
    await bench.once(days=7, hours=HOURS / 2 - 1)
    assert () == await lodged(bench)
    await bench.once(days=7, hours=HOURS / 2)

    assert 1 == len(await lodged(bench))


@pytest.mark.parametrize(
    ("draft", "channel", "is_kept"),
    [
        pytest.param(TOLD, "telegram", True, id="a chat that reaches them"),
        pytest.param(TOLD, "slack", True, id="another"),
        pytest.param(TOLD, "web", False, id="a page that they must come back to"),
        pytest.param(
            replace(TOLD, details=Details(contact=MAIL)), "web", True, id="an address was given"
        ),
        pytest.param(
            replace(TOLD, details=Details(contact=Contact(ContactKind.NONE))),
            "telegram",
            False,
            id="no answer is wanted",
        ),
        pytest.param(replace(TOLD, told=()), "telegram", False, id="no story"),
        pytest.param(replace(TOLD, is_paused=True), "telegram", False, id="put aside"),
    ],
)
async def test_which_drafts_are_lodged(
    bench: Bench, draft: Draft, channel: str, *, is_kept: bool
) -> None:
    """What can't be answered, or was put aside, expires as it always did."""
    await begin(bench, draft, channel)
    await bench.once(hours=HOURS / 2, minutes=1)
    await bench.once(hours=HOURS + 1)

    assert is_kept == bool(await lodged(bench))
    assert (await conversed(bench)).draft is None
    assert is_kept == ("expired" not in (await bench.lines())[-1].text)


@pytest.mark.parametrize("purpose", ["delete", "restart", "insist"])
async def test_who_was_about_to_delete_it_is_not_overruled(bench: Bench, purpose: str) -> None:
    """They were asked whether to delete it, and left: it goes."""
    await begin(bench, TOLD, open=Open(Question.CONFIRM, purpose=purpose))
    await bench.once(hours=HOURS / 2, minutes=1)
    await bench.once(hours=HOURS + 1)

    assert () == await lodged(bench)
    assert 2 == len(await bench.lines())


async def test_an_anonymous_one_is_tied_to_no_chat(bench: Bench) -> None:
    """As if it had been sent: the chat forgets it, and the code stands in the last line."""
    await begin(bench, replace(TOLD, privacy=Privacy.ANONYMOUS))
    await bench.once(hours=HOURS / 2, minutes=1)
    await bench.once(hours=HOURS + 1)

    (one,) = await lodged(bench)
    assert conversation().id != one.conversation
    assert () == (await conversed(bench)).known
    last = (await bench.lines())[-1]
    assert (True, one.reference) == (last.is_fleeting, last.reference)
    assert "parcel" not in repr((await bench.lines())[:-1])


async def test_the_word_waits_for_the_hours(bench: Bench) -> None:
    """At night nobody is written to; it is said in the morning, to nobody twice."""
    bench.policy = Policy(opening=Opening())
    await begin(bench, TOLD)
    reminders = bench.reminders()
    for hour in (23, 27, 32.9):  # Tuesday 22:42, at night, on Wednesday 08:36
        bench.now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour)
        await reminders.once()
    assert 3 == len(await bench.lines())

    for hour in (33, 34):
        bench.now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour)
        await reminders.once()

    assert 4 == len(await bench.lines())


async def test_a_draft_without_rules_is_kept(bench: Bench) -> None:
    """No deadline could be promised: an error is logged, and nothing is lost."""
    await begin(bench, TOLD)
    await bench.once(hours=HOURS / 2, minutes=1)
    rules, bench.rules = bench.rules, replace(bench.rules, regimes=())

    assert 0 == await bench.once(hours=HOURS + 1)

    assert (await conversed(bench)).draft is not None
    bench.rules = rules
    assert 1 == await bench.once(hours=HOURS + 2)
