"""All that a result says, for tests that two results say the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ragas_nb.errors import DatasetError
from ragas_nb.results.result import EvaluationResult


def told(result: EvaluationResult) -> dict[str, object]:
    """All that a result says, as text where values have no equality."""
    jobs = [(sample_id, metric) for sample_id in ids(result) for metric in result.metrics]
    return {
        "repr": repr(result),
        "named": (result.run_id, result.name, result.status, result.metrics, result.binary_columns),
        "scores": result.scores,
        "summary": result.summary(),
        "errors": result.errors.to_dict("list"),
        "explained": [result.explain(*job) for job in jobs],
        "outcomes": [ending(result, *job) for job in jobs],
        "steps": [result.steps(*job) for job in jobs],
        "traces": list(result.traces),
        "usage": repr(result.usage.to_dict("list")),
        "unpriced": result.unpriced,
        "totals": totals(result),
    }


def ids(result: EvaluationResult) -> list[str | int]:
    try:
        return result.dataset.ids
    except DatasetError:
        return list(range(len(result)))


def ending(result: EvaluationResult, sample_id: str | int, metric: str) -> object:
    outcome = result.outcome(sample_id, metric)
    return None if outcome is None else replace(outcome, trace=())


def totals(result: EvaluationResult) -> object:
    try:
        return result.total_tokens(), result.total_cost(0.5), repr(result.total_cost())
    except ValueError as error:
        return str(error)


def again(result: EvaluationResult, folder: Path) -> EvaluationResult:
    result.save(folder / "result.json")
    return EvaluationResult.load(folder / "result.json")
