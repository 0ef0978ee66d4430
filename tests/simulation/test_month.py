"""A month with outages and holidays: what is late has a reason, and nobody is left in silence."""

from __future__ import annotations

from tests.simulation.month import Month


async def test_a_month_with_outages_leaves_nobody_in_silence() -> None:
    """Too much work for too few people, and three outages: promises break, words do not."""
    month = Month(400, seed=10_002)
    month._people_are_there = lambda: month.now.hour == 10  # type: ignore[method-assign]  # half an hour of work a day

    await month.run()

    late, told = await month.late(), await month.told()
    assert [] == month.silent
    assert {"nobody had taken it"} <= {each.why for each in late}
    assert len({(each.reference, each.name, each.due_at) for each in late}) == len(late)
    assert 1 == await month.most_in_a_day()
    assert told["DeadlineMissed"] == len(late) > 50
    assert told["UpdateSent"] > 50


async def test_a_month_is_the_same_by_its_seed() -> None:
    """Whoever finds something can live it again."""
    months = [Month(60, seed=7), Month(60, seed=7)]
    for month in months:
        await month.run()

    first, second = [await month.told() for month in months]
    assert first == second


async def test_the_month_sees_a_silence() -> None:
    """Where the reminders never run although nothing is down, it is found out."""
    month = Month(40, seed=7)
    month._people_are_there = lambda: False  # type: ignore[method-assign]  # nobody works

    async def idle() -> int:
        return 0

    month._reminders.once = idle  # type: ignore[method-assign]  # nothing happens by itself
    await month.run()

    assert month.silent
