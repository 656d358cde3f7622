"""A metric's scores in a few numbers: mean with interval and counts, and a histogram."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from ragas_nb.results.contents import Contents
from ragas_nb.store.state import FAILED, SCORED, UNDEFINED, Column

BINS = 10
_SHOWN_LABELS = 4
Z_95 = 1.959963984540054
_COUNTED = ((SCORED, "scored"), (FAILED, "failed"), (UNDEFINED, "undefined"))


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
        place = min(1.0, max(0.0, (value - bottom) / (top - bottom)))
        bins[min(BINS - 1, int(place * BINS))] += 1
    mean = _mean(values) if values else None
    low, high = _interval(values, mean, bottom, top)
    return Summary(len(values), column.count(FAILED), column.count(UNDEFINED), mean, low, high, tuple(bins))


def _mean(values: list[float]) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:  # the sum is no number any more, the mean is one
        return math.fsum(value / len(values) for value in values)


def _interval(
    values: list[float], mean: float | None, bottom: float, top: float
) -> tuple[float | None, float | None]:
    if mean is None or len(values) < 2:
        return None, None
    deviation = math.hypot(*(v - mean for v in values)) / math.sqrt(len(values) - 1)
    half = Z_95 * deviation / math.sqrt(len(values))
    return max(bottom, mean - half), min(top, mean + half)


def summaries(contents: Contents) -> dict[str, Summary]:
    """The summary of every metric whose scores are numbers."""
    scores = contents.findings.columns
    return {
        column.name: summarise(scores[column.name], (column.low, column.high))
        for column in contents.columns
        if not scores[column.name].labels
    }


def told(column: Column) -> str:
    """The mean with its counts: `0.91 (97 of 100 scored, 2 failed, 1 undefined)`.

    Of texts the most frequent ones: `pass 80, fail 17 (97 of 100 scored, 3 failed)`; of rankings nothing.
    """
    counts = [(column.count(status), word) for status, word in _COUNTED]
    total = len(column.values)
    scored, *others = [*counts, (total - sum(count for count, _ in counts), "not run")]
    parts = [f"{scored[0]} of {total} scored", *(f"{n} {word}" for n, word in others if n)]
    return f"{_centre(column)} ({', '.join(parts)})"


def _centre(column: Column) -> str:
    texts = [label for label in column.labels.values() if isinstance(label, str)]
    if texts:
        return ", ".join(f"{text} {count}" for text, count in Counter(texts).most_common(_SHOWN_LABELS))
    mean = None if column.labels else summarise(column).mean
    return "–" if mean is None else f"{mean:.4f}"
