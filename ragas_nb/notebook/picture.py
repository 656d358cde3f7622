"""A run as the wire's values: header, columns, rows, jobs in full, and what a notebook keeps."""

from __future__ import annotations

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.engine.trace import Attempt
from ragas_nb.errors import ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.results.explain import items_of
from ragas_nb.results.records import StepRecord, paid_attempts, records_of
from ragas_nb.results.summary import summarise
from ragas_nb.run import Run
from ragas_nb.schema import AIMessage, AnySample, Message, MultiTurnSample, ToolCall
from ragas_nb.store.state import FAILED, SCORED, STATUSES, UNDEFINED

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


def metric_columns(run: Run) -> list[wire.MetricColumn]:
    """The run's metrics, in order."""
    return [
        wire.MetricColumn(
            name=metric.column,
            kind=metric.kind,
            low=metric.score_range[0],
            high=metric.score_range[1],
            higher_is_better=metric.higher_is_better,
        )
        for metric in run.plan.metrics
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
    return wire.Fact(name=name, text=str(value), texts=None)


def _part(value: object) -> str:
    """One item of a list: a text, or a message or a tool call as a person reads it."""
    if isinstance(value, Message):
        return value.pretty_repr()
    return f"{value.name}: {value.args}" if isinstance(value, ToolCall) else str(value)


def _job(run: Run, row: int, metric: str) -> wire.Job:
    sample_id = run.state.ids[row]
    outcome = run.state.outcomes.get((sample_id, metric))
    steps = records_of(outcome.trace) if outcome else ()
    paid = paid_attempts(steps)
    return wire.Job(
        metric=metric,
        status=STATUSES[run.state.columns[metric].statuses[row]],
        value=run.state.score(sample_id, metric),
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
    state = run.state
    summaries = [summarise(state.columns[m.column], m.score_range) for m in run.plan.metrics]
    return wire.Saved(
        run=run_info(run),
        metrics=metric_columns(run),
        totals=totals(run),
        summaries=[
            wire.MetricSummary(
                n=s.n,
                failed=s.failed,
                undefined=s.undefined,
                mean=s.mean,
                low=s.low,
                high=s.high,
                bins=list(s.bins),
            )
            for s in summaries
        ],
        rows=[_saved_row(run, row) for row in range(min(SAVED_ROWS, len(run)))],
    )


def _saved_row(run: Run, row: int) -> wire.SavedRow:
    state = run.state
    cells = []
    for name in state.metrics:
        status = STATUSES[state.columns[name].statuses[row]]
        value = state.columns[name].values[row] if status == "scored" else None
        cells.append(wire.SavedCell(status=status, value=value))
    return wire.SavedRow(text=row_text(run, row), cells=cells, cost=state.costs[row])
