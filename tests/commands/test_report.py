"""`ombud report`: the same figures as a table, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.commands.cells import harmless
from bot.commands.figures import lines, shape
from bot.commands.installation import Ombud
from bot.commands.report import Format, day, made, written
from bot.domain.complaint import Complaint
from bot.errors import InvalidRequest
from bot.reporting import Report
from tests.storage.building import reference
from tests.test_reporting import (
    RULES,
    ZONE,
    accepted,
    acknowledged,
    answered,
    closed,
    of,
    rated,
    story,
)

STORIES = (
    story(1, acknowledged(), answered(20), accepted(21), closed(22), rated(23, 4)),
    story(2, acknowledged(), answered(2), accepted(3), closed(4), rated(5, 5)),
    story(3, acknowledged(3), category="=cmd|' /C calc'!A0"),
)


@dataclass
class Installation:
    """An installation that holds these complaints, and remembers since when it was asked."""

    complaints: Sequence[Complaint]
    asked: list[datetime | None] = field(default_factory=list)

    @property
    def storage(self) -> Installation:
        """Its own storage."""
        return self

    @property
    def organisation(self) -> Any:
        """The rules of the standard, in UTC."""
        return SimpleNamespace(rules=RULES, zone=ZONE)

    async def all_complaints(self, since: datetime | None = None) -> AsyncIterator[Complaint]:
        """All of them, whatever is asked."""
        self.asked.append(since)
        for complaint in self.complaints:
            yield complaint


def rows(found: Report) -> list[dict[str, str]]:
    """The CSV, by its head."""
    return list(csv.DictReader(io.StringIO(written(found, Format.CSV), newline="")))


async def test_it_reads_what_it_needs() -> None:
    """From thirty days before the first day, so that repetitions are seen."""
    there = Installation(STORIES)
    found = await made(cast(Ombud, there), date(2026, 6, 1), date(2026, 6, 30))

    assert [datetime(2026, 5, 2, tzinfo=ZONE)] == there.asked
    assert 3 == found.received


async def test_days_the_wrong_way_round_are_refused() -> None:
    """In one sentence."""
    with pytest.raises(InvalidRequest, match="--to lies before --from"):
        await made(cast(Ombud, Installation(())), date(2026, 6, 2), date(2026, 6, 1))


async def test_without_a_last_day_it_is_today() -> None:
    """Whatever day that is."""
    found = await made(cast(Ombud, Installation(())), date(2020, 1, 1), None)

    assert found.made_at.astimezone(ZONE).date() == found.period.last


def test_a_day_must_be_one() -> None:
    """Anything else is refused with an example."""
    assert date(2026, 6, 1) == day("--from", "2026-06-01")
    with pytest.raises(InvalidRequest, match="--from must be a day such as 2026-11-23"):
        day("--from", "June")


def test_the_table_has_every_figure() -> None:
    """Each name of each line stands in it, under its section; annex H comes first."""
    found = of(*STORIES)
    text = written(found, Format.TABLE)

    assert "Complaints received from 2026-06-01 to 2026-06-30 (UTC)," in text
    assert "as they stand on 2026-08-01 12:00." in text
    for line in lines(found):
        assert line.section in text
        assert f"  {line.name}" in text
    sections = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert "ISO 10002:2018, annex H" == sections[2]


def test_late_ones_are_named_with_days_and_promise() -> None:
    """Which promise, whose, and by how many days."""
    text = written(of(*STORIES), Format.TABLE)

    assert "Late: respond (days)" in text
    assert ["6"] == [row["value"] for row in rows(of(*STORIES)) if row["name"] == reference(1)]


def test_csv_has_the_figures_of_the_table() -> None:
    """One row for each line, in order, all under one head."""
    found = of(*STORIES)

    assert [(line.section, line.name, line.value) for line in lines(found)][:9] == [
        (row["section"], row["name"], row["value"]) for row in rows(found)
    ][:9]
    assert len(list(lines(found))) == len(rows(found))


def test_no_cell_is_a_formula() -> None:
    """A category that a spreadsheet would run is led by an apostrophe, in CSV alone."""
    names = [row["name"] for row in rows(of(*STORIES))]

    assert "'=cmd|' /C calc'!A0" in names
    assert "=cmd|' /C calc'!A0" not in names
    assert "'@x" == harmless("@x")
    assert "=cmd|' /C calc'!A0" in shape(of(*STORIES))["by_category"]


def test_json_names_the_complaints_of_each_figure() -> None:
    """So that one can look at them; estimates come with their interval."""
    found = json.loads(written(of(*STORIES), Format.JSON))

    assert {"count": 2, "of": 3, "references": [reference(1), reference(3)]} == found["annex_h"][
        "resolved_late"
    ]
    assert 8 == len(found["annex_h"])
    assert {"value": 4.5, "low": 1, "high": 5} == found["ratings"]["handling"]["mean"]
    assert 0.0 == found["ratings"]["handling"]["non_response"]
    late = found["late"][0]
    assert (reference(1), "respond", 6) == (late["reference"], late["deadline"], late["days"])


def test_a_mean_stands_beside_its_n() -> None:
    """No mean without how many told it and its interval; with one answer there is none."""
    handling = "Rating of the handling (1 to 5)"
    two = {row["name"]: row for row in rows(of(*STORIES)) if row["section"] == handling}
    one = {row["name"]: row for row in rows(of(STORIES[0])) if row["section"] == handling}

    assert ("4.500", "2", "1.000", "5.000") == tuple(
        two["mean"][cell] for cell in ("value", "of", "low", "high")
    )
    assert "mean" not in one
    assert "1" == one["n"]["value"]


def test_an_empty_period_is_written_too() -> None:
    """As a table of noughts, as CSV and as JSON."""
    found = of()

    assert "received" in written(found, Format.TABLE)
    assert {"0"} == {row["value"] for row in rows(found)}
    assert json.loads(written(found, Format.JSON))["median_days_to_answer"] is None
