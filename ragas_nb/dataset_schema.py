"""Ragas' name for where samples, datasets, results and annotations live."""

from __future__ import annotations

from ragas_nb.results.annotations import (
    MetricAnnotation,
    PromptAnnotation,
    SampleAnnotation,
    SingleMetricAnnotation,
)
from ragas_nb.results.result import EvaluationResult
from ragas_nb.schema import BaseSample, EvaluationDataset, MultiTurnSample, SingleTurnSample

__all__ = [
    "BaseSample",
    "EvaluationDataset",
    "EvaluationResult",
    "MetricAnnotation",
    "MultiTurnSample",
    "PromptAnnotation",
    "SampleAnnotation",
    "SingleMetricAnnotation",
    "SingleTurnSample",
]
