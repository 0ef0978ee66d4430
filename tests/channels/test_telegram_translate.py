"""Telegram's payloads become messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import InboundMessage, Origin, Unreadable
from channels.telegram.groups import is_addressed
from channels.telegram.keyboards import Button, read_button
from channels.telegram.sent import SentFile, sent_files
from channels.telegram.translate import (
    Press,
    edited,
    flooded,
    inbound,
    pressed,
    read_command,
)
from channels.telegram.updates import joins, raw_of
from tests.channels.telegram_twin import NOW, message, query, raw

SENT = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
USERNAME = "ombud_test_bot"


def told(*names: str) -> InboundMessage:
    """What payloads say as one message."""
    said = inbound([message(name) for name in names], USERNAME)
    assert said is not None
    return said


def test_a_text_is_cleaned_and_nothing_else() -> None:
    """Words stay as they were typed; what no database takes is gone; the profile tells the rest."""
    said = told("text")

    assert said.text == "Mitt paket 48213 kom trasigt.\nJag vill ha £42.50 tillbaka <b>nu</b>"
    assert (said.address.channel, said.address.key, said.id) == ("telegram", "987654321", "m4101")
    assert (said.sender_name, said.language, said.knows_sender) == ("Alice Ödegård", "sv", True)
    assert said.at == SENT
    assert said.command is None


@pytest.mark.parametrize(
    ("name", "command", "text", "origin"),
    [
        ("command_start", Intent.GREET, "", None),
        ("command_start_status", Intent.TRACK, "CMP-4F7K-9Q2X-V", None),
        ("command_start_counter", Intent.GREET, "", Origin("late_delivery", "oslo-3")),
        ("command_status", Intent.TRACK, "CMP-4F7K-9Q2X-V 7777KKKK", None),
        ("command_complain", Intent.LODGE, "The train\nnever came", None),
        ("command_of_another_bot", None, "/help@weather_bot", None),
        ("text_forwarded", None, "Your order has been delayed.", None),
        ("contact_own", None, "+46701740605", None),
        ("contact_of_another", None, "070-174 06 06", None),
        ("venue", None, "Centralstationen, Centralplan 15, Stockholm", None),
    ],
)
def test_words(name: str, command: Intent | None, text: str, origin: Origin | None) -> None:
    """Commands, links, numbers and places that have a name are words."""
    said = told(name)

    assert (said.command, said.text, said.origin) == (command, text, origin)
    assert said.unreadable is None


@pytest.mark.parametrize(
    ("name", "unreadable"),
    [
        ("location", Unreadable.LOCATION),
        ("sticker", Unreadable.STICKER),
        ("dice", Unreadable.OTHER),
        ("poll", Unreadable.OTHER),
        ("story", Unreadable.OTHER),
        ("game", Unreadable.OTHER),
    ],
)
def test_what_nobody_can_read(name: str, unreadable: Unreadable) -> None:
    """What holds no words is named, so that the dialogue can say so."""
    assert told(name).unreadable is unreadable


@pytest.mark.parametrize("name", ["pinned", "timer_changed", "content_of_tomorrow"])
def test_news_of_the_chat_are_no_message(name: str) -> None:
    """Pinning and the like is nothing that somebody says."""
    assert inbound([message(name)], USERNAME) is None


@pytest.mark.parametrize(
    ("payload", "args"),
    [
        pytest.param("s_CMP4F7K9Q2XV", (Intent.TRACK, "CMP4F7K9Q2XV", None), id="no hyphens"),
        pytest.param("c_noise", (Intent.GREET, "", Origin("noise", None)), id="no site"),
        pytest.param("c_-oslo", (Intent.GREET, "", Origin(None, "oslo")), id="no category"),
        pytest.param("group", (Intent.GREET, "", None), id="from a group"),
        pytest.param("x_1", (Intent.GREET, "", None), id="not ours"),
        pytest.param("s_", (Intent.GREET, "", None), id="empty"),
        pytest.param("s_a b", (Intent.GREET, "", None), id="no payload"),
    ],
)
def test_deep_links(payload: str, args: tuple[Any, ...]) -> None:
    """A link leads to a status or says where somebody came in; any other is a plain start."""
    text = f"/start {payload}"
    said = inbound([message("text").model_copy(update={"text": text})], USERNAME)

    assert said is not None
    assert (said.command, said.text, said.origin) == args


@pytest.mark.parametrize(
    ("text", "is_command"),
    [
        ("/Status", True),
        ("/status@OMBUD_TEST_BOT x", True),
        ("/statusx", False),
        ("/", False),
        ("/ status", False),
        ("//", False),
        ("/@", False),
        ("status /status", False),
        ("/😡", False),
    ],
)
def test_only_our_commands_are_commands(text: str, is_command: bool) -> None:
    """Whatever else begins with a slash is text."""
    assert (read_command(text, USERNAME) is not None) is is_command


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("photo", SentFile("BQACAgIAAxkBAAIAay", "photo-1.jpg", 187211)),
        ("document", SentFile("BQACAgIAAxkBAAIBa", "kvittofdp.pdf", 48211)),
        ("document_without_name", SentFile("BQACAgIAAxkBAAIBb", "document-1.pdf", 48211)),
        ("voice", SentFile("BQACAgIAAxkBAAICa", "voice-1.ogg", 28811)),
        ("audio", SentFile("BQACAgIAAxkBAAICb", "call.m4a", 988811)),
        ("video", SentFile("BQACAgIAAxkBAAICc", "video-1.mp4", 2288811)),
        ("video_note", SentFile("BQACAgIAAxkBAAICd", "video-1.mp4", 788811)),
        ("animation", SentFile("BQACAgIAAxkBAAICe", "giphy.mp4", 88811)),
        ("live_photo", SentFile("BQACAgIAAxkBAAICg", "video-1.mp4", 2888110)),
    ],
)
def test_files(name: str, file: SentFile) -> None:
    """Each kind of file is found, the largest of a photo; its name is safe to show."""
    assert sent_files([message(name)]) == (file,)
    assert told(name).text == ""


def test_an_album_is_one_message() -> None:
    """Its id is the first one's, the others are parts; the caption is what was said."""
    said = told("album_1", "album_2")

    assert said.id == "m4111"
    assert said.parts == ("m4112",)
    assert said.text == "Both sides"
    names = [file.name for file in sent_files([message("album_1"), message("album_2")])]
    assert names == ["photo-1.jpg", "photo-2.jpg"]


@pytest.mark.parametrize(
    ("first", "second", "belongs"),
    [
        ("album_1", "album_2", True),
        ("photo", "document", True),
        ("album_2", "photo", True),
        ("photo", "album_1", False),
        ("photo", "photo_with_caption", False),
        ("photo_with_caption", "photo", False),
        ("text", "photo", False),
        ("photo", "text", False),
        ("photo", "group_caption_mention", False),
        ("photo", "malformed_message", False),
        ("long_text", "text", True),
        ("long_text", "command_status", False),
        ("long_text", "photo", False),
        ("long_text", "group_talk", False),
        ("text", "text_forwarded", False),
    ],
)
def test_what_belongs_together(first: str, second: str, belongs: bool) -> None:
    """Albums do, files in a row without words, a text that a client had to cut; a caption begins
    something new."""
    assert joins(raw(first), raw(second)) is belongs


@pytest.mark.parametrize(("length", "between"), [(4000, "\n"), (4096, "")])
def test_a_text_that_was_cut_is_whole_again(length: int, between: str) -> None:
    """Its parts are known by their own numbers; a word that was cut is one word."""
    first = message("long_text").model_copy(update={"text": "x" * length})
    said = inbound([first, message("text_forwarded")], USERNAME)

    assert said is not None
    assert said.text == f"{'x' * length}{between}Your order has been delayed."
    assert said.parts == ("m4102",)


def test_a_malformed_file_joins_nothing() -> None:
    """It is set aside by itself, and takes no good file with it."""
    broken = replace(raw("photo"), body=raw("photo").body.replace(b'"chat"', b'"cat"'))

    assert not joins(raw("photo"), broken)


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        ("text", "987654321"),
        ("press", "987654321"),
        ("edited_text", "987654321"),
        ("blocked", "987654321"),
        ("group_command", "-1001234567890"),
        ("channel_post", "-1009999999999"),
        ("kind_of_tomorrow", "987654321"),
        ("press_of_an_inline_message", "u700000042"),
        ("malformed_chat", "u700000058"),
    ],
)
def test_a_chat_is_one_lane(name: str, lane: str) -> None:
    """Messages and presses of a chat wait for each other, whatever else is wrong with them."""
    assert raw(name).lane == lane
    assert raw(name).id.startswith("u7")


def test_an_update_without_a_number_is_told_apart_by_its_content() -> None:
    """It can be kept, and kept once."""
    one, other = raw_of({"x": 1}, NOW), raw_of({"x": 2}, NOW)

    assert one.id != other.id
    assert one.id == raw_of({"x": 1}, NOW).id


def test_lone_surrogates_are_replaced() -> None:
    """JSON can hold what is no text; a pair that was escaped is one sign."""
    body = raw_of({"text": "a\ud83d\ude21b\ud800c"}, NOW).body

    assert body.decode() == '{"text":"a😡b\ufffdc"}'


@pytest.mark.parametrize(
    ("name", "id_", "text"),
    [
        ("edited_text", "m4101:e1795430622", "The parcel 48213 came smashed"),
        ("edited_caption", "m4110:e1795430626", "The box was torn open"),
    ],
)
def test_edits(name: str, id_: str, text: str) -> None:
    """An edit names the message it changes, at the time of the edit."""
    said = edited(message(name))

    assert said is not None
    assert (said.id, said.edits, said.text) == (id_, id_.partition(":")[0], text)
    assert said.at > SENT


@pytest.mark.parametrize(
    "name", ["edited_location", "edited_photo_without_caption", "edited_command"]
)
def test_edits_without_words_change_nothing(name: str) -> None:
    """A place that moves is no deletion, and a command is not carried out again."""
    assert edited(message(name)) is None


def test_a_press_tells_its_line_and_action() -> None:
    """The line's number comes back with the button."""
    press = pressed(query("press"), NOW)

    assert press == Press(
        InboundMessage(
            told("text").address,
            f"c{query('press').id}",
            NOW,
            action="chat",
            pressed_seq=9,
            sender_name="Alice Ödegård",
            language="sv",
            knows_sender=True,
        ),
        Button(9, True, "chat"),
    )
    assert pressed(query("press_of_an_old_message"), NOW) is not None


@pytest.mark.parametrize(
    "name", ["press_not_ours", "press_in_a_group", "press_of_an_inline_message"]
)
def test_presses_that_are_not_ours(name: str) -> None:
    """Data that somebody made up, or a button outside the private chat, is nothing."""
    assert pressed(query(name), NOW) is None


@pytest.mark.parametrize(
    "data",
    [
        "", "9:1", "9:2:chat", "x:1:chat", "9:1:", "-1:1:chat", "9:1:chat\n", "9:1:Chat",
        "9:1:a:b:c", "1234567890:1:chat", "९:1:chat", "9:1:<b>", "9:1:reference:CMP 1",
    ],
)  # fmt: skip
def test_forged_data(data: str) -> None:
    """Only what we make is read."""
    assert read_button(data) is None


def test_a_long_name_is_cut_and_cannot_turn_the_line() -> None:
    """A profile is written by its owner."""
    user = message("text").from_user
    assert user is not None
    named = user.model_copy(update={"first_name": "\u202eA\nB" * 200, "last_name": None})

    said = inbound([message("text").model_copy(update={"from_user": named})])

    assert said is not None
    assert said.sender_name is not None
    assert len(said.sender_name) == 150
    assert said.sender_name.startswith("A BA B")


def test_a_flood_is_told_of_once() -> None:
    """The turn that says so has an id of its own."""
    assert flooded(message("text")).unreadable is Unreadable.FLOOD
    assert flooded(message("text")).id == "flood-m4101"


@pytest.mark.parametrize(
    ("name", "is_for_us"),
    [
        ("group_talk", False),
        ("group_command", True),
        ("group_command_of_another_bot", False),
        ("group_mention", True),
        ("group_mention_of_another", False),
        ("group_reply", True),
        ("group_caption_mention", True),
        ("group_joined", False),
        ("channel_post", True),
    ],
)
def test_who_speaks_to_the_bot_in_a_group(name: str, is_for_us: bool) -> None:
    """A command, its name or an answer to it; everything else is not read."""
    answered = message("group_reply").reply_to_message
    assert answered is not None
    assert answered.from_user is not None

    assert is_addressed(message(name), answered.from_user) is is_for_us
