"""What the tests of choosing rows share: runs with given scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ragas_nb.engine.events import FailureKind, JobFailed, JobScored, UsageAdded
from ragas_nb.judges.base import Usage
from ragas_nb.metrics.result import Score
from ragas_nb.recorded import RecordedRun
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.meta import RunMeta, ScoreColumn
from ragas_nb.store.state import State

AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
FAILED = object()
PENDING = object()


def run_of(
    columns: Sequence[ScoreColumn],
    scores: Mapping[str, Sequence[object]],
    *,
    costs: Sequence[float] = (),
    data: EvaluationDataset | None = None,
    store: Path | None = None,
) -> RecordedRun:
    """A run with these scores; `FAILED` and `PENDING` stand for jobs without one, None for undefined."""
    rows = max(map(len, scores.values()), default=0)
    data = data or EvaluationDataset.from_dict(
        {"user_input": [f"Question {row}?" for row in range(rows)], "id": [f"q{row}" for row in range(rows)]}
    )
    state = State(data.ids, [column.name for column in columns])
    for name, values in scores.items():
        for sample_id, value in zip(data.ids, values, strict=True):
            if value is not PENDING:
                state.apply(_ended(sample_id, name, value))
    for sample_id, cost in zip(data.ids, costs, strict=False):
        usage = Usage(input_tokens=1)
        state.apply(
            UsageAdded(
                sample_id=sample_id, metric=columns[0].name, step="s", model="m", usage=usage, cost=cost
            )
        )
    meta = RunMeta(
        run_id="1a2b3c4d",
        name="a run",
        created_at=AT,
        fingerprint=None,
        columns=tuple(columns),
        metrics=(None,) * len(columns),
    )
    return RecordedRun(meta, data, state, lambda sample_id, metric: (), store)


def _ended(sample_id: Any, metric: str, value: object) -> JobScored | JobFailed:
    if value is FAILED:
        kind: FailureKind = "timeout"
        return JobFailed(sample_id=sample_id, metric=metric, kind=kind, message="too late")
    score: Score = value  # type: ignore[assignment]  # as the tests say it
    return JobScored(sample_id=sample_id, metric=metric, value=score)
