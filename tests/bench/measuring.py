"""How a measurement is taken and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

Step = Callable[[], Awaitable[None]]
"""One turn; whoever made it knows which comes next."""

_HEADINGS = ("what", "turns", "turns/s", "CPU µs", "p50 ms", "p99 ms")


@dataclass(frozen=True)
class Measured:
    """What was measured; `cpu` is of the process that takes the turns."""

    name: str
    seconds: float
    cpu: float
    waits: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Turns a second."""
        return len(self.waits) / self.seconds

    @property
    def cpu_each(self) -> float:
        """Microseconds of CPU that one turn costs."""
        return 1e6 * self.cpu / len(self.waits)

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the turns was answered."""
        ordered = sorted(self.waits)
        return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def cells(self) -> tuple[str, ...]:
        """As they stand in the table."""
        return (
            self.name,
            f"{len(self.waits):,}",
            f"{self.per_second:,.0f}",
            f"{self.cpu_each:,.1f}",
            f"{self.quantile(0.5):.3f}",
            f"{self.quantile(0.99):.3f}",
        )


async def measured(
    name: str,
    steps: Sequence[Step],
    seconds: float,
    cpu: Callable[[], float] = process_time,
) -> Measured:
    """Takes turns for some seconds, as many at once as there are `steps`, after one of each."""
    await asyncio.gather(*(step() for step in steps))
    waits: list[float] = []
    began, used = perf_counter(), cpu()
    end = began + seconds
    await asyncio.gather(*(_repeated(step, end, waits) for step in steps))
    took = perf_counter() - began
    return Measured(name, took, cpu() - used, tuple(waits))


async def _repeated(step: Step, end: float, waits: list[float]) -> None:
    began = perf_counter()
    while began < end:
        await step()
        ended = perf_counter()
        waits.append(ended - began)
        began = ended


def table(results: Sequence[Measured], floors: Sequence[str]) -> str:
    """All of it in columns; the last ones say how many times slower than each floor."""
    by_name = {result.name: result for result in results}
    rows = [(*_HEADINGS, *(f"÷ {floor}" for floor in floors))]
    for result in results:
        ratios = (by_name[floor].per_second / result.per_second for floor in floors)
        rows.append((*result.cells(), *(f"{ratio:,.1f}" for ratio in ratios)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_row(row, widths) for row in rows)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures = cells
    padded = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
    return "  ".join((name.ljust(widths[0]), *padded))
