"""A complaint as a caseworker reads it in a terminal."""

from __future__ import annotations

from bot.commands.sheet import listed, sheet

COMPLAINT = {
    "reference": "CMP-4F7K-9Q2X-V",
    "status": "acknowledged",
    "owner": None,
    "details": {"narrative": "First.\n\nSecond.", "subject": "train", "name": None},
    "attachments": [],
    "history": [{"at": "2026-11-23", "event": "ComplaintReceived", "by": "complainant"}],
}


def test_a_sheet_shows_what_is_known() -> None:
    """Every word of the story is there, and what is not known is left out."""
    text = sheet(COMPLAINT)

    assert text.startswith("CMP-4F7K-9Q2X-V\n")
    assert "First." in text
    assert "Second." in text
    assert "event: ComplaintReceived" in text
    assert "owner" not in text
    assert "Attachments" not in text


def test_a_list_has_a_line_for_each() -> None:
    """A list is a table, and says how to see the next page."""
    text = listed({"complaints": [COMPLAINT, COMPLAINT], "next": "abc"})

    assert len(text.splitlines()) == 4
    assert text.endswith("--cursor abc")


def test_an_empty_list_says_so() -> None:
    """No complaints is a sentence, not an empty table."""
    assert listed({"complaints": [], "next": None}) == "No complaints."


def test_words_cannot_steer_the_terminal() -> None:
    """Control signs in what people wrote are shown, not obeyed."""
    wicked = {**COMPLAINT, "details": {"narrative": "\x1b[2Jgone", "subject": "a\x07b"}}

    assert "\x1b" not in sheet(wicked)
    assert "\\x1b[2Jgone" in sheet(wicked)
    assert "\x07" not in listed({"complaints": [wicked], "next": None})
