from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Hamming, Jaro, JaroWinkler, Levenshtein

from ragas_nb.errors import DatasetError
from ragas_nb.metrics import DistanceMeasure, ExactMatch, Metric, MetricResult, NonLLMStringSimilarity
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import measure

MEASURES = {
    DistanceMeasure.LEVENSHTEIN: Levenshtein,
    DistanceMeasure.HAMMING: Hamming,
    DistanceMeasure.JARO: Jaro,
    DistanceMeasure.JARO_WINKLER: JaroWinkler,
}


def score(metric: Metric, reference: str, response: str) -> float | int | str | None:
    sample = SingleTurnSample(reference=reference, response=response)
    return asyncio.run(measure(metric, sample)).value


@pytest.mark.parametrize(
    ("reference", "response", "expected"), [("a", "a", 1.0), ("a", "A", 0.0), ("a", "a ", 0.0), ("", "", 1.0)]
)
def test_exact_match(reference: str, response: str, expected: float) -> None:
    assert score(ExactMatch(), reference, response) == expected


@pytest.mark.parametrize(
    ("distance", "reference", "response", "expected"),
    [
        ("levenshtein", "kitten sits", "sitting cat", 0.4545),
        ("hamming", "kitten sits", "sitting cat", 0.3636),
        ("jaro", "kitten sits", "sitting cat", 0.7100),
        ("jaro_winkler", "kitten sits", "sitting cat", 0.7100),
        ("hamming", "abc", "abcd", 0.75),
        ("levenshtein", "", "", 1.0),
        ("hamming", "", "", 1.0),
        ("jaro", "", "", 1.0),
        ("jaro_winkler", "", "", 1.0),
        ("levenshtein", "", "abc", 0.0),
    ],
)
def test_string_similarity_reference_values(
    distance: str, reference: str, response: str, expected: float
) -> None:
    metric = NonLLMStringSimilarity(distance_measure=DistanceMeasure(distance))
    assert score(metric, reference, response) == pytest.approx(expected, abs=5e-5)


@given(st.sampled_from(list(DistanceMeasure)), st.text(max_size=30), st.text(max_size=30))
def test_string_similarity_is_that_of_rapidfuzz(
    distance: DistanceMeasure, reference: str, response: str
) -> None:
    expected = 1 - MEASURES[distance].normalized_distance(reference, response)
    assert score(NonLLMStringSimilarity(distance_measure=distance), reference, response) == expected


@pytest.mark.parametrize("metric", [ExactMatch(), NonLLMStringSimilarity()])
async def test_a_missing_field_is_named(metric: Metric) -> None:
    with pytest.raises(DatasetError, match="the sample has no 'reference'"):
        await measure(metric, SingleTurnSample(response="a"))


async def test_exact_match_says_no_more_than_its_value() -> None:
    sample = SingleTurnSample(reference="a", response="a")
    assert await measure(ExactMatch(), sample) == MetricResult(1.0)
