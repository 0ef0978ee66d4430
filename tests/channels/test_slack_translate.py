"""What is read from Slack's payloads, each kind as Slack documents it."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import Address, InboundMessage, Unreadable
from bot.domain.form import Question
from channels.slack.listening import MALFORMED
from channels.slack.translate import (
    HomeOpened,
    Ignored,
    Mention,
    Said,
    flood,
    is_bare_file,
    raw_of,
    read,
    submitted,
    team_of,
)

PAYLOADS = Path(__file__).parent / "payloads" / "slack"
NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
ALICE = Address("slack", "U061F7AUR")
STORY = "D024BE7RE:1795430527.000200"


def payload(name: str) -> dict[str, Any]:
    """A payload as Slack sends it."""
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return body


def said(name: str) -> Said:
    """What somebody said."""
    reading = read(payload(name), NOW)
    assert isinstance(reading, Said)
    return reading


def message(name: str) -> InboundMessage:
    """The one message of it."""
    (only,) = said(name).messages
    return only


def test_direct_message() -> None:
    """A typed message comes with its place and time as id, its time, and its text as typed."""
    told = message("message_im")

    assert (ALICE, STORY) == (told.address, told.id)
    assert datetime(2026, 11, 23, 10, 42, 7, 200, tzinfo=UTC) == told.at
    assert "My parcel & the box came smashed, call 020 7946 0000" == told.text
    assert told.knows_sender
    assert told.unreadable is None
    assert "D024BE7RE" == said("message_im").channel


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("message_me", "is annoyed"),
        ("message_thread", "in a thread"),
        ("message_broadcast", "also to the chat"),
    ],
)
def test_ways_to_write_a_message(name: str, text: str) -> None:
    """`/me`, an answer in a thread: all of them are said to the bot."""
    assert text == message(name).text


def test_files_come_with_their_words() -> None:
    """Files are named with where they are fetched; the words stay the message's."""
    told = said("message_file_words")

    assert "here is a photo" == told.messages[0].text
    assert ["smashed.png", "receipt.pdf"] == [file.name for file in told.files]
    assert "https://files.slack.com/files-pri/T061EG9R6-F024BERPE/download/smashed.png" == (
        told.files[0].url
    )
    assert ("image/png", 24160) == (told.files[0].type, told.files[0].size)


def test_files_that_slack_does_not_hand_out() -> None:
    """From another service, deleted, beyond the plan's limit, still to be looked up."""
    files = said("message_file_not_handed_out").files

    assert [False, False, False, True] == [file.is_handed_out for file in files]
    assert files[3].url is None
    assert ["F024EXT", "F024GONE", "F024HID", "F024CHK"] == [file.id for file in files]


def test_edited_message() -> None:
    """An edit names the message that it changes, and is a message of its own."""
    told = message("message_changed")

    assert (f"{STORY}:e1795430600.000000", STORY) == (told.id, told.edits)
    assert "My parcel 48219 came smashed" == told.text


@pytest.mark.parametrize("name", ["message_deleted", "message_tombstone"])
def test_deleted_message(name: str) -> None:
    """A deletion is an edit to nothing, also where answers to the message remain."""
    told = message(name)

    assert (f"{STORY}:d", STORY, "") == (told.id, told.edits, told.text)
    assert ALICE == told.address


@pytest.mark.parametrize(
    "name",
    [
        "message_own",
        "message_own_changed",
        "message_own_deleted",
        "message_bot",
        "message_slackbot",
        "message_unfurled",
        "message_edited_same",
        "message_channel",
        "message_mention_twin",
        "message_group",
        "message_mpim",
        "app_mention_by_bot",
        "app_home_messages",
    ],
)
def test_ignored_without_a_word(name: str) -> None:
    """The bot's own messages, other bots', previews, and whatever is said where others read."""
    assert Ignored.QUIETLY is read(payload(name), NOW)


@pytest.mark.parametrize(
    "name",
    [
        "message_huddle",
        "reaction_added",
        "press_foreign",
        "view_closed",
        "command_unknown",
        "shortcut_unknown",
        "message_action",
    ],
)
def test_unknown_kinds_are_told_apart(name: str) -> None:
    """What this channel knows nothing of is ignored, so that it can be counted."""
    assert Ignored.UNKNOWN is read(payload(name), NOW)


def test_message_of_which_nothing_can_be_read() -> None:
    """A call, a canvas: said so, not taken for silence."""
    assert Unreadable.OTHER is message("message_empty").unreadable


def test_mention() -> None:
    """A mention tells where to answer, and nothing of what was said there."""
    reading = read(payload("app_mention"), NOW)

    assert (
        Mention(
            user="U061F7AUR",
            channel="C0LAN2Q65",
            thread="1795430527.000200",
            ts="1795430527.000200",
            app="A0MDYCDME",
            team="T061EG9R6",
        )
        == reading
    )


def test_mention_in_a_thread_is_answered_there() -> None:
    """The thread stays one."""
    reading = read(payload("app_mention_in_thread"), NOW)

    assert isinstance(reading, Mention)
    assert "1795430400.000100" == reading.thread


def test_home_opened() -> None:
    """The Home tab is to be shown."""
    assert HomeOpened("U061F7AUR") == read(payload("app_home_opened"), NOW)


def test_press_on_a_question() -> None:
    """A press says what it does, on which line, and what that looks like afterwards."""
    told = said("press")

    (only,) = told.messages
    assert ("p:1795430640.000100:1795430650.123456", "skip", 7) == (
        only.id,
        only.action,
        only.pressed_seq,
    )
    assert told.settles is not None
    assert ("D024BE7RE", "1795430640.000100") == (told.settles.channel, told.settles.ts)
    assert ["section", "context"] == [block["type"] for block in told.settles.blocks]
    assert "✓ Skip" == told.settles.blocks[-1]["elements"][0]["text"]


def test_press_on_a_line_that_asks_nothing_leaves_its_buttons() -> None:
    """Status, copy, talk to a person: they may be pressed again."""
    assert said("press_stays").settles is None
    assert "status" == message("press_stays").action


def test_forged_value_tells_nothing() -> None:
    """What is no number is no line; the action is judged by the dialogue as any other."""
    told = said("press_forged")

    assert told.messages[0].pressed_seq is None
    assert told.messages[0].action == "reference:CMP-4F7K-9Q2X-V"
    assert told.settles is None


def test_press_on_the_form_where_it_is_gone() -> None:
    """The press is said to the dialogue, which answers that it is outdated."""
    assert ("ombud_check_open", 7) == (
        message("press_open_form").action,
        message("press_open_form").pressed_seq,
    )


def test_press_on_the_home_tab_opens_the_complaint() -> None:
    """It belongs to no line."""
    told = message("press_home")

    assert ("reference:CMP-4F7K-9Q2X-V", None) == (told.action, told.pressed_seq)
    assert "p:V0HOME1:1795430650.123456" == told.id


def test_press_beside_a_complaint_opens_that_first() -> None:
    """An action that names no complaint is about the one that it stands beside."""
    opens, adds = said("press_home_other").messages

    assert ("reference:CMP-4F7K-9Q2X-V", "add") == (opens.action, adds.action)
    assert opens.id != adds.id


def test_press_to_begin() -> None:
    """The Home tab's own button."""
    assert "complain" == message("press_home_start").action


def test_commands() -> None:
    """What follows the command is its text; its time is when it came."""
    lodge, track = message("command_complain"), message("command_status")

    assert (Intent.LODGE, "the lift is <still> broken", NOW) == (
        lodge.command,
        lodge.text,
        lodge.at,
    )
    assert (Intent.TRACK, "CMP-4F7K-9Q2X-V 7777KKKK") == (track.command, track.text)
    assert "12466734323.1395872398.9f0e" == lodge.id


def test_shortcut() -> None:
    """The global shortcut begins."""
    assert Intent.GREET is message("shortcut_start").command


def test_form_tells_only_what_was_changed() -> None:
    """What was emptied is empty; what Slack escaped meanwhile is the same."""
    form = submitted(payload("view_submission"), NOW)

    assert form is not None
    assert (
        (Question.OCCURRED_ON, "17 November"),
        (Question.ORDER_OR_ACCOUNT, ""),
    ) == form.form
    assert form.id.startswith("v:V0MODAL1:1795430660.aBcDeF")
    assert (ALICE, NOW) == (form.address, form.at)


def test_form_sent_again_is_the_same_only_with_the_same_answers() -> None:
    """A second try after an error is no repeat of the first where it says something else."""
    first, again, other = (payload("view_submission") for _ in range(3))
    other["view"]["state"]["values"]["occurred_on"]["occurred_on"]["value"] = "yesterday"

    ids = [told.id for told in (submitted(one, NOW) for one in (first, again, other)) if told]

    assert ids[0] == ids[1] != ids[2]


def test_unchanged_form_is_no_message() -> None:
    """Closing it with the button changes nothing."""
    assert submitted(payload("view_submission_unchanged"), NOW) is None


def test_flood_stands_for_what_was_dropped() -> None:
    """It has an id of its own."""
    last = message("message_im")

    assert Unreadable.FLOOD is flood(last).unreadable
    assert last.id != flood(last).id


def test_bare_files_are_told_apart() -> None:
    """Only files without words belong to a burst."""
    assert is_bare_file(payload("message_file"))
    assert not is_bare_file(payload("message_file_words"))
    assert not is_bare_file(payload("message_im"))
    assert not is_bare_file(payload("press"))


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_every_payload_has_a_lane_an_id_and_a_team(path: Path) -> None:
    """The person is the lane; Slack's own ids tell repeats."""
    body = json.loads(path.read_text())

    raw = raw_of(body, path.read_bytes(), NOW)

    assert raw.lane in ("U061F7AUR", "U0BOTUSER1", "U0OTHERBOT", "USLACKBOT", "")
    assert raw.id in (body.get("event_id"), body.get("trigger_id"))
    assert "T061EG9R6" == team_of(body)


@pytest.mark.parametrize(
    "name", ["message_im", "message_changed", "message_deleted", "press", "command_status"]
)
def test_lane_is_the_person(name: str) -> None:
    """Wherever the payload names them."""
    assert "U061F7AUR" == raw_of(payload(name), b"", NOW).lane


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in inside:
        found.append((*at, key))
        if isinstance(item, dict | list):
            found += _paths(item, (*at, key))
    return found


NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
ODD: list[Any] = [None, 0, -1, 1e400, True, "", "x", [], {}, [[]], {"id": 3}, "\ud800"]


@settings(deadline=None)
@given(st.data())
def test_spoilt_payloads_fail_only_as_expected(data: st.DataObject) -> None:
    """Whatever is missing or of another kind: read, ignored, or an error that is known."""
    body = copy.deepcopy(payload(data.draw(st.sampled_from(NAMES))))
    *way, last = data.draw(st.sampled_from(_paths(body)))
    holder: Any = body
    for key in way:
        holder = holder[key]
    odd = data.draw(st.sampled_from([*ODD, "GONE"]))
    if odd == "GONE" and isinstance(holder, dict):
        del holder[last]
    else:
        holder[last] = odd

    raw = raw_of(body, b"content", NOW)
    try:
        reading = read(body, NOW)
    except MALFORMED:
        reading = Ignored.UNKNOWN

    if isinstance(reading, Said):
        assert all(isinstance(one.address.key, str) for one in reading.messages)
    assert isinstance(raw.lane, str)
    assert isinstance(raw.id, str)
    assert raw.id
