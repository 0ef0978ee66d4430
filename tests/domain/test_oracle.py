"""Every due date agrees with a second opinion that walks the calendar day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random  # noqa: TID251  a seed must draw the same days again
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from bot.domain.regimes import Moments, explained
from bot.rules import load_rules
from tests.domain import naive

RULES = load_rules("iso10002")
FIRST, LAST = date(2015, 1, 1), date(2035, 12, 31)
ZONES: Final = (
    "UTC", "Europe/London", "Europe/Stockholm", "America/New_York", "Asia/Kolkata",
    "America/Sao_Paulo",  # its clocks went back at midnight until 2019: 23:59:59 came twice
    "America/Havana", "Asia/Beirut", "Africa/Cairo",  # theirs do at or about midnight
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Apia", "Pacific/Chatham", "America/Nuuk",
)  # fmt: skip
TIMES = (timedelta(), timedelta(hours=1, minutes=30), timedelta(hours=23, minutes=59, seconds=59))
"""After midnight UTC: edges of days and hours in which clocks change."""


def differences(id_: str, zone: ZoneInfo, received: datetime) -> Iterator[str]:
    """Where the two opinions differ, for the first answer and for a review."""
    local = received.astimezone(zone).date()
    regime = replace(RULES, default=id_).in_force(local)
    acknowledged = received + timedelta(days=3, hours=5)
    escalated = acknowledged + timedelta(days=20, hours=7)
    noticed = escalated + timedelta(days=4, hours=2)
    forwarded = received + timedelta(days=1, hours=1)
    known = {"received": received, "forwarded": forwarded, "acknowledged 1": acknowledged}
    stages = (
        (Moments(received, {1: acknowledged}, forwarded=forwarded), known),
        (
            Moments(received, {1: acknowledged, 2: noticed}, escalated, forwarded),
            {**known, "escalated": escalated, "acknowledged 2": noticed},
        ),
    )
    for moments, told in stages:
        ours = {due.name: due.due_at.astimezone(UTC) for due in explained(regime, moments, zone)}
        theirs = naive.due(id_, told, zone)
        if ours != theirs:
            yield f"{id_} {zone.key} {received}: {ours} is not {theirs}"


def all_starts() -> Iterator[datetime]:
    """Every day of 21 years, at the times at which days and hours have their edges."""
    day = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    while day.date() <= LAST:
        yield from (day + time for time in TIMES)
        day += timedelta(days=1)


@cache
def changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The starts from which a day is longer or shorter than 24 hours."""
    day = timedelta(days=1)
    return tuple(
        start
        for start in all_starts()
        if start.astimezone(zone).utcoffset() != (start + day).astimezone(zone).utcoffset()
    )


def test_the_second_opinion_covers_every_regime() -> None:
    """A regime that is added without its rules written down anew fails here."""
    assert set(RULES.ids) == set(naive.RULES)


@pytest.mark.parametrize("id_", sorted(naive.RULES))
def test_a_sample_agrees(id_: str) -> None:
    """Drawn from a seed: days of 21 years, and days on which clocks change, in every zone."""
    chance = Random(id_)
    found: list[str] = []
    for zone in map(ZoneInfo, ZONES):
        edges = changes(zone)
        for start in (*_drawn(chance, 25), *chance.sample(edges, min(25, len(edges)))):
            found += differences(id_, zone, start)

    assert found == []


def _drawn(chance: Random, count: int) -> Iterator[datetime]:
    seconds = ((LAST - FIRST).days + 1) * 86_400
    begun = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return (begun + timedelta(seconds=chance.randrange(seconds)) for _ in range(count))


@pytest.mark.long
@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize("id_", sorted(naive.RULES))
def test_every_day_agrees(id_: str, zone_name: str) -> None:
    """All days of 21 years at the edges of days and hours."""
    zone = ZoneInfo(zone_name)
    found = (wrong for start in all_starts() for wrong in differences(id_, zone, start))

    assert next(found, None) is None
