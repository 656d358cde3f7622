"""Runs a plan's jobs: a bounded number at once, each with its own failure, all inside one task group."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator

from ragas_nb.engine.ask import Answers, JobAsk
from ragas_nb.engine.events import Event, JobFailed, JobScored, JobStarted
from ragas_nb.engine.pacing import Budget, Pacing
from ragas_nb.engine.plan import Job, Plan
from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import BudgetReached, ConfigurationError, JudgeError, JudgeOutputInvalid
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.metrics.base import MetricResult

Emit = Callable[[Event], None]

SLICE_S = 0.004
"""Seconds that jobs which ask nobody may hold the event loop before others get a turn."""


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

    async def work(self, jobs: Iterator[Job]) -> None:
        for job in jobs:
            await self._breathe()
            if self._stopping or self.refused is not None:
                return
            await self._do(job)

    async def _breathe(self) -> None:
        """Give way when jobs have held the loop for a slice; one worker has a slice at a time."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._slice_ends:
            return
        async with self._turn:
            if loop.time() >= self._slice_ends:
                await asyncio.sleep(0)
                self._slice_ends = loop.time() + SLICE_S

    async def _do(self, job: Job) -> None:
        key = Origin(job.sample_id, job.metric.column)
        if job.missing:
            self._emit(_undefined(key, job.missing))
            return
        if job.metric.needs:
            self._emit(JobStarted(sample_id=key.sample_id, metric=key.metric))
        ask = JobAsk(self._answers, key)
        try:
            scored = _scored(key, await job.metric.measure_any(job.sample, ask), ask)
        except BudgetReached as refused:
            self.refused = refused
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
            self._failed(key, error, ask)
        else:
            self._emit(scored)

    def _failed(self, key: Origin, error: Exception, ask: JobAsk) -> None:
        """Tell of a failure, and raise it where it ends the run; later ones go without saying."""
        if self._stopping:
            return
        self._emit(_failure(key, error, ask))
        self._stopping = self._raise or (isinstance(error, JudgeError) and error.stops_run)
        if self._stopping:
            raise error


def _undefined(key: Origin, missing: tuple[str, ...]) -> JobScored:
    fields = " and ".join(repr(name) for name in missing)
    reason = f"the sample has no {fields}"
    return JobScored(sample_id=key.sample_id, metric=key.metric, value=None, reason=reason)


def _scored(key: Origin, result: object, ask: JobAsk) -> JobScored:
    """The event of a score; what is not finite is undefined.

    Raises:
        TypeError: the metric's value is not a score.
    """
    if not isinstance(result, MetricResult):
        raise TypeError(f"metric {key.metric!r} returned {type(result).__name__}, not a MetricResult")
    value, reason = result.value, result.reason
    if isinstance(value, float) and not math.isfinite(value):
        value, reason = None, f"the metric's value is {value}"
    return JobScored(
        sample_id=key.sample_id,
        metric=key.metric,
        value=value,
        reason=reason,
        confidence=result.confidence,
        trace=tuple(ask.trace),
    )


def _failure(key: Origin, error: Exception, ask: JobAsk) -> JobFailed:
    step = getattr(error, "step", None)
    return JobFailed(
        sample_id=key.sample_id,
        metric=key.metric,
        kind=type(error).__name__,
        message=str(error) or type(error).__name__,
        step=step,
        raw=error.raw if isinstance(error, JudgeOutputInvalid) else None,
        trace=tuple(ask.trace),
    )
