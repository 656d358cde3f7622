"""Which rows of a run to show, and in which order: for what the page cannot find by itself."""

from __future__ import annotations

import operator
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from ragas_nb.errors import ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.labels import FURTHER, label_of, labels_of
from ragas_nb.notebook.scores import Numbers, Places, Scores, in_order
from ragas_nb.notebook.searching import rows_saying
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.compare import EQUAL_WITHIN
from ragas_nb.store.state import FAILED, UNDEFINED, Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COST: Final = "cost"
ID: Final = "id"
BINS: Final = 10
_BIN_SLACK: Final = 1e-5
"""0.7 as a float32 is a little less than 0.7."""
_OPERATORS: Final[Mapping[wire.Comparison, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


Rows: TypeAlias = "array[int]"
"""Numbers of rows, in order, as they travel."""


class Beside(Protocol):
    """Another run of the same data, beside the one whose rows are looked for."""

    def changes(self, metric: str) -> Sequence[float]:
        """How much a metric's score changed, row by row; NaN where one of both runs has none."""


def find(run: RecordedRun, chosen: wire.Filter, sort: wire.Sort | None, beside: Beside | None = None) -> Rows:
    """The rows that a filter lets through, sorted; rows without a score come last.

    Raises:
        ProtocolError: a metric that the run does not have, or changes where there is no run beside.
    """
    return search(run, chosen, sort, beside)()


def search(
    run: RecordedRun, chosen: wire.Filter, sort: wire.Sort | None, beside: Beside | None = None
) -> Callable[[], Rows]:
    """As `find`, in two parts: what the run changes meanwhile is copied here, and what is returned finds the
    rows, in any thread."""
    check_choice(run, chosen, sort, beside)
    looked_at = {bins.metric for bins in chosen.bins} | {found.column for found in chosen.conditions}
    if sort is not None:
        looked_at.add(sort.by)
    every = chosen.failed or chosen.undefined
    labels = labels_of(run)
    scores = {
        column.name: Scores(
            column,
            bytes(run.state.columns[column.name].statuses),
            run.state.columns[column.name].values[:],
            dict(run.state.columns[column.name].labels),
            labels[place],
        )
        for place, column in enumerate(run.columns)
        if every or column.name in looked_at
    }
    return partial(Search(run, scores, run.state.costs[:], dict(run.state.marks), beside).rows, chosen, sort)


def check_choice(
    run: RecordedRun, chosen: wire.Filter, sort: wire.Sort | None, beside: Beside | None
) -> None:
    """Refuse what speaks of a metric that the run does not have, or of a run beside where there is none.

    Raises:
        ProtocolError: it does.
    """
    metrics = [bins.metric for bins in chosen.bins] + [change.metric for change in chosen.changes]
    metrics += [found.column for found in chosen.conditions if found.column != COST]
    if sort is not None and (sort.change or sort.by not in (ID, COST)):
        metrics.append(sort.by)
    for metric in metrics:
        if metric not in run.state.columns:
            raise ProtocolError(
                f"There is no metric {metric!r} in run {run.run_id}; it has {', '.join(run.state.metrics)}."
            )
    if beside is None and (chosen.changes or (sort is not None and sort.change)):
        raise ProtocolError(f"Run {run.run_id} is shown alone: there is no run beside it.")


class Search:
    """Looks for rows of one run."""

    def __init__(
        self,
        run: RecordedRun,
        scores: Mapping[str, Scores],
        costs: array[float],
        marks: Mapping[int, Mark],
        beside: Beside | None,
    ) -> None:
        self._dataset, self._ids, self._metrics = run.dataset, run.state.ids, run.columns
        self._scores = scores
        self._costs = costs
        self._marks = marks
        self._beside = beside

    def rows(self, chosen: wire.Filter, sort: wire.Sort | None) -> Rows:
        """The rows that the filter lets through, sorted."""
        import numpy as np

        keep = np.ones(len(self._ids), dtype=np.bool_)
        for part in self._parts(chosen):
            keep &= part
        rows = np.flatnonzero(keep)
        if chosen.text:
            rows = np.array(rows_saying(self._dataset, self._ids, chosen.text, rows.tolist()), dtype=np.intp)
        if sort is not None:
            rows = self._sorted(rows, sort)
        found = array("I")
        found.frombytes(rows.astype(np.uint32).tobytes())
        return found

    # ── which rows ──

    def _parts(self, chosen: wire.Filter) -> Iterable[NDArray[np.bool_]]:
        if chosen.failed or chosen.undefined:
            yield self._with_status([FAILED] * chosen.failed + [UNDEFINED] * chosen.undefined)
        for bins in chosen.bins:
            yield self._in_bins(self._scores[bins.metric], bins.bins)
        for condition in chosen.conditions:
            yield self._where(condition)
        if chosen.tags:
            yield self._these([row for row, mark in self._marks.items() if set(mark.tags) & set(chosen.tags)])
        for change in chosen.changes:
            yield self._changed(change)

    def _these(self, rows: Sequence[int] | Places) -> NDArray[np.bool_]:
        import numpy as np

        found = np.zeros(len(self._ids), dtype=np.bool_)
        found[np.asarray(rows, dtype=np.intp)] = True
        return found

    def _with_status(self, statuses: Iterable[int]) -> NDArray[np.bool_]:
        found = self._these([])
        for status in statuses:
            for scores in self._scores.values():
                found |= scores.has(status)
        return found

    def _in_bins(self, scores: Scores, bins: Sequence[int]) -> NDArray[np.bool_]:
        """The rows whose score lies in one of these ranges of the metric, or has one of these labels."""
        import numpy as np

        if scores.known is not None:
            numbered = scores.known.texts
            wanted = {numbered[number] for number in bins if 0 <= number < len(numbered)}
            others = FURTHER in wanted
            known = set(numbered)
            return self._labelled(scores, lambda text: text in wanted or (others and text not in known))
        low, width = scores.told.low, scores.told.high - scores.told.low
        numbers = scores.numbers().astype(np.float64)
        share = np.clip((numbers - low) / width if width > 0 else numbers * 0.0, 0.0, 1.0)
        places = np.minimum(BINS - 1, np.floor(share * BINS + _BIN_SLACK))  # NaN is in none
        return np.isin(places, np.array(bins, dtype=np.float64))

    def _where(self, condition: wire.Condition) -> NDArray[np.bool_]:
        """The rows of which a condition holds; scores are compared as float32, so that 0.7 is 0.7."""
        import numpy as np

        holds, value = _OPERATORS[condition.op], condition.value
        scores = None if condition.column == COST else self._scores[condition.column]
        if scores is not None and scores.known is not None:
            limit = in_order(label_of(value))
            return self._labelled(scores, lambda text: holds(in_order(text), limit))
        if isinstance(value, str):
            return self._these([])
        numbers = self._cost() if scores is None else scores.numbers()
        with np.errstate(over="ignore"):
            found: NDArray[np.bool_] = holds(numbers, np.float32(value)) & ~np.isnan(numbers)
        return found

    def _labelled(self, scores: Scores, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
        rows, texts = scores.texts()
        fitting = {text: fits(text) for text in set(texts)}
        return self._these(rows[[fitting[text] for text in texts]])

    def _changed(self, change: wire.ChangeOf) -> NDArray[np.bool_]:
        """The rows where a metric got better, worse, or stayed as it was, by its own direction."""
        import numpy as np

        told = next(column for column in self._metrics if column.name == change.metric)
        gains = self._changes(change.metric) * np.float32(1 if told.higher_is_better else -1)
        match change.change:
            case "better":
                found: NDArray[np.bool_] = gains > EQUAL_WITHIN
            case "worse":
                found = gains < -EQUAL_WITHIN
            case "equal":
                found = np.abs(gains) <= EQUAL_WITHIN
        return found

    # ── in which order ──

    def _sorted(self, rows: Places, sort: wire.Sort) -> Places:
        import numpy as np

        if sort.by == ID and not sort.change:
            return rows[::-1] if sort.down else rows
        keys = self._keys(sort)[rows]
        has_key = ~np.isnan(keys)
        having = keys[has_key]
        order = np.argsort(-having if sort.down else having, kind="stable")
        return np.concatenate([rows[has_key][order], rows[~has_key]])

    def _keys(self, sort: wire.Sort) -> Numbers:
        import numpy as np

        if sort.change:
            return self._changes(sort.by)
        if sort.by == COST:
            return self._cost()
        scores = self._scores[sort.by]
        if scores.known is None:
            return scores.numbers()
        rows, texts = scores.texts()
        ranks = {text: rank for rank, text in enumerate(sorted(set(texts), key=in_order))}
        found = np.full(len(self._ids), np.nan, dtype=np.float32)
        found[rows] = [ranks[text] for text in texts]
        return found

    def _cost(self) -> Numbers:
        import numpy as np

        return np.array(self._costs, dtype=np.float32)

    def _changes(self, metric: str) -> Numbers:
        import numpy as np

        changes = () if self._beside is None else self._beside.changes(metric)
        return np.array(changes, dtype=np.float32)
