"""Whole conversations on Telegram, between a real installation and the fake platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.answers import ContactKind
from bot.domain.events import ComplainantAdded
from channels.telegram.translate import address_of
from tests.channels.telegram_person import STORY, Person, fake_telegram
from tests.platforms import HAS_FAKES, Installation, installation, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

pytestmark = needs_fakes


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram with one bot."""
    async with fake_telegram() as fake:
        yield fake


@pytest.fixture
async def ombud(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation that polls it and shows keys."""
    async with installed(telegram, tmp_path) as running:
        yield running


def installed(telegram: FakeTelegram, folder: Path, **more: Any) -> Any:
    """An installation in `folder`."""
    told = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "language": "keys"}
    return installation(folder, **(told | more))


async def test_a_complaint_from_greeting_to_acknowledgement(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """The story, three questions, the summary: sent, acknowledged, kept with its channel."""
    alice = Person.enter(telegram)
    greeting = await alice.say("/start", "⟦greeting")
    await alice.lodge()

    (complaint,) = await ombud.complaints()
    assert complaint.channel == "telegram"
    assert complaint.details.narrative == STORY
    assert complaint.identity.name == "Alice"
    assert complaint.details.contact is not None
    assert complaint.details.contact.kind is ContactKind.CHAT
    acknowledgement = telegram.from_bot(alice.chat)[-1]
    coded = [e for e in acknowledgement["entities"] if e["type"] == "code"]
    assert coded
    assert alice.buttons(greeting["message_id"])  # it was answered by words, not by a button
    assert ombud.platforms.troubles() == {"telegram": None}


async def test_an_answered_question_loses_its_buttons(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """The choice stands below it; the press is acknowledged."""
    alice = Person.enter(telegram)
    asked = await alice.say(STORY, "⟦ask.effect")
    query = telegram.press(alice.chat, "⟦choice.skip⟧")
    await alice.hear("⟦ask.evidence")

    edited = await telegram.until(lambda: as_shown(telegram, alice, asked, "✓ ⟦choice.skip⟧"))
    assert edited["text"].startswith(asked["text"])
    assert "reply_markup" not in edited
    await telegram.until(lambda: telegram.press_answer(query))


def as_shown(
    telegram: FakeTelegram, person: Person, message: dict[str, Any], words: str
) -> dict[str, Any] | None:
    """A message as it is now, once it holds these words."""
    now = {m["message_id"]: m for m in telegram.chat(person.chat)}[message["message_id"]]
    return now if words in now["text"] else None


async def test_a_button_of_an_old_question_changes_nothing(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """It is answered by `stale`, and goes; it does not look chosen."""
    alice = Person.enter(telegram)
    asked = await alice.say(STORY, "⟦ask.effect")
    await alice.say("We could not eat for a day", "⟦ask.evidence")
    telegram.press(alice.chat, "⟦choice.skip⟧", message_id=asked["message_id"])
    await alice.hear("⟦stale")

    await telegram.until(lambda: not alice.buttons(asked["message_id"]))
    assert "✓" not in "".join(alice.heard())


async def test_two_presses_within_a_moment_send_once(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """The second press of Send finds nothing to send."""
    alice = Person.enter(telegram)
    await alice.tell()
    telegram.press(alice.chat, "⟦choice.send⟧")
    telegram.press(alice.chat, "⟦choice.send⟧")
    await alice.hear("⟦acknowledgement")
    await alice.hear("⟦stale")

    assert len(await ombud.complaints()) == 1


async def test_two_devices_at_once(telegram: FakeTelegram, ombud: Installation) -> None:
    """What is written on both at the same moment is all in the story."""
    alice = Person.enter(telegram)
    await alice.say("/complain", "⟦ask.narrative")
    telegram.hold()
    for text in (STORY, "The driver just laughed at me", "And he threw the box over the fence"):
        telegram.say(alice.chat, text)
    telegram.release()
    await telegram.until(lambda: not telegram.queue())
    await alice.say("no, that is all", "⟦")

    conversation = await ombud.ombud.service.find(address_of(alice.chat))
    assert conversation is not None
    assert conversation.draft is not None
    assert STORY in conversation.draft.narrative
    lines = await ombud.ombud.service.messages(conversation.id, 0)
    said = [one.text for one in lines if one.sender == "complainant"]
    assert said[1:4] == [
        STORY,
        "The driver just laughed at me",
        "And he threw the box over the fence",
    ]


def last(telegram: FakeTelegram, person: Person) -> int:
    """The newest message of the bot."""
    return int(telegram.from_bot(person.chat)[-1]["message_id"])


@pytest.mark.parametrize("length", [4096, 4097, 9000])
async def test_a_story_that_takes_several_messages(
    telegram: FakeTelegram, ombud: Installation, length: int
) -> None:
    """Telegram cuts it on the way in, and the summary is cut on the way out; nothing is lost, and
    no piece is taken for the answer to a question."""
    alice = Person.enter(telegram)
    story = f"{STORY}. {'It rained on it all day. ' * 400}"[:length]
    summary = await alice.tell(story)
    await telegram.until(lambda: "⟦choice.send⟧" in alice.buttons(last(telegram, alice)))
    shown = [
        m["text"] for m in telegram.from_bot(alice.chat) if m["message_id"] >= summary["message_id"]
    ]
    assert len("".join(shown)) > length
    await alice.press("⟦choice.send⟧", "⟦acknowledgement")

    (complaint,) = await ombud.complaints()
    assert complaint.details.narrative.strip() == story.strip()
    assert complaint.details.effect is None
    assert all(len(message["text"]) <= 4096 for message in telegram.from_bot(alice.chat))


async def test_data_that_is_not_ours(telegram: FakeTelegram, ombud: Installation) -> None:
    """A press with made-up data is answered, counted, and no turn."""
    alice = Person.enter(telegram)
    await alice.say("/start", "⟦greeting")
    forged = ("like_42", "1:1:<b>", "9" * 60)
    queries = [telegram.press(alice.chat, data=data, check=False) for data in forged]

    await telegram.until(lambda: all(map(telegram.press_answer, queries)))
    await telegram.until(lambda: not telegram.queue())
    assert ombud.metric("ombud_refused_total", reason="telegram_press") == 3
    assert len(alice.heard()) == 1


async def test_forged_data_in_our_form_is_no_key(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """A modified app may press what was never shown: the dialogue says that it means nothing."""
    alice = Person.enter(telegram)
    await alice.say("/start", "⟦greeting")
    telegram.press(alice.chat, data="99:1:send", check=False)
    await alice.hear("⟦stale")

    assert await ombud.complaints() == ()


async def test_an_edit_is_read_again(telegram: FakeTelegram, ombud: Installation) -> None:
    """Before sending it changes the draft, afterwards it is a correction."""
    alice = Person.enter(telegram)
    told = telegram.say(alice.chat, STORY)
    await alice.hear("⟦ask.effect")
    telegram.edit(alice.chat, told["message_id"], STORY.replace("48213", "48219"))
    await alice.hear("48219")
    await alice.press("⟦choice.skip⟧", "⟦ask.evidence")
    await alice.press("⟦choice.no⟧", "⟦ask.contact")
    await alice.press("⟦choice.chat⟧", "⟦check")
    await alice.press("⟦choice.send⟧", "⟦acknowledgement")
    telegram.clock.advance(5)
    telegram.edit(alice.chat, told["message_id"], STORY.replace("48213", "48220"))
    await alice.hear("⟦edited.sent")

    (complaint,) = await ombud.complaints()
    assert complaint.details.order_or_account == "48219"
    assert [e for e in complaint.history if isinstance(e, ComplainantAdded) and e.corrects]


async def test_an_edit_is_of_its_own_message(telegram: FakeTelegram, ombud: Installation) -> None:
    """Message 1 is not message 14, though its number begins alike."""
    alice = Person.enter(telegram)
    told = telegram.say(alice.chat, STORY)
    await alice.hear("⟦ask.effect")
    while telegram.chat(alice.chat)[-1]["message_id"] < 13:
        await alice.say("/settings", "⟦settings")
    await alice.say("The driver only laughed at me", "⟦")
    telegram.edit(alice.chat, told["message_id"], STORY.replace("48213", "48219"))
    await alice.hear("48219")

    conversation = await ombud.ombud.service.find(address_of(alice.chat))
    assert conversation is not None
    assert conversation.draft is not None
    assert "48213" not in conversation.draft.narrative


async def test_the_account_number_with_one_tap(telegram: FakeTelegram, ombud: Installation) -> None:
    """Where a phone number is asked for, a keyboard offers it, and leaves again."""
    alice = Person.enter(telegram)
    await alice.say(STORY, "⟦ask.effect")
    await alice.press("⟦choice.skip⟧", "⟦ask.evidence")
    await alice.press("⟦choice.no⟧", "⟦ask.contact")
    await alice.press("⟦choice.phone⟧", "⟦ask.contact.phone")
    offer = await alice.hear("⟦contact.share.offer")
    button = offer["reply_markup"]["keyboard"][0][0]
    assert (button["text"], button["request_contact"]) == ("⟦contact.share⟧", True)

    contact = {"phone_number": "447700900123", "first_name": "Alice", "user_id": alice.chat}
    telegram.send(alice.chat, {"contact": contact})
    await alice.hear("⟦check")
    await alice.press("⟦choice.send⟧", "⟦acknowledgement")
    (complaint,) = await ombud.complaints()
    assert complaint.identity.contact is not None
    assert complaint.identity.contact.value == "+447700900123"


async def test_a_status_link(telegram: FakeTelegram, ombud: Installation) -> None:
    """A link with a reference shows its stage to a stranger, everything to whoever lodged it."""
    alice, bob = Person.enter(telegram), Person.enter(telegram, "Bob")
    await alice.lodge()
    (complaint,) = await ombud.complaints()

    own = await alice.say(f"/start s_{complaint.reference}", "⟦status")
    other = await bob.say(f"/start s_{complaint.reference}", "⟦status")

    assert complaint.reference in own["text"]
    assert "48213" not in other["text"]


async def test_a_counter_link_is_remembered(telegram: FakeTelegram, ombud: Installation) -> None:
    """The code on the counter says where somebody came in."""
    alice = Person.enter(telegram)
    await alice.say("/start c_delivery-oslo", "⟦greeting")

    conversation = await ombud.ombud.service.find(address_of(alice.chat))
    assert conversation is not None
    assert conversation.origin is not None
    assert (conversation.origin.category, conversation.origin.site) == ("delivery", "oslo")


async def test_commands(telegram: FakeTelegram, ombud: Installation) -> None:
    """Each command of the menu is answered, also with words behind it."""
    alice = Person.enter(telegram)
    for command, words in (
        ("/start", "⟦greeting"),
        ("/help", "⟦"),
        ("/settings", "⟦settings"),
        ("/status CMP-4F7K-9Q2X-V", "⟦status.unknown"),
        ("/language sv", "⟦"),
        ("/complain The train never came on 3 November", "⟦ask."),
        ("/person", "⟦handed_over"),
        ("/cancel", "⟦"),
        ("/delete", "⟦"),
    ):
        await alice.say(command, words)


async def test_language_follows_the_profile(telegram: FakeTelegram, tmp_path: Path) -> None:
    """Who has Telegram in Swedish is greeted in Swedish, and can change it."""
    async with installed(telegram, tmp_path, language="en"):
        astrid = Person.enter(telegram, "Astrid", language="sv")
        await astrid.say("/start", "Hej")
        await astrid.say("/language en", "in English")


async def test_a_group_gets_a_link_and_nothing_else(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """Once a minute, whoever speaks to the bot there is shown the way to the private chat."""
    alice = telegram.user("Alice")
    group = telegram.group("Neighbours", [alice])
    telegram.say(group, STORY)
    telegram.say(group, "/help")
    answer = await telegram.wait_for(group, "⟦private.link")
    telegram.say(group, "@ombud_test_bot are you there?")
    await telegram.until(lambda: not telegram.queue())

    assert "link=https://t.me/ombud_test_bot?start=group" in answer["text"]
    assert "48213" not in answer["text"]
    assert len(telegram.from_bot(group)) == 1
    assert await ombud.complaints() == ()


async def test_a_repeated_update_takes_no_second_turn(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    """Neither at once nor after a restart."""
    async with installed(telegram, tmp_path):
        alice = Person.enter(telegram)
        await alice.lodge()
        await telegram.until(lambda: not telegram.queue())
        for number in list(telegram.updates.history):
            telegram.repeat(number)
        await telegram.until(lambda: not telegram.queue())
        await alice.say("/help", "⟦")
    before = len(alice.heard())
    async with installed(telegram, tmp_path) as again:
        for number in list(telegram.updates.history):
            telegram.repeat(number)
        await alice.say("/help", "⟦")
        await telegram.until(lambda: not telegram.queue())
        assert len(await again.complaints()) == 1

    assert len(alice.heard()) == before + 1
    assert sum("⟦acknowledgement" in text for text in alice.heard()) == 1


async def test_what_comes_while_it_is_down(telegram: FakeTelegram, tmp_path: Path) -> None:
    """Telegram keeps it, and it is taken at the next start; what was taken is confirmed before."""
    alice = Person.enter(telegram)
    async with installed(telegram, tmp_path):
        await alice.say("/start", "⟦greeting")
        await telegram.until(lambda: not telegram.queue())
    telegram.say(alice.chat, STORY)
    telegram.advance(23 * 3600)
    async with installed(telegram, tmp_path):
        await alice.hear("⟦ask.effect")

    assert telegram.queue() == []


async def test_five_hundred_late_updates(telegram: FakeTelegram, tmp_path: Path) -> None:
    """A day's backlog is taken whole and in order for each chat; sending keeps to its pace."""
    people = [Person.enter(telegram, f"P{number}") for number in range(25)]
    for turn in range(20):
        for person in people:
            telegram.say(person.chat, f"{turn}: the train was late again")
    telegram.advance(23 * 3600)
    async with installed(telegram, tmp_path) as ombud:
        await telegram.until(lambda: not telegram.queue(), timeout=30)
        for person in people:
            conversation = await ombud.ombud.service.find(address_of(person.chat))
            assert conversation is not None
            lines = await ombud.ombud.service.messages(conversation.id, 0)
            said = [one.text for one in lines if one.sender == "complainant"]
            assert said == [f"{turn}: the train was late again" for turn in range(20)]

    sent = [call.at for call in telegram.calls("sendMessage")]
    assert len(sent) > 30
    assert all(later - earlier >= 1 for earlier, later in zip(sent, sent[30:], strict=False))


async def test_leaving_cuts_no_turn(telegram: FakeTelegram, tmp_path: Path) -> None:
    """What was taken before the stop is answered, what was not stays at Telegram."""
    alice = Person.enter(telegram)
    async with installed(telegram, tmp_path):
        await alice.say("/start", "⟦greeting")
        telegram.say(alice.chat, STORY)
        update = telegram.updates.history[max(telegram.updates.history)]
        await telegram.until(lambda: update.deliveries)
    async with installed(telegram, tmp_path):
        await alice.hear("⟦ask.effect")

    assert sum("⟦ask.effect" in text for text in alice.heard()) == 1
