"""A metric that is asked to score by itself, without a dataset and other metrics."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ragas_nb.errors import PlanError
from ragas_nb.metrics.definition import unknown_field
from ragas_nb.metrics.result import MetricResult
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample, read_dataset
from ragas_nb.schema.columns import FIELDS, KNOWN_NAMES

if TYPE_CHECKING:
    from ragas_nb.metrics.base import Metric

Sample = AnySample | Mapping[str, object]
"""A sample, or a dict of its fields."""


def _runs() -> ModuleType:
    """What carries out runs.

    The one import against the order of the layers: a metric asked to score by itself hands over to the run
    that it would be a part of, so that the same rules hold (retries, asking again, traces).
    """
    from ragas_nb import api

    return api


async def ascore(metric: Metric, sample: AnySample, llm: object, embeddings: object) -> MetricResult:
    """Return the result for one sample; raise what the job raised."""
    results: list[MetricResult] = await _runs().ascore(
        metric, [sample], llm=llm, embeddings=embeddings, raise_exceptions=True
    )
    return results[0]


async def abatch_score(metric: Metric, samples: Any, llm: object, embeddings: object) -> list[MetricResult]:
    """Return the results for several samples, in their order; a failed one is undefined."""
    results: list[MetricResult] = await _runs().ascore(
        metric, samples, llm=llm, embeddings=embeddings, raise_exceptions=False
    )
    return results


def score(metric: Metric, sample: AnySample, llm: object, embeddings: object) -> MetricResult:
    """As `ascore`, and wait for it."""
    result: MetricResult = _runs().wait_for(lambda: ascore(metric, sample, llm, embeddings))
    return result


def batch_score(metric: Metric, samples: Any, llm: object, embeddings: object) -> list[MetricResult]:
    """As `abatch_score`, and wait for it."""
    results: list[MetricResult] = _runs().wait_for(lambda: abatch_score(metric, samples, llm, embeddings))
    return results


def given_sample(metric: Metric, sample: Sample | None, fields: Mapping[str, object]) -> AnySample:
    """Return the sample that was passed: as such, as a dict, or field by field.

    Raises:
        TypeError: there is none, several, or a field that no sample has.
        PlanError: it lacks a field that the metric needs.
    """
    if (sample is None) != bool(fields):
        raise TypeError("Pass either a sample (or a dict) or its fields: score(response='…', reference='…').")
    for name in fields:
        if name not in KNOWN_NAMES:
            raise TypeError(f"score() got {unknown_field(name, FIELDS)}")
    found = _read(sample if sample is not None else fields)
    missing = found.missing(sorted(metric.required(type(found))))
    if missing and metric.scores(type(found)):
        raise PlanError(
            f"Metric {metric.column!r} needs {' and '.join(map(repr, missing))}; the sample has "
            f"{', '.join(map(repr, found.get_features())) or 'nothing'}. Pass {missing[0]}=… as well."
        )
    return found


def _read(sample: object) -> AnySample:
    if isinstance(sample, SingleTurnSample | MultiTurnSample):
        return sample
    if isinstance(sample, Mapping):
        return read_dataset([sample])[0]
    raise TypeError(
        f"A {type(sample).__name__} is no sample. Pass a sample or a dict; several to batch_score()."
    )


def of_kind(sample: AnySample, kind: type[AnySample]) -> AnySample:
    """Return the sample, if it is of this kind.

    Raises:
        TypeError: it is not.
    """
    if isinstance(sample, kind):
        return sample
    raise TypeError(f"This takes a {kind.__name__}, not a {type(sample).__name__}. score() takes both.")
