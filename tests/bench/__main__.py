"""`make bench`: everything in one run on one machine, for figures of two runs don't compare."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

import structlog

from tests.bench import due, floors, inside, outside
from tests.bench.measuring import Measured, table

_FLOORS = ("state machine", "SQLite commit", "SQLite group commit, 32")


async def _measure(folder: Path, seconds: float) -> list[Measured]:
    results = [
        await floors.state_machine(seconds),
        await floors.commit_each(folder, seconds),
        await floors.commit_grouped(folder, seconds, 32),
        await inside.commits(folder, seconds, 1),
        await inside.commits(folder, seconds, 32),
    ]
    async with inside.installation(folder) as ombud:
        results += [await inside.conversations(ombud, seconds, many) for many in (1, 32)]
    results += [await due.due(folder, seconds, count) for count in due.counts(folder)]
    return results + await outside.conversations(folder, seconds, (1, 16))


def main() -> None:
    """Measures for as many seconds each as the first argument says, and prints a table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(_measure(Path(folder), seconds))
    sys.stdout.write(f"{table(results, _FLOORS)}\n\n")
    sys.stdout.write(
        f"{seconds:g} s each, {os.cpu_count()} CPUs, Python {sys.version.split()[0]}. "
        "A number after a comma is how many ran at once. CPU is of the process that takes the "
        "turns;\nthe callers over HTTP share the machine with the server.\n"
    )


if __name__ == "__main__":
    main()
