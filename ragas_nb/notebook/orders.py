"""What a person tells a run in its widget, carried out on the run."""

from __future__ import annotations

from typing import Literal

from ragas_nb.engine.budget import TokenBudget
from ragas_nb.engine.limits import KEEP, Keep
from ragas_nb.errors import ConfigurationError, ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.picture import budget_of
from ragas_nb.recorded import Order, RecordedRun
from ragas_nb.run import Run

_WORDS: dict[Order, str] = {
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "retry_failed": "asked again: nothing has failed, or it goes on nowhere",
    "add_budget": "given more budget",
    "set_limit": "given other limits",
}


def carry_out(run: RecordedRun, told: wire.Told) -> None:
    """Do what a view tells a run.

    Raises:
        ConfigurationError: the run cannot do that now.
        ValueError: a limit or an amount that cannot work.
        ProtocolError: a job that the run does not have.
    """
    if isinstance(told, wire.Look):
        if isinstance(run, Run):
            run.look_at(told.rows)
        return
    if not isinstance(run, Run):
        raise ConfigurationError(
            f"This run is shown as it was kept; rnb.resume({run.run_id!r}) goes on with it."
        )
    match told:
        case wire.Pause():
            _able(run, "pause").pause()
        case wire.Resume():
            _able(run, "resume").resume()
        case wire.Cancel():
            _able(run, "cancel").cancel()
        case wire.Retry():
            _retry(_able(run, "retry_failed"), told)
        case wire.AddBudget():
            add_budget(_able(run, "add_budget"), told.amount)
        case wire.SetLimit():
            _set_limit(_able(run, "set_limit"), told)


def _able(run: Run, order: Order) -> Run:
    """The run, if it can do that now."""
    if order in run.can:
        return run
    state = run.status.replace("_", " ")
    raise ConfigurationError(f"The run is {state}; it cannot be {_WORDS[order]}.")


def _retry(run: Run, told: wire.Retry) -> None:
    if told.row is None or told.metric is None:
        run.retry_failed(told.kind)
        return
    if not 0 <= told.row < len(run) or told.metric not in run.state.columns:
        raise ProtocolError(f"There is no job of {told.metric!r} in row {told.row}.")
    run.retry_failed(told.kind, jobs=[(run.state.ids[told.row], told.metric)])


def add_budget(run: Run, amount: float) -> None:
    """Allow so much more to be spent, in the unit of the run's budget.

    Raises:
        ConfigurationError: the run has no budget.
    """
    budget = budget_of(run)
    in_tokens = budget is not None and budget.unit == "tokens"
    run.add_budget(TokenBudget(round(amount)) if in_tokens else amount)


Limit = Literal["requests_per_minute", "tokens_per_minute"]


def _set_limit(run: Run, told: wire.SetLimit) -> None:
    """Change what the view names; None is no limit, where there may be none."""

    def named(limit: Limit) -> float | Keep | None:
        found: float | None = getattr(told, limit)
        return found if limit in told.model_fields_set else KEEP

    run.set_limit(
        KEEP if told.max_workers is None else told.max_workers,
        requests_per_minute=named("requests_per_minute"),
        tokens_per_minute=named("tokens_per_minute"),
    )
