"""A metric's scores in a few numbers: mean with interval and counts, and a histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ragas_nb.store.state import FAILED, SCORED, UNDEFINED, Column

BINS = 10
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Summary:
    """How one metric's scores lie.

    `n` scored, `failed`, `undefined` are counts; `mean` is None when nothing is scored; `low` and `high` are
    the 95 % interval of the mean (normal approximation, inside the metric's range), None below two scores;
    `bins` counts ten equal parts of the range.
    """

    n: int
    failed: int
    undefined: int
    mean: float | None
    low: float | None
    high: float | None
    bins: tuple[int, ...]


def summarise(column: Column, score_range: tuple[float, float] = (0.0, 1.0)) -> Summary:
    """The summary of a column of numbers."""
    values = [v for v, s in zip(column.values, column.statuses, strict=True) if s == SCORED]
    bottom, top = score_range
    bins = [0] * BINS
    for value in values:
        bins[max(0, min(BINS - 1, int((value - bottom) / (top - bottom) * BINS)))] += 1
    mean = math.fsum(values) / len(values) if values else None
    low, high = _interval(values, mean, bottom, top)
    return Summary(len(values), column.count(FAILED), column.count(UNDEFINED), mean, low, high, tuple(bins))


def _interval(
    values: list[float], mean: float | None, bottom: float, top: float
) -> tuple[float | None, float | None]:
    if mean is None or len(values) < 2:
        return None, None
    variance = math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)
    half = Z_95 * math.sqrt(variance / len(values))
    return max(bottom, mean - half), min(top, mean + half)
