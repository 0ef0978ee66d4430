"""What only platforms can send: edits, commands, old buttons, files that were not kept, forms."""

from __future__ import annotations

import pytest

from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import NotTaken, Origin, RefusedFile, Unreadable
from bot.domain.form import Question
from tests.talking import House, Talk

STORY = "Order 48213 came smashed last tuesday. I want a refund"


async def _told(house: House, story: str = STORY) -> Talk:
    talk = await house.enter()
    await talk.send(id="m1", text=story)
    return talk


async def _details(talk: Talk) -> dict[str, object]:
    draft = (await talk.memory()).draft
    assert draft is not None
    return {"told": draft.told, **vars(draft.details)}


async def test_edited_story_is_read_again_and_says_what_changed() -> None:
    """While the complaint is being told, an edit replaces the words and the facts in them."""
    talk = await _told(House())

    await talk.send(id="m1:e1", edits="m1", text=STORY.replace("48213", "48219"))

    details = await _details(talk)
    assert ("48219", (STORY.replace("48213", "48219"),)) == (
        details["order_or_account"],
        details["told"],
    )
    assert "48219" in talk.text
    assert talk.ask == "effect"


async def test_second_edit_starts_from_the_first() -> None:
    """Each edit is compared with what stood there before it."""
    talk = await _told(House())
    await talk.send(id="m1:e1", edits="m1", text=STORY.replace("48213", "48219"))

    await talk.send(id="m1:e2", edits="m1", text=STORY.replace("48213", "50000"))

    assert "50000" == (await _details(talk))["order_or_account"]


async def test_edited_answer_is_no_second_answer() -> None:
    """The answer to a question that has passed is changed; the question now open stays."""
    talk = await _told(House())
    await talk.send(id="m2", text="it was a birthday present")

    await talk.send(id="m2:e1", edits="m2", text="it was a wedding present")

    assert ("it was a wedding present", "evidence") == (
        (await _details(talk))["effect"],
        talk.ask,
    )


async def test_a_fact_that_was_corrected_since_survives_an_edit() -> None:
    """An edit replaces only what came from the words that were edited."""
    talk = await _told(House())
    await talk.say("sorry, the order number is 77777")

    await talk.send(id="m1:e1", edits="m1", text=STORY.replace("smashed", "broken"))

    assert "77777" == (await _details(talk))["order_or_account"]


async def test_edit_that_changes_nothing_is_silent() -> None:
    """Platforms also report edits of what no one sees, as a link's preview."""
    talk = await _told(House())

    await talk.send(id="m1:e1", edits="m1", text=STORY)

    assert () == talk.lines


async def test_edit_of_a_message_that_never_came_is_the_message() -> None:
    """It was sent while nobody listened: what is known of it is its last form."""
    talk = await House().enter()

    await talk.send(id="m1:e1", edits="m1", text=STORY)
    await talk.send(id="m1:e2", edits="m1", text=STORY.replace("48213", "48219"))

    assert "48219" == (await _details(talk))["order_or_account"]


async def test_edit_after_sending_is_recorded_as_a_correction() -> None:
    """What was sent stays as it was; the new words stand beside it."""
    house = House()
    talk = await _told(house)
    reference = await talk.finish()

    await talk.send(id="m1:e1", edits="m1", text=STORY.replace("48213", "48219"))

    complaint = await house.complaint(reference)
    added = complaint.history[-1]
    assert (STORY, STORY.replace("48213", "48219")) == (
        added.corrects,  # type: ignore[attr-defined]
        added.text,  # type: ignore[attr-defined]
    )
    assert complaint.details.narrative == STORY
    assert reference in talk.text


async def test_deleted_message_is_left_out_of_the_story() -> None:
    """The narrative holds what was not taken back (contract §1), and its facts go, too."""
    talk = await _told(House())
    await talk.send(id="m2", text="The driver laughed at me and drove off")

    await talk.send(id="m1:d", edits="m1", text="")

    details = await _details(talk)
    assert STORY not in str(details["told"])
    assert details["order_or_account"] is None


async def test_message_deleted_after_sending_stays_and_says_so() -> None:
    """A record that can be made to vanish would be none."""
    house = House()
    talk = await _told(house)
    reference = await talk.finish()

    await talk.send(id="m1:d", edits="m1", text="")

    assert STORY == (await house.complaint(reference)).details.narrative
    assert "sent already" in talk.text


async def test_button_of_an_earlier_question_answers_nothing() -> None:
    """ "Skip" under the first question must not skip the second."""
    talk = await _told(House())
    asked = talk.lines[-1].seq
    await talk.send(id="m2", text="it was a birthday present")

    await talk.send(action="skip", pressed_seq=asked)

    assert ("evidence", True) == (talk.ask, "no longer in use" in talk.text)


async def test_button_of_the_question_put_again_still_answers() -> None:
    """A digression repeats the question; both its messages offer the same."""
    talk = await _told(House())
    asked = talk.lines[-1].seq
    await talk.say("is this free?")

    await talk.send(action="skip", pressed_seq=asked)

    assert talk.ask == "evidence"


async def test_a_summary_that_was_changed_since_can_not_be_sent() -> None:
    """Whoever presses Send has read what is sent."""
    talk = await _told(House())
    while talk.ask != "check":
        await talk.press("skip")
    outdated = talk.lines[-1].seq
    await talk.say("the order number is 77777")

    await talk.send(action="send", pressed_seq=outdated)

    assert ((await talk.memory()).complaints, talk.ask) == ((), "check")


async def test_send_pressed_twice_lodges_once() -> None:
    """Two presses within a moment come as two messages (reliability 16)."""
    house = House()
    talk = await _told(house)
    while talk.ask != "check":
        await talk.press("skip")
    check = talk.lines[-1].seq

    await talk.send(action="send", pressed_seq=check)
    reference = talk.reference
    await talk.send(action="send", pressed_seq=check)

    assert [reference] == list((await talk.memory()).complaints)
    assert "no longer in use" in talk.text


async def test_delete_pressed_twice_asks_first() -> None:
    """The second press of one button is no answer to the question that the first one put."""
    talk = await _told(House())
    while talk.ask != "check":
        await talk.press("skip")
    check = talk.lines[-1].seq

    await talk.send(action="delete", pressed_seq=check)
    await talk.send(action="delete", pressed_seq=check)

    assert ((await talk.memory()).draft is not None, talk.ask) == (True, "confirm")


@pytest.mark.parametrize(
    ("command", "text", "expected"),
    [
        (Intent.HELP, "", "Tell me what happened"),
        (Intent.TRACK, "", "What is the reference"),
        (Intent.PERSON, "", "A person will read this"),
        (Intent.LANGUAGE, "sv", "svenska"),
        (Intent.LANGUAGE, "", "Svenska (sv)"),
        (Intent.DELETE, "", "nothing here to delete"),
        (Intent.SETTINGS, "", "/language"),
        (Intent.LODGE, "", "What happened?"),
    ],
)
async def test_command_does_what_its_words_would(command: Intent, text: str, expected: str) -> None:
    """Whatever stands in the menu works from the first moment."""
    talk = Talk.at(House(), "telegram")

    await talk.send(command=command, text=text)

    assert expected in talk.text


async def test_first_message_is_answered_after_the_introduction() -> None:
    """On a platform nobody opens a page: who listens is said before the answer."""
    talk = Talk.at(House(), "slack")

    await talk.send(text=STORY)

    assert "I'm a computer program" in talk.lines[0].text
    assert talk.ask == "effect"


async def test_start_again_keeps_what_was_told() -> None:
    """ "/start" in the middle greets and goes on."""
    talk = await _told(House())

    await talk.send(command=Intent.GREET)

    assert ((await _details(talk))["told"], talk.ask) == ((STORY,), "effect")


async def test_where_somebody_came_in_is_recorded() -> None:
    """A code on a counter tells the site, and the category where the words tell none."""
    house = House()
    talk = Talk.at(house, "telegram")
    await talk.send(command=Intent.GREET, origin=Origin("counter", "Mill Road"))
    assert "Mill Road" in talk.text

    reference = await talk.lodge("Something rather odd was done to me there and I did not like it")

    complaint = await house.complaint(reference)
    assert ("Mill Road", "counter") == (complaint.site, complaint.assessment.category)


@pytest.mark.parametrize("kind", list(Unreadable))
async def test_what_can_not_be_read_is_answered_and_the_question_stays(kind: Unreadable) -> None:
    """A sticker is no answer."""
    talk = await _told(House())

    await talk.send(unreadable=kind)

    assert ("effect", True) == (talk.ask, bool(talk.text.strip()))


@pytest.mark.parametrize("reason", list(NotTaken))
async def test_a_file_that_was_not_kept_is_told_with_its_reason(reason: NotTaken) -> None:
    """By its name, and what to do instead; what came beside it is taken."""
    talk = await _told(House())

    await talk.send(text="see the photo", refused=(RefusedFile("bill.exe", reason),))

    assert "bill.exe" in talk.text


async def test_voice_note_is_kept_and_words_are_asked_for() -> None:
    """Nobody here hears it before a person does."""
    talk = await _told(House())
    voice = talk.file("voice.oga", "audio/ogg")

    await talk.say("", voice)

    assert "I can't, so write" in talk.text


async def test_an_album_with_more_than_fits_is_kept_as_far_as_it_fits() -> None:
    """Ten files belong to a complaint; the others are named (contract §7)."""
    talk = await _told(House())
    album = [talk.file(f"photo-{number}.png", "image/png") for number in range(12)]

    await talk.say("", *album)

    draft = (await talk.memory()).draft
    assert draft is not None
    assert len(draft.attachments) == 10
    assert "photo-10.png" in talk.text


async def test_form_changes_what_was_changed_in_it() -> None:
    """The whole summary can be put right at once."""
    house = House()
    talk = await _told(house)
    while talk.ask != "check":
        await talk.press("skip")

    await talk.send(
        form=(
            (Question.ORDER_OR_ACCOUNT, "99999"),
            (Question.EFFECT, "I had no present to give"),
            (Question.NARRATIVE, "And nobody answered my calls."),
            (Question.NAME, ""),
        )
    )

    details = await _details(talk)
    assert ("99999", "I had no present to give", None, "check") == (
        details["order_or_account"], details["effect"], details["name"], talk.ask,
    )  # fmt: skip
    assert (STORY, "And nobody answered my calls.") == details["told"]


async def test_form_with_an_error_changes_nothing() -> None:
    """What is wrong is told beside its line, and nothing that was typed is half taken."""
    house = House()
    talk = await _told(house)
    while talk.ask != "check":
        await talk.press("skip")
    before = await talk.memory()

    answer = await talk.fill(
        (Question.OCCURRED_ON, "the 30th of February"), (Question.EFFECT, "none")
    )

    assert [Question.OCCURRED_ON] == list(answer.errors)
    assert before == await talk.memory()


async def test_form_is_stale_once_the_complaint_was_sent() -> None:
    """A window that was left open changes nothing any more."""
    house = House()
    talk = await _told(house)
    await talk.finish()

    await talk.send(form=((Question.EFFECT, "too late"),))

    assert "no longer in use" in talk.text


async def test_sheet_shows_what_is_noted_only_at_the_check() -> None:
    """One line a question; who complains is missing where nobody may know."""
    house = House()
    talk = await _told(house)
    assert () == await house.service.sheet(talk.address)
    while talk.ask != "check":
        await talk.press("skip")

    lines = {line.question: line.value for line in await house.service.sheet(talk.address)}
    await talk.press("anonymous")
    hidden = {line.question for line in await house.service.sheet(talk.address)}

    assert (lines[Question.ORDER_OR_ACCOUNT], lines[Question.EFFECT]) == ("48213", "")
    assert {Question.NAME, Question.CONTACT} == set(lines) - hidden


async def test_overview_lists_what_is_open_here() -> None:
    """Newest first, with a button that opens each."""
    house = House()
    talk = await house.enter()
    first, second = await talk.lodge(), await talk.lodge_another()

    shown = await house.service.overview(talk.address)

    assert [second, first] == [line.reference for line in shown]
    assert f"reference:{second}" == shown[0].choices[0].action
