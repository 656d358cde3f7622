"""Which jobs are still to be done, and which comes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator

from ragas_nb.engine.plan import Job, Plan
from ragas_nb.schema import SampleId


class Agenda(Iterator[Job]):
    """Gives every open job once: rows that somebody looks at first, then row by row, so that whole rows fill.

    Jobs are made when they are given, so that a hundred thousand of them take no room.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._row_of = {sample_id: row for row, sample_id in enumerate(plan.ids)}
        self._number_of = {metric.column: number for number, metric in enumerate(plan.metrics)}
        self._closed = [bytearray(len(plan.ids)) for _ in plan.metrics]
        self._first: deque[int] = deque()
        self._again: deque[tuple[int, int]] = deque()
        self._in_order = self._sequence()

    def close(self, metric: str, closed: Container[int], statuses: bytearray) -> None:
        """Strike off the jobs of a metric whose status, by row, is one of those in `closed`."""
        table = bytes(status in closed for status in range(256))
        self._closed[self._number_of[metric]][:] = statuses.translate(table)

    @property
    def is_done(self) -> bool:
        """Whether no job is open."""
        return not any(0 in closed for closed in self._closed)

    def put_back(self, sample_id: SampleId, metric: str) -> None:
        """Give a job once more."""
        row, number = self._row_of[sample_id], self._number_of[metric]
        if self._closed[number][row]:
            self._closed[number][row] = 0
            self._again.append((row, number))

    def prefer(self, rows: Iterable[int]) -> None:
        """Give the open jobs of these rows before all others."""
        self._first = deque(rows)

    def __next__(self) -> Job:
        """Return the next open job."""
        while self._first:
            row = self._first[0]
            for number, closed in enumerate(self._closed):
                if not closed[row]:
                    closed[row] = 1
                    return self._plan.job(row, number)
            self._first.popleft()
        for job in self._in_order:
            return job
        while self._again:
            row, number = self._again.popleft()
            if not self._closed[number][row]:
                self._closed[number][row] = 1
                return self._plan.job(row, number)
        raise StopIteration

    def _sequence(self) -> Iterator[Job]:
        """The jobs that are open when their row comes."""
        parts = tuple(zip(self._closed, self._plan.parts, strict=True))
        for row, (sample_id, sample) in enumerate(
            zip(self._plan.ids, self._plan.dataset.samples, strict=True)
        ):
            for closed, part in parts:
                if not closed[row]:
                    closed[row] = 1
                    yield part.job(sample_id, sample)
