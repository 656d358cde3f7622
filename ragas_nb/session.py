"""One time that a run goes: from its beginning, or from where it stopped, to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ragas_nb.engine.budget import Budget
from ragas_nb.engine.events import Event, JobStarted, RunEnded, RunPaused, RunResumed
from ragas_nb.engine.limits import Limits
from ragas_nb.engine.plan import Plan
from ragas_nb.engine.scheduler import Orders, Scheduler
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import BudgetReached
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.judges.threads import in_thread
from ragas_nb.listeners import Callback
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.store.archive import Archive, StoredRun
from ragas_nb.store.journal import Journal
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.state import SETTLED, State

log = logging.getLogger("ragas_nb")

Announce = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run is carried out, and by whom.

    `store` is the file that keeps it (None: it is kept in memory). `is_kept` when the file has its beginning,
    and `waits` when a person has to say that it may go on from there.
    """

    judge: Judge | None = None
    embedder: Embedder | None = None
    config: RunConfig = field(default_factory=RunConfig)
    budget: Budget = field(default_factory=lambda: Budget(None))
    repeats: int = 1
    raise_exceptions: bool = False
    listeners: tuple[Callback, ...] = ()
    blocking: bool = False
    """A cell waits for this run, so that the host may hold back what a person clicks."""
    store: Path | None = None
    is_kept: bool = False
    waits: bool = False


async def recalled(path: Path, run_id: str, dataset: EvaluationDataset) -> StoredRun:
    """What the store has of a run with this data.

    Raises:
        StoreError: it has none of this id, or it is damaged.
    """
    return await in_thread(lambda: Archive(path).load(run_id, dataset))


async def writing(
    journal: Journal | None,
    meta: RunMeta,
    dataset: EvaluationDataset,
    settings: RunSettings,
    announce: Announce,
) -> Journal:
    """The journal of a run, ready to be written in: the one it has, or a new one.

    Raises:
        StoreError: another process has this run.
    """
    if journal is not None:
        await journal.reopen()
        return journal
    return await Journal.open(settings.store, meta, dataset, announce=announce, is_new=not settings.is_kept)


class Session:
    """Carries out what is open of a run, and has all that happens written down; what is written is announced.

    Lives on the run's event loop: whatever changes it is called there.
    """

    def __init__(self, plan: Plan, settings: RunSettings, journal: Journal, announce: Announce) -> None:
        self._plan = plan
        self._settings = settings
        self._journal = journal
        self._announce = announce
        self._scheduler = self._scheduled(settings.config)
        self.is_paused = False
        """Whether it was told to pause; the run says so when that is written down."""

    def _scheduled(self, config: RunConfig) -> Scheduler:
        settings = self._settings
        orders = Orders(
            emit=self.emit,
            judge=settings.judge,
            embedder=settings.embedder,
            config=config,
            budget=settings.budget,
            repeats=settings.repeats,
            raise_exceptions=settings.raise_exceptions,
            memory=self._journal,
            room=self._journal.room,
        )
        return Scheduler(self._plan, orders)

    def emit(self, event: Event) -> None:
        """Tell of an event once it is written down; that a job began is told at once and kept nowhere."""
        if isinstance(event, JobStarted):
            self._announce(event)
        else:
            self._journal.write(event)

    async def carry_out(self, state: State) -> RunEnded:
        """Do the jobs that are open in `state`, and return how that ended.

        Raises:
            Exception: what would make every further job fail.
        """
        budget = self._settings.budget
        while True:
            for name, column in state.columns.items():
                self._scheduler.agenda.close(name, SETTLED, column.statuses)
            try:
                await self._scheduler.carry_out()
            except BudgetReached as reached:
                if budget.is_reached:
                    return RunEnded(state="budget_reached", message=str(reached))
            else:
                return RunEnded(state="finished")
            await self._journal.flush()  # more was allowed meanwhile: what has ended by now is not done again
            self._scheduler = self._scheduled(self._scheduler.config)
            if self.is_paused:
                self._scheduler.pause()

    async def close(self, end: RunEnded) -> None:
        """Write down how it ended, and free the file and the connections."""
        self._journal.write(end)
        await self._journal.aclose()
        for who in (self._settings.judge, self._settings.embedder):
            try:
                if who is not None:
                    await who.aclose()  # one that another run uses opens again when it is asked
            except Exception:
                log.exception("%r could not be closed", who)

    # ── while it goes on ──

    @property
    def limits(self) -> Limits:
        """How many requests to the judge may go out, and how many are."""
        return self._scheduler.to_judge.status()

    def pause(self, message: str | None = None) -> None:
        """Hold back jobs and requests; what is in flight comes back."""
        self.is_paused = True
        self._scheduler.pause()
        self.emit(RunPaused(message=message))

    def resume(self) -> None:
        """Go on after a pause."""
        self.is_paused = False
        self.emit(RunResumed(at=datetime.now(UTC)))
        self._scheduler.resume()

    def again(self, jobs: Iterable[tuple[SampleId, str]]) -> None:
        """Do these jobs once more."""
        self._scheduler.again(jobs)

    def set_limits(self, config: RunConfig) -> None:
        """Keep to other limits from now on."""
        self._scheduler.set_limits(config)

    def look_at(self, rows: Iterable[int]) -> None:
        """Do the jobs of these rows before all others."""
        self._scheduler.agenda.prefer(rows)
