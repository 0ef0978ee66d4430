"""`ombud nlu parse`: what is understood of texts, a JSON line out for each in (contract §10)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from bot.assembly import understanding
from bot.dialogue.interpretation import Context, Heard, HeardAmount, HeardDate, Interpretation
from bot.domain.answers import OccurredOn
from bot.errors import InvalidRequest
from bot.languages import FALLBACK, KEYS
from bot.ports import Understand
from bot.settings import Settings, read_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Json = dict[str, Any]
_MAY_OVERRIDE: Final = frozenset({"text", "language", "country", "today", "ask"})


@app.callback()
def nlu() -> None:
    """See what is understood of a text."""


@app.command()
def parse(
    language: Annotated[str | None, typer.Option(metavar="LANG", help="Language code.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="ISO 3166 country.")] = None,
    today: Annotated[str | None, typer.Option(metavar="DATE", help="Day that counts.")] = None,
    ask: Annotated[str | None, typer.Option(metavar="QUESTION", help="Open question.")] = None,
) -> None:
    """Read JSON lines {"text": "..."} and write one JSON line each; a line may override options."""
    settings = read_settings()
    context = _context(settings, language=language, country=country, today=today, ask=ask)
    for line in parsed(sys.stdin, context, understanding(settings)):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def parsed(lines: Iterable[str], context: Context, understand: Understand) -> Iterator[Json]:
    """What is heard in each line, blank ones left out."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            told = _told(line, number)
            own = _overridden(context, told, f"line {number}")
            yield as_json(understand(told["text"], own))


def _context(settings: Settings, **told: str | None) -> Context:
    base = Context(
        language=FALLBACK if settings.language == KEYS else settings.language,
        country=settings.country,
        today=datetime.now(ZoneInfo(settings.time_zone)).date(),
    )
    return _overridden(base, {name: value for name, value in told.items() if value}, "the options")


def _told(line: str, number: int) -> Json:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("text"), str):
        raise InvalidRequest(f'Line {number} is no JSON object with a text: {{"text": "..."}}.')
    return told


def _overridden(context: Context, told: Mapping[str, Any], where: str) -> Context:
    changes = {name: told[name] for name in _MAY_OVERRIDE & told.keys() - {"text"}}
    if changes.get("today") is not None:
        try:
            changes["today"] = date.fromisoformat(changes["today"])
        except (TypeError, ValueError):
            raise InvalidRequest(f"In {where} today must be a date such as 2026-11-23.") from None
    return replace(context, **changes)


def as_json(heard: Interpretation) -> Json:
    """The interpretation in the shape of contract §10."""
    return {
        "language": heard.language,
        "intents": [
            {"name": intent.name.value, "score": round(intent.score, 4)} for intent in heard.intents
        ],
        "dates": [_date(found.value, found) for found in heard.dates if found.value],
        "amounts": [_amount(found) for found in heard.amounts],
        "emails": _all(heard.emails),
        "phones": _all(heard.phones),
        "names": _all(heard.names),
        "references": _all(heard.references),
        "order_numbers": _all(heard.order_numbers),
        "remedies": [remedy.value for remedy in heard.remedies],
        "category": heard.category
        and {"name": heard.category.name, "score": round(heard.category.score, 4)},
        "assessment": {
            "severity": heard.assessment.severity.value,
            "safety": heard.assessment.safety,
            "reasons": list(heard.assessment.reasons),
        },
        "points": list(heard.points),
    }


def _date(when: OccurredOn, found: HeardDate) -> Json:
    return {
        "start": when.start.isoformat(),
        "end": when.end and when.end.isoformat(),
        "precision": when.precision.value,
        **_place(found),
    }


def _amount(found: HeardAmount) -> Json:
    amount = found.value
    return {"value": str(amount.value), "currency": amount.currency, **_place(found)}


def _all(found: Iterable[Heard]) -> list[Json]:
    return [{"value": heard.value, **_place(heard)} for heard in found]


def _place(found: HeardDate | HeardAmount | Heard) -> Json:
    return {"text": found.text, "span": list(found.span)}
