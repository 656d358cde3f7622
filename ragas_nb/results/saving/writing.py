"""From a result to what a file holds of it, and back."""

from __future__ import annotations

from collections.abc import Iterator

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.judges.base import Usage
from ragas_nb.results.contents import Contents
from ragas_nb.results.saving.shapes import (
    SavedFailure,
    SavedJob,
    SavedMark,
    SavedMetric,
    SavedResult,
    SavedStep,
    SavedUsage,
)
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.store.ledger import Ledger
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.records import PromptRecord, StepRecord
from ragas_nb.store.samples import dataset_from, dataset_of
from ragas_nb.store.state import FAILED, RUNNING, SCORED, STATUSES, UNDEFINED, Column, Findings, Mark

# ── out ──


def saved(contents: Contents) -> SavedResult:
    """What a file holds of a result."""
    findings = contents.findings
    prompts: dict[PromptRecord, int] = {}
    return SavedResult(
        run_id=contents.run_id,
        name=contents.name,
        status=findings.status,
        message=findings.message,
        ids=list(findings.ids),
        dataset=None if contents.dataset is None else dataset_of(contents.dataset),
        metrics=[_metric(column, findings.columns[column.name]) for column in contents.columns],
        jobs=list(_jobs(contents, prompts)),
        prompts=list(prompts),
        usage=_usage(findings.ledger),
        counted=contents.counted,
        handler=None if contents.cost_cb is None else _handled(contents.cost_cb),
        marks=[
            SavedMark(row=row, tags=mark.tags, note=mark.note) for row, mark in sorted(findings.marks.items())
        ],
    )


def _metric(described: ScoreColumn, column: Column) -> SavedMetric:
    words = ["pending" if status == RUNNING else STATUSES[status] for status in column.statuses]
    return SavedMetric(column=described, statuses=words, scores=column.scores(range(len(words))))


def _jobs(contents: Contents, prompts: dict[PromptRecord, int]) -> Iterator[SavedJob]:
    """The jobs of which more is known than a score."""
    findings = contents.findings
    for row, sample_id in enumerate(findings.ids):
        for metric, name in enumerate(findings.metrics):
            outcome = findings.outcomes.get((sample_id, name))
            steps = [_step(step, prompts) for step in contents.steps(sample_id, name)]
            repeats = findings.columns[name].repeats.get(row, ())
            if outcome is not None or steps or repeats:
                scored = outcome if isinstance(outcome, JobScored) else None
                yield SavedJob(
                    row=row,
                    metric=metric,
                    reason=scored.reason if scored else None,
                    confidence=scored.confidence if scored else None,
                    failure=_failure(outcome) if isinstance(outcome, JobFailed) else None,
                    steps=steps,
                    repeats=repeats,
                )


def _failure(failed: JobFailed) -> SavedFailure:
    return SavedFailure(
        kind=failed.kind, message=failed.message, error=failed.error, step=failed.step, raw=failed.raw
    )


def _step(step: StepRecord, prompts: dict[PromptRecord, int]) -> SavedStep:
    return SavedStep(
        prompt=prompts.setdefault(step.prompt, len(prompts)),
        input=step.input,
        output=step.output,
        source=step.source,
        attempts=step.attempts,
        repeat=step.repeat,
        turn=step.turn,
    )


def _usage(ledger: Ledger) -> SavedUsage:
    table = ledger.table()
    costs = [None if cost != cost else cost for cost in table["cost"].tolist()]
    return SavedUsage(
        payers=ledger.payers,
        cost=costs,
        **{name: table[name].tolist() for name in table.dtype.names or () if name != "cost"},
    )


def _handled(handler: CostCallbackHandler) -> list[TokenUsage]:
    """One usage per request where the handler keeps them, else its sums."""
    counted = getattr(handler, "usage_data", None)
    if counted is None:
        total = handler.total_tokens()
        counted = total if isinstance(total, list) else [total]
    return [
        TokenUsage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, model=usage.model)
        for usage in counted
    ]


# ── back ──


def restored(saved: SavedResult) -> Contents:
    """The result that a file holds.

    Raises:
        ValueError: its parts do not fit each other.
    """
    findings = _findings(saved)
    records = {
        (findings.ids[job.row], findings.metrics[job.metric]): tuple(
            _record(step, saved.prompts) for step in job.steps
        )
        for job in saved.jobs
    }
    return Contents(
        run_id=saved.run_id,
        name=saved.name,
        dataset=None if saved.dataset is None else dataset_from(saved.dataset, saved.ids),
        columns=tuple(metric.column for metric in saved.metrics),
        findings=findings,
        steps=lambda sample_id, metric: records.get((sample_id, metric), ()),
        counted=saved.counted,
        cost_cb=None if saved.handler is None else _handler(saved.handler),
    )


def _findings(saved: SavedResult) -> Findings:
    findings = Findings(saved.ids, [metric.column.name for metric in saved.metrics])
    if len(findings.row_of) < len(saved.ids) or len(findings.columns) < len(saved.metrics):
        raise ValueError("two samples or two metrics have one name")
    for metric in saved.metrics:
        _fill(findings.columns[metric.column.name], metric)
    for job in saved.jobs:
        _settle(findings, job)
    if sum(1 for _ in findings.failures()) < sum(
        column.count(FAILED) for column in findings.columns.values()
    ):
        raise ValueError("a failed job has no failure")
    _count(findings, saved.usage)
    for left in saved.marks:
        if left.row >= len(findings.ids):
            raise ValueError(f"marks: there is no sample {left.row}")
        findings.marks[left.row] = Mark(left.tags, left.note)
    findings.status, findings.message = saved.status, saved.message
    return findings


def _fill(column: Column, metric: SavedMetric) -> None:
    name, count = metric.column.name, len(column.values)
    if not metric.column.low < metric.column.high:
        raise ValueError(f"{name}: its range is empty")
    if not len(metric.scores) == len(metric.statuses) == count:
        raise ValueError(
            f"{name}: {len(metric.scores)} scores and {len(metric.statuses)} statuses for {count} samples"
        )
    for row, (word, score) in enumerate(zip(metric.statuses, metric.scores, strict=True)):
        if (word == "scored") != (score is not None):
            raise ValueError(f"{name}: sample {row} is {word}, and its score is {score!r}")
        column.statuses[row] = STATUSES.index(word)
        if isinstance(score, str | list):
            column.labels[row] = score
        elif score is not None:
            column.values[row] = score


def _settle(findings: Findings, job: SavedJob) -> None:
    sample_id, name = findings.ids[job.row], findings.metrics[job.metric]
    column = findings.columns[name]
    if job.repeats:
        column.repeats[job.row] = job.repeats
    if job.failure is not None:
        findings.outcomes[sample_id, name] = JobFailed(
            sample_id=sample_id, metric=name, **job.failure.model_dump()
        )
    elif column.statuses[job.row] in (SCORED, UNDEFINED):
        findings.outcomes[sample_id, name] = JobScored(
            sample_id=sample_id,
            metric=name,
            value=findings.score(sample_id, name),
            reason=job.reason,
            confidence=job.confidence,
            repeats=job.repeats,
        )


def _record(step: SavedStep, prompts: list[PromptRecord]) -> StepRecord:
    return StepRecord(
        prompts[step.prompt], step.input, step.output, step.source, step.attempts, step.repeat, step.turn
    )


def _count(findings: Findings, usage: SavedUsage) -> None:
    if usage.row and max(usage.row) >= len(findings.ids):
        raise ValueError(f"usage: there is no sample {max(usage.row)}")
    if strangers := {metric for metric, _, _ in usage.payers} - findings.columns.keys():
        raise ValueError(f"usage: there is no metric {min(strangers)!r}")
    columns = (
        usage.row,
        usage.payer,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.cost,
    )
    for row, payer, given, made, cached, cost in zip(*columns, strict=True):
        counted = Usage(input_tokens=given, output_tokens=made, cached_tokens=cached)
        findings.ledger.append(row, usage.payers[payer], counted, cost)


def _handler(usages: list[TokenUsage]) -> CostCallbackHandler:
    """A handler that has counted these; it came from a file and hears no replies."""
    handler = CostCallbackHandler(_refuse)
    handler.usage_data = usages
    return handler


def _refuse(reply: object) -> TokenUsage:
    raise ValueError("This handler was read from a file. Make a new one to count replies.")
