"""`ombud nlu parse`: one JSON line for each that is read, in the contract's shape."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from bot.commands.nlu import as_json, parsed
from bot.dialogue.interpretation import (
    Category,
    Context,
    Heard,
    HeardAmount,
    HeardAssessment,
    HeardDate,
    HeardIntent,
    Intent,
    Interpretation,
)
from bot.domain.answers import Amount, OccurredOn, Precision, Remedy
from bot.domain.assessment import Severity
from bot.errors import InvalidRequest

CONTEXT = Context("en", "GB", date(2026, 11, 23))


def echo(text: str, context: Context) -> Interpretation:
    """Understands nothing but tells what it was told."""
    told = f"{context.country} {context.today} {context.ask}"
    return Interpretation(context.language, text, subject=told, points=(told,))


def test_each_line_may_override_the_options() -> None:
    """Language, country, day and open question of a line count for that line alone."""
    lines = [
        '{"text": "hej", "language": "sv", "country": "SE", "today": "2026-01-02", "ask": "name"}',
        "",
        '{"text": "hi"}',
    ]

    first, second = parsed(lines, CONTEXT, echo)

    assert (first["language"], first["points"]) == ("sv", ["SE 2026-01-02 name"])
    assert (second["language"], second["points"]) == ("en", ["GB 2026-11-23 None"])


@pytest.mark.parametrize(
    "line", ["no json", "[]", "{}", '{"text": 3}', '{"text": "x", "today": "soon"}']
)
def test_a_line_that_has_no_meaning_is_named(line: str) -> None:
    """A malformed line ends the run with its number."""
    with pytest.raises(InvalidRequest, match=r"[Ll]ine 2"):
        list(parsed(['{"text": "x"}', line], CONTEXT, echo))


def test_everything_heard_has_its_place_in_the_shape() -> None:
    """What was found comes with value, text and span; impossible days are left out."""
    day = date(2026, 11, 3)
    heard = Interpretation(
        "en",
        "text",
        intents=(HeardIntent(Intent.LODGE, 0.93),),
        dates=(
            HeardDate(OccurredOn(day, day, Precision.DAY, "3 Nov"), "3 Nov", (0, 5)),
            HeardDate(None, "30 Feb", (6, 12)),
        ),
        amounts=(HeardAmount(Amount(Decimal("42.50"), "GBP"), "£42.50", (1, 7)),),
        phones=(Heard("+441632960001", "01632 960001", (2, 14)),),
        remedies=(Remedy.REFUND,),
        category=Category("delivery", 0.5),
        assessment=HeardAssessment(Severity.HIGH, safety=True, reasons=("gas",)),
        points=("late",),
    )

    shape = json.loads(json.dumps(as_json(heard)))

    assert shape == {
        "language": "en",
        "intents": [{"name": "lodge", "score": 0.93}],
        "dates": [
            {
                "start": "2026-11-03", "end": "2026-11-03", "precision": "day",
                "text": "3 Nov", "span": [0, 5],
            }
        ],
        "amounts": [{"value": "42.50", "currency": "GBP", "text": "£42.50", "span": [1, 7]}],
        "emails": [],
        "phones": [{"value": "+441632960001", "text": "01632 960001", "span": [2, 14]}],
        "names": [],
        "references": [],
        "order_numbers": [],
        "remedies": ["refund"],
        "category": {"name": "delivery", "score": 0.5},
        "assessment": {"severity": "high", "safety": True, "reasons": ["gas"]},
        "points": ["late"],
    }  # fmt: skip
