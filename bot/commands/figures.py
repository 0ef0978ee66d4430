"""A report as lines and as JSON: the same figures, and nothing that is not in the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.estimates import Estimate
from bot.presenting import plain
from bot.ratings import Rating
from bot.reporting import Kept, Report

_PLACES = 3
"""Decimals of shares and means; what lies beyond is no knowledge."""


@dataclass(frozen=True)
class Line:
    """One figure, as text: `of` how many it is a part, and the interval where it is an estimate."""

    section: str
    name: str
    value: str
    of: str = ""
    low: str = ""
    high: str = ""


def lines(report: Report) -> Iterator[Line]:
    """Every figure, those of annex H first; the very last ones are each promise that was late."""
    for figure in report.annex_h:
        yield Line("ISO 10002:2018, annex H", figure.name, str(figure.count), str(figure.of))
    yield from _life(report)
    for title, counts in (
        ("Status", report.by_status),
        ("Category", report.by_category),
        ("Channel", report.by_channel),
        ("Severity", report.by_severity),
        ("Finding", report.findings),
        ("Remedy", report.remedies),
    ):
        yield from (Line(title, name, str(count)) for name, count in counts.items())
    for promise in report.promises:
        whole = str(sum(promise.counts.values()))
        for kept in Kept:
            yield Line(f"Promise: {promise.name}", kept.value, str(promise.counts[kept]), whole)
        yield from _estimated(f"Promise: {promise.name}", "share_on_time", promise.on_time)
    yield from _rating("Rating of the handling (1 to 5)", report.handling)
    yield from _rating("Rating of the outcome (is it fair?)", report.outcome)
    for late in report.late:
        yield Line(f"Late: {late.deadline} (days)", late.reference, str(late.days))


def _life(report: Report) -> Iterator[Line]:
    section, of = "What became of them", str(report.received)
    for name in ("open", "overdue", "answered", "reopened", "reviewed", "escalated",
                 "external_body", "repeated"):  # fmt: skip
        yield Line(section, name, str(getattr(report, name)), of)
    if report.median_days is not None:
        days = f"{report.median_days:.1f}"
        yield Line(section, "median_days_to_answer", days, str(report.answered))
    if report.without_rules:
        yield Line(section, "without_rules", str(len(report.without_rules)), of)


def _rating(section: str, rating: Rating) -> Iterator[Line]:
    yield Line(section, "n", str(rating.n), str(rating.asked))
    if rating.non_response is not None:
        yield Line(section, "non_response", _number(rating.non_response), str(rating.asked))
    for said, count in rating.counts.items():
        yield Line(section, said, str(count), str(rating.n))
    yield from _estimated(section, "mean", rating.mean, rating.n)
    yield from _estimated(section, "share_fair", rating.fair, rating.n)


def _estimated(
    section: str, name: str, found: Estimate | None, of: int | None = None
) -> Iterator[Line]:
    """A figure with its interval; nothing where too few told to say anything."""
    if found is not None:
        of_text = "" if of is None else str(of)
        low, high = _number(found.low), _number(found.high)
        yield Line(section, name, _number(found.value), of_text, low, high)


def _number(value: float) -> str:
    return f"{value:.{_PLACES}f}"


def shape(report: Report) -> dict[str, Any]:
    """The report for machines; each figure of annex H names its complaints."""
    period = report.period
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "time_zone": period.zone.key,
        "made_at": plain(report.made_at),
        "received": report.received,
        "open": report.open,
        "overdue": report.overdue,
        "answered": report.answered,
        "median_days_to_answer": _rounded(report.median_days),
        "reopened": report.reopened,
        "reviewed": report.reviewed,
        "escalated": report.escalated,
        "external_body": report.external_body,
        "repeated": report.repeated,
        "by_status": dict(report.by_status),
        "by_category": dict(report.by_category),
        "by_channel": dict(report.by_channel),
        "by_severity": dict(report.by_severity),
        "findings": dict(report.findings),
        "remedies": dict(report.remedies),
        "promises": {
            one.name: {
                **{kept.value: count for kept, count in one.counts.items()},
                "share_on_time": _estimate(one.on_time),
            }
            for one in report.promises
        },
        "late": plain(report.late),
        "ratings": {"handling": _rated(report.handling), "outcome": _rated(report.outcome)},
        "annex_h": {
            figure.name: {
                "count": figure.count, "of": figure.of, "references": list(figure.references),
            }
            for figure in report.annex_h
        },
        "without_rules": list(report.without_rules),
    }  # fmt: skip


def _rated(rating: Rating) -> dict[str, Any]:
    return {
        "n": rating.n,
        "asked": rating.asked,
        "non_response": _rounded(rating.non_response),
        "counts": dict(rating.counts),
        "mean": _estimate(rating.mean),
        "share_fair": _estimate(rating.fair),
    }


def _estimate(found: Estimate | None) -> Mapping[str, float | None] | None:
    if found is None:
        return None
    return {
        "value": _rounded(found.value), "low": _rounded(found.low), "high": _rounded(found.high),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _PLACES)
