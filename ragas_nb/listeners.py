"""Who hears of a run as it goes on: what callers pass as `callbacks`, and the log."""

from __future__ import annotations

import logging
from typing import Protocol, TypeAlias, runtime_checkable

from ragas_nb.engine.events import Event, Listener, NoticeGiven, RunEnded, RunPaused, RunResumed, RunStarted
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.spending.costs import dollars
from ragas_nb.store.ledger import Spent
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.state import FAILED, SCORED, UNDEFINED

log = logging.getLogger("ragas_nb")


@runtime_checkable
class PerRun(Protocol):
    """What listens to each run apart, knowing which run it is: events alone do not say."""

    def of_run(self, meta: RunMeta) -> Listener:
        """The function that is called with each event of this run."""


Callback: TypeAlias = Listener | PerRun


def listener_of(callback: Callback, meta: RunMeta) -> Listener:
    """What is called with each event of this run."""
    return callback.of_run(meta) if isinstance(callback, PerRun) else callback


def log_event(run: RecordedRun, event: Event) -> None:
    """Tell logger `ragas_nb` what becomes of the run: level INFO, trouble with the store WARNING.

    Never what was asked or answered, nor the words of an error, which may quote it.
    """
    match event:
        case RunStarted():
            log.info("run %s started: %s", run.run_id, _order(run))
        case RunResumed():
            done = run.state.settled_samples_in_all()
            log.info("run %s goes on: %s; %d samples are judged", run.run_id, _order(run), done)
        case RunPaused():
            log.info("run %s is paused", run.run_id)
        case NoticeGiven(about="store", message=None):
            log.info("run %s is stored again", run.run_id)
        case NoticeGiven(about="store"):
            log.warning("run %s: %s", run.run_id, event.message)
        case RunEnded():
            log.info("run %s: %s", run.run_id, _outcome(run, event))
        case _:
            pass


def _order(run: RecordedRun) -> str:
    """What the run has to do, and who judges."""
    metrics = ", ".join(column.name for column in run.columns)
    judge = run.meta.judge or run.meta.embedder or "nobody"
    return f"{run.name!r}, {len(run)} samples, metrics {metrics}, asking {judge}"


def _outcome(run: RecordedRun, event: RunEnded) -> str:
    """How the run ended, what it has found, and what it took."""
    columns = run.state.columns.values()
    scored, undefined, failed = (
        sum(column.count(status) for column in columns) for status in (SCORED, UNDEFINED, FAILED)
    )
    return (
        f"{event.state.replace('_', ' ')} after {run.clock.elapsed():.1f} s; "
        f"{scored} scored, {undefined} undefined, {failed} failed of {len(run) * len(columns)} jobs; "
        f"{run.state.total.requests} requests, {_cost(run.state.total)}"
    )


def _cost(spent: Spent) -> str:
    if not spent.unpriced:
        return dollars(spent.cost)
    return f"≥ {dollars(spent.cost)} ({spent.unpriced} of them unpriced)"
