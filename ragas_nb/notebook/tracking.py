"""What the views of a run have been told, and what is new since: found by comparing, not event by event."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragas_nb.engine.events import FAILURE_KINDS, FailureKind, JobFailed, JobReset
from ragas_nb.notebook.labels import labels_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.store.state import Column, State

KIND_NUMBERS = {kind: number for number, kind in enumerate(FAILURE_KINDS)}
"""What stands for a kind of failure where scores are numbers."""
WIDE, NARROW = 8_192, 64
"""Rows that are compared at once, and told at once when one of them is new."""


class Failed:
    """The jobs that failed, by kind; a job is any number that tells it from others.

    >>> failed = Failed([(7, "timeout"), (8, "timeout"), (9, "refused")])
    >>> failed.forget(8)
    >>> failed.counts
    {'timeout': 1, 'refused': 1}
    """

    def __init__(self, jobs: Iterable[tuple[int, FailureKind]] = ()) -> None:
        self.kinds: dict[int, FailureKind] = {}
        self._counts: Counter[FailureKind] = Counter()
        for job, kind in jobs:
            self.add(job, kind)

    @property
    def counts(self) -> dict[FailureKind, int]:
        """How many there are of each kind that there is."""
        return {kind: self._counts[kind] for kind in FAILURE_KINDS if self._counts[kind]}

    def add(self, job: int, kind: FailureKind) -> None:
        """Count a job that failed."""
        self.forget(job)
        self.kinds[job] = kind
        self._counts[kind] += 1

    def forget(self, job: int) -> None:
        """Count it no more."""
        kind = self.kinds.pop(job, None)
        if kind is not None:
            self._counts[kind] -= 1


def failed_of(state: State) -> Failed:
    """The failed jobs of a state."""
    numbers = {name: number for number, name in enumerate(state.metrics)}
    return Failed(
        (numbers[failure.metric] * len(state.ids) + state.row_of[failure.sample_id], failure.kind)
        for failure in (state.failures() if state.has_failures() else ())
    )


@dataclass(slots=True)
class News:
    """Scores and costs that the views do not know yet, as the buffers of a batch."""

    spans: array[int] = field(default_factory=lambda: array("I"))
    values: array[float] = field(default_factory=lambda: array("f"))
    statuses: bytearray = field(default_factory=bytearray)
    cost_spans: array[int] = field(default_factory=lambda: array("I"))
    costs: array[float] = field(default_factory=lambda: array("f"))

    def buffers(self) -> list[bytes]:
        """As they travel."""
        parts = (self.spans, self.values, self.statuses, self.cost_spans, self.costs)
        return [bytes(memoryview(part).cast("B")) if part else b"" for part in parts]


def changed(told: Sequence[Any], now: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Where two arrays of the same length differ, in stretches `first, end` that `NARROW` equal items part.

    >>> told, now = bytearray(1000), bytearray(1000)
    >>> now[70] = now[130] = now[900] = 1
    >>> list(changed(told, now))
    [(70, 131), (900, 901)]
    """
    for start, stop in _blocks(told, now):
        first, last = start, stop - 1
        while told[first] == now[first]:
            first += 1
        while told[last] == now[last]:
            last -= 1
        yield first, last + 1


def _blocks(told: Sequence[Any], now: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The same in whole blocks: neighbours that differ are one."""
    first = end = 0
    for wide in range(0, len(now), WIDE):
        if told[wide : wide + WIDE] == now[wide : wide + WIDE]:
            continue
        for start in range(wide, min(wide + WIDE, len(now)), NARROW):
            stop = min(start + NARROW, len(now))
            if told[start:stop] == now[start:stop]:
                continue
            if start != end:
                if end > first:
                    yield first, end
                first = start
            end = stop
    if end > first:
        yield first, end


class Tracked:
    """One state as the views know it; a job's number is `metric * rows + row`."""

    def __init__(self, run: RecordedRun) -> None:
        self.state = run.state
        self.labels = labels_of(run)
        self.failed = failed_of(self.state)
        self._columns = [self.state.columns[name] for name in self.state.metrics]
        self._metric_of = {name: number for number, name in enumerate(self.state.metrics)}
        self._told = [bytearray(column.statuses) for column in self._columns]
        self._told_costs = self.state.costs[:]

    def note(self, event: JobFailed | JobReset) -> None:
        """Keep up with a job that failed, or that will be done again."""
        metric, row = self._metric_of[event.metric], self.state.row_of[event.sample_id]
        job = metric * len(self.state.ids) + row
        if isinstance(event, JobFailed):
            self.failed.add(job, event.kind)
        else:
            self.failed.forget(job)
            self._told[metric][row] = 255  # told anew, also where it ends as it did before

    def finds_texts_for_the_first_time(self) -> bool:
        """Whether a metric has found texts and nobody knew that it may: then all is told anew."""
        return any(
            labels is None and column.labels
            for labels, column in zip(self.labels, self._columns, strict=True)
        )

    def news(self, most: int) -> tuple[News, bool]:
        """What the views do not know yet, of at most `most` jobs, and whether that is all; now they do."""
        news = News()
        for metric, (told, column) in enumerate(zip(self._told, self._columns, strict=True)):
            for first, stop in changed(told, column.statuses):
                if len(news.statuses) >= most:
                    return news, False
                end = min(stop, first + most - len(news.statuses))
                news.spans.extend((metric, first, end - first))
                news.values.extend(self._values(metric, first, end))
                news.statuses += told_of(column.statuses, told, first, end)
                if end < stop:
                    return news, False
        for first, end in changed(self._told_costs, self.state.costs):
            costs = self._told_costs[first:end] = self.state.costs[first:end]
            news.cost_spans.extend((first, end - first))
            news.costs.extend(array("f", costs))
        return news, True

    def values(self) -> array[float]:
        """The scores of all jobs as numbers."""
        found = array("f")
        for metric in range(len(self._columns)):
            found.extend(self._values(metric, 0, len(self.state.ids)))
        return found

    def statuses(self) -> bytes:
        """How far all jobs are."""
        return b"".join(bytes(column.statuses) for column in self._columns)

    def all_is_told(self) -> None:
        """The views know everything."""
        self._told = [bytearray(column.statuses) for column in self._columns]
        self._told_costs = self.state.costs[:]

    def _values(self, metric: int, first: int, end: int) -> array[float]:
        """Scores as numbers: themselves, or those of their labels, or of their kinds of failure; else 0."""
        column, labels = self._columns[metric], self.labels[metric]
        found = array("f", column.values[first:end])
        if labels is not None:
            found = array("f", labels.numbers(column, range(first, end)))
        if self.failed.kinds:
            self._put_kinds(found, column, metric, first, end)
        return found

    def _put_kinds(self, found: array[float], column: Column, metric: int, first: int, end: int) -> None:
        base = metric * len(self.state.ids)
        for row in range(first, end):
            kind = self.failed.kinds.get(base + row)
            if kind is not None:
                found[row - first] = KIND_NUMBERS[kind]


def told_of(now: bytearray, told: bytearray, first: int, end: int) -> bytearray:
    """The statuses of these rows, which the views know from now on."""
    part = told[first:end] = now[first:end]
    return part
