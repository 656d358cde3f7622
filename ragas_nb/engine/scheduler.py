"""Runs a plan's jobs: a bounded number at once, each with its own failure, all inside one task group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from time import monotonic

from ragas_nb.engine.agenda import Agenda
from ragas_nb.engine.ask import Answers, JobAsk
from ragas_nb.engine.budget import Budget
from ragas_nb.engine.events import Event, JobScored, JobStarted
from ragas_nb.engine.memory import Memory
from ragas_nb.engine.outcomes import failure, scored, summed_up, undefined
from ragas_nb.engine.pacing import Pacing
from ragas_nb.engine.plan import Job, Plan
from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.settings import RunConfig
from ragas_nb.engine.trace import Trace
from ragas_nb.errors import BudgetReached, ConfigurationError, JudgeError
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.base import Metric, all_of
from ragas_nb.metrics.computing import Computation, ComputedMetric
from ragas_nb.schema import SampleId

Emit = Callable[[Event], None]

SLICE_S = 0.004
"""Seconds that jobs which ask nobody may hold the event loop before others get a turn."""


async def _at_once() -> None:
    """Wait for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How a plan is carried out, and by whom.

    `memory` keeps answers from one run to the next; `room` is awaited from time to time, and returns once
    what was told is taken in. With `raise_exceptions` the first failure of a job ends the run.
    """

    emit: Emit
    judge: Judge | None = None
    embedder: Embedder | None = None
    config: RunConfig = field(default_factory=RunConfig)
    budget: Budget = field(default_factory=Budget)
    repeats: int = 1
    raise_exceptions: bool = False
    memory: Memory | None = None
    room: Callable[[], Awaitable[None]] = _at_once


class Scheduler:
    """Carries out a plan once. What is open is on the agenda; workers take job after job from it.

    Lives on the run's event loop: all that changes it is called there.
    """

    def __init__(self, plan: Plan, orders: Orders) -> None:
        self.agenda = Agenda(plan)
        self.config = orders.config
        self.to_judge = Pacing(orders.config)
        self.to_embedder = Pacing(orders.config, who="The embedder")
        self._plan = plan
        self._orders = orders
        self._group: asyncio.TaskGroup | None = None
        self._worker: _Worker | None = None
        self._open = asyncio.Event()
        self._open.set()

    async def carry_out(self) -> None:
        """Score every open job; each ends in exactly one event, unless the run stops before.

        Raises:
            JudgeError, ConfigurationError: every further job would fail the same way; with
                `raise_exceptions`, the first failure of any job.
            BudgetReached: the next request would not fit; those that were in flight have come back.
        """
        orders = self._orders
        senders = [Sender(pacing, orders.budget, orders.emit) for pacing in (self.to_judge, self.to_embedder)]
        await _prepare(self._plan.metrics)
        try:
            async with asyncio.TaskGroup() as group:
                answers = Answers(
                    orders.judge,
                    orders.embedder,
                    to_judge=senders[0],
                    to_embedder=senders[1],
                    group=group,
                    memory=orders.memory,
                )
                worker = self._worker = _Worker(self.agenda, answers, orders, self._open)
                worker.wanted = self.config.max_workers
                self._group = group
                self._fill()
        except BaseExceptionGroup as failures:
            stopped = failures.exceptions[0]
        else:
            stopped = None
        finally:
            self._group = None
        if stopped is not None:
            raise stopped  # out here: the group must not become its context, for IPython could not show it
        if worker.refused is not None:
            raise worker.refused

    def _fill(self) -> None:
        """Have as many workers as there may be, and not more than there is to do."""
        if self._group is None or self._worker is None:
            return
        wanted = min(self._worker.wanted, len(self._plan.ids) * len(self._plan.metrics))
        for _ in range(wanted - self._worker.at_work):
            self._worker.at_work += 1
            self._group.create_task(self._worker.work())

    # ── while it goes on ──

    def pause(self) -> None:
        """Start no further job and send no further request; what is in flight comes back."""
        self._open.clear()
        self.to_judge.pause()
        self.to_embedder.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._open.set()
        self.to_judge.resume()
        self.to_embedder.resume()

    def set_limits(self, config: RunConfig) -> None:
        """Keep to the limits of another config from now on: jobs at once, requests at once and per minute."""
        self.config = config
        for pacing in (self.to_judge, self.to_embedder):
            pacing.set_limit(
                max_workers=config.max_workers,
                requests_per_minute=config.requests_per_minute,
                tokens_per_minute=config.tokens_per_minute,
            )
        if self._worker is not None:
            self._worker.wanted = config.max_workers
            self._fill()

    def again(self, jobs: Iterable[tuple[SampleId, str]]) -> None:
        """Do these jobs once more."""
        for sample_id, metric in jobs:
            self.agenda.put_back(sample_id, metric)
        self._fill()


async def _prepare(metrics: Iterable[Metric]) -> None:
    """Import what metrics compute with, off the event loop."""
    computed = [metric for metric in metrics if isinstance(metric, ComputedMetric)]
    embeds = any("embedder" in metric.needs for metric in metrics)

    def prepare() -> None:
        for metric in computed:
            metric.prepare()
        if embeds:
            import_module("numpy")  # which compares vectors

    if computed or embeds:
        await in_thread(prepare)


class _Worker:
    """Takes job after job; the one place where a job's exception becomes a failure."""

    def __init__(self, agenda: Agenda, answers: Answers, orders: Orders, is_open: asyncio.Event) -> None:
        self.wanted = 0
        """How many jobs may be done at once."""
        self.at_work = 0
        self.refused: BudgetReached | None = None
        """Why no further job is taken."""
        self._agenda = agenda
        self._answers = answers
        self._orders = orders
        self._emit = orders.emit
        self._open = is_open
        self._stopping = False
        self._slice_ends = 0.0
        self._turn = asyncio.Lock()
        self._thread = asyncio.Lock()

    async def work(self) -> None:
        """Do jobs until there are none, no further one may be done, or fewer are wanted at once."""
        try:
            while not self._stopping and self.refused is None and self.at_work <= self.wanted:
                if not self._open.is_set():
                    if self._agenda.is_done:
                        return
                    await self._open.wait()
                elif monotonic() >= self._slice_ends:
                    await self._breathe()
                else:
                    job = next(self._agenda, None)
                    if job is None:
                        return
                    if job.missing:
                        self._emit(undefined(job))
                    elif job.computation is None:
                        await self._ask(job)
                    elif job.computation.takes_long(job.sample):
                        await self._compute_apart(job, job.computation)
                    else:
                        self._compute(job, job.computation)
        finally:
            self.at_work -= 1

    async def _breathe(self) -> None:
        """Give way, for jobs have held the loop for a slice; one worker has a slice at a time."""
        async with self._turn:
            if monotonic() >= self._slice_ends:
                await asyncio.sleep(0)
                await self._orders.room()
                self._slice_ends = monotonic() + SLICE_S

    async def _ask(self, job: Job) -> None:
        """Do a job that waits for answers, as often as it has to be done."""
        key = Origin(job.sample_id, job.metric.column)
        is_asked = bool(job.metric.needs)
        if is_asked:
            self._emit(JobStarted(sample_id=key.sample_id, metric=key.metric))
        turns = range(self._orders.repeats) if is_asked and self._orders.repeats > 1 else (None,)
        asks = [JobAsk(self._answers, key, turn) for turn in turns]
        try:
            if len(asks) == 1:
                found = await self._measured(job, asks[0])
            else:
                times = await all_of(self._measured(job, ask) for ask in asks)
                found = summed_up(times, job.metric.kind, _together(asks))
        except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
            self._failed(job, error, _together(asks))
        else:
            self._emit(found)

    async def _measured(self, job: Job, ask: JobAsk) -> JobScored:
        return scored(job, await job.metric.measure_any(job.sample, ask), tuple(ask.trace))

    def _compute(self, job: Job, computation: Computation) -> None:
        """Do a job that asks nobody: no task, no coroutine, for there may be a hundred thousand of them."""
        try:
            found = scored(job, computation.compute(job.sample))
        except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
            self._failed(job, error)
        else:
            self._emit(found)

    async def _compute_apart(self, job: Job, computation: Computation) -> None:
        """Do a job that asks nobody and takes long: in a thread, and only one at a time, for Python lets the
        event loop have every second turn then."""
        async with self._thread:
            try:
                found = scored(job, await in_thread(lambda: computation.compute(job.sample)))
            except Exception as error:  # noqa: BLE001  whatever a metric raises is this job's failure
                self._failed(job, error)
            else:
                self._emit(found)

    def _failed(self, job: Job, error: Exception, trace: Trace = ()) -> None:
        """Tell of a failure, and raise it where it ends the run; later ones go without saying."""
        if isinstance(error, BudgetReached):
            self.refused = error
            return
        if isinstance(error, ConfigurationError):
            raise error
        if self._stopping:
            return
        self._emit(failure(job, error, trace))
        raises = self._orders.raise_exceptions
        self._stopping = raises or (isinstance(error, JudgeError) and error.stops_run)
        if self._stopping:
            raise error


def _together(asks: Iterable[JobAsk]) -> Trace:
    return tuple(step for ask in asks for step in ask.trace)
