"""Runs a plan's jobs: a bounded number at once, each with its own failure, all inside one task group."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from ragas_nb.engine.ask import Answers, JobAsk
from ragas_nb.engine.events import Event, JobFailed, JobScored, JobStarted
from ragas_nb.engine.pacing import Budget, Pacing
from ragas_nb.engine.plan import Job, Plan
from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import BudgetReached, ConfigurationError, JudgeOutputInvalid, JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Embedder, Judge

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
        JudgeError, ConfigurationError: every further job would fail the same way; with `raise_exceptions`, the first
            failure of any job.
        BudgetReached: the next request would not fit.
    """
    pacing = Pacing(config)
    try:
        async with asyncio.TaskGroup() as group:
            answers = Answers(judge, embedder, sender=Sender(pacing, Budget(budget), emit), group=group)
            jobs = plan.jobs()
            worker = _Worker(answers, pacing, emit, raise_exceptions)
            workers = min(config.max_workers, len(plan.dataset) * len(plan.metrics))
            for _ in range(workers):
                group.create_task(worker.work(jobs))
    except BaseExceptionGroup as stopped:
        raise stopped.exceptions[0] from None


class _Worker:
    """Takes job after job; the one place where a job's exception becomes a failure."""

    def __init__(self, answers: Answers, pacing: Pacing, emit: Emit, raise_exceptions: bool) -> None:
        self._answers = answers
        self._pacing = pacing
        self._emit = emit
        self._raise = raise_exceptions
        self._slice_ends = 0.0

    async def work(self, jobs: Iterator[Job]) -> None:
        for job in jobs:
            await self._breathe()
            await self._do(job)

    async def _breathe(self) -> None:
        """Give way when jobs have held the loop for a slice."""
        now = asyncio.get_running_loop().time()
        if now >= self._slice_ends:
            await asyncio.sleep(0)
            self._slice_ends = asyncio.get_running_loop().time() + SLICE_S

    async def _do(self, job: Job) -> None:
        key = Origin(job.sample_id, job.metric.column)
        if job.missing:
            fields = " and ".join(repr(name) for name in job.missing)
            self._emit(JobScored(sample_id=key.sample_id, metric=key.metric, value=None, reason=f"the sample has no {fields}"))
            return
        self._emit(JobStarted(sample_id=key.sample_id, metric=key.metric))
        ask = JobAsk(self._answers, key)
        try:
            result = await job.metric.measure(job.sample, ask)
        except (BudgetReached, ConfigurationError):
            raise
        except Exception as error:
            self._emit(_failure(key, error, ask))
            if self._raise or self._stops_run(error):
                raise
            return
        self._emit(
            JobScored(
                sample_id=key.sample_id,
                metric=key.metric,
                value=result.value,
                reason=result.reason,
                confidence=result.confidence,
                trace=tuple(ask.trace),
            )
        )

    def _stops_run(self, error: Exception) -> bool:
        """Whether every further job would fail the same way."""
        if isinstance(error, JudgeRefused):
            return error.stops_run
        return isinstance(error, JudgeUnavailable) and error.kind == "connection" and not self._pacing.answered


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
