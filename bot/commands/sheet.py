"""A complaint, or a list of them, as a caseworker reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

Shape = Mapping[str, object]

_HEAD: Final = (
    "status", "owner", "privacy", "language", "channel", "received_at", "legal_hold",
)  # fmt: skip
_COLUMNS: Final = ("reference", "status", "severity", "received", "owner", "subject")


def sheet(complaint: Shape) -> str:
    """Everything about one complaint, what is not known left out."""
    return "\n".join(
        (
            str(complaint["reference"]),
            *_lines({name: complaint.get(name) for name in _HEAD}, 1),
            *_section("details", complaint.get("details")),
            *_section("attachments", complaint.get("attachments")),
            *_section("assessment", complaint.get("assessment")),
            *_section("judged", complaint.get("judged")),
            *_section("points", complaint.get("points")),
            *_section("deadlines", complaint.get("deadlines")),
            *_section("tasks", complaint.get("tasks")),
            *_section("response", complaint.get("response")),
            *_section("external", complaint.get("external")),
            *_section("feedback", complaint.get("feedback")),
            *_section("history", complaint.get("history")),
        )
    )


def listed(page: Shape) -> str:
    """One line for each complaint, and how to see the next page."""
    complaints = page.get("complaints")
    rows = [_COLUMNS, *map(_row, complaints)] if isinstance(complaints, Sequence) else [_COLUMNS]
    if len(rows) == 1:
        return "No complaints."
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    if page.get("next"):
        lines.append(f"More: --cursor {page['next']}")
    return "\n".join(lines)


def _row(complaint: Shape) -> tuple[str, ...]:
    return tuple(
        _one_line(value)
        for value in (
            complaint.get("reference"),
            complaint.get("status"),
            _inside(complaint, "assessment", "severity"),
            str(complaint.get("received_at", ""))[:10],
            complaint.get("owner"),
            _inside(complaint, "details", "subject"),
        )
    )


def _inside(complaint: Shape, part: str, name: str) -> object:
    found = complaint.get(part)
    return found.get(name) if isinstance(found, Mapping) else None


def _one_line(value: object, limit: int = 50) -> str:
    text = " ".join(_safe("-" if value is None else str(value)).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _section(title: str, value: object) -> Iterator[str]:
    if value not in (None, [], {}, ()):
        yield f"\n{title.capitalize()}"
        yield from _lines(value, 1)


def _lines(value: object, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(str(name).replace("_", " "), inner, depth)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            yield from _bullet(item, indent)
    else:
        yield from (f"{indent}{line}" for line in _safe(str(value)).splitlines())


def _named(name: str, value: object, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if value is None or value in ([], {}, ()):
        return
    if isinstance(value, Mapping | list | tuple) or "\n" in str(value):
        yield f"{indent}{name}:"
        yield from _lines(value, depth + 1)
    else:
        yield f"{indent}{name}: {_safe(str(value))}"


def _bullet(item: object, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}- {_safe(str(item))}"
        return
    told = (
        f"{name}: {_one_line(value, 2000)}" for name, value in item.items() if value is not None
    )
    yield f"{indent}- {' · '.join(told)}"


def _safe(text: str) -> str:
    """What people wrote must not steer the terminal: control signs are shown, not obeyed."""
    return "".join(
        sign if sign == "\n" or sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text
    )
