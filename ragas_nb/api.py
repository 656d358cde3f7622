"""The calls that people make: `start`, `aevaluate`, `evaluate`. The one place that accepts every spelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ragas_nb.engine.events import Event, JobFailed, JobScored
from ragas_nb.engine.loop import wait_for
from ragas_nb.engine.plan import Plan, make_plan
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError, RunCancelled
from ragas_nb.judges.base import Embedder, Judge, Usage
from ragas_nb.judges.resolve import resolve_embedder, resolve_judge
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.results.result import EvaluationResult
from ragas_nb.run import Run, RunSettings
from ragas_nb.schema import SampleId, read_dataset

Metrics = Sequence[object] | object | None
"""One metric or several: names, classes, metrics, those of other packages, functions; None: the defaults."""
Callbacks = Callable[[Event], None] | Sequence[Callable[[Event], None]] | None


def start(
    data: Any,
    metrics: Metrics = None,
    *,
    llm: Any = None,
    embeddings: Any = None,
    model: str | None = None,
    name: str | None = None,
    budget: float | None = None,
    column_map: Mapping[str, str] | None = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    raise_exceptions: bool = False,
    show_progress: bool = True,
) -> Run:
    """Start an evaluation on the notebook's event loop and return at once; its live widget shows in the cell.

    `data`: DataFrame, `EvaluationDataset`, list of dicts or samples, Hugging Face `Dataset`, path to .jsonl
    or .csv. `metrics`: names, instances or classes; None takes the defaults that the data has the columns
    for. `llm`, `embeddings`: a model name, an OpenAI client (with `model=`), a `Judge`, a callable, a
    LangChain or LlamaIndex model, or `"offline"`. `budget`: dollars. `callbacks`: functions called with each
    event.

    Raises:
        DatasetError, PlanError, ConfigurationError: before anything is asked; the message names the way out.
    """
    run = prepare(
        data,
        metrics,
        llm=llm,
        embeddings=embeddings,
        model=model,
        name=name,
        budget=budget,
        column_map=column_map,
        callbacks=callbacks,
        run_config=run_config,
        raise_exceptions=raise_exceptions,
        blocking=False,
    ).start()
    if show_progress:
        run.show()
    return run


async def aevaluate(
    dataset: Any,
    metrics: Metrics = None,
    llm: Any = None,
    embeddings: Any = None,
    experiment_name: str | None = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    token_usage_parser: object = None,
    raise_exceptions: bool = False,
    column_map: Mapping[str, str] | None = None,
    show_progress: bool = True,
    batch_size: int | None = None,
    *,
    model: str | None = None,
    name: str | None = None,
    budget: float | None = None,
) -> EvaluationResult:
    """Evaluate and return the result: `result = await aevaluate(df)` in a cell. Arguments: see `evaluate`.

    Raises:
        As `evaluate`. Cancelling the call cancels the run.
    """
    return await start(
        dataset,
        metrics,
        llm=llm,
        embeddings=embeddings,
        model=model,
        name=name or experiment_name,
        budget=budget,
        column_map=column_map,
        callbacks=callbacks,
        run_config=_batched(run_config, batch_size),
        raise_exceptions=raise_exceptions,
        show_progress=show_progress,
    )


def evaluate(
    dataset: Any,
    metrics: Metrics = None,
    llm: Any = None,
    embeddings: Any = None,
    experiment_name: str | None = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    token_usage_parser: object = None,
    raise_exceptions: bool = False,
    column_map: Mapping[str, str] | None = None,
    show_progress: bool = True,
    batch_size: int | None = None,
    *,
    model: str | None = None,
    name: str | None = None,
    budget: float | None = None,
) -> EvaluationResult:
    """Evaluate and wait for the result: for scripts, and for cells that want the result on the next line.

    Takes what Ragas' `evaluate` takes, and `model`, `name`, `budget` as `start` does. `token_usage_parser` is
    accepted and not needed: usage is always counted. `batch_size` bounds the requests in flight.

    Raises:
        DatasetError, PlanError, ConfigurationError: before anything is asked.
        JudgeError: the judge cannot work at all, or with `raise_exceptions` the first failure; its `result`
            holds the scores that were finished.
        RunCancelled: on an interrupt; its `result` holds the scores that were finished.
    """
    run = prepare(
        dataset,
        metrics,
        llm=llm,
        embeddings=embeddings,
        model=model,
        name=name or experiment_name,
        budget=budget,
        column_map=column_map,
        callbacks=callbacks,
        run_config=_batched(run_config, batch_size),
        raise_exceptions=raise_exceptions,
        blocking=True,
    )
    if show_progress:
        run.show()
    try:
        return wait_for(run.finish)
    except KeyboardInterrupt:
        done = run.state.settled_samples_in_all()
        raise RunCancelled(
            f"The run was interrupted: {done} of {len(run)} samples are scored, "
            "and kept in this error's .result.",
            result=run.result,
        ) from None


async def ascore(
    metric: Metric, samples: Any, *, llm: Any = None, embeddings: Any = None, raise_exceptions: bool
) -> list[MetricResult]:
    """The results of one metric for some samples, in their order: what a metric does that scores by itself.

    Without `raise_exceptions`, what failed is undefined, and its reason starts with the kind of error.

    Raises:
        As `evaluate`.
    """
    dataset = read_dataset(samples)
    if not len(dataset):
        return []
    result = await prepare(
        dataset,
        [metric],
        llm=llm,
        embeddings=embeddings,
        name=metric.column,
        raise_exceptions=raise_exceptions,
        blocking=False,
    )
    return [_found(result, metric.column, row, sample_id) for row, sample_id in enumerate(dataset.ids)]


def _found(result: EvaluationResult, column: str, row: int, sample_id: SampleId) -> MetricResult:
    """What a run found for one sample, with its steps."""
    traces = result.traces[row][column] or None
    match result.outcome(sample_id, column):
        case JobScored() as scored:
            return MetricResult(scored.value, scored.reason, scored.confidence, traces)
        case JobFailed() as failed:
            return MetricResult(None, f"{failed.kind}: {failed.message}", traces=traces)
        case None:
            return MetricResult(None)


def prepare(
    data: Any,
    metrics: Metrics = None,
    *,
    llm: Any = None,
    embeddings: Any = None,
    model: str | None = None,
    name: str | None = None,
    budget: float | None = None,
    column_map: Mapping[str, str] | None = None,
    callbacks: Callbacks = None,
    run_config: RunConfig | None = None,
    raise_exceptions: bool = False,
    blocking: bool,
) -> Run:
    """Check everything and make a run that has not begun; arguments and errors: see `start`.

    `blocking` when a cell will wait for it.
    """
    listed = metrics if metrics is None or isinstance(metrics, list | tuple) else [metrics]
    plan = make_plan(read_dataset(data, column_map=column_map), listed)
    judge, embedder = _asked(plan, llm, embeddings, model)
    _check_budget(budget, judge, embedder)
    settings = RunSettings(
        name=name or "evaluation",
        judge=judge,
        embedder=embedder,
        config=run_config or RunConfig(),
        budget=budget,
        raise_exceptions=raise_exceptions,
        listeners=_listeners(callbacks),
        blocking=blocking,
    )
    return Run(plan, settings)


def _asked(plan: Plan, llm: Any, embeddings: Any, model: str | None) -> tuple[Judge | None, Embedder | None]:
    """Whom the plan's metrics ask. A judge that none of them asks may still tell where to embed."""
    asks_judge, asks_embedder = "judge" in plan.needs, "embedder" in plan.needs
    judge = None
    if asks_judge or (asks_embedder and (embeddings is None or llm is not None)):
        judge = resolve_judge(llm, model=model)
    embedder = resolve_embedder(embeddings, judge=judge) if asks_embedder else None
    return (judge if asks_judge else None), embedder


def _batched(config: RunConfig | None, batch_size: int | None) -> RunConfig | None:
    if batch_size is None:
        return config
    return RunConfig(max_workers=batch_size) if config is None else replace(config, max_workers=batch_size)


def _listeners(callbacks: Callbacks) -> tuple[Callable[[Event], None], ...]:
    if callbacks is None:
        return ()
    listed = tuple(callbacks) if isinstance(callbacks, Sequence) else (callbacks,)
    for callback in listed:
        if not callable(callback):
            raise ConfigurationError(
                "callbacks takes functions that are called with each event; "
                f"found {type(callback).__name__}. LangChain callback handlers are not used here."
            )
    return listed


def _check_budget(budget: float | None, judge: Judge | None, embedder: Embedder | None) -> None:
    """Refuse a budget that could not be kept."""
    if budget is None:
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
                f"Set one with rnb.set_price({model!r}, input=…, output=…), or leave the budget out."
            )
