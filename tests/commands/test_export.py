"""`ombud export`: every complaint once, oldest first, as lines of JSON or cells that do no harm."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.commands import export
from bot.commands.export import COLUMNS, Format, write
from bot.commands.installation import Ombud
from bot.errors import InvalidRequest

SHAPE: Mapping[str, Any] = {
    "reference": "CMP-4F7K-9Q2X-V",
    "status": "responded",
    "details": {
        "narrative": "Första raden.\n\nAndra, med komma.",
        "subject": "=HYPERLINK(A1)",
        "remedy_sought": {"kinds": ["refund", "apology"], "amount": None, "text": "-1"},
        "name": None,
    },
    "assessment": {"safety": False},
    "attachments": [{"name": "a.png", "size": 1}],
    "history": [],
}


class Installation:
    """An installation that holds these complaints and remembers what was asked for."""

    def __init__(self, complaints: Sequence[object]) -> None:
        self.complaints = complaints
        self.asked: list[datetime | None] = []

    @property
    def storage(self) -> Installation:
        """Its own storage."""
        return self

    async def all_complaints(self, since: datetime | None = None) -> AsyncIterator[object]:
        """All of them, whatever is asked."""
        self.asked.append(since)
        for complaint in self.complaints:
            yield complaint

    def as_json(self, complaint: object) -> object:
        """A complaint here is its own JSON."""
        return complaint


async def written(format_: Format, *complaints: object) -> str:
    """What is exported of these complaints."""
    out = io.StringIO()
    await write(cast(Ombud, Installation(complaints)), format_, None, out)
    return out.getvalue()


async def test_a_line_of_json_for_each() -> None:
    """Each complaint is one line, in the order given, its words unchanged."""
    text = await written(Format.JSONL, SHAPE, {**SHAPE, "reference": "CMP-0000-0000-0"})

    assert [SHAPE["reference"], "CMP-0000-0000-0"] == [
        json.loads(line)["reference"] for line in text.splitlines()
    ]
    assert "Första" in text


async def test_a_row_for_each_under_a_heading() -> None:
    """CSV has one heading, one row for each complaint, nested values by their dotted name."""
    heading, row = csv.reader(io.StringIO(await written(Format.CSV, SHAPE)))
    cells = dict(zip(heading, row, strict=True))

    assert tuple(heading) == COLUMNS
    assert cells["details.narrative"] == SHAPE["details"]["narrative"]
    assert cells["details.remedy_sought.kinds"] == "refund, apology"
    assert cells["assessment.safety"] == "false"
    assert cells["details.name"] == cells["response.text"] == ""


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
async def test_no_cell_is_a_formula(sign: str) -> None:
    """A cell that a spreadsheet would run is led by an apostrophe."""
    shape = {"details": {"subject": f"{sign}1+1"}}

    text = await written(Format.CSV, shape)

    assert f"'{sign}1+1" in list(csv.reader(io.StringIO(text, newline="")))[1]


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        pytest.param("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC), id="date"),
        pytest.param("2026-11-23T01:00+01:00", datetime(2026, 11, 23, tzinfo=UTC), id="offset"),
        pytest.param("2026-11-23T00:00:00Z", datetime(2026, 11, 23, tzinfo=UTC), id="Z"),
    ],
)
def test_since_is_a_moment(told: str, moment: datetime) -> None:
    """A date is its first moment; what has no offset is in UTC."""
    assert export._moment(told) == moment


def test_since_must_be_one() -> None:
    """Anything else is refused with an example."""
    with pytest.raises(InvalidRequest, match="2026-11-23"):
        export._moment("yesterday")
