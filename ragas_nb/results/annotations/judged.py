"""What annotations and uploads read of a result, by the names that runs and results give it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ragas_nb.metrics.result import Score
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.store.records import StepRecord


class Judged(Protocol):
    """A result: samples, metrics, scores, and the steps of every job."""

    @property
    def run_id(self) -> str:
        """Which run this is the result of."""

    @property
    def name(self) -> str:
        """The run's name."""

    @property
    def dataset(self) -> EvaluationDataset:
        """The samples."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The score columns."""

    def __getitem__(self, key: str) -> Sequence[Score]:
        """The scores of a metric, one per sample."""

    def steps(self, sample_id: SampleId, metric: str) -> Sequence[StepRecord]:
        """The steps of a job, in order."""

    def outcome(self, sample_id: SampleId, metric: str) -> object | None:
        """How a job ended; None when the run ended before."""


@runtime_checkable
class HasResult(Protocol):
    """A run."""

    @property
    def result(self) -> Judged:
        """The scores so far."""
