"""All that a result holds, wherever it comes from: a run, a list of scores, a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.store.ledger import Ledger
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.records import StepRecord
from ragas_nb.store.state import Findings

if TYPE_CHECKING:
    from ragas_nb.results.result import EvaluationResult

Steps = Callable[[SampleId, str], tuple[StepRecord, ...]]
"""The steps of one job, by sample and metric, in the order in which they were answered."""
Retry = Callable[..., "EvaluationResult"]
"""Does failed jobs again (of one kind, of several, of all), and returns the new result."""


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
    retry: Retry | None = None
    """How to do failed jobs again, where that can be done."""

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
        return replace(self, dataset=dataset, findings=self.findings.part(rows), cost_cb=None, retry=None)
