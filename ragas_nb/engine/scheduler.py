"""Runs a plan's jobs: a bounded number at once, each with its own failure, all inside one task group."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from types import NoneType

from pydantic import TypeAdapter

from ragas_nb.engine.ask import Answers, JobAsk
from ragas_nb.engine.events import Event, JobFailed, JobScored, JobStarted
from ragas_nb.engine.pacing import Budget, Pacing
from ragas_nb.engine.plan import Job, Plan
from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.settings import RunConfig
from ragas_nb.engine.trace import Trace
from ragas_nb.errors import BudgetReached, ConfigurationError, JudgeError, JudgeOutputInvalid
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.base import Metric, MetricResult, Score
from ragas_nb.metrics.computing import Computation, ComputedMetric

Emit = Callable[[Event], None]

SLICE_S = 0.004
"""Seconds that jobs which ask nobody may hold the event loop before others get a turn."""
_PLAIN = frozenset({float, int, str, NoneType})
_score: TypeAdapter[Score] = TypeAdapter(Score)
"""What reads scores of other kinds, such as NumPy's."""


async def carry_out(
    plan: Plan,
    judge: Judge | None,
    embedder: Embedder | None,
    *,
    config: RunConfig,
    budget: float | None,
    raise_exceptions: bool,
    emit: Emit,
) -> None:
    """Score every job of a plan; each job ends in exactly one event, unless the run stops before.

    Raises:
        JudgeError, ConfigurationError: every further job would fail the same way; with `raise_exceptions`,
            the first failure of any job.
        BudgetReached: the next request would not fit; those that were in flight have come back.
    """
    purse = Budget(budget)
    to_judge, to_embedder = (Sender(Pacing(config), purse, emit) for _ in range(2))
    await _prepare(plan.metrics)
    try:
        async with asyncio.TaskGroup() as group:
            answers = Answers(judge, embedder, to_judge=to_judge, to_embedder=to_embedder, group=group)
            jobs = plan.jobs()
            worker = _Worker(answers, emit, raise_exceptions)
            workers = min(config.max_workers, len(plan.dataset) * len(plan.metrics))
            for _ in range(workers):
                group.create_task(worker.work(jobs))
    except BaseExceptionGroup as failures:
        stopped = failures.exceptions[0]
    else:
        stopped = None
    if stopped is not None:
        raise stopped  # out here, so that the group does not become its context: IPython could not show it
    if worker.refused is not None:
        raise worker.refused


async def _prepare(metrics: Iterable[Metric]) -> None:
    """Import what metrics compute with, off the event loop."""
    computed = [metric for metric in metrics if isinstance(metric, ComputedMetric)]

    def prepare() -> None:
        for metric in computed:
            metric.prepare()

    if computed:
        await in_thread(prepare)


class _Worker:
    """Takes job after job; the one place where a job's exception becomes a failure."""

    def __init__(self, answers: Answers, emit: Emit, raise_exceptions: bool) -> None:
        self._answers = answers
        self._emit = emit
        self._raise = raise_exceptions
        self.refused: BudgetReached | None = None
        """Why no further job is taken."""
        self._stopping = False
        self._slice_ends = 0.0
        self._turn = asyncio.Lock()
        self._thread = asyncio.Lock()

    async def work(self, jobs: Iterator[Job]) -> None:
        for job in jobs:
            if monotonic() >= self._slice_ends:
                await self._breathe()
            if self._stopping or self.refused is not None:
                return
            if job.missing:
                self._emit(_undefined(job))
            elif job.computation is None:
                await self._ask(job)
            elif job.computation.takes_long(job.sample):
                await self._compute_apart(job, job.computation)
            else:
                self._compute(job, job.computation)

    async def _breathe(self) -> None:
        """Give way, for jobs have held the loop for a slice; one worker has a slice at a time."""
        async with self._turn:
            if monotonic() >= self._slice_ends:
                await asyncio.sleep(0)
                self._slice_ends = monotonic() + SLICE_S

    async def _ask(self, job: Job) -> None:
        """Do a job that waits for answers."""
        key = Origin(job.sample_id, job.metric.column)
        if job.metric.needs:
            self._emit(JobStarted(sample_id=key.sample_id, metric=key.metric))
        ask = JobAsk(self._answers, key)
        try:
            scored = _scored(job, await job.metric.measure_any(job.sample, ask), tuple(ask.trace))
        except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
            self._failed(job, error, tuple(ask.trace))
        else:
            self._emit(scored)

    def _compute(self, job: Job, computation: Computation) -> None:
        """Do a job that asks nobody: no task, no coroutine, for there may be a hundred thousand of them."""
        try:
            scored = _scored(job, computation.compute(job.sample))
        except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
            self._failed(job, error)
        else:
            self._emit(scored)

    async def _compute_apart(self, job: Job, computation: Computation) -> None:
        """Do a job that asks nobody and takes long: in a thread, and only one at a time, for Python lets the
        event loop have every second turn then."""
        async with self._thread:
            try:
                scored = _scored(job, await in_thread(lambda: computation.compute(job.sample)))
            except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
                self._failed(job, error)
            else:
                self._emit(scored)

    def _failed(self, job: Job, error: Exception, trace: Trace = ()) -> None:
        """Tell of a failure, and raise it where it ends the run; later ones go without saying."""
        if isinstance(error, BudgetReached):
            self.refused = error
            return
        if isinstance(error, ConfigurationError):
            raise error
        if self._stopping:
            return
        self._emit(_failure(job, error, trace))
        self._stopping = self._raise or (isinstance(error, JudgeError) and error.stops_run)
        if self._stopping:
            raise error


def _undefined(job: Job) -> JobScored:
    fields = " and ".join(repr(name) for name in job.missing)
    reason = f"the sample has no {fields}"
    return JobScored(sample_id=job.sample_id, metric=job.metric.column, value=None, reason=reason)


def _scored(job: Job, result: object, trace: Trace = ()) -> JobScored:
    """The event of a score; what is not finite is undefined.

    Raises:
        TypeError, ValidationError: the metric's value is not a score.
    """
    column = job.metric.column
    if not isinstance(result, MetricResult):
        raise TypeError(f"metric {column!r} returned {type(result).__name__}, not a MetricResult")
    value, reason = result.value, result.reason
    if type(value) not in _PLAIN:
        value = _score.validate_python(value)
    if isinstance(value, float) and not math.isfinite(value):
        value, reason = None, f"the metric's value is {value}"
    return JobScored(
        sample_id=job.sample_id,
        metric=column,
        value=value,
        reason=reason,
        confidence=result.confidence,
        trace=trace,
    )


def _failure(job: Job, error: Exception, trace: Trace) -> JobFailed:
    return JobFailed(
        sample_id=job.sample_id,
        metric=job.metric.column,
        kind=type(error).__name__,
        message=str(error) or type(error).__name__,
        step=getattr(error, "step", None),
        raw=error.raw if isinstance(error, JudgeOutputInvalid) else None,
        trace=trace,
    )
