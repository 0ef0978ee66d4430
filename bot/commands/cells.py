"""Rows of a CSV file, in which no spreadsheet takes what people wrote for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def row(cells: Sequence[str]) -> str:
    """One row with its line end."""
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def harmless(cell: str) -> str:
    """The cell, led by an apostrophe where it would be run."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
