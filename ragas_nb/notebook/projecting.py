"""What a run will cost in the end, from what its settled samples did."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959964
"""The 97.5 % point of the normal distribution."""
ENOUGH = 10
"""Settled samples from which their spread says something about the others."""


def projected(cost: float, squares: float, settled: int, samples: int) -> tuple[float, float | None]:
    """The cost of all samples in dollars, and how far off that may be; None while too few are settled.

    `squares` is the sum of the squares of the samples' costs. The margin is that of a 95 % prediction
    interval of the samples that are left, by the normal approximation: 1.96 · s · √(left + left² / settled).

    >>> projected(1.0, 0.0104, settled=100, samples=200)
    (2.0, 0.0557...)
    >>> projected(0.5, 0.25, settled=1, samples=2)
    (1.0, None)
    """
    whole = cost / settled * samples
    if settled < ENOUGH:
        return whole, None
    left = max(0, samples - settled)
    variance = max(0.0, squares - cost * cost / settled) / (settled - 1)
    return whole, Z_95 * sqrt(variance * (left + left * left / settled))
