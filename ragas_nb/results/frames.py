"""A result as DataFrames: samples with scores, failures, usage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from statistics import stdev
from typing import TYPE_CHECKING

from ragas_nb.engine.events import JobFailed
from ragas_nb.metrics.result import Score
from ragas_nb.schema import EvaluationDataset
from ragas_nb.schema.assembly import told_ids
from ragas_nb.schema.values import plain
from ragas_nb.store.state import SCORED, SETTLED, UNDEFINED, UNMARKED, Column, Findings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

ERROR_COLUMNS = ("sample_id", "metric", "kind", "message", "raw")
_LEFT = {"cancelled": "cancelled", "failed": "cancelled", "budget_reached": "budget"}
"""Why jobs were not done, by how the run ended."""
_TOKENS = ("input_tokens", "output_tokens", "cached_tokens")
BATCH_ROWS = 1000
"""Rows of a frame, where nobody says how many."""


def checked_size(batch_size: int | None) -> int:
    """How many rows a batch has.

    Raises:
        ValueError: less than one.
    """
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"batch_size={batch_size} makes no frames. Pass at least 1.")
    return batch_size or BATCH_ROWS


def score_frame(dataset: EvaluationDataset, findings: Findings) -> pd.DataFrame:
    """The samples with a column per score, and `tags` and `note` where people left some; a missing score is
    NaN."""
    return _with_scores(dataset.to_pandas(), findings, range(len(dataset)))


def score_frames(dataset: EvaluationDataset, findings: Findings, size: int) -> Iterator[pd.DataFrame]:
    """The same, `size` rows at a time, all with the columns and the labels of the whole."""
    names = [*dataset.features(), *dataset.extra]
    labels = row_labels(dataset)
    for start in range(0, len(dataset), size):
        rows = range(start, min(start + size, len(dataset)))
        frame = dataset[rows].to_pandas().reindex(columns=names)  # nobody here may have a value
        yield _with_scores(frame.set_axis(labels[start : rows.stop], axis=0), findings, rows)


def row_labels(dataset: EvaluationDataset) -> pd.Index:
    """The labels of the whole dataset's rows: its ids, unless they count rows or a column tells them."""
    import pandas as pd

    counted = range(len(dataset))
    told = told_ids(dataset.extra)
    if dataset.ids == list(counted if told is None else told):
        return pd.RangeIndex(len(dataset))
    return pd.Index(dataset.ids)


def _with_scores(frame: pd.DataFrame, findings: Findings, rows: range) -> pd.DataFrame:
    import pandas as pd

    columns = {str(name): frame[name] for name in frame}
    for name, column in findings.columns.items():
        kind = "object" if column.labels else "float64"
        columns[name] = pd.Series(column.scores(rows), index=frame.index, dtype=kind)
        if column.repeats:
            ending, spread = spread_of(column)
            values = [spread(column.repeats.get(row, ())) for row in rows]
            columns[name + ending] = pd.Series(values, index=frame.index, dtype="float64")
    for name, left in _left_by_people(findings, rows).items():
        columns[_free_name(name, columns)] = pd.Series(left, index=frame.index, dtype="object")
    return pd.DataFrame(columns, index=frame.index)


def _left_by_people(findings: Findings, rows: range) -> dict[str, list[object]]:
    """Tags and notes of these rows, each only where a sample of the whole has some."""
    every, marks = list(findings.marks.values()), [findings.marks.get(row, UNMARKED) for row in rows]
    columns: dict[str, list[object]] = {}
    if any(mark.tags for mark in every):
        columns["tags"] = [list(mark.tags) for mark in marks]
    if any(mark.note is not None for mark in every):
        columns["note"] = [mark.note for mark in marks]
    return columns


def _free_name(name: str, taken: Collection[str]) -> str:
    """The name of a column of ours; `run_` before it where the data or a metric has that one.

    >>> _free_name("note", ["response"]), _free_name("note", ["note"])
    ('note', 'run_note')
    """
    while name in taken:
        name = f"run_{name}"
    return name


def spread_of(column: Column) -> tuple[str, Callable[[Sequence[Score]], float | None]]:
    """How far the scores of one job that was done several times lie apart: the ending of the column that says
    so, and what computes it. For numbers it is their standard deviation, for others the share of the most
    frequent one; None of fewer than two."""
    return ("_agreement", _agreement) if column.labels else ("_std", _std)


def _std(scores: Sequence[Score]) -> float | None:
    numbers = [float(score) for score in scores if isinstance(score, int | float)]
    return stdev(numbers) if len(numbers) > 1 else None


def _agreement(scores: Sequence[Score]) -> float | None:
    said = [tuple(score) if isinstance(score, list) else score for score in scores if score is not None]
    return Counter(said).most_common(1)[0][1] / len(said) if len(said) > 1 else None


def error_frame(findings: Findings) -> pd.DataFrame:
    """Every job without a score, in the order of the samples; without those that are still to be done."""
    import pandas as pd

    left = _LEFT.get(findings.status)
    rows: list[tuple[object, ...]] = []
    for row, sample_id in enumerate(findings.ids):
        for metric, column in findings.columns.items():
            status = column.statuses[row]
            if status == SCORED or (status not in SETTLED and left is None):
                continue
            told = findings.outcomes.get((sample_id, metric))
            if isinstance(told, JobFailed):
                found: tuple[object, ...] = (told.kind, told.message, told.raw)
            elif status == UNDEFINED:
                found = ("undefined", told.reason if told else None, None)
            else:
                found = (left, findings.message or "The run ended before.", None)
            # `plain`: a reply that was cut off may end in half an emoji, which pandas does not take.
            rows.append((sample_id, metric, *map(plain, found)))
    return pd.DataFrame(rows, columns=list(ERROR_COLUMNS))


def usage_frame(findings: Findings) -> pd.DataFrame:
    """What was used by sample, metric, step and model; a cost is NaN unless all its prices are known."""
    import numpy as np
    import pandas as pd

    table, payers = findings.ledger.table(), findings.ledger.payers
    order = _order(payers, findings.metrics)
    groups, place = np.unique(
        table["row"] * np.int64(max(1, len(payers))) + order[table["payer"]], return_inverse=True
    )
    rows, ranks = np.divmod(groups, max(1, len(payers)))
    payer = [payers[number] for number in np.argsort(order)[ranks]]
    return pd.DataFrame(
        {
            "sample_id": [findings.ids[row] for row in rows],
            "metric": [metric for metric, _, _ in payer],
            "step": [step for _, step, _ in payer],
            "model": [model for _, _, model in payer],
            "requests": np.bincount(place, minlength=len(groups)),
            **{name: _sums(place, table[name], len(groups)).astype("int64") for name in _TOKENS},
            "cost": _sums(place, table["cost"], len(groups)),
        }
    )


def _order(payers: Sequence[tuple[str, str, str]], metrics: Sequence[str]) -> NDArray[np.int64]:
    """The rank of each payer: by metric as in the result, then by who came up first."""
    import numpy as np

    by_rank = sorted(range(len(payers)), key=lambda number: metrics.index(payers[number][0]))
    ranks = np.zeros(len(payers), dtype="int64")
    ranks[by_rank] = np.arange(len(payers))
    return ranks


def _sums(place: NDArray[np.intp], values: NDArray[np.generic], groups: int) -> NDArray[np.float64]:
    import numpy as np

    return np.bincount(place, weights=values, minlength=groups).astype("float64")
