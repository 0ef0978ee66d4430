"""`ombud retention`: what would go and when, as a table that says so in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.commands.retention import app, erased, planned
from bot.retention import Planned
from tests.storage.building import NOW, reference

UTC = ZoneInfo("UTC")
DUE = Planned(reference(1), NOW - timedelta(days=30), NOW, "kept 30 days after its end")
LATER = replace(DUE, reference=reference(2), goes_at=NOW + timedelta(seconds=1))
NEVER = replace(DUE, reference=reference(3), goes_at=None, rule="kept for good")
HELD = replace(DUE, reference=reference(4), is_held=True)


def test_each_has_a_line_with_its_day_and_its_rule() -> None:
    """What goes now, later, never, and what is held; and how many of each."""
    head, *rows, _, last = planned([DUE, LATER, NEVER, HELD], NOW, UTC).splitlines()

    assert ["REFERENCE", "ENDED", "GOES", "RULE"] == head.split()
    assert [
        f"{reference(1)}  2026-10-24  now (since 2026-11-23)  kept 30 days after its end",
        f"{reference(2)}  2026-10-24  2026-11-23              kept 30 days after its end",
        f"{reference(3)}  2026-10-24  never                   kept for good",
        f"{reference(4)}  2026-10-24  held                    kept 30 days after its end",
    ] == rows
    assert "1 of 4 would go now; 1 under a legal hold." == last


def test_days_are_those_of_the_organisation() -> None:
    """Where it is already the next day there, that one is told."""
    late = replace(LATER, goes_at=NOW.replace(hour=23))

    assert "2026-11-24" in planned([late], NOW, ZoneInfo("Europe/Stockholm"))


def test_nothing_to_go_is_a_sentence() -> None:
    """And not an empty table."""
    assert "No complaint has ended that still holds words." == planned([], NOW, UTC)


@pytest.mark.parametrize(
    ("count", "says"), [(0, "0 complaints erased"), (1, "1 complaint erased"), (2, "2 complaints")]
)
def test_what_was_done_is_counted(count: int, says: str) -> None:
    """In a sentence."""
    assert erased(count).startswith(says)


def test_a_dry_run_is_the_default() -> None:
    """The help says so."""
    shown = CliRunner().invoke(app, ["--help"]).stdout

    assert "[default: dry-run]" in shown
