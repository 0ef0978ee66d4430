"""Means and shares: the intervals are those of the textbooks, and honest where little is known."""

from __future__ import annotations

import pytest

from bot.estimates import Estimate, mean, share, student


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706205), (3, 3.182446), (30, 2.042272), (31, 2.039513), (40, 2.021075),
     (60, 2.000298), (120, 1.979930), (1000, 1.962339)],
)  # fmt: skip
def test_students_t_is_that_of_the_tables(freedom: int, quantile: float) -> None:
    """Within and beyond the table."""
    assert quantile == pytest.approx(student(freedom), abs=2e-6)


def test_a_mean_has_its_interval() -> None:
    """Of 4, 5, 3, 4: 4 ± 3.182446 × 0.816497 / 2, but no more than 5."""
    found = mean([4, 5, 3, 4], 1, 5)

    assert found is not None
    assert (4.0, 2.70077, 5.0) == pytest.approx((found.value, found.low, found.high), abs=1e-5)


@pytest.mark.parametrize("told", [[], [5]])
def test_too_few_tell_nothing(told: list[int]) -> None:
    """Neither none nor one has a mean that could be relied on."""
    assert mean(told, 1, 5) is None


def test_answers_that_are_all_alike_prove_little() -> None:
    """Ten fives leave room for 25.9 % others, at worst ones: 5 - 0.258866 × 4. Two leave more."""
    ten, two = mean([5] * 10, 1, 5), mean([3, 3], 1, 5)

    assert ten is not None
    assert two is not None
    assert (5.0, 3.964537, 5.0) == pytest.approx((ten.value, ten.low, ten.high), abs=1e-6)
    assert (1.447214, 3.0, 4.552786) == pytest.approx((two.low, two.value, two.high), abs=1e-6)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        pytest.param(8, 10, 0.490162, 0.943318, id="8 of 10"),
        pytest.param(0, 10, 0.0, 0.277533, id="none of 10"),
        pytest.param(10, 10, 0.722467, 1.0, id="all of 10"),
        pytest.param(1, 1, 0.206549, 1.0, id="one"),
    ],
)
def test_a_share_has_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    """Which never leaves the scale, and is never without width."""
    found = share(part, whole)

    assert found is not None
    assert (part / whole, low, high) == pytest.approx(
        (found.value, found.low, found.high), abs=1e-5
    )


def test_of_nobody_there_is_no_share() -> None:
    """And a whole figure is a plain value."""
    assert share(0, 0) is None
    assert Estimate(0.5, 0.4, 0.6) == Estimate(0.5, 0.4, 0.6)
