"""Two runs of the same data: which samples are the same one, and how their scores changed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Any

from ragas_nb.errors import DatasetError
from ragas_nb.schema import EvaluationDataset, HumanMessage
from ragas_nb.schema.assembly import told_ids
from ragas_nb.store.state import SCORED, Column, Findings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

NOWHERE = -1
"""In place of a row: there is no such sample."""
EQUAL_WITHIN = 1e-6
"""Scores that lie no further apart are equal."""
_SHOWN_IDS = 3


@dataclass(frozen=True)
class Matching:
    """Which samples of A and of B are the same one, by row.

    `row_in_a` has, for each row of B, the row of A with the same sample, or `NOWHERE`.
    """

    row_in_a: array[int]
    only_a: tuple[int, ...]

    @cached_property
    def only_b(self) -> tuple[int, ...]:
        """The rows of B that A does not have."""
        return tuple(row for row, there in enumerate(self.row_in_a) if there == NOWHERE)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The rows in A and in B of each sample that both have, in the order of B."""
        return [(there, row) for row, there in enumerate(self.row_in_a) if there != NOWHERE]

    @cached_property
    def rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The same as two columns: the rows in A, and those in B."""
        import numpy as np

        in_a = np.array(self.row_in_a)
        in_b = np.flatnonzero(in_a != NOWHERE)
        return in_a[in_b], in_b


def match(a: EvaluationDataset, b: EvaluationDataset) -> Matching:
    """Find the samples that both have: by id, the others by their input where no other sample has the same.

    Ids that only count the samples match where the input is the same too.

    Raises:
        DatasetError: they have no sample in common.

    >>> a = EvaluationDataset.from_list([{"question": "1 + 1?"}, {"question": "1 + 2?"}])
    >>> b = EvaluationDataset.from_list([{"question": "1 + 2?"}, {"question": "1 + 3?"}])
    >>> match(a, b).pairs, match(a, b).only_a, match(a, b).only_b
    ([(1, 0)], (0,), (1,))
    """
    inputs_a, inputs_b = inputs_of(a), inputs_of(b)
    found = array("l", [NOWHERE]) * len(b)
    are_named = _has_names(a) and _has_names(b)
    row_of = {sample_id: row for row, sample_id in enumerate(a.ids)}
    for row, sample_id in enumerate(b.ids):
        there = row_of.get(sample_id, NOWHERE)
        if there != NOWHERE and (are_named or _agree(inputs_a[there], inputs_b[row])):
            found[row] = there
    taken = set(found)
    alone = _alone(inputs_a)
    for text, row in _alone(inputs_b).items():
        there = alone.get(text, NOWHERE)
        if found[row] == NOWHERE and there not in taken:
            found[row] = there
    if all(there == NOWHERE for there in found):
        raise DatasetError(_nothing_in_common(a, b))
    taken = set(found)
    return Matching(found, tuple(row for row in range(len(a)) if row not in taken))


def inputs_of(dataset: EvaluationDataset) -> list[str | None]:
    """What each sample asks: its question, of a conversation all that the person said; without one the
    reference."""
    asked = [_text_of(value) for value in dataset.column("user_input")]
    if any(asked):
        return asked
    return [_text_of(value) for value in dataset.column("reference")]


def _text_of(value: object) -> str | None:
    if isinstance(value, list):
        said = [message.content for message in value if isinstance(message, HumanMessage)]
        return "\n\n".join(said) or None
    return value if isinstance(value, str) and value else None


def _agree(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _has_names(dataset: EvaluationDataset) -> bool:
    """Whether the ids were given, and do not only count the samples."""
    return told_ids(dataset.extra) is not None or dataset.ids != list(range(len(dataset)))


def _alone(inputs: Sequence[str | None]) -> dict[str, int]:
    """The inputs that only one sample has, with its row."""
    counts = Counter(inputs)
    return {text: row for row, text in enumerate(inputs) if text is not None and counts[text] == 1}


def _nothing_in_common(a: EvaluationDataset, b: EvaluationDataset) -> str:
    return (
        f"The runs have no sample in common: neither an id nor an input. A has the ids {_some_ids(a)}; "
        f"B has {_some_ids(b)}. Give the same sample the same id in both, in a column `id`."
    )


def _some_ids(dataset: EvaluationDataset) -> str:
    shown = ", ".join(map(repr, dataset.ids[:_SHOWN_IDS]))
    return f"{shown}, …" if len(dataset) > _SHOWN_IDS else shown or "none"


@dataclass(frozen=True, slots=True)
class Change:
    """How one metric changed, over the `n` samples that both runs have a number for.

    `better` and `worse` count samples by the metric's own direction; the means are None where `n` is 0.
    """

    n: int
    mean_a: float | None
    mean_b: float | None
    better: int
    worse: int

    @property
    def mean(self) -> float | None:
        """The mean change, B less A."""
        return None if self.mean_a is None or self.mean_b is None else self.mean_b - self.mean_a

    @property
    def equal(self) -> int:
        """Samples with the same score in both."""
        return self.n - self.better - self.worse


def change_of(a: Column, b: Column, matching: Matching, *, higher_is_better: bool = True) -> Change:
    """How one metric changed from A to B."""
    import numpy as np

    changes = differences(a, b, matching)
    known = ~np.isnan(changes)
    if not known.any():
        return Change(0, None, None, 0, 0)
    rows_a, rows_b = (rows[known] for rows in matching.rows)
    gains = changes[known] * (1 if higher_is_better else -1)
    return Change(
        n=len(gains),
        mean_a=fsum(np.array(a.values)[rows_a].tolist()) / len(gains),
        mean_b=fsum(np.array(b.values)[rows_b].tolist()) / len(gains),
        better=int((gains > EQUAL_WITHIN).sum()),
        worse=int((gains < -EQUAL_WITHIN).sum()),
    )


def differences(a: Column, b: Column, matching: Matching) -> NDArray[np.float64]:
    """B's score less A's for each sample that both have, in the order of B; NaN where one of them has no
    number."""
    import numpy as np

    rows_a, rows_b = matching.rows
    found: NDArray[np.float64] = np.array(b.values)[rows_b] - np.array(a.values)[rows_a]
    for column, rows in ((a, rows_a), (b, rows_b)):
        found[np.array(column.statuses)[rows] != SCORED] = np.nan
        if column.labels:
            found[np.isin(rows, list(column.labels))] = np.nan
    return found


def change_frame(a: Findings, b: Findings, matching: Matching) -> pd.DataFrame:
    """One row per sample that both runs have, in the order of B: `id`, and for each metric of both its score
    in A, in B and, of numbers, the change from A to B; a missing score is NaN."""
    import pandas as pd

    rows_a, rows_b = [pair[0] for pair in matching.pairs], [pair[1] for pair in matching.pairs]
    columns: dict[str, pd.Series[Any]] = {"id": pd.Series([b.ids[row] for row in rows_b])}
    for name in shared_metrics(a, b):
        before, now = a.columns[name], b.columns[name]
        is_text = bool(before.labels or now.labels)
        kind = "object" if is_text else "float64"
        columns[f"{name}_a"] = pd.Series(before.scores(rows_a), dtype=kind)
        columns[f"{name}_b"] = pd.Series(now.scores(rows_b), dtype=kind)
        if not is_text:
            columns[f"{name}_change"] = columns[f"{name}_b"] - columns[f"{name}_a"]
    return pd.DataFrame(columns)


def shared_metrics(a: Findings, b: Findings) -> tuple[str, ...]:
    """The metrics of both, in the order of B."""
    return tuple(name for name in b.metrics if name in a.columns)
