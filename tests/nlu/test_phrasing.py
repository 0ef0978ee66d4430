"""The notation of phrases means what the language files use it for."""

from __future__ import annotations

import pytest

from nlu.automaton import Automaton, Mark
from nlu.phrasing import read_phrase, words_of


def _found(template: str, text: str) -> list[str]:
    words = text.split()
    marks = Automaton({"x": [read_phrase(template)]}).find(words)
    return [" ".join(words[mark.start : mark.end]) for mark in marks]


@pytest.mark.parametrize(
    ("template", "text", "found"),
    [
        pytest.param("money back", "i want my money back", ["money back"], id="plain"),
        pytest.param("(refund|money back)", "a refund please", ["refund"], id="one of several"),
        pytest.param("leak[s|ing]", "it leaks and is leaking", ["leaks", "leaking"], id="endings"),
        pytest.param(
            "a [real] person", "a person, a real person".replace(",", " ,"),
            ["a person", "a real person"], id="left out",
        ),
        pytest.param("[the] status [please]", "status", ["status"], id="left out at both ends"),
        pytest.param("not (at [ever]|now)", "not at ever", ["not at ever"], id="nested"),
        pytest.param("cat", "concatenate cats", [], id="whole words only"),
        pytest.param("e-mail", "an e - mail", ["e - mail"], id="signs are words"),
        pytest.param("# days", "# days", ["# days"], id="any number"),
    ],
)  # fmt: skip
def test_wordings_are_found(template: str, text: str, found: list[str]) -> None:
    """Every wording that a template stands for is found, and nothing inside a longer word."""
    assert _found(template, text) == found


def test_the_longest_wording_is_found() -> None:
    """Of the wordings that begin at one word only the longest is told, once per label."""
    phrases = {"a": [read_phrase("stop [it] [now]")], "b": [read_phrase("stop it")]}

    marks = Automaton(phrases).find(["stop", "it", "now"])

    assert marks == [Mark("a", 0, 3), Mark("b", 0, 2)]


@pytest.mark.parametrize("template", ["(a|b", "a)", "[a", "a]", "(a]"])
def test_brackets_must_match(template: str) -> None:
    """A template whose brackets do not match is refused when the file is read."""
    with pytest.raises(ValueError, match=r"lacks|closes"):
        read_phrase(template)


def test_words_are_known() -> None:
    """Every word of every wording is known, also those written with endings in brackets."""
    words = words_of(read_phrase("(un|) lock[ed] [the|my front] door"))

    assert words == {"un", "lock", "locked", "the", "my", "front", "door"}
