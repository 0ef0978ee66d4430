"""Events without words: whatever somebody wrote is gone, whatever is counted stays."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import pytest

from bot.domain.erasure import KEPT, bare, names_improvement, remedy_code
from bot.domain.events import (
    EVENTS,
    AssessmentMade,
    ComplainantAdded,
    ComplaintReceived,
    DeadlineExtended,
    DetailTold,
    Event,
    Finding,
    PointFinding,
    ResponseGiven,
    TaskDone,
)
from storage import mapping
from tests.casework.desk import received
from tests.storage.filling import filled

AT = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)
CANARY = re.compile("Åse")
"""A word that every text of a filled event has."""


def words(value: Any, path: str = "") -> set[str]:
    """Where in a value a text stands that has the canary, but for names of things."""
    if isinstance(value, Enum):
        return set()
    if isinstance(value, str):
        return {path} if CANARY.search(value) else set()
    if isinstance(value, tuple | frozenset):
        return {found for item in value for found in words(item, path)}
    if is_dataclass(value):
        kept = KEPT.get(type(value), frozenset()) | ({"by"} if isinstance(value, Event) else set())
        names = [one.name for one in fields(value) if one.name not in kept]
        return {found for name in names for found in words(getattr(value, name), f"{path}.{name}")}
    return set()


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_no_words_are_left_in_any_event(kind: type[Event]) -> None:
    """Of an event of any kind, every field filled, no text is left but names of things; also of
    kinds that are added later."""
    event = filled(kind)

    assert not words(bare(event))
    assert (event.at, event.by) == (bare(event).at, bare(event).by)


def test_the_check_above_finds_words() -> None:
    """It would tell if a text were left."""
    assert words(filled(ComplaintReceived))
    assert {".text", ".corrects"} == words(filled(ComplainantAdded))


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_an_event_without_words_is_read_as_it_was_written(kind: type[Event]) -> None:
    """It fits into its own shape, and being made bare again changes nothing."""
    event = bare(filled(kind))

    assert event == mapping.event_from(**mapping.event_columns(event))
    assert event == bare(event)


def test_what_is_counted_stays() -> None:
    """The category, what was wanted, how grave it is and under which rules it came stay."""
    before = received()
    after = bare(before)

    assert before.details.remedy_sought
    assert after.details.remedy_sought
    assert before.details.remedy_sought.kinds == after.details.remedy_sought.kinds
    assert replace(before.assessment, reasons=()) == after.assessment
    kept = ("privacy", "language", "channel", "regime")
    assert [getattr(before, one) for one in kept] == [getattr(after, one) for one in kept]


def test_a_judgement_and_a_new_day_stay() -> None:
    """What a person judged, and until when an answer was put off, stays without its reason."""
    judged = AssessmentMade(at=AT, by="anna", category="bill", safety=True, reason="She fell.")
    later = DeadlineExtended(at=AT, by="anna", until=(AT + timedelta(9)).date(), reason="Ill.")

    assert replace(judged, reason="") == bare(judged)
    assert replace(later, reason="") == bare(later)


def test_an_answer_keeps_findings_and_named_remedies() -> None:
    """Remedies that have a name keep it; own words count once, as something else."""
    point = PointFinding("The lid", Finding.UPHELD, "It broke", ("Repair", "a pie"), "None, why?")
    answer = ResponseGiven(
        at=AT, by="anna", text="Sorry", finding=Finding.PARTLY, reasons="It did",
        remedy=("refund", "a bunch of flowers", "a song", "Goodwill"), prevention="New lids",
        points=(point,),
    )  # fmt: skip

    assert bare(answer) == ResponseGiven(
        at=AT, by="anna", text="", finding=Finding.PARTLY, reasons="",
        remedy=("refund", "other", "goodwill"), prevention="",
        points=(PointFinding("", Finding.UPHELD, "", ("repair", "other"), "none"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        pytest.param(None, False, id="nothing"),
        pytest.param("none because it was a storm", False, id="none because"),
        pytest.param("  None, because …", False, id="none in another form"),
        pytest.param("Nonetheless we bought new lids", True, id="a longer word"),
        pytest.param("New lids", True, id="an improvement"),
        pytest.param("", True, id="one whose words are gone"),
    ],
)
def test_an_improvement_is_told_from_none(said: str | None, is_one: bool) -> None:
    """Whether there was one is the same before and after the words are gone."""
    answer = ResponseGiven(
        at=AT, by="anna", text="t", finding=Finding.UPHELD, reasons="r", prevention=said
    )
    ticked = TaskDone(at=AT, by="anna", task="say_prevention-4", note=said)

    assert is_one is names_improvement(said)
    assert is_one is names_improvement(bare(answer).prevention)
    assert is_one is names_improvement(bare(ticked).note)


def test_a_corrected_story_is_empty_and_no_nothing() -> None:
    """The story is a text, also when it was told anew; other answers are not told any more."""
    story = DetailTold(at=AT, by="complainant", question="narrative", text="It fell.")
    order = DetailTold(at=AT, by="complainant", question="order_or_account", text="48213")

    assert "" == bare(story).answer
    assert bare(order).answer is None


@pytest.mark.parametrize(
    ("told", "code"),
    [("refund", "refund"), ("Technical assistance", "technical_assistance"), ("cake", "other")],
)
def test_a_remedy_is_counted_by_its_name(told: str, code: str) -> None:
    """However it is written; and what has none is something else."""
    assert code == remedy_code(told)
