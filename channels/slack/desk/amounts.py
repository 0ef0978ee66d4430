"""The sums that a remedy names, read so that none is overlooked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

_NUMBER: Final = re.compile(
    r"(?<![\w#])(?:[^\W\d_]{1,3})?(\d[\d.,'’\u00a0\u202f ]*\d|\d)\s?(k\b)?", re.IGNORECASE
)
_SPACES: Final = re.compile(r"['’\u00a0\u202f ]")


def highest(texts: Iterable[str]) -> Decimal | None:
    """The highest number in the texts, in whatever currency; None where there is none.

    Grouped digits may mean several things ("1.250", "1,250"): the higher one counts, since a second
    look costs little.
    """
    found = (value for text in texts for value in _values(text))
    return max(found, default=None)


def _values(text: str) -> Iterable[Decimal]:
    for match in _NUMBER.finditer(text):
        thousand = 1000 if match[2] else 1
        for reading in _readings(match[1]):
            try:
                yield Decimal(reading) * thousand
            except InvalidOperation:
                continue


def _readings(digits: str) -> Iterable[str]:
    """As numbers in a row where spaces part them into no groups of three."""
    pieces = _SPACES.split(digits)
    is_grouped = len(pieces[0]) <= 3 and all(len(piece[:3]) == 3 for piece in pieces[1:])
    for part in ["".join(pieces)] if is_grouped else pieces:
        yield _plain(part.strip(".,"))


def _plain(part: str) -> str:
    """Without the signs between thousands; the last sign with one or two digits is decimal."""
    head, sign, tail = part, "", ""
    if found := re.search(r"[.,](\d{1,2})$", part):
        head, sign, tail = part[: found.start()], ".", found[1]
    return re.sub(r"[.,]", "", head) + sign + tail
