"""On a network that knows who writes, nothing may tie them to an anonymous complaint."""

from __future__ import annotations

from bot.domain.events import Privacy
from bot.reminders import Reminders
from tests.talking import House, Talk

STORY = "Order 48213 came smashed last tuesday. I want a refund"


async def test_nothing_ties_the_chat_to_the_complaint() -> None:
    """Neither what is remembered, nor the lines, nor the complaint's own home."""
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True)
    await talk.send(text=STORY, sender_name="Alice Example")

    reference = await talk.finish("anonymous")

    memory, complaint = await talk.memory(), await house.complaint(reference)
    lines = await house.storage.messages(memory.id)
    assert complaint.conversation != memory.id
    assert reference not in repr(memory)
    assert STORY not in [line.text for line in lines]
    assert (None, Privacy.ANONYMOUS) == (complaint.identity.name, complaint.privacy)
    assert talk.lines[-1].is_fleeting
    assert await house.storage.conversation_facts(memory.id) == ()


async def test_the_private_code_is_the_way_back() -> None:
    """From the same chat as from anywhere else."""
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True)
    await talk.send(text=STORY)
    reference = await talk.finish("anonymous")
    code = talk.code

    await talk.send(text=f"status {reference}")
    assert "About:" not in talk.text
    await talk.send(text=code)

    assert "48213" in talk.text


async def test_a_change_of_mind_after_sending_unties_too() -> None:
    """The wish counts from then on, and the code is shown once more."""
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True)
    await talk.send(text=STORY)
    reference = await talk.finish()

    await talk.press("anonymous")

    memory, complaint = await talk.memory(), await house.complaint(reference)
    assert (memory.complaints, complaint.conversation == memory.id) == ((), False)
    assert talk.code
    assert reference not in repr(memory)


async def test_danger_is_lodged_without_a_trace_as_well() -> None:
    """What is missing is not asked afterwards: that would need the tie."""
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True)
    await talk.send(text="I want to stay anonymous. Your gas boiler is leaking gas right now")

    memory = await talk.memory()
    assert (None, None) == (memory.draft, memory.open)
    assert (await house.complaint(talk.reference)).conversation != memory.id


async def test_on_the_web_the_window_stays_open() -> None:
    """There nobody knows who writes, so the chat that lodged it may go on."""
    house = House()
    talk = await house.enter()
    await talk.send(text=STORY)
    reference = await talk.finish("anonymous")

    assert (await house.complaint(reference)).conversation == (await talk.memory()).id


async def test_what_was_opened_by_its_code_is_let_go_again() -> None:
    """It may be added to and rated; an hour later nothing ties the chat to it."""
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True)
    await talk.send(text=STORY)
    reference = await talk.finish("anonymous")
    await talk.send(text=f"status {reference} {talk.code}")
    assert (await talk.memory()).known == (reference,)
    assert talk.lines[-1].is_fleeting

    house.later(hours=2)
    await talk.send(text="thanks")

    assert reference not in repr(await talk.memory())


async def test_whoever_does_not_come_back_is_let_go_as_well() -> None:
    """The reminders see to it, and say nothing."""
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True)
    await talk.send(text=STORY)
    reference = await talk.finish("anonymous")
    await talk.send(text=f"status {reference} {talk.code}")
    before = (await talk.memory()).last_seq

    house.later(days=4)
    reminders = Reminders(house.storage, house.parts.talk, lambda: house.now, house.parts.metrics)
    await reminders.once()

    memory = await talk.memory()
    assert (before, False) == (memory.last_seq, reference in repr(memory))
