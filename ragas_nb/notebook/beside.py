"""Another run of the same data, shown beside a run: its scores, row by row of that run."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property
from math import nan

from ragas_nb.errors import ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.labels import Labels
from ragas_nb.notebook.picture import row_detail, run_info, totals
from ragas_nb.notebook.tracking import KIND_NUMBERS, failed_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.compare import NOWHERE, Matching, shared_metrics
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.records import StepRecord
from ragas_nb.store.state import FAILED, SCORED

LOOKED_AT = 5
"""Samples whose prompts are looked at to tell whether both runs asked the same."""


class Counterpart:
    """What a run was before: another run whose samples are matched with those of the one that is shown."""

    def __init__(self, run: RecordedRun, shown: RecordedRun, matching: Matching) -> None:
        self.run = run
        self._shown = shown
        self._matching = matching

    def told(self) -> wire.Beside:
        """The other run as a whole."""
        return wire.Beside(
            run=run_info(self.run),
            totals=totals(self.run, failed_of(self.run.state).counts),
            matched=len(self._matching.pairs),
            only_here=len(self._matching.only_b),
            only_there=len(self._matching.only_a),
            same=self._same(),
        )

    def buffers(self, labels: Sequence[Labels | None]) -> list[bytes]:
        """Its scores by the rows of the run that is shown: values and statuses, metric-major.

        `labels` are those of the shown run's metrics; what is new here gets its number there.
        """
        import numpy as np

        rows = np.array(self._matching.row_in_a)
        values, statuses = [], []
        for name, known in zip(self._shown.state.metrics, labels, strict=True):
            numbers, marks = self._scores(name, known)
            numbers.append(0.0)  # at `NOWHERE`, which is the last place
            marks.append(wire.ABSENT)
            values.append(np.array(numbers)[rows].tobytes())
            statuses.append(np.array(marks)[rows].tobytes())
        return [b"".join(values), b"".join(statuses)]

    def _scores(self, metric: str, labels: Labels | None) -> tuple[array[float], bytearray]:
        """A metric's scores as numbers, and its statuses, by the rows of the other run itself."""
        column = self.run.state.columns.get(metric)
        rows = len(self.run)
        if column is None or (labels is None and column.labels):  # texts and numbers cannot be compared
            return array("f", bytes(4 * rows)), bytearray([wire.ABSENT]) * rows
        statuses = bytearray(column.statuses)
        values = array("f", column.values if labels is None else labels.numbers(column, range(rows)))
        if FAILED in statuses:
            for failure in self.run.state.failures():
                if failure.metric == metric:
                    values[self.run.state.row_of[failure.sample_id]] = KIND_NUMBERS[failure.kind]
        return values, statuses

    def changes(self, metric: str) -> array[float]:
        """How much a metric's score has changed since, row by row of the run that is shown.

        Of texts 0 where they are the same; NaN where they differ, and where one of both runs has no score.
        """
        found = array("f", [nan]) * len(self._shown)
        before, now = self.run.state.columns.get(metric), self._shown.state.columns[metric]
        if before is None:
            return found
        texts = bool(before.labels or now.labels)
        for there, row in self._matching.pairs:
            if not before.statuses[there] == now.statuses[row] == SCORED:
                continue
            if not texts:
                found[row] = now.values[row] - before.values[there]
            elif before.scores((there,)) == now.scores((row,)):
                found[row] = 0.0
        return found

    def row_detail(self, row: int, number: int) -> wire.RowDetail:
        """The sample in full that is matched with this row; `number` is the command that asked.

        Raises:
            ProtocolError: no such row, or no sample of the other run is matched with it.
        """
        rows = self._matching.row_in_a
        there = rows[row] if 0 <= row < len(rows) else NOWHERE
        if there == NOWHERE:
            raise ProtocolError(f"Row {row} has no counterpart in run {self.run.run_id}.")
        return row_detail(self.run, there, number).model_copy(update={"row": row, "beside": True})

    # ── what both have in common ──

    def _same(self) -> list[str]:
        """What is known to be the same in both, in words."""
        judge, other = self.run.meta.judge_model, self._shown.meta.judge_model
        words = ["same judge"] if judge is not None and judge == other else []
        words += ["same prompts"] if self._has_same_prompts() else []
        return words + self._same_data

    def _has_same_prompts(self) -> bool:
        """Whether the steps of a sample of each metric gave the judge the same instructions."""
        metrics = shared_metrics(self.run.state, self._shown.state)
        asked = [pair for pair in map(self._instructions, metrics) if pair is not None]
        return bool(asked) and all(
            before[step] == now[step] for before, now in asked for step in before.keys() & now.keys()
        )

    def _instructions(self, metric: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """What the judge was told at each step, then and now, for the first sample that tells it."""
        before, now = self.run.state, self._shown.state
        for there, row in self._matching.pairs[:LOOKED_AT]:
            if before.columns[metric].statuses[there] == now.columns[metric].statuses[row] == SCORED:
                then = _told(self.run.result.steps(before.ids[there], metric))
                today = _told(self._shown.result.steps(now.ids[row], metric))
                if then.keys() & today.keys():
                    return then, today
        return None

    @cached_property
    def _same_data(self) -> list[str]:
        mine, other = self.run.dataset, self._shown.dataset
        if mine.ids == other.ids and _same_texts(mine, other):
            return ["same data"]
        if "response" not in mine.features() or "response" not in other.features():
            return []
        before, now = mine.column("response"), other.column("response")
        pairs = self._matching.pairs
        same = sum(before[there] is not None and before[there] == now[row] for there, row in pairs)
        return [f"{same:,} {'response' if same == 1 else 'responses'} the same"] if same else []


def _told(steps: Sequence[StepRecord]) -> dict[str, str]:
    """The instruction of each step."""
    return {step.step: step.prompt.instruction for step in steps}


def _same_texts(one: EvaluationDataset, other: EvaluationDataset) -> bool:
    """Whether the samples are the same, field by field."""
    fields = one.features()
    return fields == other.features() and all(
        list(one.column(field)) == list(other.column(field)) for field in fields
    )
