"""Lines become what Telegram takes: short enough, with buttons that fit, unbreakable by text."""

from __future__ import annotations

import pytest
from aiogram.methods import EditMessageReplyMarkup, EditMessageText
from aiogram.types import LinkPreviewOptions, ReplyKeyboardRemove
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.messages import Choice, Kind
from bot.domain.form import Question
from bot.domain.reference import Reference
from channels.telegram.formatting import Marked, Span, marked, rendered, shown, split
from channels.telegram.keyboards import Button, keyboard, phone_keyboard, read_button
from channels.telegram.translate import outgoing, settled
from tests.channels.telegram_twin import line, message, query

REFERENCE = Reference("CMP-4F7K-9Q2X-V")
CODE = "7777KKKK"


def markup_of(*labels: str, ask: Question | None = None) -> list[list[str]]:
    """The rows in which buttons stand."""
    choices = tuple(Choice(label, f"a{number}") for number, label in enumerate(labels))
    found = keyboard(line(choices=choices, ask=ask))
    return [[button.text for button in row] for row in found.inline_keyboard] if found else []


def test_buttons_carry_their_line() -> None:
    """Where the line asks, the button says so: it goes away once it was pressed."""
    choices = (Choice("Skip", "skip"), Choice("Which", "reference:CMP-4F7K-9Q2X-V"))

    asking = keyboard(line(seq=12, ask=Question.CONTACT, choices=choices))
    telling = keyboard(line(seq=12, choices=choices))

    assert asking is not None
    assert telling is not None
    data = [button.callback_data for row in asking.inline_keyboard for button in row]
    assert data == ["12:1:skip", "12:1:reference:CMP-4F7K-9Q2X-V"]
    assert telling.inline_keyboard[0][0].callback_data == "12:0:skip"
    assert [read_button(one or "") for one in data] == [
        Button(12, True, "skip"),
        Button(12, True, "reference:CMP-4F7K-9Q2X-V"),
    ]


def test_rows_fit_on_a_phone() -> None:
    """Short labels stand side by side, long ones alone."""
    assert markup_of("Yes", "Partly", "No") == [["Yes", "Partly", "No"]]
    assert markup_of("Make a complaint", "Check a complaint", "Talk to a person") == [
        ["Make a complaint", "Check a complaint"],
        ["Talk to a person"],
    ]
    assert markup_of("A label that takes all of a narrow phone", "No") == [
        ["A label that takes all of a narrow phone"],
        ["No"],
    ]
    assert markup_of() == []


def test_ratings_stand_in_one_row_and_changes_in_pairs() -> None:
    """What belongs together is seen together."""
    figures = tuple(Choice(figure, figure) for figure in "12345")
    skip = Choice("Skip", "skip")
    changes = tuple(Choice(f"Change: {name}", f"change:{name}") for name in ("name", "effect", "a"))

    rated = keyboard(line(choices=(*figures, skip), ask=Question.RATING_HANDLING))
    changed = keyboard(line(choices=(skip, *changes), ask=Question.CHECK))

    assert rated is not None
    assert changed is not None
    assert [len(row) for row in rated.inline_keyboard] == [5, 1]
    assert [len(row) for row in changed.inline_keyboard] == [1, 2, 1]


def test_what_telegram_cannot_carry_is_left_out() -> None:
    """64 bytes of data, 100 buttons, a label: beyond it the message would be refused."""
    wide = Choice("Wide", f"reference:{'X' * 60}")
    many = tuple(Choice(str(number), f"a{number}") for number in range(150))

    assert keyboard(line(choices=(wide, Choice("", "skip")))) is None
    crowd = keyboard(line(choices=many))
    assert crowd is not None
    assert sum(map(len, crowd.inline_keyboard)) == 100


def units(text: str) -> bytes:
    """The text as Telegram counts it."""
    return text.encode("utf-16-le")


def cut_out(text: str, offset: int, length: int) -> str:
    """What an entity covers."""
    return units(text)[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def test_codes_can_be_copied_by_a_tap() -> None:
    """The reference and the private code are code, wherever they stand, counted in UTF-16."""
    text = f"😡 We have it.\nReference: {REFERENCE}\nCode: {CODE} 😡 {REFERENCE}, not x{CODE}"
    (part,) = outgoing(
        line(text, kind=Kind.ACKNOWLEDGEMENT, reference=REFERENCE, private_code=CODE)
    )

    covered = [(e.type, cut_out(part.text, e.offset, e.length)) for e in part.entities]
    assert covered == [
        ("bold", "😡 We have it."),
        ("code", REFERENCE),
        ("code", CODE),
        ("code", REFERENCE),
    ]


def test_code_in_the_head_is_not_bold() -> None:
    """Telegram takes no bold code."""
    (part,) = outgoing(line(f"It is {REFERENCE}.\nMore", kind=Kind.CHECK, reference=REFERENCE))

    covered = [(e.type, cut_out(part.text, e.offset, e.length)) for e in part.entities]
    assert covered == [("bold", "It is "), ("code", REFERENCE), ("bold", ".")]


def test_other_lines_are_plain() -> None:
    """Only a summary and an acknowledgement have a head."""
    (part,) = outgoing(line("First.\nSecond."))

    assert part.entities == ()


@pytest.mark.parametrize("text", ["3 < 5", "<b>x</b> &amp; *x* _y_ [a](b)", "a.b-c! #1 {0}"])
def test_markup_stays_text(text: str) -> None:
    """Nothing is parsed, so nothing that people write can break a message."""
    (part,) = outgoing(line(text))
    call = part.to(1)

    assert call.text == text
    assert call.link_preview_options == LinkPreviewOptions(is_disabled=True)


def test_what_the_server_drops_is_dropped_before() -> None:
    """Else entities would cover the wrong words; å stays whole however it was typed."""
    text = f"  \u202eA\u030a\tB\u0000 {REFERENCE}\u2028 "

    whole = marked(line(text, reference=REFERENCE))

    assert whole.text == f"Å B  {REFERENCE}"
    assert whole.spans == (Span(5, 20, "code"),)


def test_an_empty_line_is_not_sent() -> None:
    """Telegram refuses it; with buttons there is something to press all the same."""
    assert outgoing(line(" \u202e\n")) == ()
    (part,) = outgoing(line("", choices=(Choice("Yes", "yes"),)))
    assert part.text == "…"
    assert part.markup is not None


def test_a_text_of_4096_signs_is_one_message() -> None:
    """Telegram counts signs, also those outside the basic plane."""
    assert [len(part.text) for part in outgoing(line("😡" * 4096))] == [4096]
    assert [len(part.text) for part in outgoing(line("😡" * 4097))] == [4096, 1]


def test_a_long_text_ends_with_a_paragraph_or_sentence_or_word() -> None:
    """The first that leaves no scrap."""
    paragraphs = f"{'a b. ' * 500}\n\n{'c d. ' * 500}"
    sentences = "One two. " * 600
    words = "word " * 1000

    assert [part.text[-4:] for part in outgoing(line(paragraphs))] == ["a b.", "c d."]
    assert len(outgoing(line(paragraphs))[0].text) == 2499
    assert {part.text[-8:] for part in outgoing(line(sentences))} == {"One two."}
    assert {part.text[-4:] for part in outgoing(line(words))} == {"word"}


def test_buttons_stand_below_the_last_part_and_codes_follow_their_text() -> None:
    """Nothing is lost by splitting."""
    text = f"Head\n{'x y. ' * 900}{REFERENCE} {'x y. ' * 900}"
    parts = outgoing(
        line(text, kind=Kind.CHECK, reference=REFERENCE, choices=(Choice("Yes", "yes"),))
    )

    assert [part.markup is not None for part in parts] == [False, False, True]
    covered = [
        [(e.type, cut_out(part.text, e.offset, e.length)) for e in part.entities] for part in parts
    ]
    assert covered == [[("bold", "Head")], [("code", REFERENCE)], []]


SAMPLES = st.text(st.sampled_from("ab😡. \n!\u0301"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(SAMPLES, st.integers(3, 12), st.lists(st.integers(0, 60), min_size=2, max_size=2))
def test_splitting_loses_no_word(text: str, limit: int, ends: list[int]) -> None:
    """Every part fits, has no white space at its ends, and all words and marks are there."""
    text = shown(text)
    start, end = sorted(min(at, len(text)) for at in ends)
    whole = Marked(text, (Span(start, end, "code"),) if start < end else ())

    parts = split(whole, limit)

    assert all(0 < len(part.text) <= limit for part in parts)
    assert all(part.text == part.text.strip() for part in parts)
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    covered = "".join(
        cut_out(out, entity.offset, entity.length)
        for out, entities in map(rendered, parts)
        for entity in entities
    )
    assert "".join(covered.split()) == "".join(text[start:end].split())


def test_a_line_without_buttons_takes_the_phone_keyboard_away() -> None:
    """Nobody remembers whether it still shows, so it always goes."""
    (part,) = outgoing(line("Thank you."))

    assert part.markup == ReplyKeyboardRemove(remove_keyboard=True)


def test_the_phone_keyboard_shows_once() -> None:
    """It asks for the contact of whoever presses it."""
    markup = phone_keyboard("Share my number", "Your answer")

    assert markup.keyboard[0][0].request_contact
    assert markup.one_time_keyboard
    assert markup.input_field_placeholder == "Your answer"


def test_an_answered_question_shows_what_was_chosen() -> None:
    """The buttons are gone, what stood out still does."""
    call = settled(query("press"), was_taken=True)

    assert isinstance(call, EditMessageText)
    assert call.text == f"How should we answer you?\n\n{REFERENCE}\n\n✓ In this chat"
    assert [entity.type for entity in call.entities or []] == ["code"]
    assert call.reply_markup is None
    assert (call.chat_id, call.message_id) == (987654321, 4050)


def test_a_button_that_meant_nothing_is_not_shown_as_chosen() -> None:
    """Then only the buttons go."""
    call = settled(query("press"), was_taken=False)

    assert isinstance(call, EditMessageReplyMarkup)
    assert call.reply_markup is None


def test_a_full_message_loses_its_buttons_only() -> None:
    """There is no room for the choice below it."""
    full = message("text").model_copy(
        update={"text": "x" * 4090, "reply_markup": query("press").message.reply_markup}  # type: ignore[union-attr]  # it is there
    )

    call = settled(query("press").model_copy(update={"message": full}), was_taken=True)

    assert isinstance(call, EditMessageReplyMarkup)


def test_a_message_that_is_out_of_reach_stays_as_it_is() -> None:
    """Telegram tells no more of it than its number."""
    assert settled(query("press_of_an_old_message"), was_taken=True) is None
