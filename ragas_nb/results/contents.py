"""All that a result holds, wherever it comes from: a run, a list of scores, a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ragas_nb.engine.plan import Plan
from ragas_nb.results.records import StepRecord, records_of
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.store.ledger import Ledger
from ragas_nb.store.state import Findings, State

Steps = Callable[[SampleId, str], tuple[StepRecord, ...]]
"""The steps of one job, by sample and metric, in the order in which they were answered."""


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """What is known of a metric besides its scores."""

    name: str
    kind: Literal["continuous", "binary"] = "continuous"
    low: float = 0.0
    high: float = 1.0
    higher_is_better: bool = True
    asks_elsewhere: bool = False
    """Whether it asks judges of its own, of whose requests nothing is known."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a result holds. `dataset` is None where only scores are known.

    `counted` tells whether `findings.ledger` has every request; otherwise `cost_cb` may have counted them.
    """

    run_id: str
    name: str
    dataset: EvaluationDataset | None
    columns: tuple[ScoreColumn, ...]
    findings: Findings
    steps: Steps
    counted: bool = True
    cost_cb: CostCallbackHandler | None = None

    def check_metric(self, metric: str) -> None:
        """Raise `KeyError` unless there is such a metric."""
        if metric not in self.findings.columns:
            raise KeyError(f"No metric {metric!r} in this result; it has {', '.join(self.findings.metrics)}.")

    def check_job(self, sample_id: SampleId, metric: str) -> None:
        """Raise `KeyError` unless there is such a sample and such a metric."""
        if sample_id not in self.findings.row_of:
            some = ", ".join(repr(i) for i in self.findings.ids[:5])
            raise KeyError(f"No sample {sample_id!r} in this result; the first ids are {some}.")
        self.check_metric(metric)

    def counted_usage(self) -> Ledger:
        """Every request.

        Raises:
            ValueError: they were not counted here.
        """
        if self.counted:
            return self.findings.ledger
        raise ValueError(
            "No usage was counted for this result. Runs count it; a result made of scores needs a handler, "
            "EvaluationResult(scores, dataset, cost_cb=…), and a handler counts for all samples together."
        )

    def part(self, rows: Sequence[int]) -> Contents:
        """What it holds of the samples of these rows; without `cost_cb`, which counts for all of them."""
        dataset = None if self.dataset is None else self.dataset[rows]
        return replace(self, dataset=dataset, findings=self.findings.part(rows), cost_cb=None)


def contents_of_run(plan: Plan, state: State, *, run_id: str, name: str) -> Contents:
    """What a run has found so far; it grows with the run."""
    columns = tuple(
        ScoreColumn(
            metric.column, metric.kind, *metric.score_range, metric.higher_is_better, metric.asks_elsewhere
        )
        for metric in plan.metrics
    )

    def steps(sample_id: SampleId, metric: str) -> tuple[StepRecord, ...]:
        outcome = state.outcomes.get((sample_id, metric))
        return records_of(outcome.trace) if outcome else ()

    return Contents(run_id, name, plan.dataset, columns, state, steps)
