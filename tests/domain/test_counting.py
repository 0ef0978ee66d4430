"""Where a term ends: edges of days, closed days, pauses and hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.clocks import Clock, DayOne, OpeningHours, Pause, Standing, Trigger, Unit, Weekday
from bot.domain.counting import Gap, Term, WorkingDays, end_of, months_later

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FRIDAY = datetime(2026, 11, 20, 10, tzinfo=STOCKHOLM)
WEDNESDAY = date(2026, 11, 25)


def closed_on_wednesday(day: date) -> str | None:
    """Knows one holiday."""
    return "the Fair" if day == WEDNESDAY else None


FAIR = WorkingDays(closed_on_wednesday)


def term(count: int, unit: Unit, *, days: WorkingDays = FAIR, **more: Any) -> Term:
    """A term of a clock that has whatever else is told."""
    gaps, hours = more.pop("gaps", ()), more.pop("hours", None)
    clock = Clock(
        "respond", Trigger.RECEIVED, count, unit, Standing.OWN, "a test", ("ResponseGiven",), **more
    )
    return Term(clock, count, STOCKHOLM, days, hours, gaps)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        pytest.param(date(2026, 3, 29), "Europe/Stockholm", "2026-03-29T21:59:59", id="short day"),
        pytest.param(date(2026, 10, 25), "Europe/Stockholm", "2026-10-25T22:59:59", id="long day"),
        pytest.param(date(2018, 2, 17), "America/Sao_Paulo", "2018-02-18T02:59:59",
                     id="23:59:59 comes twice, the later one counts"),
        pytest.param(date(2026, 3, 28), "Asia/Beirut", "2026-03-28T21:59:59",
                     id="no midnight follows"),
        pytest.param(date(2011, 12, 30), "Pacific/Apia", "2011-12-30T09:59:59",
                     id="a day that never was ends with the one before"),
    ],
)  # fmt: skip
def test_a_day_lasts_to_its_last_second(day: date, zone: str, expected: str) -> None:
    """Whatever the clocks do around midnight."""
    assert expected == f"{end_of(day, ZoneInfo(zone)).astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(
    day: date, months: int, expected: date
) -> None:
    """A month that is too short ends the term on its last day."""
    assert expected == months_later(day, months)


def test_working_days_leave_out_weekends_and_holidays_by_name() -> None:
    """Three working days after a Friday, with the Wednesday off, end on the Thursday."""
    counted = term(3, Unit.BUSINESS_DAYS).after(FRIDAY)

    assert (date(2026, 11, 26), ("the Fair",)) == (counted.due_at.date(), counted.holidays)


def test_another_weekend_counts_otherwise() -> None:
    """Where Friday and Saturday are off, Sunday is worked on."""
    gulf = WorkingDays(weekend=(Weekday.FRIDAY, Weekday.SATURDAY))

    assert date(2026, 11, 22) == term(1, Unit.BUSINESS_DAYS, days=gulf).after(FRIDAY).due_at.date()


@pytest.mark.parametrize(
    ("rolls", "expected", "rolled_from"),
    [(False, WEDNESDAY, None), (True, date(2026, 11, 26), WEDNESDAY)],
)
def test_a_day_off_moves_the_end_only_where_the_rules_say_so(
    rolls: bool, expected: date, rolled_from: date | None
) -> None:
    """Five days after a Friday is the day of the Fair."""
    counted = term(5, Unit.CALENDAR_DAYS, rolls_forward=rolls).after(FRIDAY)

    assert (expected, rolled_from) == (counted.due_at.date(), counted.rolled_from)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(Unit.CALENDAR_DAYS, date(2026, 11, 21)), (Unit.BUSINESS_DAYS, date(2026, 11, 23))],
)
def test_day_one_may_be_the_same_day(unit: Unit, expected: date) -> None:
    """Two days, that of the receipt counted."""
    counted = term(2, unit, day_one=DayOne.SAME_DAY).after(FRIDAY)

    assert expected == counted.due_at.date()


@pytest.mark.parametrize(
    ("received", "expected"),
    [(time(16, 59), "2026-11-23T17:00:00+01:00"), (time(17, 1), "2026-11-24T17:00:00+01:00")],
)
def test_a_day_may_end_earlier(received: time, expected: str) -> None:
    """What comes after five counts as of the next day, and is due at five."""
    came = datetime.combine(FRIDAY.date(), received, STOCKHOLM)

    assert expected == term(3, Unit.CALENDAR_DAYS, ends=time(17)).after(came).due_at.isoformat()


@pytest.mark.parametrize(
    ("unit", "count", "gap", "expected", "paused"),
    [
        pytest.param(Unit.CALENDAR_DAYS, 5, ("21", "23"), "2026-11-27", 2, id="days"),
        pytest.param(Unit.WEEKS, 1, ("21", "23"), "2026-11-29", 2, id="weeks"),
        pytest.param(Unit.CALENDAR_DAYS, 5, ("26", "30"), "2026-11-25", 0, id="after the end"),
        pytest.param(Unit.CALENDAR_DAYS, 5, ("10", "12"), "2026-11-25", 0, id="before it began"),
        pytest.param(Unit.CALENDAR_DAYS, 5, ("10", "22"), "2026-11-27", 2, id="half before"),
        pytest.param(Unit.BUSINESS_DAYS, 2, ("21", "23"), "2026-11-26", 1, id="working days"),
        pytest.param(Unit.BUSINESS_DAYS, 2, ("23", "24"), "2026-11-26", 1, id="asked at work"),
    ],
)
def test_days_of_waiting_for_an_answer_do_not_count(
    unit: Unit, count: int, gap: tuple[str, str], expected: str, paused: int
) -> None:
    """Only those after the question, up to the day of the answer."""
    asked, answered = (date.fromisoformat(f"2026-11-{day}") for day in gap)
    counted = term(count, unit, pause=Pause(10), gaps=(Gap(asked, answered),)).after(FRIDAY)

    assert (date.fromisoformat(expected), paused) == (counted.due_at.date(), counted.paused_days)


@pytest.mark.parametrize(
    ("since", "count", "expected"),
    [
        pytest.param("2026-11-20T10:00", 6, "2026-11-20T16:00:00+01:00", id="the same day"),
        pytest.param("2026-11-20T16:00", 2, "2026-11-23T10:00:00+01:00", id="over the weekend"),
        pytest.param("2026-11-24T17:30", 1, "2026-11-26T10:00:00+01:00", id="over a holiday"),
        pytest.param("2026-11-21T12:00", 8, "2026-11-23T17:00:00+01:00", id="from a Saturday"),
    ],
)
def test_business_hours_run_while_doors_are_open(since: str, count: int, expected: str) -> None:
    """From nine to five on working days."""
    hours = OpeningHours(time(9), time(17))
    came = datetime.fromisoformat(since).replace(tzinfo=STOCKHOLM)

    assert expected == term(count, Unit.BUSINESS_HOURS, hours=hours).after(came).due_at.isoformat()
