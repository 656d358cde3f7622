"""A run as the wire's values: header, columns, rows, jobs in full, and what a notebook keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from ragas_nb.engine.events import FailureKind, JobFailed, JobScored
from ragas_nb.engine.trace import Attempt
from ragas_nb.errors import ProtocolError
from ragas_nb.judges.images.data_uris import described
from ragas_nb.metrics.result import Score
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.fields import field_texts
from ragas_nb.notebook.labels import Kept, kept_labels, labels_of, text_of
from ragas_nb.notebook.projecting import projected
from ragas_nb.notebook.tracking import failed_of
from ragas_nb.notebook.worst import worst_rows
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.explain import items_of
from ragas_nb.results.summary import summarise
from ragas_nb.run import Run
from ragas_nb.schema import AIMessage, AnySample, Message, MultiTurnSample, ToolCall
from ragas_nb.store.records import StepRecord, paid_attempts
from ragas_nb.store.state import FAILED, SCORED, STATUSES, UNDEFINED, Column

CELL_WIDTH = 300
"""Characters of a text in the grid."""
SAVED_ROWS = 12
"""Rows that a saved notebook keeps."""
SAVED_WIDTH, SAVED_ID_WIDTH = 120, 40
"""Characters of their texts and of their ids."""


def run_info(run: RecordedRun) -> wire.RunInfo:
    """What stays the same during a run."""
    started = run.state.started_at or run.meta.created_at
    return wire.RunInfo(
        run_id=run.run_id,
        name=run.name,
        judge=run.meta.judge,
        embedder=run.meta.embedder,
        started_at=started.isoformat(),
        samples=len(run),
        blocking=run.blocking,
    )


def metric_columns(run: RecordedRun, labels: Sequence[Sequence[str] | None]) -> list[wire.MetricColumn]:
    """The run's metrics with their labels, in order."""
    return [
        wire.MetricColumn(
            name=column.name,
            kind=column.kind,
            low=column.low,
            high=column.high,
            higher_is_better=column.higher_is_better,
            labels=None if texts is None else list(texts),
        )
        for column, texts in zip(run.columns, labels, strict=True)
    ]


def totals(run: RecordedRun, failed: Mapping[FailureKind, int]) -> wire.Totals:
    """The run as a whole, now; `failed` are the jobs that failed, by kind."""
    state, elapsed = run.state, run.clock.elapsed()
    settled, spent = state.settled_samples_in_all(), state.total
    rate = settled / elapsed if settled and elapsed > 0 else None
    projects = settled and spent.cost and state.status in ("running", "paused")
    whole, margin = projected(spent.cost, state.cost_squares, settled, len(run)) if projects else (None, None)
    interrupted = not run.ended and not isinstance(run, Run)
    return wire.Totals(
        state="interrupted" if interrupted else state.status,
        message=f"The run has not ended; rnb.resume({run.run_id!r}) goes on."
        if interrupted
        else state.message,
        scored=state.settled_samples(SCORED),
        failed=state.settled_samples(FAILED),
        undefined=state.settled_samples(UNDEFINED),
        elapsed_s=elapsed,
        rate=rate,
        left_s=(len(run) - settled) / rate if rate and state.status == "running" else None,
        input_tokens=spent.usage.input_tokens,
        output_tokens=spent.usage.output_tokens,
        requests=spent.requests,
        cost=spent.cost,
        unpriced=spent.unpriced,
        projected_cost=whole,
        projected_margin=margin,
        budget=budget_of(run),
        can=list(run.can),
        notices=[wire.Notice(about=about, message=said) for about, said in state.notices.items()],
        limits=limits_of(run),
        failures=[wire.Failures(kind=kind, jobs=jobs) for kind, jobs in failed.items()],
    )


def budget_of(run: RecordedRun) -> wire.Budget | None:
    """What a run may spend; None where nothing says so."""
    allowance = run.allowance
    if allowance is None:
        return None
    return wire.Budget(told=str(allowance), unit=allowance.unit, limit=allowance.limit)


def limits_of(run: RecordedRun) -> wire.Limits | None:
    """How fast a run's requests go out; None where none will."""
    limits = run.limits
    if limits is None:
        return None
    return wire.Limits(
        in_flight=limits.in_flight,
        at_once=limits.limit,
        max_workers=limits.max_workers,
        waiting_s=math.ceil(limits.waiting_s),
        requests_per_minute=limits.most_requests,
        tokens_per_minute=limits.most_tokens,
    )


def row_text(
    run: RecordedRun, row: int, fields: Sequence[str] = (), *, width: int = CELL_WIDTH
) -> wire.RowText:
    """A sample as the grid shows it with these further fields, its texts cut to this many characters.

    Raises:
        ProtocolError: the samples have no such field.
    """
    asked, answered = _asked_and_answered(run.dataset.samples[row])
    return wire.RowText(
        row=row,
        sample_id=str(run.state.ids[row]),
        user_input=_cut(asked, width),
        response=_cut(answered, width),
        more=field_texts(run.dataset, row, fields, width),
    )


def _asked_and_answered(sample: AnySample) -> tuple[str, str]:
    """Question and response; of a conversation how it began, and the assistant's last words."""
    if isinstance(sample, MultiTurnSample):
        first = next((message.content for message in sample.user_input), "")
        answers = [message.content for message in sample.user_input if isinstance(message, AIMessage)]
        return first, next(filter(None, reversed(answers)), "")
    return sample.user_input or "", sample.response or ""


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def row_detail(run: RecordedRun, row: int, number: int) -> wire.RowDetail:
    """A sample in full with all its jobs; `number` is the command that asked.

    Raises:
        ProtocolError: no such row.
    """
    if not 0 <= row < len(run):
        raise ProtocolError(f"There is no row {row}: the run has {len(run)} samples.")
    sample = run.dataset.samples[row]
    return wire.RowDetail(
        id=number,
        row=row,
        beside=False,
        sample_id=str(run.state.ids[row]),
        facts=facts_of(sample),
        jobs=[_job(run, row, name) for name in run.state.metrics],
    )


def facts_of(sample: AnySample) -> list[wire.Fact]:
    """The fields that a sample has, in full."""
    return [_fact(name, getattr(sample, name)) for name in sample.get_features()]


def _fact(name: str, value: object) -> wire.Fact:
    if isinstance(value, list):
        return wire.Fact(name=name, text=None, texts=[_part(part) for part in value])
    return wire.Fact(name=name, text=described(str(value)), texts=None)


def _part(value: object) -> str:
    """One item of a list: a text, or a message or a tool call as a person reads it."""
    if isinstance(value, Message):
        return value.pretty_repr()
    return f"{value.name}: {value.args}" if isinstance(value, ToolCall) else described(str(value))


def _job(run: RecordedRun, row: int, metric: str) -> wire.Job:
    sample_id, column = run.state.ids[row], run.state.columns[metric]
    outcome = run.state.outcome(sample_id, metric)
    steps = run._steps(sample_id, metric)  # with those that turned texts into vectors: they cost too
    repeats = column.repeats.get(row)
    paid = paid_attempts(steps)
    return wire.Job(
        metric=metric,
        status=STATUSES[column.statuses[row]],
        value=_score(run.state.score(sample_id, metric)),
        repeats=None if repeats is None else [_score(score) for score in repeats],
        reason=outcome.reason if isinstance(outcome, JobScored) else None,
        error=_error(outcome) if isinstance(outcome, JobFailed) else None,
        steps=[_step(step) for step in steps if step.prompt.kind == "prompt"],
        requests=len(paid),
        cost=None if any(a.cost is None for a in paid) else sum(a.cost or 0.0 for a in paid),
        seconds=sum(a.seconds for a in paid),
    )


def _score(score: Score) -> float | str | None:
    return text_of(score) if isinstance(score, list) else score


def _error(failure: JobFailed) -> wire.JobError:
    return wire.JobError(
        kind=failure.kind,
        error=failure.error,
        message=failure.message,
        step=failure.step,
        raw=failure.raw,
    )


def _step(step: StepRecord) -> wire.Step:
    return wire.Step(
        name=step.step,
        turn=step.turn,
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


def saved_state(run: RecordedRun) -> wire.Saved:
    """What a notebook keeps of a run: bounded, whatever its size; of its rows the worst, the worst first."""
    rows = worst_rows(run, SAVED_ROWS)
    columns = [run.state.columns[column.name] for column in run.columns]
    kept = [
        kept_labels(labels, column, rows) if labels else None
        for labels, column in zip(labels_of(run), columns, strict=True)
    ]
    return wire.Saved(
        run=run_info(run),
        metrics=metric_columns(run, [labels.texts if labels else None for labels in kept]),
        totals=totals(run, failed_of(run.state).counts),
        summaries=[
            _summary(column, (told.low, told.high), labels)
            for told, column, labels in zip(run.columns, columns, kept, strict=True)
        ],
        rows=[_saved_row(run, place, row, kept) for place, row in enumerate(rows)],
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


def _saved_row(run: RecordedRun, place: int, row: int, kept: Sequence[Kept | None]) -> wire.SavedRow:
    """A row as it is kept; it has this place among those that are."""
    cells = []
    for (name, column), labels in zip(run.state.columns.items(), kept, strict=True):
        status = STATUSES[column.statuses[row]]
        value = column.values[row] if labels is None else labels.places[place]
        failure = run.state.outcome(run.state.ids[row], name) if status == "failed" else None
        cells.append(
            wire.SavedCell(
                status=status,
                value=value if status == "scored" else None,
                kind=failure.kind if isinstance(failure, JobFailed) else None,
            )
        )
    text = row_text(run, row, width=SAVED_WIDTH)
    text = text.model_copy(update={"sample_id": _cut(text.sample_id, SAVED_ID_WIDTH)})
    return wire.SavedRow(text=text, cells=cells, cost=run.state.costs[row])
