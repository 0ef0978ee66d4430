"""Plain values as lines that people read: nothing is cut short, and nothing steers the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_INDENT = "  "


def readable(value: object) -> Iterator[str]:
    """The lines of a value, names before what they hold, items of a list after a dash."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(str(name).replace("_", " "), inner)
    elif isinstance(value, list | tuple):
        for item in value:
            first, *rest = list(readable(item)) or [""]
            yield f"- {first}"
            yield from (f"{_INDENT}{line}" for line in rest)
    else:
        yield from shown(value).splitlines()


def _named(name: str, value: object) -> Iterator[str]:
    lines = list(readable(value))
    if len(lines) == 1 and not isinstance(value, Mapping | list | tuple):
        yield f"{name}: {lines[0]}"
    else:
        yield f"{name}:"
        yield from (f"{_INDENT}{line}" for line in lines)


def shown(value: object) -> str:
    """A value in words; control signs are shown, not obeyed."""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return "".join(
        sign if sign == "\n" or sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text
    )
