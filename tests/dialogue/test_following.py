"""After lodging: status, privacy, private code, answer, review, rating, and several complaints."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.casework import Casework
from bot.domain.answers import ContactKind
from bot.domain.complaint import complaint_from
from bot.domain.events import Privacy
from bot.domain.form import Question
from bot.domain.status import Status
from bot.ports import Work
from bot.settings import Settings
from tests.talking import PHOTO, House, Talk


async def _answered(house: House, talk: Talk, *, remedy: tuple[str, ...] = ()) -> str:
    reference = await talk.lodge()
    desk = Casework(house.storage, house.parts.talk, lambda: house.now)
    fields = {"text": "We refund you.", "finding": "upheld", "reasons": "We erred."}
    await desk.act(reference, "respond", {**fields, "remedy": list(remedy)}, "Mina")
    return reference


async def test_an_accepted_answer_closes_and_is_rated() -> None:
    """Accept, 5, yes and a comment: each is recorded, and nothing is left open."""
    house = House()
    talk = await house.enter()
    reference = await _answered(house, talk)

    await talk.press("accept")
    asked = [talk.ask]
    await talk.press("5")
    asked.append(talk.ask)
    await talk.press("yes")
    asked.append(talk.ask)
    await talk.say("thank you, that was quick")

    complaint = await house.complaint(reference)
    feedback = complaint.feedback
    assert ["rating_handling", "rating_outcome", "comment"] == asked
    assert (Status.CLOSED, None) == (complaint.status, talk.ask)
    assert feedback is not None
    assert (5, "yes", "thank you, that was quick") == (
        feedback.handling, feedback.outcome, feedback.comment,
    )  # fmt: skip


async def test_a_promised_remedy_keeps_the_complaint_open_after_acceptance() -> None:
    """What was promised has to be carried out first (7.9)."""
    house = House()
    talk = await house.enter()
    reference = await _answered(house, talk, remedy=("refund",))

    await talk.press("accept")

    complaint = await house.complaint(reference)
    assert (Status.RESPONDED, True) == (complaint.status, complaint.accepted_at is not None)


async def test_two_taps_open_a_review_and_the_second_no_leads_outside() -> None:
    """Not satisfied, yes: a review; after its answer the same two taps name the outside body."""
    house = House()
    talk = await house.enter()
    reference = await _answered(house, talk)
    await talk.press("not_satisfied")
    await talk.press("yes")
    assert Status.UNDER_REVIEW is (await house.complaint(reference)).status

    desk = Casework(house.storage, house.parts.talk, lambda: house.now)
    again = {"text": "We stand by it.", "finding": "not_upheld", "reasons": "None new."}
    await desk.act(reference, "respond", again, "Noor")
    await talk.press("not_satisfied")
    await talk.press("yes")

    assert Status.EXTERNAL is (await house.complaint(reference)).status
    assert "the Ombudsman" in talk.text


async def _rejected_twice(house: House, talk: Talk) -> str:
    reference = await _answered(house, talk)
    for by in ("Noor", "Noor"):
        await talk.press("not_satisfied")
        await talk.press("yes")
        desk = Casework(house.storage, house.parts.talk, lambda: house.now)
        if Status.UNDER_REVIEW is (await house.complaint(reference)).status:
            again = {"text": "No.", "finding": "not_upheld", "reasons": "None new."}
            await desk.act(reference, "respond", again, by)
    return reference


async def test_the_way_outside_names_its_last_day() -> None:
    """By the rules: six months after the answer; it is told, recorded, and told again on asking."""
    house = House(
        Settings.model_validate(
            {
                "regime": "uk-fca",
                "country": "GB",
                "time_zone": "Europe/London",
                "secret_key": "k" * 40,
            }
        )
    )
    talk = await house.enter()
    reference = await _rejected_twice(house, talk)
    told = talk.text
    await talk.say("what are my rights")

    complaint = await house.complaint(reference)
    assert complaint.external is not None
    assert date(2027, 5, 23) == complaint.external.until
    for said in (told, talk.text):
        assert "Financial Ombudsman Service" in said
        assert "Sunday 23 May 2027" in said


async def test_rules_without_a_last_day_name_none() -> None:
    """Nothing is made up."""
    house = House()
    talk = await house.enter()
    complaint = await house.complaint(await _rejected_twice(house, talk))

    assert complaint.external is not None
    assert complaint.external.until is None
    assert "last day" not in talk.text


async def test_the_reference_and_code_of_a_part_open_it_elsewhere() -> None:
    """A point that goes on by itself is told in the chat, with the code that opens it."""
    house = House()
    talk = await house.enter()
    reference = await talk.lodge()
    complaint = await house.complaint(reference)
    points = replace(complaint.history[0], points=("The parcel.", "The phone."))  # type: ignore[call-arg]  # the receipt
    two = complaint_from(
        complaint.reference, complaint.conversation, (points, *complaint.history[1:])
    )
    await house.storage.commit(Work(complaints=((two, two.version),)))
    desk = Casework(house.storage, house.parts.talk, lambda: house.now)
    after = await desk.act(reference, "split", {"point": "2"}, "Mina")
    lines = await house.service.messages((await talk.memory()).id, 0)
    stranger = await house.enter("stranger")
    await stranger.say(f"status {lines[-1].reference}")
    await stranger.say(str(lines[-1].private_code))

    assert after["history"][-1]["into"] == lines[-1].reference  # type: ignore[index]  # JSON
    assert "The phone." in stranger.text
    assert "smashed" in stranger.text


async def test_an_answer_does_not_disturb_another_complaint_in_the_making() -> None:
    """It arrives, and the question of the draft stays open."""
    house = House()
    talk = await house.enter()
    reference = await talk.lodge()
    await talk.say("Different matter. The lamp from order 90-551 flickers since Sunday")
    before = await talk.memory()

    desk = Casework(house.storage, house.parts.talk, lambda: house.now)
    fields = {"text": "We refund you.", "finding": "upheld", "reasons": "We erred."}
    await desk.act(reference, "respond", fields, "Mina")

    after = await talk.memory()
    assert (before.draft, before.open) == (after.draft, after.open)


async def test_elsewhere_a_reference_shows_the_stage_and_the_code_shows_all() -> None:
    """A reference is no credential (contract §3)."""
    house = House()
    talk = await house.enter()
    reference = await talk.lodge()
    code = house.parts.codes.of((await house.complaint(reference)).reference, 0)
    stranger = await house.enter("stranger")

    await stranger.say(f"how is {reference} doing?")
    assert "smashed" not in stranger.text
    assert Question.PRIVATE_CODE == stranger.ask
    await stranger.say(f"my private code is {code}")

    assert "smashed" in stranger.text
    lines = await house.service.messages((await stranger.memory()).id, 0)
    assert all(code not in line.text for line in lines)


async def test_a_renewed_code_replaces_the_old_one() -> None:
    """The old code opens nothing any more."""
    house = House()
    talk = await house.enter()
    reference = await talk.lodge()
    complaint = await house.complaint(reference)
    old, new = (house.parts.codes.of(complaint.reference, n) for n in (0, 1))
    await talk.say("show me my private code again")
    assert old in talk.text
    await talk.press("yes")
    assert new in talk.text

    stranger = await house.enter("stranger")
    await stranger.say(f"status {reference}")
    await stranger.say(old)

    assert "smashed" not in stranger.text


async def test_wrong_codes_are_limited() -> None:
    """After ten misses nothing is looked up for that person any more."""
    house = House()
    talk = await house.enter()
    for _ in range(10):
        await talk.say("status CMP-4F7K-9Q2X-V")
    await talk.say("status CMP-4F7K-9Q2X-V")
    assert "too many tries" in talk.text


async def test_an_anonymous_complaint_keeps_nobody() -> None:
    """Neither a name nor a contact is stored, whatever was told before."""
    house = House()
    talk = await house.enter()
    await talk.say(
        "Order 48213 came smashed yesterday. I want a refund. Write to me at kim@x.example"
    )
    while talk.ask != "check":
        await talk.press("skip")
    await talk.press("anonymous")
    await talk.press("send")

    complaint = await house.complaint(talk.reference)
    kept = (complaint.identity.name, complaint.identity.contact, complaint.details.contact)
    assert (Privacy.ANONYMOUS, None, None) == (complaint.privacy, *kept[:2])
    assert kept[2] is None or kept[2].kind is ContactKind.CHAT


async def test_danger_is_lodged_at_once_and_completed_afterwards() -> None:
    """Guidance first, then the acknowledgement; what is told later is added."""
    house = House()
    talk = await house.enter()
    await talk.say("your fitter left this morning and now the kitchen smells of gas")
    kinds = [line.kind.value for line in talk.lines]
    reference = talk.reference
    assert ["notice", "acknowledgement"] == kinds[:2]

    await talk.press("yes")
    while talk.ask not in ("effect", None):
        await talk.press("skip")
    await talk.say("we are all standing outside")

    complaint = await house.complaint(reference)
    assert "we are all standing outside" == complaint.details.effect
    assert complaint.assessment.safety


async def test_files_and_words_reach_the_complaint_after_sending() -> None:
    """Both are added to what was lodged."""
    house = House()
    talk = await house.enter()
    reference = await talk.lodge()
    await talk.say("", PHOTO)
    await talk.say("please add this to my complaint: the lid was scratched")

    complaint = await house.complaint(reference)
    names = [type(event).__name__ for event in complaint.history]
    assert (PHOTO,) == complaint.attachments
    assert "ComplainantAdded" in names


async def test_with_keys_a_tool_reads_which_text_was_said() -> None:
    """`OMBUD_LANGUAGE=keys` shows keys on every text and button (contract §9)."""
    house = House(Settings.model_validate({"language": "keys", "secret_key": "k" * 40}))
    talk = await house.enter(language="sv")
    assert talk.text.startswith("⟦greeting organisation=")
    await talk.say("Order 48213 came smashed yesterday. I want a refund")
    assert "⟦ask.effect⟧" in talk.text
    assert "⟦choice.skip⟧" == talk.lines[-1].choices[0].label


async def test_naming_the_reference_settles_which_complaint_is_meant() -> None:
    """Once it is shown nothing about it is asked any more."""
    house = House()
    talk = await house.enter()
    reference = await talk.lodge()
    code = house.parts.codes.of((await house.complaint(reference)).reference, 0)
    stranger = await house.enter("stranger")

    await stranger.press("status")
    await stranger.say(f"{reference} {code}")

    assert ("status", None) == (stranger.lines[0].kind.value, stranger.ask)
