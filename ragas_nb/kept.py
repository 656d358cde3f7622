"""Runs that the store keeps: list them, look at them again, go on with them."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

from ragas_nb.engine.budget import Budget, TokenBudget
from ragas_nb.engine.fingerprint import fingerprint
from ragas_nb.engine.plan import Plan, make_plan
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError
from ragas_nb.judges.resolve import described_embedder, described_judge
from ragas_nb.metrics.saving import of_description
from ragas_nb.preparing import (
    Callbacks,
    Metrics,
    Spending,
    Store,
    asked,
    check_budget,
    listeners,
    live_run,
    store_path,
)
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from ragas_nb.session import RunSettings
from ragas_nb.store.archive import Archive, RunEntry
from ragas_nb.store.meta import RunMeta

if TYPE_CHECKING:
    import pandas as pd


def runs(store: Store = "auto") -> pd.DataFrame:
    """The runs that the store keeps, the newest first, one row each: id, name, state, counts, cost, times."""
    import pandas as pd

    path = store_path(store)
    entries = Archive(path).entries() if path is not None and path.exists() else []
    return pd.DataFrame(map(astuple, entries), columns=[field.name for field in fields(RunEntry)])


def load(run_id: str, store: Store = "auto") -> RecordedRun:
    """A run as it is in the store: shown as its widget, with `.result`, `.df` and `.errors`.

    A run of this kernel that goes on is given as it is.

    Raises:
        StoreError: there is no such run, or it is damaged.
    """
    live = live_run(run_id)
    if live is not None:
        return live
    archive = _archive(store)
    stored = archive.load(run_id)
    run = RecordedRun(stored.meta, stored.dataset, stored.state, stored.steps, archive.path)
    run.clock.before = stored.elapsed_s
    return run


def resume(
    run_id: str,
    metrics: Metrics = None,
    *,
    llm: Any = None,
    embeddings: Any = None,
    model: str | None = None,
    budget: Spending = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    show_progress: bool = True,
    store: Store = "auto",
) -> Run:
    """Go on with a run where it stopped; failed jobs are done again. It shows in the cell, as `start` does.

    Metrics and judge are those of the run, where the store can tell them; what it cannot (a function of
    yours, a client with its own settings) has to be passed as it was. `budget` is for the whole run, what it
    has spent before included.

    Raises:
        StoreError: there is no such run, it is damaged, or another process goes on with it.
        ConfigurationError: what is passed, or what is missing, would make it another run.
    """
    run = live_run(run_id) or prepared(
        run_id,
        metrics,
        llm=llm,
        embeddings=embeddings,
        model=model,
        budget=budget,
        callbacks=callbacks,
        run_config=run_config,
        store=store,
    )
    run.start()
    if show_progress:
        run.show()
    return run


def prepared(
    run_id: str,
    metrics: Metrics = None,
    *,
    llm: Any = None,
    embeddings: Any = None,
    model: str | None = None,
    budget: Spending = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    store: Store = "auto",
    blocking: bool = False,
) -> Run:
    """As `resume`, without starting it."""
    archive = _archive(store)
    stored = archive.load(run_id)
    meta = stored.meta
    listed = _described_metrics(meta) if metrics is None else metrics
    plan = make_plan(stored.dataset, listed if isinstance(listed, list | tuple) else [listed])
    judge = llm if llm is not None else described_judge(meta.judge_model)
    embedder = embeddings if embeddings is not None else described_embedder(meta.embedder_model)
    judge, embedder = asked(plan, judge, embedder, model)
    _refuse_another(meta, plan, fingerprint(plan, judge, embedder, meta.repeats))
    spending = _described_budget(meta) if budget is None else budget
    check_budget(spending, judge, embedder)
    settings = RunSettings(
        judge=judge,
        embedder=embedder,
        config=RunConfig.from_dict(meta.config) if run_config is None else run_config,
        budget=Budget(spending),
        repeats=meta.repeats,
        listeners=listeners(callbacks),
        blocking=blocking,
        store=archive.path,
        is_kept=True,
    )
    return Run(meta, plan, settings)


def _archive(store: Store) -> Archive:
    path = store_path(store)
    if path is None:
        raise ConfigurationError("Runs are kept in memory only here. Pass store= the file that has them.")
    return Archive(path)


def _described_metrics(meta: RunMeta) -> list[object]:
    """The metrics of a run, made again.

    Raises:
        ConfigurationError: one of them is code, which the store does not keep.
    """
    for column, told in zip(meta.columns, meta.metrics, strict=True):
        if told is None:
            raise ConfigurationError(
                f"Metric {column.name!r} of run {meta.run_id!r} is code of yours, which the store does not "
                "keep. Run the cell that made it again, or pass metrics=[…] as it was."
            )
    return [of_description(told) for told in meta.metrics if told is not None]


def _described_budget(meta: RunMeta) -> Spending:
    match meta.budget:
        case {"tokens": int(tokens)}:
            return TokenBudget(tokens)
        case {"dollars": int() | float() as dollars}:
            return float(dollars)
        case _:
            return None


def _refuse_another(meta: RunMeta, plan: Plan, same: str | None) -> None:
    """Refuse what would mix the scores of two different runs."""
    columns = tuple(column.name for column in meta.columns)
    if plan.columns != columns:
        raise ConfigurationError(
            f"Run {meta.run_id!r} has the metrics {', '.join(columns)}; these are {', '.join(plan.columns)}. "
            "Pass the same, or start a new run."
        )
    known = meta.fingerprint and meta.fingerprint.partition(" ")[0]
    if same != known and not (same is None and known is None):
        raise ConfigurationError(
            f"Run {meta.run_id!r} ({meta.judge or meta.embedder or 'no judge'}) was made otherwise; its "
            "scores would be mixed. Pass judge and metrics as they were, or start anew."
        )
