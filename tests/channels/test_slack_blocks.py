"""What Slack is sent: nothing in it is markup, nothing is too long, and buttons stand in order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.messages import Choice, Kind, OutboundMessage, Sender
from bot.domain.form import Question
from bot.domain.reference import Reference
from bot.ports import OverviewLine, SheetLine
from channels.slack.blocks import Post
from channels.slack.escaping import escape, escaped_to, link, typed
from channels.slack.home import home
from channels.slack.sheets import modal
from channels.slack.splitting import split
from channels.slack.translate import posts
from tests.platforms import HAS_FAKES

if HAS_FAKES:
    from platform_fakes.slack.blocks import (
        MAX_BLOCK_TEXT_TOTAL,
        check_blocks,
        check_view,
        text_total,
    )

NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
MARKUP = "<!channel> <@U061F7AUR> <https://evil.example|bank> `code` *bold* :smile: a & b"


def line(text: str, *choices: Choice, **more: Any) -> OutboundMessage:
    """A line of the bot's."""
    told: dict[str, Any] = {"sender": Sender.BOT, "kind": Kind.TEXT, "ask": None, **more}
    return OutboundMessage(seq=7, text=text, at=NOW, choices=choices, **told)


def sections(post: Post) -> list[str]:
    """The texts of a message's sections."""
    return [block["text"]["text"] for block in post.blocks if block["type"] == "section"]


def rows(post: Post) -> list[list[str]]:
    """The action ids of a message's buttons, row by row."""
    return [
        [element["action_id"] for element in block["elements"]]
        for block in post.blocks
        if block["type"] == "actions"
    ]


def problems(post: Post) -> list[str]:
    """What Slack would refuse."""
    found: list[str] = check_blocks(list(post.blocks)) if HAS_FAKES else []
    if HAS_FAKES and text_total(list(post.blocks)) > MAX_BLOCK_TEXT_TOTAL:
        found.append("msg_blocks_too_long")
    return found


def test_text_stays_text() -> None:
    """People's words, names and links are shown as they were written, and call nobody."""
    (post,) = posts(line(MARKUP), "")

    (section,) = post.blocks
    assert {"type": "plain_text", "text": MARKUP, "emoji": False} == section["text"]
    assert "<" not in post.text
    assert escape(MARKUP) == post.text


def test_button_says_line_and_action() -> None:
    """A press tells which line it belongs to, and whether its buttons go away."""
    (asks,) = posts(line("When?", Choice("Skip", "skip"), ask=Question.OCCURRED_ON), "")
    (tells,) = posts(line("It is being looked into.", Choice("Check", "status")), "")

    assert ("ombud_say_skip", "7:1") == _first_button(asks)
    assert ("ombud_say_status", "7:0") == _first_button(tells)


def _first_button(post: Post) -> tuple[str, str]:
    element = post.blocks[-1]["elements"][0]
    return element["action_id"], element["value"]


def test_summary_has_three_rows() -> None:
    """What sends it stands first, then what changes it, then who sees it."""
    choices = [
        *(Choice(f"Change: {name}", f"change:{name}") for name in ("occurred_on", "effect")),
        Choice("Send my complaint", "send"),
        Choice("Stay anonymous", "anonymous"),
        Choice("Delete it", "delete"),
    ]

    (post,) = posts(
        line("Check", *choices, kind=Kind.CHECK, ask=Question.CHECK), "Change in a form"
    )

    assert [
        ["ombud_say_send", "ombud_check_open", "ombud_say_delete"],
        ["ombud_say_change:occurred_on", "ombud_say_change:effect"],
        ["ombud_say_anonymous"],
    ] == rows(post)
    first = post.blocks[1]["elements"]
    assert ["primary", None, "danger"] == [element.get("style") for element in first]
    assert "Change in a form" == first[1]["text"]["text"]
    assert [] == problems(post)


def test_many_or_long_buttons_fit() -> None:
    """Sixty choices with long labels, some of them twice."""
    choices = [Choice("label " * 30, f"reference:{number}") for number in range(60)]

    parts = posts(line("Which?", *choices, choices[0], ask=Question.REFERENCE), "")

    assert [25, 25, 10] == [len(row) for row in rows(parts[-1])]
    assert [[]] == [problems(part) for part in parts]


def test_ratings_stand_in_one_row() -> None:
    """One to five."""
    choices = [Choice(str(n), str(n)) for n in range(1, 6)]

    (post,) = posts(line("Was it easy?", *choices, Choice("Skip", "skip")), "")

    assert [6] == [len(row) for row in rows(post)]


@pytest.mark.parametrize("length", [2999, 3000, 3001, 4097, 12_001, 40_000])
def test_long_text_is_split_at_sentence_ends(length: int) -> None:
    """Nothing is lost, no piece is too long, and the buttons stand under the last."""
    sentence = "The parcel came smashed and nobody answered the phone. "
    text = (sentence * (length // len(sentence) + 1))[:length].strip()

    parts = posts(line(text, Choice("Skip", "skip"), ask=Question.EFFECT), "")

    pieces = [piece for part in parts for piece in sections(part)]
    assert text.split() == " ".join(pieces).split()
    assert all(len(piece) <= 3000 for piece in pieces)
    assert all(piece.endswith(".") for piece in pieces[:-1])
    assert [[]] * len(parts) == [problems(part) for part in parts]
    assert [["ombud_say_skip"]] == [row for part in parts for row in rows(part)]


@settings(deadline=None)
@given(st.text(max_size=9000))
def test_any_text_can_be_sent(text: str) -> None:
    """Whatever is written: at least one message, and none that Slack refuses."""
    parts = posts(line(text), "")

    assert parts
    assert all(problems(part) == [] for part in parts)
    assert (
        "".join(text.split())
        == "".join("".join(piece.split()) for part in parts for piece in sections(part))
        or not text.strip()
    )


@settings(deadline=None)
@given(st.text(alphabet="ab. \n\t", max_size=400), st.integers(5, 60))
def test_split_loses_only_white_space(text: str, limit: int) -> None:
    """And keeps to its limit."""
    pieces = list(split(text, limit))

    assert "".join(text.split()) == "".join("".join(pieces).split())
    assert all(0 < len(piece) <= limit for piece in pieces)


def test_fallback_is_cut_between_entities() -> None:
    """A notification is short, and no entity in it is torn."""
    (post,) = posts(line("&" * 3000), "")

    assert 4000 == len(post.text)
    assert post.text.replace("&amp;", "") == ""
    assert escaped_to("<" * 5, 9) == "&lt;&lt;"


def test_plain_form_names_what_can_be_pressed() -> None:
    """Where Slack refuses the buttons, people can still type them."""
    (post,) = posts(line("When?", Choice("Skip", "skip"), Choice("A < B", "no")), "")

    assert "When?\n\n[Skip] [A &lt; B]" == post.plain


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&amp;lt;", "&lt;"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<tel:02079460000|020 7946 0000>", "020 7946 0000"),
        ("<tel:02079460000>", "02079460000"),
        ("<https://shop.example/48213>", "https://shop.example/48213"),
        ("<http://shop.example|shop.example>", "shop.example"),
        (
            "<https://shop.example/?a=1&amp;b=2|my order>",
            "my order (https://shop.example/?a=1&b=2)",
        ),
        ("ask <@U061F7AUR>", "ask @U061F7AUR"),
        ("ask <@U061F7AUR|alice>", "ask @alice"),
        ("in <#C0LAN2Q65|general> and <#C0LAN2Q65>", "in #general and #C0LAN2Q65"),
        ("<!here> <!channel|channel>", "@here @channel"),
        ("<!subteam^S0LEADS|@leads> <!subteam^S0LEADS>", "@leads @S0LEADS"),
        ("<!date^1392734382^{date}|yesterday>", "yesterday"),
        ("&lt;!channel&gt; &lt;@U1&gt;", "<!channel> <@U1>"),
        ("1 < 2 and <b>bold</b>", "1 < 2 and <b>bold</b>"),
        ("a\r\nb\x00c\x1b[0m", "a\nbc[0m"),
    ],
)
def test_typed_text_is_read_as_it_was_seen(raw: str, shown: str) -> None:
    """Entities, links, people, channels, and signs that nobody types."""
    assert shown == typed(raw)


def test_link_can_not_be_broken_out_of() -> None:
    """Whatever stands in address and label."""
    assert "<https://x.example/?a&amp;b|a&gt;/b>" == link("https://x.example/?a&b", "a>|b")


def _words(key: str) -> str:
    return f"⟦{key}⟧" * 30  # longer than any limit


SHEET = (
    SheetLine(Question.NARRATIVE, "What happened", "It came smashed. " * 2000),
    SheetLine(Question.OCCURRED_ON, "When", "Wednesday 18 November"),
    SheetLine(Question.ORDER_OR_ACCOUNT, "Number", ""),
    SheetLine(Question.EFFECT, "Effect", MARKUP),
    SheetLine(Question.ACTING_FOR, "For", "x" * 3001),
)


def test_form_has_an_input_for_each_question() -> None:
    """Filled in with what is known; the story is shown, and its input is empty."""
    view = modal(SHEET, _words)

    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert ["narrative", "occurred_on", "order_or_account", "effect"] == list(inputs)
    assert all(block["optional"] for block in inputs.values())
    assert all(name == block["element"]["action_id"] for name, block in inputs.items())
    values = [block["element"].get("initial_value") for block in inputs.values()]
    assert [None, "Wednesday 18 November", None, MARKUP] == values
    assert [True, False, False, True] == [b["element"]["multiline"] for b in inputs.values()]
    assert "ombud_check" == view["callback_id"]
    if HAS_FAKES:
        assert [] == check_view(view)


def test_home_shows_complaints_and_what_can_be_done() -> None:
    """Each with its words and buttons, which say which complaint they are about."""
    reference = Reference("CMP-4F7K-9Q2X-V")
    lines = [OverviewLine(reference, MARKUP, (Choice("Open", f"reference:{reference}"),))] * 2

    view = home(lines, lambda key: key)

    texts = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]
    assert [MARKUP, MARKUP] == texts
    buttons = [
        (element["action_id"], element["value"])
        for block in view["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    opens = (f"ombud_say_reference:{reference}", f"0:0:{reference}")
    assert [opens, opens, ("ombud_say_complain", "0:0")] == buttons


@pytest.mark.parametrize("count", [0, 1, 500])
def test_any_home_can_be_published(count: int) -> None:
    """Nothing yet, and more complaints than a view takes."""
    reference = Reference("CMP-4F7K-9Q2X-V")
    lines = [OverviewLine(reference, "x" * 5000, (Choice("Open " * 40, "status"),))] * count

    view = home(lines, _words)

    assert "home" == view["type"]
    if HAS_FAKES:
        assert [] == check_view(view)
