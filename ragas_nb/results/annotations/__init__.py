"""Judgements of people beside those of judges, in the format that Ragas exchanges."""

from __future__ import annotations

from ragas_nb.results.annotations.collection import MetricAnnotation, SingleMetricAnnotation
from ragas_nb.results.annotations.models import PromptAnnotation, SampleAnnotation

__all__ = ["MetricAnnotation", "PromptAnnotation", "SampleAnnotation", "SingleMetricAnnotation"]
