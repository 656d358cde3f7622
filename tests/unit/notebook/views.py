"""A view as the tests see it: what the kernel sent, folded into the scores that a person would see.

A score that is a text or a ranking is seen as its label, a failure as its kind.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

from ragas_nb.engine.events import FAILURE_KINDS, JobFailed
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.notebook.labels import label_of
from ragas_nb.notebook.protocol import update_adapter
from ragas_nb.run import Run
from ragas_nb.store.state import FAILED, SCORED, STATUSES


@dataclass
class View:
    """Takes the bridge's messages, each of which has to be one of the protocol with all its buffers."""

    rows: int
    metrics: int
    sent: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[tuple[int, int], tuple[str, float | str]] = field(default_factory=dict)
    labels: list[list[str] | None] = field(default_factory=list)
    costs: dict[int, float] = field(default_factory=dict)
    content: dict[int, bytes] = field(default_factory=dict)
    """Rows that were found and files, by the command that asked for them."""
    most_at_once: int = 0

    def take(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        update_adapter.validate_python(content)
        self.sent.append(content)
        if content["type"] == "batch":
            for new in content["labels"]:
                known = self.labels[new["metric"]]
                known[new["number"] :] = [new["label"], *known[new["number"] + 1 :]]
                assert known[new["number"]] == new["label"]
            self._batch(content, buffers)
        elif content["type"] == "snapshot":
            self.labels = [metric["labels"] for metric in content["metrics"]]
            self._snapshot(buffers)
        elif content["type"] in ("found", "file"):
            (self.content[content["id"]],) = buffers
        else:
            assert buffers == []

    def _batch(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        spans, values, cost_spans, costs = (
            array(code, buffers[place]) for code, place in (("I", 0), ("f", 1), ("I", 3), ("f", 4))
        )
        assert len(buffers) == 5
        assert (len(spans), len(cost_spans)) == (3 * content["spans"], 2 * content["cost_spans"])
        at = 0
        for metric, first, rows in zip(spans[::3], spans[1::3], spans[2::3], strict=True):
            for row in range(first, first + rows):
                self.scores[row, metric] = self._seen(metric, buffers[2][at], values[at])
                at += 1
        assert at == len(values) == len(buffers[2])
        self.most_at_once = max(self.most_at_once, at)
        told = iter(costs)
        for first, rows in zip(cost_spans[::2], cost_spans[1::2], strict=True):
            self.costs |= {row: next(told) for row in range(first, first + rows)}
        assert next(told, None) is None

    def _snapshot(self, buffers: list[bytes]) -> None:
        values, statuses, costs = array("f", buffers[0]), buffers[1], array("f", buffers[2])
        assert len(values) == len(statuses) == self.rows * self.metrics
        for place, (value, status) in enumerate(zip(values, statuses, strict=True)):
            metric, row = divmod(place, self.rows)
            self.scores[row, metric] = self._seen(metric, status, value)
        self.costs = dict(enumerate(costs))

    def _seen(self, metric: int, status: int, value: float) -> tuple[str, float | str]:
        labels = self.labels[metric] if self.labels else None
        if status == FAILED:
            return STATUSES[status], FAILURE_KINDS[int(value)]
        if labels is None or status != SCORED:
            return STATUSES[status], value
        assert value == int(value)
        return STATUSES[status], labels[int(value)]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type, in order."""
        return [content for content in self.sent if content["type"] == kind]


def open_view(run: Run) -> tuple[Bridge, View]:
    """A bridge and what its view sees."""
    view = View(len(run), len(run.state.metrics))
    return Bridge(run, view.take), view


def shown(run: Run) -> dict[tuple[int, int], tuple[str, float | str]]:
    """All scores of a run, as a view should see them."""
    return {
        (row, metric): (STATUSES[column.statuses[row]], _shown(run, row, name))
        for metric, (name, column) in enumerate(run.state.columns.items())
        for row in range(len(run))
    }


def _shown(run: Run, row: int, metric: str) -> float | str:
    outcome, column = run.state.outcome(run.state.ids[row], metric), run.state.columns[metric]
    if isinstance(outcome, JobFailed):
        return outcome.kind
    return label_of(column.labels[row]) if row in column.labels else column.values[row]
