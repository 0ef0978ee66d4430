"""Words for days are reckoned from today, and a day that was is preferred."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.answers import Precision
from nlu import days

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("month", "number", "expected"),
    [
        pytest.param(11, 25, date(2026, 11, 25), id="today counts"),
        pytest.param(11, 26, date(2025, 11, 26), id="tomorrow's name was last year"),
        pytest.param(2, 29, date(2024, 2, 29), id="leap day"),
        pytest.param(2, 30, None, id="no such day"),
    ],
)
def test_a_day_without_year_is_the_latest(month: int, number: int, expected: date | None) -> None:
    """A day named without its year is the latest one that was."""
    assert expected == days.latest(month, number, TODAY)


@pytest.mark.parametrize("weekday", range(7))
def test_weekdays_lie_around_today(weekday: int) -> None:
    """A weekday is one of the seven days before today, the coming one of the seven after."""
    before, after = days.weekday_before(weekday, TODAY), days.weekday_after(weekday, TODAY)

    assert before.weekday() == weekday == after.weekday()
    assert 1 <= (TODAY - before).days <= 7
    assert 1 <= (after - TODAY).days <= 7


def test_last_month_is_whole_and_this_month_ends_today() -> None:
    """A month that is over has all its days, one that runs has those so far."""
    last, this = days.unit_span(TODAY, 1, "month"), days.unit_span(TODAY, 0, "month")

    assert (last.start, last.end) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (this.start, this.end) == (date(2026, 11, 1), TODAY)
    assert last.precision is Precision.MONTH


def test_months_are_shifted_to_days_that_exist() -> None:
    """A month before the 31st is the last day of a shorter month."""
    assert days.shifted(date(2026, 3, 31), 1, "month") == date(2026, 2, 28)


def test_winter_ends_in_the_following_year() -> None:
    """Last winter began in December and ended in February."""
    winter = days.season_span("winter", None, TODAY)

    assert (winter.start, winter.end) == (date(2025, 12, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    "expected", [date(2024, 3, 31), date(2026, 4, 5), date(2038, 4, 25), date(1954, 4, 18)], ids=str
)
def test_easter(expected: date) -> None:
    """Easter Sunday falls as in the calendar."""
    assert expected == days.easter(expected.year)


def test_nth_weekdays_are_counted_in_their_month() -> None:
    """The first and the last Monday of a month lie in it."""
    october = date(2026, 10, 1)

    assert days.nth_weekday(october, 0, 1) == date(2026, 10, 5)
    assert days.nth_weekday(october, 0, -1) == date(2026, 10, 26)
