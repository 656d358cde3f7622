"""The calls that people make: `start`, `aevaluate`, `evaluate`. The one place that accepts every spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.engine.loop import wait_for
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import RunCancelled
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.preparing import Callbacks, Metrics, Resume, Spending, Store, prepare
from ragas_nb.results.result import EvaluationResult
from ragas_nb.run import Run
from ragas_nb.schema import SampleId, read_dataset


def start(
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
    show_progress: bool = True,
    repeats: int = 1,
    resume: Resume = "auto",
    store: Store = "auto",
) -> Run:
    """Start an evaluation on the notebook's event loop and return at once; its live widget shows in the cell.

    `data`: DataFrame, `EvaluationDataset`, list of dicts or samples, Hugging Face `Dataset`, path to .jsonl
    or .csv. `metrics`: names, instances or classes; None takes the defaults that the data has the columns
    for. `llm`, `embeddings`: a model name, an OpenAI client (with `model=`), a `Judge`, a callable, a
    LangChain or LlamaIndex model, or `"offline"`. `budget`: dollars, or a `TokenBudget`; when it is reached
    the run stops, and `run.add_budget(…)` goes on. `callbacks`: functions called with each event. `repeats`:
    how often each score is asked for; the score is their mean, and their spread is kept.

    All that is answered and scored is kept in `store`: `"auto"` is `.ragas_nb/runs.sqlite` here, or what
    `RAGAS_NB_STORE` says; None keeps it in memory only. `resume="auto"` goes on with the last run of the same
    data, metrics, judge and name, where it stopped; `"ask"` waits there until it is told to; `"never"` makes
    a new run, which still takes answers that the store has.

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
        repeats=repeats,
        resume=resume,
        store=store,
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
    budget: Spending = None,
    repeats: int = 1,
    resume: Resume = "auto",
    store: Store = "auto",
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
        repeats=repeats,
        resume=resume,
        store=store,
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
    budget: Spending = None,
    repeats: int = 1,
    resume: Resume = "auto",
    store: Store = "auto",
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
        repeats=repeats,
        resume=resume,
        store=store,
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
        resume="never",
        store=None,
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
            return MetricResult(None, f"{failed.error}: {failed.message}", traces=traces)
        case None:
            return MetricResult(None)


def _batched(config: RunConfig | None, batch_size: int | None) -> RunConfig | None:
    if batch_size is None:
        return config
    return RunConfig(max_workers=batch_size) if config is None else replace(config, max_workers=batch_size)
