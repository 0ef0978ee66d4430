"""The words for days of one language, compiled into patterns that name their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nlu.hearing import Hearing

_YEAR = r"(?:19|20)\d\d"
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Pattern:
    """A way to name a day, and which of the meanings in `dates` it has."""

    meaning: str
    regex: re.Pattern[str]


@dataclass(frozen=True)
class DateGrammar:
    """Everything that the table `dates` of a language file says."""

    patterns: tuple[Pattern, ...]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    units: Mapping[str, str]
    seasons: Mapping[str, str]
    numbers: Mapping[str, float]
    back: Mapping[str, int]
    holidays: Mapping[str, str]
    strong: frozenset[str]
    starting: frozenset[str]
    shy: frozenset[str]
    since: re.Pattern[str]
    since_after: re.Pattern[str]
    between: re.Pattern[str]
    nth: Mapping[str, int]
    ahead_before: frozenset[str]
    perfect: frozenset[str]
    not_before: frozenset[str]
    not_after: frozenset[str]
    function: frozenset[str]


def read_grammar(hearing: Hearing) -> DateGrammar:
    """The grammar of a language; an empty one where its file has no table `dates`."""
    table = hearing.section("dates")
    months = dict(_numbered(table.get("months", []), 1))
    weekdays = dict(_numbered(table.get("weekdays", []), 0))
    units, seasons, holidays = (
        dict(_named(table.get(name, {}))) for name in ("units", "seasons", "holidays")
    )
    numbers = {**table.get("numbers", {}), **table.get("ordinals", {})}
    back = table.get("back", {})
    parts = _parts(
        table, months=months, weekdays=weekdays, units=units, seasons=seasons, holidays=holidays
    )
    patterns = tuple(
        _compiled(meaning, pattern, parts) for meaning, pattern in table.get("patterns", [])
    )
    strong = {
        word
        for names in (months, weekdays, units, seasons, holidays, back, table.get("ordinals", {}))
        for name in names
        for word in name.split()
    }
    return DateGrammar(
        patterns=patterns,
        months=months,
        weekdays=weekdays,
        units=units,
        seasons=seasons,
        numbers=numbers,
        back=back,
        holidays=holidays,
        strong=frozenset(strong - set(table.get("weak", []))),
        starting=frozenset(strong | set(_words(table, numbers))),
        shy=frozenset(table.get("shy", [])),
        since=_edge(table.get("since", []), before=True),
        since_after=_edge(table.get("since_after", []), before=False),
        between=_edge(table.get("between", []), before=False),
        nth=table.get("nth", {}),
        ahead_before=frozenset(table.get("ahead_before", [])),
        perfect=frozenset(table.get("perfect", [])),
        not_before=frozenset(table.get("not_date_before", [])),
        not_after=frozenset(table.get("not_date_after", [])),
        function=hearing.words.get("function", frozenset()),
    )


def _parts(table: Mapping[str, Any], **names: Mapping[str, Any]) -> dict[str, str]:
    suffix = f"(?:{table.get('day_suffix', '')})"
    ordinals = _any(table.get("ordinals", {}))
    day = rf"(?:[0-3]?\d{suffix}?|{ordinals})"
    return {
        "d": day,
        "d1": day,
        "d2": day,
        "dth": rf"(?:[0-3]?\d{suffix}|{ordinals})",
        "a": r"[0-3]?\d",
        "b": r"[0-3]?\d",
        "iso": rf"{_YEAR}(?:-\d\d?-|/\d\d?/)\d\d?",
        "nth": _any(table.get("nth", {})),
        "year": rf"(?:{_YEAR}|'\d\d)",
        "yy": rf"(?:{_YEAR}|\d\d)",
        "year4": _YEAR,
        "n": rf"(?:\d{{1,3}}|{_any(table.get('numbers', {}))})",
        "month": _any(names["months"]),
        "weekday": _any(names["weekdays"]),
        "unit": _any(names["units"]),
        "season": _any(names["seasons"]),
        "holiday": _any(names["holidays"]),
        "back": _any(table.get("back", {})),
        "plural": _any(_split(table.get("weekday_plurals", []))),
    }


def _compiled(meaning: str, pattern: str, parts: Mapping[str, str]) -> Pattern:
    named = _PART.sub(lambda part: f"(?P<{part[1]}>{parts[part[1]]})", pattern)
    return Pattern(meaning, re.compile(rf"(?:{named})(?![^\W_])"))


def _edge(phrases: list[str], *, before: bool) -> re.Pattern[str]:
    """What stands right before, or right after, the words for a day."""
    if not phrases:
        return re.compile(r"(?!)")
    joined = "|".join(phrases)
    return re.compile(rf"(?<!\w)(?:{joined})\s$" if before else rf"\s?(?:{joined})(?!\w)\s?")


def _any(names: Any) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")" if longest_first else "(?!)"


def _split(names: list[str]) -> list[str]:
    return [form for name in names for form in name.split("|")]


def _numbered(names: list[str], first: int) -> Iterator[tuple[str, int]]:
    for number, forms in enumerate(names, first):
        yield from ((form, number) for form in forms.split("|"))


def _named(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, forms in names.items():
        yield from ((form, name) for form in forms.split("|"))


def _words(table: Mapping[str, Any], numbers: Mapping[str, Any]) -> Iterator[str]:
    """Every word with which a pattern may begin, and some more that it may hold."""
    for _, pattern in table.get("patterns", []):
        yield from re.findall(r"[^\W\d_]+'?", _PART.sub(" ", pattern))
    for name in (*numbers, *_split(table.get("weekday_plurals", []))):
        yield from name.split()
