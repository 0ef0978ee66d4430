"""What the openings of the acceptance dialogues tell is heard: none of it is asked again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.dates import format_date

from bot.dialogue.interpretation import Context, Intent, Interpretation
from bot.domain.answers import Precision
from tests.talking import understanding

FOLDER = Path(__file__).parents[3] / "shared" / "dialogues" / "dev"
COUNTRIES = {"en": "GB", "sv": "SE"}
TODAYS = (date(2026, 11, 25), date(2026, 3, 2))
_TEMPLATE = re.compile(r"\{(date|weekday):([+-]\d+)d(?::([^{}]*))?\}")

pytestmark = pytest.mark.shared


def _rendered(text: str, language: str, today: date) -> str:
    """`text` with its templates for days filled in."""

    def fill(found: re.Match[str]) -> str:
        moment = today + timedelta(days=int(found[2]))
        weekday = format_date(moment, "EEEE", locale=language)
        if found[1] == "weekday":
            return weekday
        signs = {
            "%e": str(moment.day),
            "%o": f"{moment.day}th",
            "%n": str(moment.month),
            "%B": format_date(moment, "MMMM", locale=language),
            "%A": weekday,
            "%Y": str(moment.year),
        }
        return re.sub(r"%\w", lambda sign: signs[sign[0]], found[3] or "%e %B")

    return _TEMPLATE.sub(fill, text)


def _personas() -> Iterator[Any]:
    for code in COUNTRIES:
        for file in sorted((FOLDER / code).glob("*.yaml")):
            dialogue = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
            if "opening" in dialogue:
                yield pytest.param(code, dialogue, id=f"{code}-{file.stem}")


PERSONAS = list(_personas())


class Heard:
    """Everything that the messages of an opening told."""

    def __init__(self, language: str, opening: str | list[str], today: date) -> None:
        texts = [opening] if isinstance(opening, str) else opening
        context = Context(language, COUNTRIES[language], today)
        self.said: list[Interpretation] = [
            understanding().understand(_rendered(text, language, today), context) for text in texts
        ]
        self.today = today

    @property
    def start(self) -> date | None:
        """The first day of the trouble."""
        days = [one.value for heard in self.said for one in heard.dates[:1] if one.value]
        return days[0].start if days else None

    @property
    def goes_on(self) -> bool:
        """Whether the trouble has not ended."""
        days = [one.value for heard in self.said for one in heard.dates[:1] if one.value]
        return bool(days) and days[0].precision is Precision.ONGOING

    @property
    def order(self) -> str:
        """The likeliest order number, without its signs."""
        found = [one.value for heard in self.said for one in heard.order_numbers[:1]]
        return _bare(found[0]) if found else ""

    @property
    def remedies(self) -> set[str]:
        """What is wanted."""
        return {kind.value for heard in self.said for kind in heard.remedies}


def _bare(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum())


TOLD: Mapping[str, Callable[[Heard], bool]] = {
    "subject": lambda heard: any(one.subject for one in heard.said),
    "occurred_on": lambda heard: heard.start is not None,
    "order_or_account": lambda heard: heard.order != "",
    "remedy_sought": lambda heard: bool(heard.remedies),
    "name": lambda heard: any(one.has(Intent.ANONYMOUS) or one.names for one in heard.said),
    "contact": lambda heard: any(one.contact for one in heard.said),
}


def _is_kept(expected: dict[str, Any], heard: Heard) -> Iterator[bool]:
    """Whether what is to be recorded of told things is what was heard; unknown matchers hold."""
    when = expected.get("occurred_on", {})
    if "days_ago" in when:
        yield heard.start == heard.today - timedelta(days=int(when["days_ago"]))
    if "since" in when:
        first, last = (heard.today + timedelta(days=int(day[:-1])) for day in when["since"])
        yield heard.goes_on and heard.start is not None and first <= heard.start <= last
    order = expected.get("order_or_account", {})
    if isinstance(order, dict) and "code" in order:
        yield _bare(order["code"]) in heard.order
    kinds = expected.get("remedy_sought", {}).get("kinds", {})
    if "set" in kinds:
        yield set(kinds["set"]) == heard.remedies
    if "includes" in kinds:
        yield set(kinds["includes"]) <= heard.remedies
    if "overlaps" in kinds:
        yield bool(set(kinds["overlaps"]) & heard.remedies)


@pytest.mark.skipif(not PERSONAS, reason="the dialogues are not beside this checkout")
@pytest.mark.parametrize("today", TODAYS, ids=str)
@pytest.mark.parametrize(("language", "dialogue"), PERSONAS or [("en", {})])
def test_an_opening_is_heard(language: str, dialogue: dict[str, Any], today: date) -> None:
    """Everything that the opening tells is heard, and heard as it will be recorded."""
    heard = Heard(language, dialogue["opening"], today)
    told = dialogue.get("told", [])
    assert [name for name in told if name in TOLD and not TOLD[name](heard)] == []
    later = str((dialogue.get("corrections"), dialogue.get("answers")))
    record = dialogue.get("record", {})
    details = record.get("details", {}) if isinstance(record, dict) else {}
    kept = {name: details[name] for name in told if name in details and not _changes(name, later)}
    assert all(_is_kept(kept, heard)), (heard.start, heard.order, heard.remedies)
    assert any(one.is_story for one in heard.said)


def _changes(name: str, later: str) -> bool:
    """Whether something said later may change what the opening told."""
    if "{" in later and name == "occurred_on":
        return True
    return "'when'" in later and name in ("order_or_account", "remedy_sought")
