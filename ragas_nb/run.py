"""The handle of a run: look at it, await it, tell it what to do, while it goes on and after."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Collection, Generator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ragas_nb.engine.events import (
    Event,
    FailureKind,
    NoticeGiven,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from ragas_nb.engine.loop import wait_for
from ragas_nb.engine.plan import Plan
from ragas_nb.errors import ConfigurationError, JudgeError, StoreError
from ragas_nb.listeners import listener_of, log_event
from ragas_nb.results.contents import Contents
from ragas_nb.results.result import EvaluationResult
from ragas_nb.schema import SampleId
from ragas_nb.session import RunSettings, Session, recalled, writing
from ragas_nb.steering import Failed, SteeredRun, kinds_of
from ragas_nb.store.archive import StoredRun
from ragas_nb.store.journal import Journal
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.records import StepRecord
from ragas_nb.store.state import State

log = logging.getLogger("ragas_nb")


class Run(SteeredRun):
    """An evaluation that goes on: `await run` gives the result, `run.df` shows the scores so far.

    `pause`, `resume`, `cancel`, `retry_failed`, `add_budget` and `set_limit` work at any time and from any
    thread; a run that has ended goes on with what is left to do.
    """

    def __init__(self, meta: RunMeta, plan: Plan, settings: RunSettings) -> None:
        state = State(plan.dataset.ids, plan.columns)
        super().__init__(meta, plan.dataset, state, self._steps_of, settings)
        self.plan = plan
        self._listeners += [
            partial(log_event, self),
            *(listener_of(callback, meta) for callback in settings.listeners),
        ]
        self._journal: Journal | None = None
        self._error: Exception | None = None
        self._waiting = 0

    @property
    def error(self) -> Exception | None:
        """What ended the run, where it failed."""
        return self._error

    def _contents(self) -> Contents:
        return replace(super()._contents(), retry=self._retried)

    def _steps_of(self, sample_id: SampleId, metric: str) -> tuple[StepRecord, ...]:
        return () if self._journal is None else self._journal.steps(sample_id, metric)

    # ── what can be done ──

    def start(self) -> Run:
        """Start the run on the event loop that runs here.

        Raises:
            ConfigurationError: no event loop is running.
        """
        self._task = self._task or self._begin()
        return self

    def _begin(self) -> asyncio.Task[None]:
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ConfigurationError(
                "start() needs a running event loop, and there is none here. In a script use evaluate(…), or "
                "call start() inside an async function; after %ragas add --wait."
            ) from None
        self._cancelled = self._under_way = self._closing = self._once_more = False
        self._error = None
        self.state.status, self.state.message = "starting", None
        return self._loop.create_task(self._go(), name=f"ragas_nb run {self.run_id}")

    def _retried(self, kind: FailureKind | Collection[FailureKind] | None = None) -> EvaluationResult:
        """Do the failed jobs again, and wait for the result."""

        async def again() -> EvaluationResult:
            return await self.retry_failed(kind)

        return wait_for(again)

    # ── listening and waiting ──

    async def events(self) -> AsyncIterator[Event]:
        """Give every event from now on, until the run ends: `async for event in run.events(): …`."""
        if self.ended:
            return
        queue: asyncio.Queue[Event] = asyncio.Queue()
        stop = self.listen(queue.put_nowait)
        try:
            while True:
                event = await queue.get()
                yield event
                if isinstance(event, RunEnded):
                    return
        finally:
            stop()

    def __await__(self) -> Generator[Any, None, EvaluationResult]:
        return self._wait().__await__()

    async def finish(self) -> EvaluationResult:
        """Start where that has not happened, and wait for the end: what `await run` does."""
        return await self._wait()

    async def _wait(self) -> EvaluationResult:
        """The result when the run has ended; cancelling the wait cancels the run."""
        task = self._task = self._task or self._begin()
        self._waiting += 1
        try:
            while not task.done():  # one that is done may belong to a loop that is closed
                await asyncio.wait([task])
                task = self._task  # another one, where the run goes on
        except asyncio.CancelledError:
            self._cancel_now()
            await asyncio.wait([task])
            raise
        finally:
            self._waiting -= 1
            if self.ended:
                self._refresh()
        if self._error is not None:
            if isinstance(self._error, JudgeError):
                self._error.result = self.result
            raise self._error
        return self.result

    # ── how it goes ──

    async def _go(self) -> None:
        """The run's one task: carry out what is open, and say how it ended."""
        end = RunEnded(state="cancelled")
        self._under_way = True
        self.clock.go()
        try:
            if self._cancelled:
                raise asyncio.CancelledError
            session = await self._opened()
            end = await session.carry_out(self.state)
        except KeyboardInterrupt:
            pass  # it struck inside one of our tasks, and has reached whoever waits
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
        except Exception as error:  # noqa: BLE001  raised again to whoever awaits the run
            end = RunEnded(state="failed", message=str(error))
            self._error = error
        finally:
            self.clock.stop()
            self._closing = True
            await self._close(end)
            if self._once_more:
                self._task = self._begin()

    async def _opened(self) -> Session:
        """Open the store, take up what it has of this run, and say that the run goes on."""
        settings, told = self.settings, None
        is_new = self._journal is None and not settings.is_kept
        if self._journal is None and settings.is_kept and settings.store is not None:
            told = self._take_up(await recalled(settings.store, self.run_id, self.dataset))
        try:
            journal = await writing(self._journal, self.meta, self.dataset, settings, self._announce)
        except StoreError:
            if told is None:
                raise
            self._leave_to_others()
            return await self._opened()
        self._journal = journal
        session = self._session = Session(self.plan, self.settings, journal, self._announce)
        now = datetime.now(UTC)
        session.emit(RunStarted(run_id=self.run_id, name=self.name, at=now) if is_new else RunResumed(at=now))
        if told is not None:
            session.emit(NoticeGiven(about="resumed", message=told))
        while self._again:
            self._do_again(self._again.pop())
        if told is not None and settings.waits:
            session.pause("Resume goes on from there; resume='never' starts anew.")
        elif self._pauses_first:
            session.pause()
        self._pauses_first = False
        await journal.flush()
        self._store_marks()
        return session

    def _take_up(self, stored: StoredRun) -> str:
        """Take up what the store has of this run, and return that in words."""
        self._use(stored.state)
        self.clock.before = stored.elapsed_s
        self.state.status, self.state.message = "starting", None
        self.settings.budget.count_before(stored.state.total)
        self._again.append(Failed(kinds_of(None)))
        done, when = stored.state.settled_samples_in_all(), stored.meta.created_at.astimezone()
        return (
            f"{done:,} of {len(self):,} samples were judged before (the run began on {when:%d %b, %H:%M}); "
            "nothing of that is asked again."
        )

    def _use(self, state: State) -> None:
        """Have another state from now on, with the tags and notes that are not in the file yet."""
        with self._leaving:
            for mark in self._unstored:
                state.apply(mark)
            self.state = state

    def _leave_to_others(self) -> None:
        """Be a run of its own: another process has just gone on with the one in the store."""
        self.meta = replace(self.meta, run_id=secrets.token_hex(4))
        self.settings = replace(self.settings, is_kept=False)
        self._use(State(self.dataset.ids, self.plan.columns))
        self.settings.budget.count_before(self.state.total)
        self.clock.before = 0.0
        self._again.clear()

    async def _close(self, end: RunEnded) -> None:
        """Say how the run ended, free all that it held, and bring its pictures up to date."""
        session, self._session = self._session, None
        if session is None:
            self._announce(end)
        else:
            await session.close(end)
            self._store_marks()
        if not self._waiting:
            self._refresh()

    def _announce(self, event: Event) -> None:
        """Fold an event in and tell all who listen."""
        self.state.apply(event)
        if isinstance(event, RunPaused):
            self.clock.stop()
        elif isinstance(event, RunResumed):
            self.clock.go()
        self._tell_all((event,))

    def _refresh(self) -> None:
        """Bring saved pictures up to date, from the cell that waits where there is one: some hosts drop what
        a task of an earlier cell sends."""
        try:
            if self.views is not None:
                self.views.refresh(self)
        except Exception:
            log.exception("the picture of run %s could not be brought up to date", self.run_id)
