"""`ombud regime`: the contract's JSON, readable tables, and one line for a mistake."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.commands.regime import app
from bot.errors import InvalidRequest

IDS = {
    "iso10002", "uk-fca", "uk-fca-payments", "uk-housing", "uk-ofcom", "us-cfpb", "au-rg271",
    "se-finance", "se-consumer", "in-cpgrams", "eu-whistleblower", "eu-dsa",
}  # fmt: skip
LONDON = ("--time-zone", "Europe/London")


def run(*line: str) -> str:
    """What the command writes."""
    done = CliRunner().invoke(app, line, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def explained(*line: str) -> dict[str, dict[str, Any]]:
    """The JSON of `explain`, by name."""
    return {one["name"]: one for one in json.loads(run("explain", *line, "--json"))}


def test_the_list_has_its_shape() -> None:
    """Every version of every regime, with the day from which it holds."""
    listed = json.loads(run("list", "--json"))

    assert {one["id"] for one in listed} == IDS
    assert all(one.keys() == {"id", "title", "version", "effective_from"} for one in listed)
    ofcom = [(one["version"], one["effective_from"]) for one in listed if one["id"] == "uk-ofcom"]
    assert [("1", "2009-09-01"), ("2", "2026-04-08")] == ofcom


def test_the_list_is_a_table_for_people() -> None:
    """A line for each version under a head."""
    head, *rows = run("list").splitlines()

    assert head.split() == ["ID", "VERSION", "FROM", "CONFIRMED", "TITLE"]
    assert len(rows) == len(IDS) + 1


def test_an_explanation_has_its_shape() -> None:
    """Exactly the keys of the contract."""
    dues = json.loads(
        run("explain", "uk-housing", "--received", "2026-04-02T09:30:00Z",
            "--acknowledged", "2026-04-13", *LONDON, "--json")
    )  # fmt: skip

    assert dues == [
        {
            "name": "acknowledge", "due_at": "2026-04-13T23:59:59+01:00",
            "unit": "business_days", "count": 5, "from": "received",
            "basis": "5 working days after we received it,"
            " Good Friday and Easter Monday not counted",
        },
        {
            "name": "respond", "due_at": "2026-04-27T23:59:59+01:00",
            "unit": "business_days", "count": 10, "from": "acknowledged",
            "basis": "10 working days after we acknowledged it",
        },
        {
            "name": "respond_extended", "due_at": "2026-05-12T23:59:59+01:00",
            "unit": "business_days", "count": 20, "from": "acknowledged",
            "basis": "20 working days after we acknowledged it, May Day not counted, if the"
            " complainant is told why, by when and how to reach the Housing Ombudsman",
        },
    ]  # fmt: skip


def test_an_acknowledgement_is_that_of_the_stage_asked_about() -> None:
    """With an escalation it starts the answer of the second stage, and not that of the first."""
    told = ("--received", "2026-04-02", "--escalated", "2026-05-21", "--acknowledged", "2026-05-29")
    dues = explained("uk-housing", *told, *LONDON)

    assert "respond" not in dues
    assert "2026-06-26T23:59:59+01:00" == dues["review_respond"]["due_at"]
    assert "acknowledged" == dues["review_respond"]["from"]


def test_an_acknowledgement_before_the_escalation_is_that_of_the_first_stage() -> None:
    """The review's answer waits for an acknowledgement of its own."""
    told = ("--received", "2026-04-02", "--acknowledged", "2026-04-13", "--escalated", "2026-05-21")
    dues = explained("uk-housing", *told, *LONDON)

    assert "review_respond" not in dues
    assert "2026-04-27T23:59:59+01:00" == dues["respond"]["due_at"]


@pytest.mark.parametrize("id_", sorted(IDS))
def test_every_regime_explains_something(id_: str) -> None:
    """A receipt alone starts a clock everywhere."""
    assert explained(id_, "--received", "2026-11-25", *LONDON)


def test_the_day_is_that_of_the_time_zone() -> None:
    """Late in UTC it is the next day in Kolkata, and the term ends there."""
    line = ("in-cpgrams", "--received", "2026-06-01T20:00:00Z", "--time-zone", "Asia/Kolkata")

    assert "2026-06-23T23:59:59+05:30" == explained(*line)["respond"]["due_at"]


def test_the_version_follows_the_day_of_the_time_zone() -> None:
    """What came in the last hour of 7 April in UTC came on the 8th in London."""
    received = ("--received", "2026-04-07T23:30:00Z")
    in_utc = explained("uk-ofcom", *received, "--time-zone", "UTC")["signpost"]
    in_london = explained("uk-ofcom", *received, *LONDON)["signpost"]

    assert (8, "2026-06-02") == (in_utc["count"], in_utc["due_at"][:10])
    assert (6, "2026-05-20") == (in_london["count"], in_london["due_at"][:10])


def test_a_readable_page_says_what_is_confirmed() -> None:
    """When, why, what else is asked for, and from which source each fact comes."""
    page = run("explain", "au-rg271", "--received", "2026-06-01T10:00", "--time-zone", "UTC")

    assert "acknowledge            Tue 02 Jun 2026 10:00" in page
    assert "Australian Financial Complaints Authority" in page
    assert "unconfirmed: One business day is enough" in page


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(("nope", "--received", "2026-01-01"), "no regime nope; there are au-rg271",
                     id="an unknown regime"),
        pytest.param(("eu-dsa", "--received", "soon"), "--received must be a date or time",
                     id="no date"),
        pytest.param(("eu-dsa", "--received", "2026-02-30"), "--received must be",
                     id="an impossible date"),
        pytest.param(("eu-dsa", "--received", "9999-12-31"), "between 1970 and 2090",
                     id="beyond every calendar"),
        pytest.param(("eu-dsa", "--received", "2026-01-02", "--acknowledged", "2026-01-01"),
                     "--acknowledged lies before --received", id="the wrong order"),
        pytest.param(("eu-dsa", "--received", "2026-01-02", "--time-zone", "Mars/Base"),
                     "no time zone Mars/Base", id="no such zone"),
        pytest.param(("eu-dsa", "--received", "2026-01-02", "--time-zone", "../zone"),
                     "no time zone ../zone", id="a path for a zone"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(line: tuple[str, ...], said: str) -> None:
    """No traceback; the line says what would be right."""
    with pytest.raises(InvalidRequest, match=said) as raised:
        run("explain", *line)

    assert "\n" not in str(raised.value)


def test_days_far_apart_are_counted_too() -> None:
    """From 2015 to 2035 every regime answers, also before its first version."""
    for year in (2015, 2035):
        due = explained("uk-housing", "--received", f"{year}-12-23", *LONDON)["acknowledge"]
        assert date.fromisoformat(due["due_at"][:10]) > date(year, 12, 29)
