"""The arithmetic that metrics share: pure functions of verdicts, counts and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from operator import mul

from ragas_nb.judges.base import Vector


def mean(values: Sequence[float]) -> float | None:
    """The mean, or None when there is nothing to take it of.

    >>> mean([1, 0, 1, 1])
    0.75
    """
    return fsum(values) / len(values) if values else None


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """The mean with weights of any scale; a value of weight 0 does not count.

    >>> weighted_mean([1.0, 0.5], [3, 1])
    0.875
    """
    return fsum(map(mul, values, weights)) / fsum(weights)


def f_beta(tp: int, fp: int, fn: int, *, beta: float = 1.0) -> float:
    """The F-measure of counts; 0.0 when nothing is right.

    `beta` above 1 favours recall, below 1 precision. Source: van Rijsbergen, Information Retrieval (1979), as
    (1+β²)PR/(β²P+R).

    >>> f_beta(1, 1, 0)
    0.6666666666666666
    """
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    if precision == recall == 0.0:
        return 0.0
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def average_precision(verdicts: Sequence[int]) -> float:
    """The average precision of a ranking: how far up the useful ones stand.

    The mean, over the useful places, of the share that is useful up to there. 0.0 without any useful place;
    exactly 1.0 when all useful ones come first.

    >>> round(average_precision([1, 0, 1]), 4)
    0.8333
    """
    useful = 0
    precisions: list[float] = []
    for place, verdict in enumerate(verdicts, start=1):
        if verdict:
            useful += 1
            precisions.append(useful / place)
    return mean(precisions) or 0.0


def cosine(a: Vector, b: Vector) -> float:
    """The cosine of the angle between two vectors, within -1 … 1; 0.0 when one of them is zero.

    Raises:
        ValueError: the vectors have different lengths.

    >>> cosine([1.0, 0.0], [2.0, 0.0])
    1.0
    """
    if len(a) != len(b):
        raise ValueError(
            f"vectors of {len(a)} and {len(b)} numbers cannot be compared; use one embedding model"
        )
    import numpy as np

    one, other = np.asarray(a, dtype="float64"), np.asarray(b, dtype="float64")
    lengths = sqrt(one.dot(one)) * sqrt(other.dot(other))
    return max(-1.0, min(1.0, float(one.dot(other)) / lengths)) if lengths else 0.0


def majority(votes: Sequence[int]) -> tuple[int, float]:
    """What most of an odd number of 0/1 votes say, and the share of them that says so.

    >>> majority([1, 0, 1])
    (1, 0.6666666666666666)
    """
    ones = sum(votes)
    verdict = int(2 * ones > len(votes))
    return verdict, (ones if verdict else len(votes) - ones) / len(votes)
