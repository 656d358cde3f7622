"""What a notebook keeps of a run."""

from __future__ import annotations

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook.protocol.base import JobStatus, Wire
from ragas_nb.notebook.protocol.rows import RowText
from ragas_nb.notebook.protocol.run import MetricColumn, MetricSummary, RunInfo, Totals


class SavedCell(Wire):
    """A score in the saved state."""

    status: JobStatus
    value: float | None
    """The score, or the place of its label among the metric's."""
    kind: FailureKind | None
    """Why it failed."""


class SavedRow(Wire):
    """A row in the saved state."""

    text: RowText
    cells: list[SavedCell]
    cost: float


class Saved(Wire):
    """What survives without a kernel: bounded, whatever the run's size. The value of the `saved` trait.

    Of a metric's labels it has the most frequent ones and those of the saved rows.
    """

    run: RunInfo
    metrics: list[MetricColumn]
    totals: Totals
    summaries: list[MetricSummary]
    rows: list[SavedRow]
