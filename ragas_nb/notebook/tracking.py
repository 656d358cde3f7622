"""What a bridge has worked out from a run's state, kept up to date event by event."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable

from ragas_nb.engine.events import FAILURE_KINDS, FailureKind, JobFailed, JobReset, JobScored, JobStarted
from ragas_nb.notebook.labels import Labels, labels_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.store.state import RUNNING, Column, State

KIND_NUMBERS = {kind: number for number, kind in enumerate(FAILURE_KINDS)}
"""What stands for a kind of failure where scores are numbers."""

JobEvent = JobStarted | JobScored | JobFailed | JobReset


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


class Tracked:
    """The jobs of one state under way and failed, and its labels; a job's number is `metric * rows + row`."""

    def __init__(self, run: RecordedRun) -> None:
        self.state = run.state
        self.labels = labels_of(run)
        self.running = _running_jobs(self.state)
        self.failed = failed_of(self.state)
        self._metric_of = {name: number for number, name in enumerate(self.state.metrics)}

    def job(self, event: JobEvent) -> int:
        """The number of the job that an event is of."""
        return self._metric_of[event.metric] * len(self.state.ids) + self.state.row_of[event.sample_id]

    def note(self, event: JobEvent) -> None:
        """Keep up with what has happened to a job."""
        job = self.job(event)
        (self.running.add if isinstance(event, JobStarted) else self.running.discard)(job)
        if isinstance(event, JobFailed):
            self.failed.add(job, event.kind)
        else:
            self.failed.forget(job)

    def finds_a_text_for_the_first_time(self, event: JobEvent) -> bool:
        """Whether nobody knew that a metric may find texts: then all that was told of it is told anew."""
        if not isinstance(event, JobScored) or not isinstance(event.value, str | list):
            return False
        metric = self._metric_of[event.metric]
        if self.labels[metric] is not None:
            return False
        self.labels[metric] = Labels()
        return True

    def stop(self) -> set[int]:
        """Nothing is under way any more; the jobs that were."""
        stopped, self.running = self.running, set()
        return stopped

    def value(self, job: int) -> float:
        """A job's score as a number: itself, or that of its label, or of its kind of failure; else 0."""
        if (kind := self.failed.kinds.get(job)) is not None:
            return KIND_NUMBERS[kind]
        metric, row = divmod(job, len(self.state.ids))
        column, labels = self._column(metric), self.labels[metric]
        return column.values[row] if labels is None else next(labels.numbers(column, (row,)))

    def status(self, job: int) -> int:
        """How far a job is, as a place in `STATUSES`."""
        metric, row = divmod(job, len(self.state.ids))
        return self._column(metric).statuses[row]

    def values(self) -> array[float]:
        """The scores of all jobs as numbers."""
        found = array("f")
        for metric, labels in enumerate(self.labels):
            column = self._column(metric)
            numbers = column.values if labels is None else labels.numbers(column, range(len(column.values)))
            found += array("f", numbers)
        for job, kind in self.failed.kinds.items():
            found[job] = KIND_NUMBERS[kind]
        return found

    def statuses(self) -> bytes:
        """How far all jobs are."""
        return b"".join(bytes(column.statuses) for column in self.state.columns.values())

    def _column(self, metric: int) -> Column:
        return self.state.columns[self.state.metrics[metric]]


def _running_jobs(state: State) -> set[int]:
    """The jobs that are under way."""
    statuses = b"".join(bytes(state.columns[name].statuses) for name in state.metrics)
    return {job for job, status in enumerate(statuses) if status == RUNNING}
