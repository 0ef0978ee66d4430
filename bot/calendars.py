"""Holidays by country: the one place that asks the library `holidays`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from bot.domain.clocks import Calendar
from bot.domain.counting import WorkingDays

_LANGUAGES = ("en_GB", "en_US", "en")
"""Names of holidays stand in English sentences, so they are English where the library has it."""


def working_days(calendar: Calendar) -> WorkingDays:
    """On which days a calendar has people work; ValueError says which of its keys is wrong."""
    _check(calendar)
    return WorkingDays(_holiday_of(calendar), calendar.weekend)


def _check(calendar: Calendar) -> None:
    known = holidays.list_supported_countries(include_aliases=False)
    if calendar.country not in known:
        raise ValueError(
            "calendar.country must be an ISO 3166 code that the list knows, such as GB"
        )
    parts = known[calendar.country]
    if calendar.subdivision is not None and calendar.subdivision not in parts:
        those = f"one of {', '.join(parts)}" if parts else "left out"
        raise ValueError(f"calendar.subdivision must be {those}")
    kinds = _library(calendar.country).supported_categories
    wrong = [kind for kind in calendar.categories if kind not in kinds]
    if wrong or not calendar.categories:
        raise ValueError(f"calendar.categories must be some of {', '.join(sorted(kinds))}")


def _holiday_of(calendar: Calendar) -> Callable[[date], str | None]:
    def holiday(day: date) -> str | None:
        return _year(calendar, day.year).get(day)

    return holiday


@lru_cache(maxsize=1024)
def _year(calendar: Calendar, year: int) -> Mapping[date, str]:
    """A year's holidays, made once: the library fills its own lists while they are read."""
    spoken = _library(calendar.country).supported_languages
    return dict(
        holidays.country_holidays(
            calendar.country,
            subdiv=calendar.subdivision,
            years=year,
            categories=calendar.categories,
            language=next((code for code in _LANGUAGES if code in spoken), None),
        )
    )


@lru_cache(maxsize=256)
def _library(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)
