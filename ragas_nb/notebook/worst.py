"""Which rows a person wants to see first: those with the worst scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ragas_nb.recorded import RecordedRun
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.state import FAILED, SCORED, Column


def share(value: float, low: float, high: float) -> float:
    """Where in its metric's range a score lies, 0 to 1.

    >>> share(2, 1, 5), share(9, 1, 5)
    (0.25, 1.0)
    """
    return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.0


def worst_rows(run: RecordedRun, most: int) -> list[int]:
    """The rows with the worst scores, the worst first; those without a number come last, failed ones first.

    A row is as bad as its worst score, by where that lies in its metric's range.
    """
    rows = len(run)
    worst = np.full(rows, np.inf)
    failed = np.zeros(rows, dtype=bool)
    for told in run.columns:
        column = run.state.columns[told.name]
        failed |= _with_status(column, FAILED)
        if not column.labels:
            np.minimum(
                worst, np.where(_with_status(column, SCORED), _goodness(told, column), np.inf), out=worst
            )
    order: Sequence[int] = np.lexsort((np.arange(rows), ~failed, worst))[:most].tolist()
    return list(order)


def _with_status(column: Column, status: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.equal(np.frombuffer(bytes(column.statuses), dtype=np.uint8), status)


def _goodness(told: ScoreColumn, column: Column) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How good each score of a metric is: 0 at the bad end of its range, 1 at the good one."""
    width = told.high - told.low
    if width <= 0:
        return np.zeros(len(column.values))
    place = np.clip((np.array(column.values) - told.low) / width, 0.0, 1.0)
    return place if told.higher_is_better else 1.0 - place
