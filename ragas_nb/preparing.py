"""From what people pass to a run that has not begun: everything is checked here, before anything is asked."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any, Literal, get_args

from ragas_nb.engine.budget import Budget, TokenBudget
from ragas_nb.engine.fingerprint import fingerprint
from ragas_nb.engine.plan import Plan, make_plan
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError, StoreError
from ragas_nb.judges.base import Embedder, Judge, Usage
from ragas_nb.judges.resolve import resolve_embedder, resolve_judge, told_as_data
from ragas_nb.listeners import Callback, PerRun
from ragas_nb.metrics.base import Metric
from ragas_nb.metrics.saving import described
from ragas_nb.run import Run
from ragas_nb.schema import read_dataset
from ragas_nb.session import RunSettings
from ragas_nb.store import default_path
from ragas_nb.store.archive import Archive, RunEntry
from ragas_nb.store.meta import RunMeta, ScoreColumn

Metrics = Sequence[object] | object | None
"""One metric or several: names, classes, metrics, those of other packages, functions; None: the defaults."""
Callbacks = Callback | Sequence[Callback] | None
Spending = float | TokenBudget | None
Resume = Literal["auto", "never", "ask"]
Store = str | PathLike[str] | None
"""The file that keeps runs; "auto" is the one of this folder, None keeps them in memory."""


def prepare(
    data: Any,
    metrics: Metrics = None,
    *,
    llm: Any = None,
    embeddings: Any = None,
    model: str | None = None,
    name: str | None = None,
    budget: Spending = None,
    column_map: Mapping[str, str] | None = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    raise_exceptions: bool = False,
    repeats: int = 1,
    resume: Resume = "auto",
    store: Store = "auto",
    blocking: bool,
) -> Run:
    """Check everything and make a run that has not begun; arguments and errors: see `start`.

    `blocking` when a cell will wait for it. Where the same run goes on in this kernel, it is that one.
    """
    _check_repeats(repeats)
    _check_resume(resume, blocking)
    listed = metrics if metrics is None or isinstance(metrics, list | tuple) else [metrics]
    plan = make_plan(read_dataset(data, column_map=column_map), listed)
    judge, embedder = asked(plan, llm, embeddings, model)
    check_budget(budget, judge, embedder)
    path, config = store_path(store), run_config or RunConfig()
    meta = described_run(plan, judge, embedder, name or "evaluation", repeats, budget, config)
    earlier = None if resume == "never" else _earlier(path, meta.fingerprint)
    settings = RunSettings(
        judge=judge,
        embedder=embedder,
        config=config,
        budget=Budget(budget),
        repeats=repeats,
        raise_exceptions=raise_exceptions,
        listeners=listeners(callbacks),
        blocking=blocking,
        store=path,
        is_kept=earlier is not None,
        waits=resume == "ask",
    )
    if earlier is None:
        return Run(meta, plan, settings)
    same = replace(meta, run_id=earlier.run_id, created_at=earlier.created_at)
    return live_run(earlier.run_id) or Run(same, plan, settings)


def live_run(run_id: str) -> Run | None:
    """The run of this kernel with this id, where it goes on."""
    found = None if Run.views is None else Run.views.live(run_id)
    return found if isinstance(found, Run) else None


def store_path(store: Store) -> Path | None:
    """The file that keeps runs, None for none."""
    if store == "auto":
        return default_path()
    return None if store is None else Path(store).expanduser()


def described_run(
    plan: Plan,
    judge: Judge | None,
    embedder: Embedder | None,
    name: str,
    repeats: int,
    budget: Spending,
    config: RunConfig,
) -> RunMeta:
    """What the store knows of a new run."""
    same = fingerprint(plan, judge, embedder, repeats)
    return RunMeta(
        run_id=secrets.token_hex(4),
        name=name,
        created_at=datetime.now(UTC),
        fingerprint=same and f"{same} {name}",
        columns=tuple(
            ScoreColumn(
                metric.column,
                metric.kind,
                *metric.score_range,
                metric.higher_is_better,
                metric.asks_elsewhere,
            )
            for metric in plan.metrics
        ),
        metrics=tuple(_told(metric) for metric in plan.metrics),
        judge=judge.label if judge else None,
        embedder=embedder.label if embedder else None,
        judge_model=told_as_data(judge),
        embedder_model=told_as_data(embedder),
        repeats=repeats,
        budget=_told_budget(budget),
        config=dict(config.to_dict()),
    )


def _told(metric: Metric) -> dict[str, object] | None:
    try:
        return described(metric)
    except ConfigurationError:
        return None


def _told_budget(budget: Spending) -> dict[str, object] | None:
    if budget is None:
        return None
    return {"tokens": budget.tokens} if isinstance(budget, TokenBudget) else {"dollars": budget}


def _earlier(path: Path | None, same: str | None) -> RunEntry | None:
    """The last run that would find the same and that no other process writes; none where the store cannot be
    read, which the run itself says then."""
    if path is None or same is None:
        return None
    try:
        found = Archive(path).same(same)
    except StoreError:
        return None
    free = (entry for entry in found if entry.written_by is None or live_run(entry.run_id))
    return next(free, None)


def asked(plan: Plan, llm: Any, embeddings: Any, model: str | None) -> tuple[Judge | None, Embedder | None]:
    """Whom the plan's metrics ask. A judge that none of them asks may still tell where to embed."""
    asks_judge, asks_embedder = "judge" in plan.needs, "embedder" in plan.needs
    judge = None
    if asks_judge or (asks_embedder and (embeddings is None or llm is not None)):
        judge = resolve_judge(llm, model=model)
    embedder = resolve_embedder(embeddings, judge=judge) if asks_embedder else None
    return (judge if asks_judge else None), embedder


def listeners(callbacks: Callbacks) -> tuple[Callback, ...]:
    """The functions that are called with each event.

    Raises:
        ConfigurationError: what is passed cannot be called.
    """
    if callbacks is None:
        return ()
    listed = tuple(callbacks) if isinstance(callbacks, Sequence) else (callbacks,)
    for callback in listed:
        if not (callable(callback) or isinstance(callback, PerRun)):
            raise ConfigurationError(
                "callbacks takes functions that are called with each event; "
                f"found {type(callback).__name__}. LangChain callback handlers are not used here."
            )
    return listed


def check_budget(budget: Spending, judge: Judge | None, embedder: Embedder | None) -> None:
    """Refuse a budget that could not be kept."""
    if budget is None or isinstance(budget, TokenBudget):
        return
    if budget <= 0:
        raise ConfigurationError(f"budget is in dollars and must be above 0, not {budget!r}.")
    for who in (judge, embedder):
        if who is None:
            continue
        model = who.model or who.label
        if who.cost(Usage(input_tokens=1), model) is None:
            raise ConfigurationError(
                f"A budget of ${budget:g} cannot be kept: no price is known for {model!r}. "
                f"Set one with rnb.set_price({model!r}, input=…, output=…), limit tokens with "
                "budget=rnb.TokenBudget(…), or leave the budget out."
            )


def _check_repeats(repeats: object) -> None:
    if not isinstance(repeats, int) or isinstance(repeats, bool) or repeats < 1:
        raise ConfigurationError(
            f"repeats is how often each score is asked for, at least 1; not {repeats!r}."
        )


def _check_resume(resume: object, blocking: bool) -> None:
    if resume not in get_args(Resume):
        raise ConfigurationError(f"resume is 'auto', 'never' or 'ask', not {resume!r}.")
    if resume == "ask" and blocking:
        raise ConfigurationError(
            "resume='ask' waits for a click, and this call would wait for the run. Use start(…), or say "
            "'auto' or 'never'."
        )
