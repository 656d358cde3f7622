"""String presence: does the response contain the reference, letter for letter?"""

from __future__ import annotations

from typing import ClassVar, Literal

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import NO, YES, ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample


class StringPresence(ComputedMetric):
    """Tells whether the response contains the reference word for word: for names, numbers and key phrases.

    Fields: `response`, `reference`. 1.0 if the reference stands in the response, else 0.0; higher is better.
    Case counts, and an empty reference stands in every response. No request.
    """

    name: str = "string_present"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"
    longest_at_once: ClassVar[int | None] = None

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """1.0 if the response contains the reference."""
        present = given(sample.reference, "reference") in given(sample.response, "response")
        return YES if present else NO
