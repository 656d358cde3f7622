"""Contexts beside reference contexts, letter by letter: were the right ones retrieved, and first?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from ragas_nb.metrics._string_similarity import DistanceMeasure, NonLLMStringSimilarity, distance_by
from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import average_precision, mean
from ragas_nb.schema import SingleTurnSample


def _measure(given: object) -> object:
    """The measure of a string metric, which is how Ragas names one."""
    return given.distance_measure if isinstance(given, NonLLMStringSimilarity) else given


class _ComparesContexts(ComputedMetric, abstract=True):
    """What compares every retrieved context with every reference context."""

    threshold: float = Field(0.5, ge=0, le=1)
    distance_measure: Annotated[DistanceMeasure, BeforeValidator(_measure)] = DistanceMeasure.LEVENSHTEIN
    requires: ClassVar[frozenset[str]] = frozenset({"retrieved_contexts", "reference_contexts"})

    def prepare(self) -> None:
        """Import `rapidfuzz`."""
        distance_by(self.distance_measure)

    def _found(self, wanted: Sequence[str], among: Sequence[str]) -> list[int]:
        """For each wanted text 1 if one of the others is similar enough, else 0."""
        distance, threshold = distance_by(self.distance_measure), self.threshold
        return [int(any(1 - distance(text, other) >= threshold for other in among)) for text in wanted]


class NonLLMContextPrecisionWithReference(_ComparesContexts):
    """Tells whether the contexts that resemble a reference context were retrieved first.

    Fields: `retrieved_contexts`, `reference_contexts`. Range 0 to 1, higher is better. No request.

    Score: average precision, in the retrieved order, of "its similarity to some reference context is at least
    `threshold`"; similarity as in `NonLLMStringSimilarity`. None without reference contexts, 0.0 if nothing
    was retrieved. Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), section
    8.4.

    Differs from Ragas: all contexts useful is exactly 1.0, not 0.9999999999.
    """

    name: str = "non_llm_context_precision_with_reference"

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The average precision of the retrieved contexts."""
        retrieved = given(sample.retrieved_contexts, "retrieved_contexts")
        reference = given(sample.reference_contexts, "reference_contexts")
        if not reference:
            return MetricResult(None, "there are no reference contexts")
        useful = self._found(retrieved, reference)
        return MetricResult(average_precision(useful), f"{sum(useful)} of {len(useful)} contexts useful")


class NonLLMContextRecall(_ComparesContexts):
    """Tells how many of the reference contexts were retrieved, word for word or nearly so.

    Fields: `retrieved_contexts`, `reference_contexts`. Range 0 to 1, higher is better. No request.

    Score: reference contexts whose similarity to some retrieved context is at least `threshold` / all
    reference contexts; similarity as in `NonLLMStringSimilarity`. None without reference contexts, 0.0 if
    nothing was retrieved.

    Differs from Ragas: a similarity equal to the threshold is enough, as for precision.
    """

    name: str = "non_llm_context_recall"

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The share of reference contexts that were retrieved."""
        retrieved = given(sample.retrieved_contexts, "retrieved_contexts")
        reference = given(sample.reference_contexts, "reference_contexts")
        if not reference:
            return MetricResult(None, "there are no reference contexts")
        found = self._found(reference, retrieved)
        return MetricResult(mean(found), f"{sum(found)} of {len(found)} reference contexts found")
