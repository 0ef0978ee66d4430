"""An interpretation as JSON, in the shape that `ombud nlu parse` promises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.dialogue.interpretation import Heard, HeardAmount, HeardDate, Interpretation

Json = dict[str, Any]


def parsed(interpretation: Interpretation) -> Json:
    """What was heard, with dates as ISO 8601 and spans as character offsets."""
    category, assessment = interpretation.category, interpretation.assessment
    return {
        "language": interpretation.language,
        "intents": [{"name": str(one.name), "score": round(one.score, 3)} for one in interpretation.intents],
        "dates": [_date(one) for one in interpretation.dates if one.value],
        "amounts": [_amount(one) for one in interpretation.amounts],
        "emails": _things(interpretation.emails),
        "phones": _things(interpretation.phones),
        "names": _things(interpretation.names),
        "references": _things(interpretation.references),
        "order_numbers": _things(interpretation.order_numbers),
        "remedies": [str(remedy) for remedy in interpretation.remedies],
        "category": {"name": category.name, "score": category.score} if category else None,
        "assessment": {
            "severity": str(assessment.severity),
            "safety": assessment.safety,
            "reasons": list(assessment.reasons),
        },
        "points": list(interpretation.points),
    }


def _date(heard: HeardDate) -> Json:
    value = heard.value
    assert value  # noqa: S101  only dates that exist are shown
    return {
        "start": value.start.isoformat(),
        "end": value.end.isoformat() if value.end else None,
        "precision": str(value.precision),
        "text": heard.text,
        "span": list(heard.span),
    }


def _amount(heard: HeardAmount) -> Json:
    return {
        "value": str(heard.value.value),
        "currency": heard.value.currency,
        "text": heard.text,
        "span": list(heard.span),
    }


def _things(things: Iterable[Heard]) -> list[Json]:
    return [{"value": one.value, "text": one.text, "span": list(one.span)} for one in things]
