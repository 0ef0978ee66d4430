"""What a few answers tell about all who were asked: means and shares with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, stdev
from typing import Final

_Z: Final = NormalDist().inv_cdf(0.975)
_T: Final = (
    12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
    2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922,
    2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831,
    2.048407, 2.045230, 2.042272,
)  # fmt: skip
"""Student's t at 97.5 %, by degrees of freedom from 1."""


@dataclass(frozen=True)
class Estimate:
    """A figure with the interval that holds the true one in 95 of 100 cases."""

    value: float
    low: float
    high: float


def mean(values: Sequence[int], least: int, most: int) -> Estimate | None:
    """The mean of answers on a scale from `least` to `most`; None for fewer than two, of which
    nothing can be said.

    Where all are alike, their spread says nothing: the interval then allows for as many others,
    each at the far end of the scale, as could have been missed (1 - 0.05 to the power of 1/n).
    """
    n = len(values)
    if n < 2:
        return None
    middle, spread = fmean(values), stdev(values)
    if spread == 0:
        missed = 1 - 0.05 ** (1 / n)
        low, high = middle - missed * (middle - least), middle + missed * (most - middle)
        return Estimate(middle, low, high)
    width = student(n - 1) * spread / sqrt(n)
    return Estimate(middle, max(least, middle - width), min(most, middle + width))


def share(part: int, whole: int) -> Estimate | None:
    """A share with Wilson's interval; None of nothing."""
    if whole == 0:
        return None
    found, square = part / whole, _Z**2
    middle = (found + square / (2 * whole)) / (1 + square / whole)
    width = _Z * sqrt(found * (1 - found) / whole + square / (4 * whole**2)) / (1 + square / whole)
    # The interval ends exactly at the end of the scale where all or none are of the kind.
    low = 0.0 if part == 0 else middle - width
    return Estimate(found, low, 1.0 if part == whole else middle + width)


def student(freedom: int) -> float:
    """Student's t at 97.5 %; beyond the table by Cornish and Fisher, right to five places."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z, v = _Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
