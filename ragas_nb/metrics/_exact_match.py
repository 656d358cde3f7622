"""Exact match: is the response the reference, letter for letter?"""

from __future__ import annotations

from typing import ClassVar, Literal

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import NO, YES, ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample


class ExactMatch(ComputedMetric):
    """Tells whether the response equals the reference exactly: for labels, codes and numbers.

    Fields: `response`, `reference`. 1.0 if equal, else 0.0; higher is better. No request.
    """

    name: str = "exact_match"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"
    longest_at_once: ClassVar[int | None] = None

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """1.0 if both texts are equal."""
        same = given(sample.response, "response") == given(sample.reference, "reference")
        return YES if same else NO
