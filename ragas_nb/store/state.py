"""The state of a run: a fold of its events, kept in columns so that a hundred thousand rows stay cheap."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from ragas_nb.engine.events import (
    EndState,
    Event,
    JobFailed,
    JobReset,
    JobScored,
    JobStarted,
    NoticeGiven,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    SampleMarked,
    UsageAdded,
)
from ragas_nb.metrics.result import Ranking, Score
from ragas_nb.schema import SampleId
from ragas_nb.store.ledger import Ledger, Spent

Status = Literal["pending", "running", "scored", "undefined", "failed"]
RunStatus = Literal["starting", "running", "paused"] | EndState
STATUSES: tuple[Status, ...] = get_args(Status)
PENDING, RUNNING, SCORED, UNDEFINED, FAILED = range(5)
SETTLED = (SCORED, UNDEFINED, FAILED)


@dataclass(slots=True)
class Column:
    """The scores of one metric, by row. `values` is a number where the status is scored, else 0; texts and
    rankings stand in `labels`, the single scores of jobs that were done several times in `repeats`."""

    values: array[float]
    statuses: bytearray
    labels: dict[int, str | Ranking] = field(default_factory=dict)
    repeats: dict[int, tuple[Score, ...]] = field(default_factory=dict)

    def count(self, status: int) -> int:
        """How many rows have this status."""
        return self.statuses.count(status)

    def scores(self, rows: Iterable[int]) -> list[Score]:
        """The scores of these rows; None where there is none."""
        values, statuses, labels = self.values, self.statuses, self.labels
        if not labels:
            return [values[row] if statuses[row] == SCORED else None for row in rows]
        return [labels.get(row, values[row]) if statuses[row] == SCORED else None for row in rows]

    def part(self, rows: Sequence[int]) -> Column:
        """Return the scores of these rows, which count from 0 in their new order."""
        values = array("d", [self.values[row] for row in rows])
        labels = {new: self.labels[row] for new, row in enumerate(rows) if row in self.labels}
        repeats = {new: self.repeats[row] for new, row in enumerate(rows) if row in self.repeats}
        return Column(values, bytearray(self.statuses[row] for row in rows), labels, repeats)

    def forget(self, row: int) -> None:
        """Put a row back to pending."""
        self.values[row], self.statuses[row] = 0.0, PENDING
        self.labels.pop(row, None)
        self.repeats.pop(row, None)


@dataclass(frozen=True, slots=True)
class Mark:
    """What people left on a sample: tags in the order in which they came, and a note."""

    tags: tuple[str, ...] = ()
    note: str | None = None

    def after(self, event: SampleMarked) -> Mark:
        """Return the mark that an event makes of it."""
        if event.kind == "note":
            return replace(self, note=event.text)
        others = tuple(tag for tag in self.tags if tag != event.text)
        if event.kind == "untag" or event.text is None:
            return replace(self, tags=others)
        return self if event.text in self.tags else replace(self, tags=(*self.tags, event.text))


UNMARKED = Mark()


class Findings:
    """What is known of some samples: scores, how jobs ended, what they used, what people left on them."""

    def __init__(self, ids: Sequence[SampleId], metrics: Sequence[str]) -> None:
        self.ids = tuple(ids)
        self.metrics = tuple(metrics)
        self.row_of = {sample_id: row for row, sample_id in enumerate(self.ids)}
        self.columns = {
            name: Column(array("d", bytes(8 * len(self.ids))), bytearray(len(self.ids))) for name in metrics
        }
        self.outcomes: dict[tuple[SampleId, str], JobScored | JobFailed] = {}
        """How settled jobs ended, without traces; a score without more to tell of it may be left out."""
        self.ledger = Ledger()
        self.marks: dict[int, Mark] = {}
        """What people left on samples, by row; only of those that have a tag or a note now."""
        self.status: RunStatus = "starting"
        self.message: str | None = None
        self.notices: dict[str, str] = {}
        """What a person should know of the run, by what it is about."""

    def score(self, sample_id: SampleId, metric: str) -> Score:
        """One score; None while there is none."""
        return self.columns[metric].scores((self.row_of[sample_id],))[0]

    def scores(self, metric: str) -> list[Score]:
        """All scores of one metric, in the order of the samples."""
        return self.columns[metric].scores(range(len(self.ids)))

    def outcome(self, sample_id: SampleId, metric: str) -> JobScored | JobFailed | None:
        """How one job ended; None for one that has not."""
        known = self.outcomes.get((sample_id, metric))
        column, row = self.columns[metric], self.row_of[sample_id]
        if known is not None or column.statuses[row] != SCORED:
            return known
        value, repeats = self.score(sample_id, metric), column.repeats.get(row, ())
        return JobScored(sample_id=sample_id, metric=metric, value=value, repeats=repeats)

    def failures(self) -> Iterator[JobFailed]:
        """The jobs that failed, by sample and metric, in their order."""
        for row, sample_id in enumerate(self.ids):
            for name, column in self.columns.items():
                if column.statuses[row] == FAILED:
                    failure = self.outcomes.get((sample_id, name))
                    if isinstance(failure, JobFailed):
                        yield failure

    def has_failures(self) -> bool:
        """Whether a job has failed."""
        return any(FAILED in column.statuses for column in self.columns.values())

    def part(self, rows: Sequence[int]) -> Findings:
        """What is known of the samples of these rows."""
        part = Findings([self.ids[row] for row in rows], self.metrics)
        part.columns = {name: column.part(rows) for name, column in self.columns.items()}
        keys = ((sample_id, name) for sample_id in part.ids for name in self.metrics)
        part.outcomes = {key: self.outcomes[key] for key in keys if key in self.outcomes}
        part.ledger = self.ledger.part(rows)
        part.marks = {new: self.marks[row] for new, row in enumerate(rows) if row in self.marks}
        part.status, part.message, part.notices = self.status, self.message, dict(self.notices)
        return part


class State(Findings):
    """All that is known of a run now. Only `apply` changes it."""

    def __init__(self, ids: Sequence[SampleId], metrics: Sequence[str]) -> None:
        super().__init__(ids, metrics)
        self.costs = array("d", bytes(8 * len(self.ids)))
        self.cost_squares = 0.0
        """The sum of their squares."""
        self.total = Spent()
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
                self._failed(event)
            case JobReset():
                self._reset(event)
            case SampleMarked():
                self._marked(event)
            case NoticeGiven():
                self.notices.pop(event.about, None)
                if event.message is not None:
                    self.notices[event.about] = event.message
            case _:
                self._changed(event)

    def _changed(self, event: RunStarted | RunPaused | RunResumed | RunEnded) -> None:
        """Fold in what is of the run as a whole."""
        match event:
            case RunStarted():
                self.status, self.message, self.started_at = "running", None, event.at
            case RunPaused():
                self.status, self.message = "paused", event.message
            case RunResumed():
                self.status, self.message = "running", None
            case RunEnded():
                self.status, self.message = event.state, event.message
                for column in self.columns.values():
                    column.statuses = column.statuses.replace(bytes([RUNNING]), bytes([PENDING]))

    def _scored(self, event: JobScored) -> None:
        row, value = self.row_of[event.sample_id], event.value
        column = self.columns[event.metric]
        if isinstance(value, (str, list)):
            column.labels[row] = value
        elif value is not None:
            column.values[row] = value
        if event.repeats:
            column.repeats[row] = event.repeats
        if value is None or event.reason is not None or event.confidence is not None:
            self.outcomes[event.sample_id, event.metric] = replace(event, trace=()) if event.trace else event
        self._settle(row, column, UNDEFINED if value is None else SCORED)

    def _failed(self, event: JobFailed) -> None:
        self.outcomes[event.sample_id, event.metric] = replace(event, trace=())
        self._settle(self.row_of[event.sample_id], self.columns[event.metric], FAILED)

    def _settle(self, row: int, column: Column, status: int) -> None:
        column.statuses[row] = status
        if status > self._worst[row]:
            self._worst[row] = status
        self._left[row] -= 1
        if not self._left[row]:
            self._settled[self._worst[row]] += 1

    def _reset(self, event: JobReset) -> None:
        """Undo how a job ended; nothing where it has not."""
        row, column = self.row_of[event.sample_id], self.columns[event.metric]
        if column.statuses[row] not in SETTLED:
            return
        if not self._left[row]:
            self._settled[self._worst[row]] -= 1
        self._left[row] += 1
        column.forget(row)
        self.outcomes.pop((event.sample_id, event.metric), None)
        statuses = [other.statuses[row] for other in self.columns.values()]
        self._worst[row] = max((status for status in statuses if status in SETTLED), default=PENDING)

    def _marked(self, event: SampleMarked) -> None:
        row = self.row_of[event.sample_id]
        mark = self.marks.get(row, UNMARKED).after(event)
        if mark == UNMARKED:
            self.marks.pop(row, None)
        else:
            self.marks[row] = mark

    def _spent(self, event: UsageAdded) -> None:
        row = self.row_of[event.sample_id]
        self.total.add(event.usage, event.cost)
        before = self.costs[row]
        after = self.costs[row] = before + (event.cost or 0.0)
        self.cost_squares += after * after - before * before
        self.ledger.add(row, event)

    def settled_samples(self, status: int) -> int:
        """Samples whose jobs have all settled, by their worst outcome: failed, undefined, scored."""
        return self._settled[status]

    def settled_samples_in_all(self) -> int:
        """Samples whose jobs have all settled, however."""
        return sum(self._settled)
