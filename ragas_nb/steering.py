"""What a run may be told to do, at any time and from any thread."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from ragas_nb.engine.budget import Allowance, TokenBudget
from ragas_nb.engine.events import FAILURE_KINDS, FailureKind, JobReset
from ragas_nb.engine.limits import KEEP, Keep, Limits
from ragas_nb.engine.settings import RunConfig
from ragas_nb.marking import running_loop
from ragas_nb.recorded import Order, RecordedRun
from ragas_nb.results.contents import Steps
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.session import RunSettings, Session
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.state import State

JobKey = tuple[SampleId, str]
"""A sample and a metric."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Some of a run's failed jobs: those of some kinds, or only some of these."""

    kinds: frozenset[FailureKind]
    jobs: frozenset[JobKey] | None = None

    def among(self, state: State) -> list[JobKey]:
        """Return which jobs they are."""
        failed = ((job.sample_id, job.metric) for job in state.failures() if job.kind in self.kinds)
        return [job for job in failed if self.jobs is None or job in self.jobs]


class SteeredRun(RecordedRun):
    """A run that takes orders: `pause`, `resume`, `cancel`, `retry_failed`, `add_budget`, `set_limit`."""

    def __init__(
        self, meta: RunMeta, dataset: EvaluationDataset, state: State, steps: Steps, settings: RunSettings
    ) -> None:
        super().__init__(meta, dataset, state, steps, settings.store)
        self.settings = settings
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: Session | None = None
        self._cancelled = False
        self._under_way = False
        """Whether the task has begun."""
        self._closing = False
        """Whether all that is left is to say how it ended."""
        self._once_more = False
        """Whether it goes on after its end: it was told to when that could not be helped any more."""
        self._pauses_first = False
        """Whether it pauses as soon as it has begun."""
        self._again: list[Failed] = []
        """Which failed jobs are done again when the run goes on."""

    @abstractmethod
    def start(self) -> Self:
        """Start the run, or go on with it, on the event loop that runs here."""

    # ── what it is now ──

    @property
    def can(self) -> tuple[Order, ...]:
        """What the run may be told to do now."""
        if self.status == "starting":
            return ("cancel",)
        if self.ended and (self._loop is None or self._loop.is_closed()):
            return ()
        retry: tuple[Order, ...] = ("retry_failed",) if self.state.has_failures() else ()
        budget: tuple[Order, ...] = ("add_budget",) if self.settings.budget.is_set else ()
        if self.ended:
            resume: tuple[Order, ...] = ("resume",) if self.status in ("cancelled", "failed") else ()
            return (*resume, *retry, *budget)
        return ("resume" if self.status == "paused" else "pause", "cancel", *retry, *budget, "set_limit")

    @property
    def limits(self) -> Limits | None:
        """How many requests may go out and how many are; None where none will."""
        return None if self.ended or self._session is None else self._session.limits

    @property
    def allowance(self) -> Allowance | None:
        """What may be spent and what was; None where there is no limit."""
        return self.settings.budget.allowance

    @property
    def blocking(self) -> bool:
        """Whether a cell waits for this run, so that the host may hold back what a person clicks."""
        return self.settings.blocking

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop the run goes on."""
        return self._loop

    # ── what can be done ──

    def cancel(self) -> None:
        """End the run; finished scores stay, and `resume` goes on. Does nothing when it has ended."""
        self._on_loop(self._cancel_now)

    def _cancel_now(self) -> None:
        if self._task is None or self.ended or self._cancelled or self._closing:
            return
        self._cancelled = True
        if self._under_way:  # a task that has not begun would end without a word
            self._task.cancel()

    def pause(self) -> None:
        """Send no further request for now; those that are out come back."""
        self._on_loop(self._pause_now)

    def _pause_now(self) -> None:
        if self._session is not None and not self._session.is_paused:
            self._session.pause()
        elif self.status == "starting":
            self._pauses_first = True

    def resume(self) -> Self:
        """Go on after a pause, or with what was left when the run ended.

        Raises:
            ConfigurationError: the run has ended, and no event loop is running here.
        """
        if self.ended:
            self._go_on()
        else:
            self._on_loop(self._resume_now)
        return self

    def _resume_now(self) -> None:
        self._pauses_first = False
        if self._cancelled:
            self._once_more = True
        elif self._session is not None and self._session.is_paused:
            self._session.resume()

    def retry_failed(
        self,
        kind: FailureKind | Collection[FailureKind] | None = None,
        *,
        jobs: Collection[JobKey] | None = None,
    ) -> Self:
        """Do the failed jobs again: all, those of a kind, or some; `await` it for the new result.

        `jobs` are pairs of sample id and metric.

        Raises:
            ValueError: there is no such kind.
            ConfigurationError: the run has ended, and no event loop is running here.
        """
        failed = Failed(kinds_of(kind), None if jobs is None else frozenset(jobs))
        if self.ended:
            self._again.append(failed)
            self._go_on()
        else:
            self._on_loop(lambda: self._do_again(failed))
        return self

    def _do_again(self, failed: Failed) -> None:
        """Have failures forgotten, and their jobs done again."""
        if self._session is None:
            self._again.append(failed)
            self._once_more = self._closing
            return
        jobs = failed.among(self.state)
        for sample_id, metric in jobs:
            self._session.emit(JobReset(sample_id=sample_id, metric=metric))
        self._session.again(jobs)

    def add_budget(self, more: float | TokenBudget) -> Self:
        """Allow so much more to be spent (dollars, or a `TokenBudget` of tokens), and go on if that was why
        the run ended.

        Raises:
            ConfigurationError: the run has no budget, or has ended where no event loop is running.
        """
        amount = self.settings.budget.checked(more)
        if self.ended:
            self.settings.budget.allow(amount)
            if self.status == "budget_reached":
                self._go_on()
        else:
            self._on_loop(lambda: self._allow(amount))
        return self

    def _allow(self, amount: float) -> None:
        self.settings.budget.allow(amount)
        self._once_more |= self._closing

    def set_limit(
        self,
        max_workers: int | Keep = KEEP,
        *,
        requests_per_minute: float | Keep | None = KEEP,
        tokens_per_minute: float | Keep | None = KEEP,
    ) -> Self:
        """Change how fast requests may go out, while they do; what is not named stays, None is no limit.

        Raises:
            ValueError: a limit that cannot work.
        """
        limits = self.settings.config.limited(
            max_workers, requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute
        )
        self.settings = replace(self.settings, config=limits)
        self._on_loop(lambda: self._limit(limits))
        return self

    def _limit(self, limits: RunConfig) -> None:
        if self._session is not None:
            self._session.set_limits(limits)

    def look_at(self, rows: Iterable[int]) -> None:
        """Judge these rows, by their place, before all others: somebody looks at them."""
        wanted = [row for row in rows if 0 <= row < len(self)]
        self._on_loop(lambda: self._prefer(wanted))

    def _prefer(self, rows: list[int]) -> None:
        if self._session is not None:
            self._session.look_at(rows)

    def _on_loop(self, do: Callable[[], object]) -> None:
        """Do something on the run's loop: at once where that is here."""
        if running_loop() is self._loop is not None:
            do()
            return
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has just closed: it is over anyway
                self._loop.call_soon_threadsafe(do)

    def _go_on(self) -> None:
        """Start once more where the run has ended with something left to do."""
        if self._task is not None and self._task.done():
            self._task = None
        self.start()


def kinds_of(kind: FailureKind | Collection[FailureKind] | None) -> frozenset[FailureKind]:
    """The kinds of failures that are meant.

    Raises:
        ValueError: there is no such kind.
    """
    if kind is None:
        return frozenset(FAILURE_KINDS)
    kinds = frozenset([kind] if isinstance(kind, str) else kind)
    if unknown := kinds - frozenset(FAILURE_KINDS):
        raise ValueError(f"There is no failure of kind {min(unknown)!r}. Kinds: {', '.join(FAILURE_KINDS)}.")
    return kinds
