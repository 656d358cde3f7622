from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.metrics.scoring import average_precision, cosine, f_beta, majority, mean, weighted_mean

verdicts = st.lists(st.integers(0, 1), max_size=40)
counts = st.integers(0, 50)


@pytest.mark.parametrize(
    ("values", "expected"), [([], None), ([0], 0.0), ([1, 1], 1.0), ([1, 0, 0, 1], 0.5), ([0.1] * 10, 0.1)]
)
def test_mean_of_nothing_is_none(values: list[float], expected: float | None) -> None:
    assert mean(values) == expected


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [([1.0, 0.0], [3, 1], 0.75), ([0.5], [7], 0.5), ([1.0, 0.2], [1, 0], 1.0)],
)
def test_weights_are_normalised(values: list[float], weights: list[float], expected: float) -> None:
    assert weighted_mean(values, weights) == expected


@pytest.mark.parametrize(
    ("tp", "fp", "fn", "beta", "expected"),
    [
        (0, 0, 0, 1.0, 0.0),
        (0, 3, 0, 1.0, 0.0),
        (0, 0, 3, 1.0, 0.0),
        (3, 0, 0, 1.0, 1.0),
        (1, 1, 1, 1.0, 0.5),
        (2, 1, 0, 1.0, 0.8),
        (1, 0, 1, 2.0, 5 / 9),
        (1, 1, 0, 2.0, 5 / 6),
        (1, 0, 1, 0.5, 5 / 6),
    ],
)
def test_f_beta(tp: int, fp: int, fn: int, beta: float, expected: float) -> None:
    assert f_beta(tp, fp, fn, beta=beta) == pytest.approx(expected, abs=1e-12)


@given(counts, counts, counts, st.floats(0.1, 10))
def test_f_beta_lies_between_precision_and_recall(tp: int, fp: int, fn: int, beta: float) -> None:
    precision, recall = (tp / (tp + other) if tp + other else 0.0 for other in (fp, fn))
    score = f_beta(tp, fp, fn, beta=beta)
    assert min(precision, recall) - 1e-12 <= score <= max(precision, recall) + 1e-12


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([], 0.0),
        ([0], 0.0),
        ([0, 0, 0], 0.0),
        ([1], 1.0),
        ([1, 1, 1], 1.0),
        ([1, 0, 1], (1 + 2 / 3) / 2),
        ([0, 1], 0.5),
        ([0, 0, 1], 1 / 3),
        ([1, 1, 0], 1.0),
        ([0, 1, 1], (1 / 2 + 2 / 3) / 2),
    ],
)
def test_average_precision(ranking: list[int], expected: float) -> None:
    assert average_precision(ranking) == expected


@given(st.integers(1, 60))
def test_all_useful_is_exactly_one(length: int) -> None:
    assert average_precision([1] * length) == 1.0


@given(verdicts)
def test_a_useful_context_moved_up_never_lowers_average_precision(ranking: list[int]) -> None:
    assert average_precision(sorted(ranking, reverse=True)) >= average_precision(ranking)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0, 0.0], [1.0, 0.0], 1.0),
        ([1.0, 0.0], [0.0, 2.0], 0.0),
        ([1.0, 1.0], [-2.0, -2.0], -1.0),
        ([0.0, 0.0], [1.0, 1.0], 0.0),
        ([0.0], [0.0], 0.0),
        ([3.0, 4.0], [4.0, 3.0], 0.96),
    ],
)
def test_cosine(a: list[float], b: list[float], expected: float) -> None:
    assert isclose(cosine(a, b), expected, abs_tol=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_cosine_of_a_vector_with_itself_never_exceeds_one(vector: list[float]) -> None:
    assert cosine(vector, vector) <= 1.0


def test_vectors_of_different_models_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 3 numbers"):
        cosine([1.0, 0.0], [1.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("votes", "expected"),
    [([1], (1, 1.0)), ([0], (0, 1.0)), ([1, 0, 1], (1, 2 / 3)), ([0, 0, 1], (0, 2 / 3))],
)
def test_majority(votes: list[int], expected: tuple[int, float]) -> None:
    assert majority(votes) == expected
