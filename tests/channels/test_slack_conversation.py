"""A complaint told in Slack, over Socket Mode and over HTTP, in a workspace that is not real."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.slack_house import MODES, PNG, STORY, House, eventually, slack_house
from tests.platforms import needs_fakes

pytestmark = needs_fakes


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Everything runs."""
    async with slack_house(tmp_path) as house:
        yield house


@pytest.mark.parametrize("mode", MODES)
async def test_complaint_from_first_word_to_status(tmp_path: Path, mode: str) -> None:
    """Told, asked, checked, sent, acknowledged with a reference, looked up: all in one place."""
    async with slack_house(tmp_path, mode) as house:
        alice = house.enter(locale="en-GB")
        await alice.tells(STORY, "⟦ask.effect⟧")
        await alice.tells("I had nothing to give away", "⟦ask.evidence⟧")
        photo = house.slack.file(alice.user, PNG, "smashed.png", "image/png")
        asked = await alice.tells("", "⟦ask.contact⟧", files=[photo])
        assert "⟦file.saved count=1⟧" in asked["shown"]
        await alice.presses("chat")
        await alice.hears("⟦check")
        await alice.presses("send")
        sent = await alice.hears("⟦acknowledgement")
        await alice.presses("status")
        await alice.hears("⟦status")

        (complaint,) = await house.ombud.complaints()
        assert ("slack", "alice") == (complaint.channel, complaint.identity.name)
        assert complaint.reference in sent["shown"]
        assert "private_code=" in sent["shown"]
        assert ["smashed.png"] == [file.name for file in complaint.attachments]
        assert STORY in complaint.details.narrative
        await house.until(lambda: all(one.acknowledged for one in house.slack.deliveries))
        assert 1 == house.ombud.metric("ombud_complaints_total", channel="slack")


async def test_metadata_names_the_line(house: House) -> None:
    """So that a line can be found again, whose answer was lost."""
    alice = house.enter()

    message = await alice.tells(STORY, "⟦ask.effect⟧")

    assert "ombud_line" == message["metadata"]["event_type"]
    assert {"delivery", "part"} == message["metadata"]["event_payload"].keys()
    assert message["metadata"]["event_payload"]["delivery"].isdigit()


async def test_press_takes_the_buttons_away(house: House) -> None:
    """The message says what was chosen; nothing can be pressed twice."""
    alice = house.enter()
    asked = await alice.tells(STORY, "⟦ask.effect⟧")

    await alice.presses("skip")
    await alice.hears("⟦ask.evidence⟧")

    place = house.slack.workspace.channels[alice.direct]
    await house.until(lambda: "✓" in str(place.messages[asked["ts"]]["blocks"]))
    blocks = place.messages[asked["ts"]]["blocks"]
    assert ["section", "context"] == [block["type"] for block in blocks]
    assert "✓ ⟦choice.skip⟧" == blocks[1]["elements"][0]["text"]
    assert asked["metadata"] == place.messages[asked["ts"]]["metadata"]


async def test_old_button_is_answered_and_changes_nothing(house: House) -> None:
    """A button that was left in place, as where the message could not be changed."""
    house.slack.fault(method="chat.update", kind="error", error="cant_update_message", times=9)
    alice = house.enter()
    asked = await alice.tells(STORY, "⟦ask.effect⟧")
    await alice.tells("I had nothing to give away", "⟦ask.evidence⟧")

    await alice.presses("skip", ts=asked["ts"])

    answer = await alice.hears("⟦stale⟧")
    assert "⟦ask.evidence⟧" in answer["shown"]


async def test_edit_is_read_again(house: House) -> None:
    """The changed words replace the first ones, and what is noted follows them."""
    alice = house.enter()
    message = alice.say(STORY)
    await alice.hears("⟦ask.effect⟧")

    house.slack.edit(alice.user, alice.direct, message["ts"], STORY.replace("48213", "48219"))

    assert "48219" in (await alice.hears("⟦changed"))["shown"]
    draft = await alice.draft()
    assert "48219" == draft.details.order_or_account
    assert [STORY.replace("48213", "48219")] == list(draft.told)


async def test_deleted_message_is_left_out(house: House) -> None:
    """What somebody takes back is not sent."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")
    more = alice.say("I had nothing to give away")
    await alice.hears("⟦ask.evidence⟧")
    assert "I had nothing to give away" == (await alice.draft()).details.effect

    house.slack.delete(alice.direct, more["ts"])

    async def is_left_out() -> bool:
        return (await alice.draft()).details.effect is None

    await eventually(is_left_out)


async def test_files_in_a_burst_are_answered_once(house: House) -> None:
    """Five messages with a photo each, one after another: one answer, five files."""
    alice = house.enter()
    await alice.tells(STORY, "⟦ask.effect⟧")

    for number in range(5):
        photo = house.slack.file(alice.user, PNG + bytes([number]), f"{number}.png", "image/png")
        alice.say("", files=[photo])

    await alice.hears("⟦file.saved count=5⟧")
    assert 5 == len((await alice.draft()).attachments)


async def test_too_many_files_are_told(tmp_path: Path) -> None:
    """Beyond the number nothing is fetched any more."""
    async with slack_house(tmp_path, max_attachments=2) as house:
        alice = house.enter()
        await alice.tells(STORY, "⟦ask.effect⟧")
        photos = [
            house.slack.file(alice.user, PNG + bytes([number]), f"{number}.png", "image/png")
            for number in range(12)
        ]
        await alice.tells("", "⟦file.saved count=1⟧", files=photos[:1])

        answer = await alice.tells("", "⟦file.", files=photos[1:])

        assert "⟦file.saved count=1⟧" in answer["shown"]
        assert "⟦file.refused" in answer["shown"]
        assert 2 == len((await alice.draft()).attachments)
        assert 2 == len(house.slack.calls("download"))


async def test_form_changes_the_summary(house: House) -> None:
    """One input per question; what is wrong is said beside it, and then nothing is taken."""
    alice = house.enter()
    await alice.at_check()

    opened = await house.slack.press(alice.user, "ombud_check_open")
    (view,) = house.slack.open_views(alice.user)
    values = {
        block["block_id"]: block["element"].get("initial_value")
        for block in view.body["blocks"]
        if block["type"] == "input"
    }
    assert opened.acknowledged
    assert "48213" == values["order_or_account"]
    await house.slack.submit(alice.user, view.body["id"], {**values, "occurred_on": "30 February"})
    assert {"occurred_on"} == view.errors.keys()
    assert not view.closed
    told = {**values, "order_or_account": "50000", "narrative": "The driver laughed."}
    await house.slack.submit(alice.user, view.body["id"], told)

    summary = await alice.hears("⟦check")
    assert view.closed
    await house.until(lambda: "✓ ⟦form.open⟧" in str(alice.messages()))
    assert "order_or_account=50000" in summary["shown"]
    assert [STORY, "The driver laughed."] == list((await alice.draft()).told)


async def test_form_that_changes_nothing_closes_without_a_word(house: House) -> None:
    """Nothing is said again."""
    alice = house.enter()
    await alice.at_check()
    await house.slack.press(alice.user, "ombud_check_open")
    (view,) = house.slack.open_views(alice.user)
    values = {
        block["block_id"]: block["element"].get("initial_value")
        for block in view.body["blocks"]
        if block["type"] == "input"
    }
    said = len(alice.messages())

    await house.slack.submit(alice.user, view.body["id"], values)

    assert view.closed
    await alice.tells("help", "⟦help")
    assert said < len(alice.messages())
    assert "⟦changed" not in alice.shown()[said]


async def test_form_of_an_old_summary_is_outdated(house: House) -> None:
    """Once it was sent there is nothing to be opened: said, not ignored."""
    house.slack.fault(method="chat.update", kind="error", error="cant_update_message", times=9)
    alice = house.enter()
    await alice.lodges()

    press = await house.slack.press(alice.user, "ombud_check_open")

    assert press.acknowledged
    assert [] == house.slack.open_views(alice.user)
    await alice.hears("⟦stale⟧")


async def test_form_that_can_not_be_opened_is_shown_as_failed(tmp_path: Path) -> None:
    """Slack tells the person where a press is not acknowledged."""
    async with slack_house(tmp_path, "http") as house:
        alice = house.enter()
        await alice.at_check()
        house.slack.fault(method="views.open", kind="error", error="expired_trigger_id")

        press = await house.slack.press(alice.user, "ombud_check_open")

        assert not press.acknowledged


async def test_home_shows_complaints(house: House) -> None:
    """Nothing at first; then each complaint with its status, and a button that opens it."""
    alice = house.enter()
    house.slack.open_home(alice.user)
    await house.until(lambda: "⟦home.none⟧" in str(house.slack.home(alice.user)))

    reference = await alice.lodges()

    await house.until(lambda: "status=acknowledged" in str(house.slack.home(alice.user)))
    home = house.slack.home(alice.user)
    assert home is not None
    await alice.presses(f"reference:{reference}", view_id=home["id"])
    await alice.hears("⟦status")


async def test_home_follows_what_caseworkers_do(house: House) -> None:
    """An answer changes what the tab shows without its being opened again."""
    alice = house.enter()
    reference = await alice.lodges()

    for action, fields in (
        ("take", {}),
        ("respond", {"text": "We refund you.", "finding": "upheld", "reasons": "We erred."}),
    ):
        await house.ombud.ombud.desk.act(reference, action, fields, "Mina")

    await alice.hears("⟦answer")
    await house.until(lambda: "status=responded" in str(house.slack.home(alice.user)))


async def test_home_button_begins_a_complaint(house: House) -> None:
    """From somebody who never wrote."""
    alice = house.enter()
    house.slack.open_home(alice.user)
    await house.until(lambda: house.slack.home(alice.user) is not None)
    home = house.slack.home(alice.user)
    assert home is not None

    await alice.presses("complain", view_id=home["id"])

    await alice.hears("⟦ask.narrative⟧")


async def test_command_elsewhere_is_answered_in_private(house: House) -> None:
    """In a channel only the way to the direct message shows, and only to whoever asked."""
    alice = house.enter()
    general = house.slack.channel("general", [alice.user])

    command = await house.slack.command(alice.user, "/complain", STORY, general)

    assert command.acknowledged
    await alice.hears("⟦ask.effect⟧")
    (hint,) = house.slack.from_bot(general, user=alice.user)
    assert alice.user == hint["to"]
    assert "⟦private.link" in hint["text"]
    assert "<slack://app?team=T00000001&amp;id=A00000001&amp;tab=messages|Ombud>" in hint["text"]
    assert "48213" not in str(house.slack.messages(general, user=alice.user))


async def test_commands_in_the_direct_message(house: House) -> None:
    """No hint is needed where the answer comes anyway."""
    alice = house.enter()
    reference = await alice.lodges()

    await house.slack.command(alice.user, "/status", reference)

    status = await alice.hears("⟦status")
    assert reference in status["shown"]
    assert [] == [m for m in house.slack.messages(alice.direct, user=alice.user) if "to" in m]


async def test_status_elsewhere_opens_with_the_code(house: House) -> None:
    """Reference and private code open a complaint for another account."""
    alice, bob = house.enter("alice"), house.enter("bob")
    reference = await alice.lodges()
    code = alice.shown()[-1].split("private_code=")[1].split()[0]

    await house.slack.command(bob.user, "/status", f"{reference} {code}")

    assert reference in (await bob.hears("⟦status"))["shown"]


async def test_shortcut_begins(house: House) -> None:
    """From anywhere in Slack."""
    alice = house.enter()

    shortcut = await house.slack.shortcut(alice.user, "ombud_start")

    assert shortcut.acknowledged
    await alice.hears("⟦greeting")


async def test_mention_is_answered_with_the_way_to_private(house: House) -> None:
    """In the thread, once, with nothing of what was said; nobody is called by it."""
    alice = house.enter()
    general = house.slack.channel("general", [alice.user])

    mention = house.slack.say(alice.user, STORY, channel=general, mention=True)
    answer = await house.slack.wait_for(general, contains="⟦private.link")
    for event in house.slack.events():
        house.slack.repeat(event.payload["event_id"])
    await house.until(lambda: all(len(e.attempts) == 2 for e in house.slack.events()[:2]))

    assert mention["ts"] == answer["thread_ts"]
    assert [] == answer["notified"]
    assert 1 == len(house.slack.from_bot(general))
    assert [] == alice.messages()
    assert () == await house.ombud.complaints()


async def test_channel_chatter_is_ignored(house: House) -> None:
    """What people say to one another is not for the bot, and is not kept."""
    alice = house.enter()
    general = house.slack.channel("general", [alice.user])

    house.slack.say(alice.user, STORY, channel=general)

    await house.until(lambda: house.slack.events()[0].acknowledged)
    await alice.tells(STORY, "⟦ask.effect⟧")
    assert [] == house.slack.from_bot(general)
    assert 1 == house.ombud.metric("ombud_turns_total", channel="slack", outcome="taken")


async def test_markup_in_every_field_stays_text(house: House) -> None:
    """Whatever people write calls nobody, and is shown once as it was written."""
    markup = "<!channel> <@U00000001> <https://evil.example|bank> `code` & &amp; <b>"
    alice = house.enter("<!here>")

    await alice.tells(f"The parcel {markup} came smashed on 18 November", "⟦ask.")
    shown = ""
    while "⟦check" not in shown:
        await alice.presses("skip")
        shown = (await alice.hears("⟦"))["shown"]
    await alice.presses("send")
    await alice.hears("⟦acknowledgement")

    (complaint,) = await house.ombud.complaints()
    assert f"The parcel {markup} came smashed on 18 November" == complaint.details.narrative
    summary = next(m for m in alice.messages() if "⟦check" in m["text"])
    assert markup in summary["blocks"][0]["text"]["text"]
    for message in alice.messages():
        assert "<!" not in message["text"]
        assert "<@" not in message["text"]


async def test_unanswerable_messages_are_answered(house: House) -> None:
    """Too long, of no content."""
    alice = house.enter()

    await alice.tells("x" * 20_001, "⟦too_long")
    house.slack.say(alice.user, "")
    await alice.hears("⟦unreadable.other")


async def test_language_of_the_account(tmp_path: Path) -> None:
    """Whoever has Slack in Swedish is greeted in Swedish."""
    async with slack_house(tmp_path, language="en") as house:
        alice, astrid = house.enter("alice", locale="en-GB"), house.enter("astrid", locale="sv-SE")

        await alice.tells("hello", "Hello")
        await astrid.tells("hej", "Hej")


async def test_name_is_asked_where_slack_does_not_tell_it(house: House) -> None:
    """A turn does not wait for Slack to know who that is."""
    house.slack.fault(method="users.info", kind="error", error="internal_error", times=99)
    alice = house.enter()

    await alice.tells(STORY, "⟦ask.effect⟧")
    for _ in range(3):
        await alice.presses("skip")
        message = await alice.hears("⟦")
        if "⟦ask.name⟧" in message["shown"]:
            return
    raise AssertionError("the name was not asked for")
