"""The handle of a run: look at it, await it, cancel it, while it goes on."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from ragas_nb.engine.events import EndState, Event, Listener, RunEnded, RunStarted
from ragas_nb.engine.plan import Plan
from ragas_nb.engine.scheduler import carry_out
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import BudgetReached, ConfigurationError, JudgeError
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.results.contents import contents_of_run
from ragas_nb.results.result import EvaluationResult
from ragas_nb.store.state import SCORED, RunStatus, State
from ragas_nb.views import Views

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("ragas_nb")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run is carried out, and by whom."""

    name: str
    judge: Judge | None = None
    embedder: Embedder | None = None
    config: RunConfig = field(default_factory=RunConfig)
    budget: float | None = None
    raise_exceptions: bool = False
    listeners: tuple[Listener, ...] = ()
    blocking: bool = False
    """A cell waits for this run, so that the host may hold back what a person clicks."""


@dataclass
class Clock:
    """How long a run has been going, in seconds."""

    started: float = field(default_factory=monotonic)
    stopped: float | None = None

    def elapsed(self) -> float:
        """Seconds since the start, until the end."""
        return (monotonic() if self.stopped is None else self.stopped) - self.started


class Run:
    """An evaluation that goes on: `await run` gives the result, `run.cancel()` ends it, `run.df` shows it.

    `len`, iteration and `run[...]` read the scores so far, as on an `EvaluationResult`.
    """

    views: Views[Run] | None = None
    """Who shows runs; set by `ragas_nb.notebook`."""

    def __init__(self, plan: Plan, settings: RunSettings) -> None:
        self.run_id = secrets.token_hex(4)
        self.plan = plan
        self.settings = settings
        self.state = State(plan.dataset.ids, plan.columns)
        self.clock = Clock()
        self._listeners: list[Listener] = [*settings.listeners]
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._error: Exception | None = None
        self._cancelled = False
        self.shown_as: list[str] = []
        """Outputs that show the run and must be brought up to date when it ends."""
        self._waiting = 0
        self._widget: Any = None

    # ── what it is now ──

    @property
    def name(self) -> str:
        """The run's name."""
        return self.settings.name

    @property
    def status(self) -> RunStatus:
        """`starting`, `running`, `finished`, `cancelled`, `failed` or `budget_reached`."""
        return self.state.status

    @property
    def ended(self) -> bool:
        """Whether nothing of the run goes on any more."""
        return self.status not in ("starting", "running")

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop the run goes on."""
        return self._loop

    @property
    def error(self) -> Exception | None:
        """What ended the run, where it failed."""
        return self._error

    @property
    def result(self) -> EvaluationResult:
        """The scores so far."""
        return EvaluationResult.of(contents_of_run(self.plan, self.state, run_id=self.run_id, name=self.name))

    @property
    def df(self) -> pd.DataFrame:
        """The samples with the scores so far; missing scores are NaN."""
        return self.result.to_pandas()

    @property
    def errors(self) -> pd.DataFrame:
        """The failed jobs so far, each with its reason."""
        return self.result.errors

    @property
    def widget(self) -> Any:
        """The run's live widget, to be placed anywhere."""
        if self._widget is None:
            self._widget = self._views().widget(self)
        return self._widget

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
        self.clock = Clock()
        return self._loop.create_task(self._go(), name=f"ragas_nb run {self.run_id}")

    def cancel(self) -> None:
        """End the run; finished scores stay. Works from any thread; does nothing when it has ended."""
        if self._loop is not None and not self.ended:
            with suppress(RuntimeError):  # the loop has just closed: it is over anyway
                self._loop.call_soon_threadsafe(self._cancel_now)

    def _cancel_now(self) -> None:
        if self._task is not None and not self.ended and not self._cancelled:
            self._cancelled = True
            self._task.cancel()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; call what is returned to stop that."""
        self._listeners.append(listener)
        return lambda: self._drop(listener)

    def _drop(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

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
            if not task.done():  # one that is done may belong to a loop that is closed
                await asyncio.wait([task])
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

    async def _go(self) -> None:
        """The run's one task: carry the plan out, and say how it ended."""
        settings = self.settings
        self._emit(RunStarted(run_id=self.run_id, name=self.name, at=datetime.now(UTC)))
        ended: EndState = "cancelled"
        message: str | None = None
        try:
            await carry_out(
                self.plan,
                settings.judge,
                settings.embedder,
                config=settings.config,
                budget=settings.budget,
                raise_exceptions=settings.raise_exceptions,
                emit=self._emit,
            )
            ended = "finished"
        except KeyboardInterrupt:
            pass  # it struck inside one of our tasks, and has reached whoever waits
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
        except BudgetReached as reached:
            ended, message = "budget_reached", str(reached)
        except Exception as error:  # noqa: BLE001  raised again to whoever awaits the run
            ended, message, self._error = "failed", str(error), error
        finally:
            self.clock.stopped = monotonic()
            self._emit(RunEnded(state=ended, message=message))
            if not self._waiting:
                self._refresh()
            await self._close_judges()

    async def _close_judges(self) -> None:
        """Free the connections; a judge that another run uses opens them again when it needs them."""
        for who in (self.settings.judge, self.settings.embedder):
            try:
                if who is not None:
                    await who.aclose()
            except Exception:
                log.exception("a judge of run %s could not be closed", self.run_id)

    def _emit(self, event: Event) -> None:
        self.state.apply(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("a listener of run %s failed on %s; it hears no more", self.run_id, event.type)
                self._drop(listener)

    # ── how it shows ──

    def _views(self) -> Views[Run]:
        if self.views is None:
            raise ConfigurationError(
                "Runs have no view here. Import ragas_nb itself: `import ragas_nb as rnb`."
            )
        return self.views

    def _refresh(self) -> None:
        """Bring saved pictures up to date, from the cell that waits where there is one: some hosts drop what
        a task of an earlier cell sends."""
        try:
            if self.views is not None:
                self.views.refresh(self)
        except Exception:
            log.exception("the picture of run %s could not be brought up to date", self.run_id)

    def show(self) -> None:
        """Show the live widget in this cell's output."""
        self._views().show(self)

    def _ipython_display_(self) -> None:
        if not self._views().show(self):
            raise NotImplementedError  # IPython then takes `repr`

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._views().bundle(self)

    def __len__(self) -> int:
        return len(self.plan.dataset)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.result)

    def __getitem__(self, key: str | int) -> Any:
        return self.result[key]

    def __repr__(self) -> str:
        scored = self.state.settled_samples(SCORED)
        return f"<Run {self.name!r} {self.run_id}: {self.status}, {scored} of {len(self)} samples scored>"
