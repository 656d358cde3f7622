"""String similarity: how many letters does it take from the response to the reference?"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import ClassVar

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.comparing import Comparison, Scorer, patient
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample


class DistanceMeasure(StrEnum):
    """Ways to measure how far two texts are apart, letter by letter."""

    LEVENSHTEIN = "levenshtein"
    """Letters inserted, removed or replaced."""
    HAMMING = "hamming"
    """Places with another letter; the shorter text is padded."""
    JARO = "jaro"
    """Letters shared at nearby places, and their swaps."""
    JARO_WINKLER = "jaro_winkler"
    """As Jaro, in favour of a common beginning."""


@cache
def distance_by(measure: DistanceMeasure) -> Comparison:
    """What measures how far two texts are apart: 0.0 (equal) to 1.0."""
    from rapidfuzz import distance

    distances: dict[DistanceMeasure, Scorer] = {
        DistanceMeasure.LEVENSHTEIN: distance.Levenshtein.normalized_distance,
        DistanceMeasure.HAMMING: distance.Hamming.normalized_distance,
        DistanceMeasure.JARO: distance.Jaro.normalized_distance,
        DistanceMeasure.JARO_WINKLER: distance.JaroWinkler.normalized_distance,
    }
    return patient(distances[measure])


class NonLLMStringSimilarity(ComputedMetric):
    """Tells how alike the response and the reference are as strings of letters, whatever they mean.

    Fields: `response`, `reference`. Range 0 to 1, higher is better; two empty texts are alike. No request.

    Score: 1 − normalised distance, of the measure chosen. Source: the `rapidfuzz` package; Levenshtein
    (1966), Hamming (1950), Jaro (1989), Winkler (1990).
    """

    name: str = "non_llm_string_similarity"
    distance_measure: DistanceMeasure = DistanceMeasure.LEVENSHTEIN
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})

    def prepare(self) -> None:
        """Import `rapidfuzz`."""
        distance_by(self.distance_measure)

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """One minus the normalised distance."""
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        return MetricResult(1 - distance_by(self.distance_measure)(reference, response))
