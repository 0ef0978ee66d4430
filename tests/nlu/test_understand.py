"""What is heard in sentences of every language that is shipped, one by one."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.interpretation import (
    Context,
    Heard,
    HeardAmount,
    HeardDate,
    Intent,
    Interpretation,
)
from bot.settings.values import COUNTRY_BY_LANGUAGE
from tests.talking import understanding

TODAY = date(2026, 11, 25)
FOLDER = Path(__file__).parent / "sentences"
MILLISECONDS = 0.001


def _sentences() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        for name, said in table.get("command", {}).items():
            for text in said:
                expected = {"text": text, "command": name}
                yield pytest.param(file.stem, expected, id=f"{file.stem}-{name}-{text[:40]}")
        for expected in table.get("heard", []):
            yield pytest.param(file.stem, expected, id=f"{file.stem}-{expected['text'][:50]}")


def _heard(
    language: str, text: str, ask: str | None = None, country: str | None = None
) -> Interpretation:
    context = Context(language, country or COUNTRY_BY_LANGUAGE[language], TODAY, ask)
    return understanding().understand(text, context)


def _contact(heard: Interpretation) -> str | None:
    if heard.contact is None:
        return None
    return " ".join(filter(None, (heard.contact.kind.value, heard.contact.value)))


def _asked(heard: Interpretation) -> str | None:
    amount = heard.asked_amount
    return f"{amount.value} {amount.currency}" if amount else None


def _starts(heard: Interpretation) -> list[str]:
    return [one.value.start.isoformat() for one in heard.dates[:1] if one.value]


def _precision(heard: Interpretation) -> str | None:
    value = heard.dates[0].value if heard.dates else None
    return value.precision.value if value else None


def _corrected(heard: Interpretation) -> str | None:
    days = [one.date.start.isoformat() for one in heard.corrections if one.date]
    return days[0] if days else None


READERS: Mapping[str, Any] = {
    "command": lambda heard: heard.command.value if heard.command else "",
    "story": lambda heard: heard.is_story,
    "thin": lambda heard: heard.is_thin,
    "dates": _starts,
    "precision": _precision,
    "impossible": lambda heard: any(one.value is None for one in heard.dates),
    "future": lambda heard: any(one.is_future for one in heard.dates),
    "orders": lambda heard: [one.value for one in heard.order_numbers][:1],
    "remedies": lambda heard: sorted(kind.value for kind in heard.remedies),
    "dropped": lambda heard: sorted(kind.value for kind in heard.dropped_remedies),
    "asked": _asked,
    "addition": lambda heard: heard.is_addition,
    "change": lambda heard: heard.is_change_of_mind,
    "old": lambda heard: heard.corrections[0].old if heard.corrections else None,
    "new": lambda heard: heard.corrections[0].new if heard.corrections else None,
    "corrected_date": _corrected,
    "names": lambda heard: [one.value for one in heard.names],
    "contact": _contact,
    "acting_for": lambda heard: heard.acting_for is not None,
    "adjustments": lambda heard: heard.adjustments is not None,
    "safety": lambda heard: heard.assessment.safety,
    "self_harm": lambda heard: heard.assessment.self_harm,
    "nonsense": lambda heard: heard.has(Intent.NONSENSE),
    "switch_to": lambda heard: heard.switch_to,
}


@pytest.mark.parametrize(("language", "expected"), list(_sentences()))
def test_a_sentence_is_heard_as_it_is_meant(language: str, expected: dict[str, Any]) -> None:
    """Every sentence of the data files is heard as the file says."""
    heard = _heard(language, expected["text"], expected.get("ask"), expected.get("country"))
    wanted = {name: value for name, value in expected.items() if name in READERS}
    if "remedies" in wanted:
        wanted["remedies"] = sorted(wanted["remedies"])
    assert {name: READERS[name](heard) for name in wanted} == wanted
    if "intent" in expected:
        assert heard.has(Intent(expected["intent"])), heard.intents
    if "not_intent" in expected:
        assert not heard.has(Intent(expected["not_intent"])), heard.intents
    if "severity" in expected:
        assert heard.assessment.severity.value in expected["severity"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4096,
        "not 1 " * 682,
        "1-" * 2048,
        "CMP-" * 1024,
        "a.b@" * 1024,
        "+0 " * 1365,
        "since on the 3rd of " * 204,
        "I want a refund, not " * 195,
        "((((" * 1024,
        "£1,0" * 1024,
        "\u0301a" * 2048,
        "the date is not " * 256,
    ],
    ids=lambda text: text[:12],
)
def test_time_grows_with_length_and_no_faster(text: str) -> None:
    """Four times the text takes about four times the work, also where texts are made to be slow."""
    short, long = _least_work(text[:1024]), _least_work(text[:4096])
    assert long < 12 * short + 5 * MILLISECONDS


def _least_work(text: str) -> float:
    """Processor seconds of the best of five: others on the machine don't count."""
    _heard("en", "hello", None)
    times = []
    for _ in range(5):
        begin = time.process_time()
        _heard("en", text)
        times.append(time.process_time() - begin)
    return min(times)


def test_nothing_is_heard_in_nothing() -> None:
    """An empty message is no story, no command and no error."""
    heard = _heard("en", "  \n ")
    assert (heard.command, heard.is_story, heard.dates) == (None, False, ())


def test_spans_point_at_the_words() -> None:
    """The offsets of what was found cut the same words out of the message."""
    text = "On 17 November parcel 48213 was broken, I want my £42.50 back, write to a.b@example.org"
    heard = _heard("en", text)
    found: list[HeardDate | HeardAmount | Heard] = [
        *heard.dates, *heard.amounts, *heard.emails, *heard.order_numbers,
    ]  # fmt: skip
    assert len(found) >= 4
    assert all(text[slice(*one.span)] == one.text for one in found)
