"""A complaint cannot fall asleep: random lives end without a silence beyond what was promised."""

from __future__ import annotations

from dataclasses import replace
from random import Random  # noqa: TID251  # a seed must give the same lives again

import pytest

from bot.domain.duties import next_duty_at
from bot.domain.events import UpdateSent
from bot.domain.policy import Opening, Policy
from bot.rules import load_rules
from tests.simulation.lives import _DAY, BEGIN, ZONE, Life, Outage, floods, silences, unrecorded

RULES = load_rules("iso10002")
DAYS = 75
# Alerts each quarter of an hour over months would be most of what is simulated.
POLICIES = (
    Policy(contact="Boss", alert_minutes=1440),
    Policy(opening=Opening(), alert_minutes=1440),
)


def outages_of(chance: Random) -> tuple[Outage, ...]:
    """Some lives see a week in which nothing runs."""
    if chance.random() < 0.7:
        return ()
    begin = BEGIN + chance.randrange(60) * _DAY
    return (Outage(begin, begin + 7 * _DAY),)


def walked(number: int, seed: int) -> Life:
    """A life of its own seed, so that a failure can be lived again by its number."""
    chance = Random(f"{seed}-{number}")
    life = Life(number, chance, RULES, chance.choice(POLICIES), outages_of(chance))
    life.lived(DAYS)
    return life


def problems(life: Life) -> list[object]:
    """All that should not have been."""
    one = life.complaint
    asleep = not one.status.is_final and (
        next_duty_at(one, RULES.of(one), ZONE, life.policy) is None
    )
    found = [*silences(life, life.now), *floods(one), *unrecorded(life)]
    return [*found, f"{one.status} and asleep"] if asleep else found


def walk(count: int) -> None:
    """So many lives."""
    for number in range(1, count + 1):
        life = walked(number, seed=10_002)
        assert [] == problems(life), f"life {number}"


def test_a_thousand_lives_end_without_a_broken_silence() -> None:
    """Whatever people do, the complainant hears by the day that was told, and nobody is flooded."""
    walk(1_000)


@pytest.mark.long
def test_a_hundred_thousand_lives_end_without_a_broken_silence() -> None:
    """The same, for as many as take hours by hand."""
    walk(100_000)


def test_the_check_sees_a_silence() -> None:
    """A life whose updates were never sent is found out."""
    life = next(
        life
        for life in (walked(number, seed=1) for number in range(1, 99))
        if sum(isinstance(event, UpdateSent) for event in life.complaint.history) > 3
    )
    assert [] == problems(life)
    kept = tuple(event for event in life.complaint.history if not isinstance(event, UpdateSent))
    life.complaint = replace(life.complaint, history=kept)

    assert [] != list(silences(life, life.now))
