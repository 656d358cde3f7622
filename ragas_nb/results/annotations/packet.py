"""A result as annotation services take it: a tree of runs, each naming its parent and its children."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from ragas_nb.metrics.result import Score
from ragas_nb.results.annotations.judged import Judged
from ragas_nb.schema import BaseSample, SampleId
from ragas_nb.store.records import StepRecord

_ROOT_NAME: Final = "ragas evaluation"


@dataclass(frozen=True, slots=True)
class ChainRun:
    """One node of the tree; `metadata["type"]` is `evaluation`, `row`, `metric` or `ragas_prompt`."""

    run_id: str
    parent_run_id: str | None
    name: str
    inputs: dict[str, object]
    metadata: dict[str, object]
    outputs: dict[str, object] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)


def evaluation_packet(result: Judged, *, created_at: datetime | None = None) -> dict[str, object]:
    """Return what the service takes as an evaluation: `{"run_id", "created_at", "evaluation_run": [run …]}`.

    The runs are the evaluation, then every row with its metrics and their prompts, parents first. The same
    result gives the same ids, so that the service can tell that it has it. `created_at` is now by default.
    """
    root = str(result.run_id)
    rows = list(_rows(result, root))
    evaluation = ChainRun(
        run_id=root,
        parent_run_id=None,
        name=result.name or _ROOT_NAME,
        inputs={},
        metadata={"type": "evaluation"},
        outputs={"scores": [row[0].outputs for row in rows]},
        children=[row[0].run_id for row in rows],
    )
    runs = [evaluation, *(run for row in rows for run in row)]
    return {
        "run_id": root,
        "created_at": (created_at or datetime.now(UTC)).isoformat(),
        "evaluation_run": [asdict(run) for run in runs],
    }


def _rows(result: Judged, parent: str) -> Iterator[list[ChainRun]]:
    """Give every row followed by the runs below it."""
    columns = {metric: result[metric] for metric in result.metrics}
    for position, (sample_id, sample) in enumerate(zip(result.dataset.ids, result.dataset, strict=True)):
        run_id = _id(parent, f"row {position}")
        scores = {metric: scores[position] for metric, scores in columns.items()}
        metrics = [_metric(result, run_id, sample_id, sample, metric, scores[metric]) for metric in scores]
        row = ChainRun(
            run_id=run_id,
            parent_run_id=parent,
            name=f"row {position}",
            inputs=sample.model_dump(),
            metadata={"type": "row", "row_index": position},
            outputs=dict(scores),
            children=[runs[0].run_id for runs in metrics],
        )
        yield [row, *(run for runs in metrics for run in runs)]


def _metric(
    result: Judged, parent: str, sample_id: SampleId, sample: BaseSample, metric: str, score: Score
) -> list[ChainRun]:
    """Return a job followed by its prompts."""
    run_id = _id(parent, metric)
    steps = [step for step in result.steps(sample_id, metric) if step.prompt.kind == "prompt"]
    prompts = [_prompt(run_id, number, step) for number, step in enumerate(steps)]
    job = ChainRun(
        run_id=run_id,
        parent_run_id=parent,
        name=metric,
        inputs=sample.to_dict(),
        metadata={"type": "metric"},
        outputs={"output": score},
        children=[prompt.run_id for prompt in prompts],
    )
    return [job, *prompts]


def _prompt(parent: str, number: int, step: StepRecord) -> ChainRun:
    """Return a prompt, without an output where it was not answered."""
    return ChainRun(
        run_id=_id(parent, f"{number} {step.step}"),
        parent_run_id=parent,
        name=step.step,
        inputs={"data": step.input},
        metadata={"type": "ragas_prompt"},
        outputs={} if step.output is None else {"output": [step.output]},
    )


def _id(parent: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{parent}/{name}"))
