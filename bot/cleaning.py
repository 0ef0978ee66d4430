"""What is taken out of texts and file names before anything else sees them, on every channel."""

from __future__ import annotations

import re
from unicodedata import normalize

from bot.dialogue.messages import CODE_MARK

LONGEST_NAME = 150

# Nobody types these: they come from broken programs, or from people who try what they break.
# PostgreSQL refuses NUL, terminals obey escapes, and the code mark is ours.
_CONTROLS = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{CODE_MARK}]")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")
# A name is one line in somebody's list; characters that turn the direction could hide its ending.
_NOT_IN_NAMES = re.compile("[\t\n\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")


def clean(text: str) -> str:
    """The text as it may be stored: directions, joiners and everything that people see stay."""
    text = _LINE_ENDS.sub("\n", text)
    return _LONE_SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def shown_name(name: str | None) -> str:
    """A file's name as it may be shown: no path, one line, not long, its ending kept."""
    last = re.split(r"[/\\]", clean(name or ""))[-1]
    last = normalize("NFC", _NOT_IN_NAMES.sub("", last)).strip(" .") or "file"
    if len(last) <= LONGEST_NAME:
        return last
    stem, dot, ending = last.rpartition(".")
    ending = f"{dot}{ending}"[:20]
    return f"{stem[: LONGEST_NAME - len(ending)]}{ending}"
