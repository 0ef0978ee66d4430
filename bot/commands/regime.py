"""`ombud regime`: whose rules there are, and what is due when by them (contract §10)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from bot.domain.basis import listed, spelled
from bot.domain.clocks import Standing, Unit
from bot.domain.regimes import Due, Moments, Regime, Rules, explained
from bot.errors import InvalidRequest
from bot.rules import load_rules
from bot.settings import read_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Json = dict[str, Any]
_YEARS: Final = range(1970, 2091)
"""Whose holidays are known, with room for the longest rule."""

_AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.callback()
def regime() -> None:
    """See whose rules there are, and what is due when by them."""


@app.command("list")
def list_(as_json: _AsJson = False) -> None:
    """Every version of every regime."""
    regimes = load_rules(default="").regimes
    if as_json:
        _write(json.dumps([_named(one) for one in regimes], ensure_ascii=False, indent=2))
        return
    rows = [
        (one.id, one.version, one.effective_from.isoformat(), _sureness(one), one.title)
        for one in regimes
    ]
    _write(_table(("ID", "VERSION", "FROM", "CONFIRMED", "TITLE"), rows))


@app.command()
def explain(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Which regime.")],
    received: Annotated[str, typer.Option(metavar="DATETIME", help="When it came.")],
    acknowledged: Annotated[
        str | None,
        typer.Option(
            metavar="DATETIME", help="When it was acknowledged, in the stage asked about."
        ),
    ] = None,
    escalated: Annotated[
        str | None, typer.Option(metavar="DATETIME", help="When a review was asked for.")
    ] = None,
    forwarded: Annotated[
        str | None,
        typer.Option(metavar="DATETIME", help="When a portal passed it on; default: as received."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="TZ", help="Default: OMBUD_TIME_ZONE.")
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """What is due when, and why. A time without an offset is one of the time zone."""
    zone = _zone(time_zone or read_settings().time_zone)
    told = {
        "received": received,
        "acknowledged": acknowledged,
        "escalated": escalated,
        "forwarded": forwarded,
    }
    when = {name: _moment(name, text, zone) for name, text in told.items() if text is not None}
    regime = _chosen(load_rules(id_), when["received"].astimezone(zone))
    dues = explained(regime, moments(when, zone), zone)
    if as_json:
        _write(json.dumps([explanation(due) for due in dues], ensure_ascii=False, indent=2))
        return
    _write(_page(regime, dues))


def moments(when: dict[str, datetime], zone: ZoneInfo) -> Moments:
    """What happened when; InvalidRequest where it can't have been so.

    An acknowledgement is that of the review, unless it came before the review was asked for.
    """
    days = {name: at.astimezone(zone).date() for name, at in when.items()}
    for name in ("acknowledged", "escalated"):
        if name in days and days[name] < days["received"]:
            raise InvalidRequest(f"--{name} lies before --received; one of them is wrong.")
    acknowledged = {}
    if "acknowledged" in when:
        is_of_review = "escalated" in when and days["acknowledged"] >= days["escalated"]
        acknowledged = {2 if is_of_review else 1: when["acknowledged"]}
    return Moments(when["received"], acknowledged, when.get("escalated"), when.get("forwarded"))


def explanation(due: Due) -> Json:
    """A date in the shape of contract §10."""
    return {
        "name": due.name,
        "due_at": due.due_at.isoformat(),
        "unit": due.clock.unit.value,
        "count": due.count,
        "from": due.clock.trigger.value,
        "basis": due.basis,
    }


def _named(regime: Regime) -> Json:
    return {
        "id": regime.id,
        "title": regime.title,
        "version": regime.version,
        "effective_from": regime.effective_from.isoformat(),
    }


def _chosen(rules: Rules, received: datetime) -> Regime:
    if rules.default not in rules.ids:
        raise InvalidRequest(f"There is no regime {rules.default}; there are {listed(rules.ids)}.")
    return rules.in_force(received.date())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(
            f"There is no time zone {name}; write one such as Europe/London."
        ) from None


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            f"--{name} must be a date or time such as 2026-11-23 or 2026-11-23T10:42:07+01:00."
        ) from None
    if at.year not in _YEARS:
        raise InvalidRequest(
            f"--{name} must lie between {_YEARS[0]} and {_YEARS[-1]}: no holidays are known beyond."
        )
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _page(regime: Regime, dues: Sequence[Due]) -> str:
    """A table, what else the rules ask for, and how sure all of it is."""
    rows = [(due.name, _when(due.due_at), due.clock.standing.value, due.basis) for due in dues]
    head = f"{regime.title}, version {regime.version}, from {regime.effective_from}"
    parts = [head, _table(("WHAT", "DUE", "STANDING", "WHY"), rows), *_duties(regime)]
    facts = [(fact.standing.value, fact.says, fact.source) for fact in regime.facts]
    clocks = [
        (clock.standing.value, f"{clock.name}: {spelled(clock.count, clock.unit)}", clock.source)
        for clock in regime.clocks
    ]
    parts.append(
        "\n".join(f"{standing}: {says} [{source}]" for standing, says, source in clocks + facts)
    )
    return "\n\n".join(parts)


def _duties(regime: Regime) -> list[str]:
    told = []
    if regime.response_must_state:
        told.append(f"An answer states {listed(regime.response_must_state)}.")
    if regime.second_stage:
        note = regime.second_stage.note or ""
        whose = "another person" if regime.second_stage.is_independent else "the same people"
        told.append(f"A review is done by {whose}. {note}".strip())
    if regime.signpost:
        place = f" ({regime.signpost.url})" if regime.signpost.url else ""
        told.append(f"The way on: {regime.signpost.body}{place}. {regime.signpost.text}")
    if regime.retention:
        kept = spelled(regime.retention.months, Unit.MONTHS)
        told.append(f"Records are kept for {kept} since it was {regime.retention.since}.")
    told.append(f"Reasons to close it: {listed(regime.close_reasons)}.")
    return ["\n".join(told)]


def _sureness(regime: Regime) -> str:
    """How many of its times and other facts were read in their source."""
    standings = [clock.standing for clock in regime.clocks]
    standings += [fact.standing for fact in regime.facts]
    return f"{standings.count(Standing.CONFIRMED)}/{len(standings)}"


def _when(at: datetime) -> str:
    """The day, and the time unless the whole day is meant."""
    is_whole_day = (at + timedelta(seconds=1)).time() == datetime.min.time()
    return f"{at:%a %d %b %Y}" if is_whole_day else f"{at:%a %d %b %Y %H:%M}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    )
    return "\n".join(lines)


def _write(text: str) -> None:
    typer.echo(text)
