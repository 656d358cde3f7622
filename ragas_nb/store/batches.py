"""Events on their way to the tables: many at a time, as plain rows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from ragas_nb.engine.events import (
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
from ragas_nb.engine.trace import Trace
from ragas_nb.schema import SampleId
from ragas_nb.store.codec import (
    Told,
    ascii_json,
    happening_text,
    sql_text,
    told_of_failure,
    told_of_score,
)
from ragas_nb.store.packing import Packed, Packer
from ragas_nb.store.records import PromptRecord
from ragas_nb.store.state import FAILED, PENDING, SCORED, UNDEFINED, RunStatus

log = logging.getLogger("ragas_nb")

Row = tuple[object, ...]
_RESET: Told = (PENDING, None, None)
_GOING = ("starting", "running", "paused")
_LOAD_OF_TRACE = 200
"""Plain events that are written in the time of one with a trace."""


@dataclass(slots=True)
class Progress:
    """How far a run is, as its row in `runs` says it."""

    statuses: bytearray
    """Of each job, by row and metric."""
    state: RunStatus = "starting"
    message: str | None = None
    counts: list[int] = field(default_factory=lambda: [0, 0, 0, 0, 0])
    """Jobs by status."""
    requests: int = 0
    unpriced: int = 0
    cost: float = 0.0
    elapsed: float = 0.0
    """Seconds until `since`, and from then on where that is set; pauses do not count."""
    since: float | None = None
    happenings: int = 0
    """How many events of the run as a whole there are."""

    def settle(self, place: int, status: int) -> int:
        """Count the status of a job; the one that it had before."""
        before = self.statuses[place]
        self.statuses[place] = status
        self.counts[before] -= 1
        self.counts[status] += 1
        return before

    def go(self, state: RunStatus, message: str | None) -> None:
        """Note that the run is in another state now."""
        self.elapsed, self.since = self.seconds, monotonic() if state == "running" else None
        self.state, self.message = state, message

    @property
    def has_ended(self) -> bool:
        """Whether the run has ended."""
        return self.state not in _GOING

    @property
    def seconds(self) -> float:
        """How long the run has been going."""
        return self.elapsed + (0.0 if self.since is None else monotonic() - self.since)

    @property
    def row(self) -> Row:
        """What is told of it."""
        message = None if self.message is None else ascii_json(self.message)
        counts = (self.counts[status] for status in (SCORED, UNDEFINED, FAILED))
        money = (self.requests, self.unpriced, self.cost)
        return (self.state, message, self.seconds, *counts, *money, time.time())


@dataclass(slots=True)
class Batch:
    """Rows for the tables, each without its run."""

    jobs: list[Row] = field(default_factory=list)
    traces: list[Row] = field(default_factory=list)
    usage: list[Row] = field(default_factory=list)
    happenings: list[Row] = field(default_factory=list)
    prompts: set[str] = field(default_factory=set)
    """Digests of prompts that the traces name."""
    answers: list[tuple[bytes, bytes, int]] = field(default_factory=list)
    used: list[bytes] = field(default_factory=list)
    """Keys of answers that the run has used, new ones among them."""


class BatchMaker:
    """Makes batches of a run's events, and counts along."""

    def __init__(
        self,
        row_of: Callable[[SampleId], int],
        metrics: Sequence[str],
        packer: Packer,
        progress: Progress,
    ) -> None:
        self._row_of = row_of
        self._metrics = {name: number for number, name in enumerate(metrics)}
        self._packer = packer
        self.progress = progress

    @property
    def prompts(self) -> Mapping[str, PromptRecord]:
        """The prompts of all traces so far, by digest."""
        return self._packer.prompts

    def add(self, batch: Batch, event: Event, packed: Packed | None = None) -> int:
        """Add what an event changes in the store; how many plain events it takes the time of.

        `packed` is its trace, where that is packed already.
        """
        match event:
            case JobScored():
                return self._job(batch, event, told_of_score(event), event.trace, packed)
            case UsageAdded():
                self._usage(batch, event)
            case JobStarted() | SampleMarked():  # what people leave is written by `marks`
                pass
            case JobFailed():
                return self._job(batch, event, told_of_failure(event), event.trace, packed)
            case JobReset():
                return self._job(batch, event, _RESET, ())
            case _:
                self._happening(batch, event)
        return 1

    def _job(
        self,
        batch: Batch,
        event: JobScored | JobFailed | JobReset,
        told: Told,
        trace: Trace,
        packed: Packed | None = None,
    ) -> int:
        row, metric = self._row_of(event.sample_id), self._metrics[event.metric]
        before = self.progress.settle(row * len(self._metrics) + metric, told[0])
        batch.jobs.append((row, metric, *told))
        if trace:
            body, prompts = packed or self._packed(row, trace)
            batch.traces.append((row, metric, body))
            batch.prompts |= prompts
        elif before != PENDING:  # there may be one of then
            batch.traces.append((row, metric, None))
        return _LOAD_OF_TRACE if trace else 1

    def _packed(self, row: int, trace: Trace) -> tuple[bytes | None, set[str]]:
        try:
            return self._packer.pack(row, trace)
        except Exception:
            log.exception("the steps of a job cannot be stored; its score is")
            return None, set()

    def _usage(self, batch: Batch, event: UsageAdded) -> None:
        usage, progress = event.usage, self.progress
        number, row, metric = progress.requests, self._row_of(event.sample_id), self._metrics[event.metric]
        tokens = (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        batch.usage.append(
            (number, row, metric, sql_text(event.step), sql_text(event.model), *tokens, event.cost)
        )
        progress.requests += 1
        progress.cost += event.cost or 0.0
        progress.unpriced += event.cost is None

    def _happening(
        self, batch: Batch, event: RunStarted | RunPaused | RunResumed | NoticeGiven | RunEnded
    ) -> None:
        progress = self.progress
        match event:
            case RunStarted() | RunResumed():
                progress.go("running", None)
            case RunPaused():
                progress.go("paused", event.message)
            case RunEnded():
                progress.go(event.state, event.message)
            case NoticeGiven() if event.about == "store":
                return  # of this file and now, not of the run
        batch.happenings.append((progress.happenings, happening_text(event)))
        progress.happenings += 1


def add_answers(batch: Batch, answers: Mapping[bytes, bytes]) -> None:
    """Add answers that are to be kept, packed, by the hashes of their keys."""
    now = int(time.time())
    batch.answers += [(hashed, body, now) for hashed, body in answers.items()]
    batch.used += answers
