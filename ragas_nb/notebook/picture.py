"""A run as the wire's values: header, columns, rows, jobs in full, and what a notebook keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.engine.trace import Attempt
from ragas_nb.errors import ProtocolError
from ragas_nb.judges.images.data_uris import described
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.labels import Kept, kept_labels, labels_of, text_of
from ragas_nb.results.explain import items_of
from ragas_nb.results.records import StepRecord, paid_attempts, records_of
from ragas_nb.results.summary import summarise
from ragas_nb.run import Run
from ragas_nb.schema import AIMessage, AnySample, Message, MultiTurnSample, ToolCall
from ragas_nb.store.state import FAILED, SCORED, STATUSES, UNDEFINED, Column

CELL_WIDTH = 300
"""Characters of a text in the grid."""
SAVED_ROWS = 100
"""Rows that a saved notebook keeps."""


def run_info(run: Run) -> wire.RunInfo:
    """What stays the same during a run."""
    started = run.state.started_at
    settings = run.settings
    return wire.RunInfo(
        run_id=run.run_id,
        name=run.name,
        judge=settings.judge.label if settings.judge else None,
        embedder=settings.embedder.label if settings.embedder else None,
        started_at=started.isoformat() if started else "",
        samples=len(run),
        blocking=settings.blocking,
    )


def metric_columns(run: Run, labels: Sequence[Sequence[str] | None]) -> list[wire.MetricColumn]:
    """The run's metrics with their labels, in order."""
    return [
        wire.MetricColumn(
            name=metric.column,
            kind=metric.kind,
            low=metric.score_range[0],
            high=metric.score_range[1],
            higher_is_better=metric.higher_is_better,
            labels=None if texts is None else list(texts),
        )
        for metric, texts in zip(run.plan.metrics, labels, strict=True)
    ]


def totals(run: Run) -> wire.Totals:
    """The run as a whole, now."""
    state, elapsed = run.state, run.clock.elapsed()
    settled, spent = state.settled_samples_in_all(), state.total
    rate = settled / elapsed if settled and elapsed > 0 else None
    going = state.status == "running"
    return wire.Totals(
        state=state.status,
        message=state.message,
        scored=state.settled_samples(SCORED),
        failed=state.settled_samples(FAILED),
        undefined=state.settled_samples(UNDEFINED),
        elapsed_s=elapsed,
        rate=rate,
        left_s=(len(run) - settled) / rate if rate and going else None,
        input_tokens=spent.usage.input_tokens,
        output_tokens=spent.usage.output_tokens,
        requests=spent.requests,
        cost=spent.cost,
        unpriced=spent.unpriced,
        projected_cost=spent.cost / settled * len(run) if settled and spent.cost and going else None,
        budget=run.settings.budget,
    )


def row_text(run: Run, row: int) -> wire.RowText:
    """A sample as the grid shows it."""
    asked, answered = _asked_and_answered(run.plan.dataset.samples[row])
    return wire.RowText(
        row=row,
        sample_id=str(run.state.ids[row]),
        user_input=_cut(asked),
        response=_cut(answered),
    )


def _asked_and_answered(sample: AnySample) -> tuple[str, str]:
    """Question and response; of a conversation how it began, and the assistant's last words."""
    if isinstance(sample, MultiTurnSample):
        first = next((message.content for message in sample.user_input), "")
        answers = [message.content for message in sample.user_input if isinstance(message, AIMessage)]
        return first, next(filter(None, reversed(answers)), "")
    return sample.user_input or "", sample.response or ""


def _cut(text: str) -> str:
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def row_detail(run: Run, row: int, number: int) -> wire.RowDetail:
    """A sample in full with all its jobs; `number` is the command that asked.

    Raises:
        ProtocolError: no such row.
    """
    if not 0 <= row < len(run):
        raise ProtocolError(f"There is no row {row}: the run has {len(run)} samples.")
    sample = run.plan.dataset.samples[row]
    return wire.RowDetail(
        id=number,
        row=row,
        sample_id=str(run.state.ids[row]),
        facts=[_fact(name, getattr(sample, name)) for name in sample.get_features()],
        jobs=[_job(run, row, name) for name in run.state.metrics],
    )


def _fact(name: str, value: object) -> wire.Fact:
    if isinstance(value, list):
        return wire.Fact(name=name, text=None, texts=[_part(part) for part in value])
    return wire.Fact(name=name, text=described(str(value)), texts=None)


def _part(value: object) -> str:
    """One item of a list: a text, or a message or a tool call as a person reads it."""
    if isinstance(value, Message):
        return value.pretty_repr()
    return f"{value.name}: {value.args}" if isinstance(value, ToolCall) else described(str(value))


def _job(run: Run, row: int, metric: str) -> wire.Job:
    sample_id = run.state.ids[row]
    outcome = run.state.outcomes.get((sample_id, metric))
    steps = records_of(outcome.trace) if outcome else ()
    score = run.state.score(sample_id, metric)
    paid = paid_attempts(steps)
    return wire.Job(
        metric=metric,
        status=STATUSES[run.state.columns[metric].statuses[row]],
        value=text_of(score) if isinstance(score, list) else score,
        reason=outcome.reason if isinstance(outcome, JobScored) else None,
        error=_error(outcome) if isinstance(outcome, JobFailed) else None,
        steps=[_step(step) for step in steps if step.prompt.kind == "prompt"],
        requests=len(paid),
        cost=None if any(a.cost is None for a in paid) else sum(a.cost or 0.0 for a in paid),
        seconds=sum(a.seconds for a in paid),
    )


def _error(failure: JobFailed) -> wire.JobError:
    return wire.JobError(kind=failure.kind, message=failure.message, step=failure.step, raw=failure.raw)


def _step(step: StepRecord) -> wire.Step:
    return wire.Step(
        name=step.step,
        source=step.source,
        items=[
            wire.Item(text=i.text, reason=i.reason, verdict=i.verdict, word=i.word) for i in items_of(step)
        ],
        prompt=step.text,
        attempts=[_attempt(attempt) for attempt in step.attempts],
    )


def _attempt(attempt: Attempt) -> wire.Attempt:
    return wire.Attempt(
        outcome=attempt.outcome,
        reply=attempt.reply,
        problem=attempt.problem,
        model=attempt.model,
        input_tokens=attempt.usage.input_tokens,
        output_tokens=attempt.usage.output_tokens,
        cost=attempt.cost,
        seconds=attempt.seconds,
    )


def saved_state(run: Run) -> wire.Saved:
    """What a notebook keeps of a run: bounded, whatever its size."""
    rows = min(SAVED_ROWS, len(run))
    columns = [run.state.columns[metric.column] for metric in run.plan.metrics]
    kept = [
        kept_labels(labels, column, rows) if labels else None
        for labels, column in zip(labels_of(run), columns, strict=True)
    ]
    return wire.Saved(
        run=run_info(run),
        metrics=metric_columns(run, [labels.texts if labels else None for labels in kept]),
        totals=totals(run),
        summaries=[
            _summary(column, metric.score_range, labels)
            for metric, column, labels in zip(run.plan.metrics, columns, kept, strict=True)
        ],
        rows=[_saved_row(run, row, kept) for row in range(rows)],
    )


def _summary(column: Column, score_range: tuple[float, float], labels: Kept | None) -> wire.MetricSummary:
    if labels is None:
        return wire.MetricSummary(**asdict(summarise(column, score_range)))
    return wire.MetricSummary(
        n=column.count(SCORED),
        failed=column.count(FAILED),
        undefined=column.count(UNDEFINED),
        mean=None,
        low=None,
        high=None,
        bins=labels.counts,
    )


def _saved_row(run: Run, row: int, kept: Sequence[Kept | None]) -> wire.SavedRow:
    cells = []
    for column, labels in zip(run.state.columns.values(), kept, strict=True):
        status = STATUSES[column.statuses[row]]
        value = column.values[row] if labels is None else labels.places[row]
        cells.append(wire.SavedCell(status=status, value=value if status == "scored" else None))
    return wire.SavedRow(text=row_text(run, row), cells=cells, cost=run.state.costs[row])
