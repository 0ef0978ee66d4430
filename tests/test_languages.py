"""Every language says everything, briefly and kindly; `keys` shows keys and values."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from bot.domain.events import Privacy
from bot.domain.form import FORM
from bot.domain.status import Status
from bot.languages import KEYS, load_languages, spoken

LANGUAGES = load_languages()
SPOKEN = spoken(LANGUAGES)
LONGER = {"check": 110, "acknowledgement": 110, "privacy.who_sees": 70, "rights.privacy": 90}
VALIDATION = (
    "date.future", "date.impossible", "reference.mistyped", "reference.unreadable", "too_long",
    "not_understood", "try_again", "stale", "status.unknown", "narrative.needed", "file.refused",
)  # fmt: skip


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(SPOKEN))
def test_a_language_says_everything(code: str) -> None:
    """Each key of English stands in every other language, with the same values."""
    english, other = SPOKEN["en"].texts, SPOKEN[code].texts
    assert {key: _names(text) for key, text in english.items()} == {
        key: _names(text) for key, text in other.items()
    }


@pytest.mark.parametrize("code", sorted(SPOKEN))
def test_texts_are_short_and_calm(code: str) -> None:
    """No text has more words than a person under strain reads, and none shouts."""
    texts = SPOKEN[code].texts
    long = {key for key, text in texts.items() if len(text.split()) > LONGER.get(key, 60)}
    loud = {key for key, text in texts.items() if "!" in text and not key.startswith("widget.")}
    assert (set(), set()) == (long, loud)


@pytest.mark.parametrize("key", VALIDATION)
def test_validation_does_not_apologise_or_beg(key: str) -> None:
    """What went wrong and how to mend it, without please, sorry, valid or oops."""
    words = set(re.findall(r"[a-z]+", SPOKEN["en"].texts[key].lower()))
    assert set() == words & {"please", "sorry", "valid", "invalid", "oops"}


@pytest.mark.parametrize("code", sorted(SPOKEN))
def test_whatever_code_may_say_has_its_text(code: str) -> None:
    """Keys that are put together from values exist for every value."""
    texts = SPOKEN[code].texts
    wanted = {
        *(f"ask.{entry.question}" for entry in FORM),
        *(f"why.{entry.question}" for entry in FORM if entry.is_asked),
        *(f"question.{entry.question}" for entry in FORM),
        *(f"status.word.{status}" for status in Status),
        *(f"status.meaning.{status}" for status in Status),
        *(f"privacy.{privacy}" for privacy in Privacy),
        *(f"privacy.set.{privacy}" for privacy in Privacy),
        *(f"choice.{privacy}" for privacy in Privacy),
    }
    assert set() == wanted - set(texts)


def test_keys_show_keys_and_values_by_name() -> None:
    """With `keys` a tool reads which text was said, and with which values (contract §9)."""
    keys = LANGUAGES[KEYS]
    assert "⟦left count=3⟧" == keys.text("left", {"count": "3"})
    assert "⟦status a=1 b=2⟧" == keys.text("status", {"b": "2", "a": "1"})
    assert "⟦choice.change:effect⟧" == keys.label("change:effect")
