"""The state of a run: a fold of its events, kept in columns so that a hundred thousand rows stay cheap."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from ragas_nb.engine.events import (
    EndState,
    Event,
    JobFailed,
    JobScored,
    JobStarted,
    RunEnded,
    RunStarted,
    UsageAdded,
)
from ragas_nb.judges.base import Usage
from ragas_nb.schema import SampleId

Status = Literal["pending", "running", "scored", "undefined", "failed"]
RunStatus = Literal["starting", "running"] | EndState
STATUSES: tuple[Status, ...] = get_args(Status)
PENDING, RUNNING, SCORED, UNDEFINED, FAILED = range(5)


@dataclass(slots=True)
class Column:
    """The scores of one metric, by row. `values` is a number where the status is scored, else 0; text scores
    stand in `labels`."""

    values: array[float]
    statuses: bytearray
    labels: dict[int, str] = field(default_factory=dict)

    def count(self, status: int) -> int:
        """How many rows have this status."""
        return self.statuses.count(status)


@dataclass(slots=True)
class Spent:
    """What requests used: tokens, dollars (of those with a known price), and how many had no known price."""

    usage: Usage = field(default_factory=Usage)
    requests: int = 0
    cost: float = 0.0
    unpriced: int = 0

    def add(self, usage: Usage, cost: float | None) -> None:
        """Count one request."""
        self.usage = self.usage + usage
        self.requests += 1
        self.cost += cost or 0.0
        self.unpriced += cost is None


class State:
    """All that is known of a run now. Only `apply` changes it."""

    def __init__(self, ids: Sequence[SampleId], metrics: Sequence[str]) -> None:
        self.ids = tuple(ids)
        self.metrics = tuple(metrics)
        self.row_of = {sample_id: row for row, sample_id in enumerate(self.ids)}
        self.columns = {
            name: Column(array("d", bytes(8 * len(self.ids))), bytearray(len(self.ids))) for name in metrics
        }
        self.outcomes: dict[tuple[SampleId, str], JobScored | JobFailed] = {}
        """How each settled job ended, with its trace."""
        self.costs = array("d", bytes(8 * len(self.ids)))
        self.total = Spent()
        self.by_model: dict[str, Spent] = {}
        self.status: RunStatus = "starting"
        self.message: str | None = None
        self.started_at: datetime | None = None
        self._left = array("L", [len(self.metrics)]) * len(self.ids)
        self._worst = bytearray(len(self.ids))
        self._settled = [0] * len(STATUSES)

    def apply(self, event: Event) -> None:
        """Fold one event in."""
        match event:
            case JobScored():
                self._scored(event)
            case UsageAdded():
                self._spent(event)
            case JobStarted():
                self.columns[event.metric].statuses[self.row_of[event.sample_id]] = RUNNING
            case JobFailed():
                self._settle(event, FAILED)
            case RunStarted():
                self.status, self.started_at = "running", event.at
            case RunEnded():
                self._ended(event)

    def _scored(self, event: JobScored) -> None:
        row = self._settle(event, UNDEFINED if event.value is None else SCORED)
        column = self.columns[event.metric]
        if isinstance(event.value, str):
            column.labels[row] = event.value
        elif event.value is not None:
            column.values[row] = event.value

    def _settle(self, event: JobScored | JobFailed, status: int) -> int:
        row = self.row_of[event.sample_id]
        self.columns[event.metric].statuses[row] = status
        self.outcomes[event.sample_id, event.metric] = event
        self._left[row] -= 1
        self._worst[row] = max(self._worst[row], status)
        if not self._left[row]:
            self._settled[self._worst[row]] += 1
        return row

    def _spent(self, event: UsageAdded) -> None:
        self.total.add(event.usage, event.cost)
        self.by_model.setdefault(event.model, Spent()).add(event.usage, event.cost)
        self.costs[self.row_of[event.sample_id]] += event.cost or 0.0

    def _ended(self, event: RunEnded) -> None:
        self.status, self.message = event.state, event.message
        for column in self.columns.values():
            column.statuses = column.statuses.replace(bytes([RUNNING]), bytes([PENDING]))

    def settled_samples(self, status: int) -> int:
        """Samples whose jobs have all settled, by their worst outcome: failed, undefined, scored."""
        return self._settled[status]

    def settled_samples_in_all(self) -> int:
        """Samples whose jobs have all settled, however."""
        return sum(self._settled)

    def score(self, sample_id: SampleId, metric: str) -> float | str | None:
        """One score; None while there is none."""
        row, column = self.row_of[sample_id], self.columns[metric]
        if column.statuses[row] != SCORED:
            return None
        return column.labels.get(row, column.values[row])

    def scores(self, metric: str) -> list[float | str | None]:
        """All scores of one metric, in the order of the samples."""
        column = self.columns[metric]
        if not column.labels:
            return [v if s == SCORED else None for v, s in zip(column.values, column.statuses, strict=True)]
        return [self.score(sample_id, metric) for sample_id in self.ids]
