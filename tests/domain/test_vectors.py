"""Dates that regulators' rules give, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.regimes import Due, Moments, explained
from bot.rules import load_rules

RULES = load_rules("iso10002")
LONDON = ZoneInfo("Europe/London")


def noon(day: str) -> datetime:
    """In the middle of that day in London."""
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=LONDON)


def dues(
    id_: str,
    received: str,
    acknowledged: str | None = None,
    escalated: str | None = None,
    forwarded: str | None = None,
) -> dict[str, Due]:
    """Everything that is due, by name."""
    begun = noon(received)
    regime = replace(RULES, default=id_).in_force(begun.date())
    stage = 2 if escalated else 1
    moments = Moments(
        begun,
        {stage: noon(acknowledged)} if acknowledged else {},
        noon(escalated) if escalated else None,
        noon(forwarded) if forwarded else None,
    )
    return {due.name: due for due in explained(regime, moments, LONDON)}


@pytest.mark.parametrize(
    ("id_", "when", "name", "expected"),
    [
        pytest.param("uk-fca", {"received": "2026-04-02"}, "summary_resolution", "2026-04-09",
                     id="FCA, third business day over Easter"),
        pytest.param("uk-fca", {"received": "2026-04-02"}, "respond", "2026-05-28",
                     id="FCA, eight weeks"),
        pytest.param("uk-fca-payments", {"received": "2026-04-02"}, "respond", "2026-04-27",
                     id="FCA payments, fifteen business days"),
        pytest.param("uk-fca-payments", {"received": "2026-04-02"}, "respond_extended",
                     "2026-05-27", id="FCA payments, thirty-five business days"),
        pytest.param("uk-housing", {"received": "2026-04-02"}, "acknowledge", "2026-04-13",
                     id="Housing, acknowledged in five working days"),
        pytest.param("uk-housing", {"received": "2026-04-02", "acknowledged": "2026-04-13"},
                     "respond", "2026-04-27", id="Housing, ten working days from that"),
        pytest.param("uk-housing", {"received": "2026-04-02", "acknowledged": "2026-04-13"},
                     "respond_extended", "2026-05-12", id="Housing, ten more over May Day"),
        pytest.param("uk-housing", {"received": "2026-04-02", "escalated": "2026-05-21"},
                     "review_acknowledge", "2026-05-29", id="Housing, stage two acknowledged"),
        pytest.param("uk-housing", {"received": "2026-04-02", "escalated": "2026-05-21",
                                    "acknowledged": "2026-05-29"},
                     "review_respond", "2026-06-26", id="Housing, stage two answered"),
        pytest.param("uk-ofcom", {"received": "2026-04-08"}, "signpost", "2026-05-20",
                     id="Ofcom, six weeks from the day of the change"),
        pytest.param("uk-ofcom", {"received": "2026-04-07"}, "signpost", "2026-06-02",
                     id="Ofcom, eight weeks the day before"),
        pytest.param("us-cfpb", {"received": "2026-03-18", "forwarded": "2026-03-20"}, "respond",
                     "2026-04-04", id="CFPB, a Saturday that does not move"),
        pytest.param("us-cfpb", {"received": "2026-03-18", "forwarded": "2026-03-20"},
                     "respond_extended", "2026-05-19", id="CFPB, final"),
        pytest.param("se-finance", {"received": "2026-06-10"}, "update", "2026-06-24",
                     id="Sweden, notice of handling"),
        pytest.param("se-finance", {"received": "2026-06-10"}, "respond", "2026-08-05",
                     id="Sweden, eight weeks"),
        pytest.param("se-consumer", {"received": "2026-06-17"}, "acknowledge", "2026-06-25",
                     id="Sweden, five working days over Midsummer's Eve"),
        pytest.param("se-consumer", {"received": "2028-02-29"}, "apply_externally", "2029-02-28",
                     id="ARN, a year after 29 February: the month's last day, by lag (1930:173)"),
        pytest.param("in-cpgrams", {"received": "2026-06-01"}, "respond", "2026-06-22",
                     id="CPGRAMS"),
        pytest.param("au-rg271", {"received": "2026-06-01"}, "respond", "2026-07-01",
                     id="RG 271"),
        pytest.param("eu-whistleblower", {"received": "2026-11-25"}, "acknowledge", "2026-12-02",
                     id="Whistleblower, seven days"),
        pytest.param("eu-whistleblower", {"received": "2026-11-25", "acknowledged": "2026-11-30"},
                     "respond", "2027-02-28", id="Whistleblower, three months end in February"),
        pytest.param("eu-whistleblower", {"received": "2026-06-01"}, "respond", "2026-09-08",
                     id="Whistleblower, three months from the seventh day when never acknowledged"),
    ],
)  # fmt: skip
def test_a_vector(id_: str, when: dict[str, str], name: str, expected: str) -> None:
    """The term ends with the last second of the expected day."""
    due = dues(id_, **when)[name]

    assert datetime.fromisoformat(f"{expected}T23:59:59").replace(tzinfo=LONDON) == due.due_at


def test_a_day_of_hours_is_twenty_four_of_them() -> None:
    """An acknowledgement within 24 hours is due at a moment, also when the clocks change."""
    due = dues("au-rg271", "2026-03-28")["acknowledge"]

    assert "2026-03-29T13:00:00+01:00" == due.due_at.isoformat()


def test_the_answer_waits_for_the_acknowledgement_where_the_rules_say_so() -> None:
    """No date is made up for what has not begun."""
    assert {"acknowledge"} == set(dues("uk-housing", "2026-04-02"))


def test_a_date_explains_itself() -> None:
    """Units, trigger and the holidays on the way make one plain sentence."""
    over_easter = dues("uk-housing", "2026-03-20", acknowledged="2026-03-30")["respond"]

    assert over_easter.basis == (
        "10 working days after we acknowledged it, Good Friday and Easter Monday not counted"
    )


def test_an_extension_tells_its_price() -> None:
    """The longest term names what the complainant must be told, and counts as a whole."""
    longest = dues("uk-fca-payments", "2026-06-01")["respond_extended"]

    assert (
        35,
        "35 working days after we received it, if the complainant is told why and by when",
    ) == (
        longest.count,
        longest.basis,
    )


def test_what_no_portal_passed_on_counts_from_its_receipt() -> None:
    """And says so."""
    due = dues("us-cfpb", "2026-03-20")["respond"]

    assert (date(2026, 4, 4), "15 days after we received it") == (due.due_at.date(), due.basis)


@pytest.mark.parametrize(
    ("day", "version"),
    [("1999-12-31", "1"), ("2026-04-07", "1"), ("2026-04-08", "2"), ("2035-01-01", "2")],
)
def test_the_version_in_force_holds(day: str, version: str) -> None:
    """A change of the rules leaves older complaints alone; before all versions the first holds."""
    ofcom = replace(RULES, default="uk-ofcom").in_force(date.fromisoformat(day))

    assert version == ofcom.version
