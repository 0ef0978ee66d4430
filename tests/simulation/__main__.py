"""`python -m tests.simulation [COMPLAINTS [SEED]]`: a month, and what was late in it and why."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from time import perf_counter

import structlog

from tests.simulation.month import DAYS, Month

_SHOWN = 5


async def _report(month: Month) -> str:
    began = perf_counter()
    await month.run()
    took = perf_counter() - began
    late, told = await month.late(), await month.told()
    reasons = Counter((each.name, each.why) for each in late)
    lines = [f"{month.count} complaints in {DAYS} days, seed {month.seed}, took {took:.1f} s", ""]
    lines += [f"down {one.begin:%d %b %H:%M} to {one.end:%d %b %H:%M}" for one in month.outages]
    lines += ["", *(f"{count:6}  {name}" for name, count in sorted(told.items()))]
    lines += [f"{len({each.reference for each in late}):6}  complaints with a broken promise"]
    lines += [f"{await month.most_in_a_day():6}  messages at most to one person on one day"]
    lines += [f"{len(month.silent):6}  silent beyond what was promised", "", "late, and why:"]
    lines += [
        f"{count:6}  {name}: {why}" for (name, why), count in sorted(reasons.items(), key=str)
    ]
    lines += ["", *(f"  {each.reference} {each.name} {each.due_at:%d %b}: {each.why}"
                    for each in late[:_SHOWN])]  # fmt: skip
    return "\n".join([*lines, *month.silent[:_SHOWN]])


def main() -> None:
    """Prints a month of as many complaints as the first argument says."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    sys.stdout.write(f"{asyncio.run(_report(Month(count, seed)))}\n")


if __name__ == "__main__":
    main()
