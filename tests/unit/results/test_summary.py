"""A metric's scores in a few numbers."""

from __future__ import annotations

from array import array

import pytest

from ragas_nb.results.summary import Summary, summarise
from ragas_nb.store.state import FAILED, PENDING, SCORED, UNDEFINED, Column


def column(*values: float, others: tuple[int, ...] = ()) -> Column:
    statuses = bytearray([SCORED] * len(values) + list(others))
    return Column(array("d", [*values, *(0.0 for _ in others)]), statuses)


def test_only_what_is_scored_counts_for_the_mean():
    found = summarise(column(1.0, 0.5, others=(FAILED, UNDEFINED, UNDEFINED, PENDING)))
    assert (found.n, found.failed, found.undefined, found.mean) == (2, 1, 2, 0.75)


def test_without_scores_there_is_no_mean_rather_than_zero():
    assert summarise(column(others=(FAILED,))) == Summary(0, 1, 0, None, None, None, (0,) * 10)


def test_one_score_has_a_mean_and_no_interval():
    assert summarise(column(0.5)) == Summary(1, 0, 0, 0.5, None, None, (0, 0, 0, 0, 0, 1, 0, 0, 0, 0))


def test_the_interval_is_that_of_the_normal_approximation():
    found = summarise(column(0.2, 0.4, 0.6))  # sd 0.2, n 3: half = 1.96 · 0.2 / √3 = 0.2263
    assert (found.low, found.high) == (pytest.approx(0.1737, abs=1e-4), pytest.approx(0.6263, abs=1e-4))


def test_the_interval_stays_in_the_range_of_the_metric():
    found = summarise(column(0.0, 1.0, 1.0, 1.0))
    assert found.high == 1.0
    assert found.low == pytest.approx(0.26, abs=1e-3)


@pytest.mark.parametrize(
    ("value", "place"),
    [(0.0, 0), (0.0999, 0), (0.1, 1), (0.95, 9), (1.0, 9), (-0.3, 0), (1.4, 9), (1e308, 9), (-1e308, 0)],
)
def test_every_score_falls_into_one_of_ten_bins(value: float, place: int):
    assert summarise(column(value)).bins == tuple(int(place == index) for index in range(10))


def test_scores_too_large_to_be_squared_have_a_mean_and_an_interval():
    found = summarise(column(1e308, 1.5e308), (0.0, 1.7e308))
    assert found.mean == pytest.approx(1.25e308)
    assert (found.low, found.high) == (pytest.approx(7.6e307, rel=1e-3), 1.7e308)


def test_bins_follow_the_range_of_the_metric():
    assert summarise(column(1.0, 3.0, 5.0), (1.0, 5.0)).bins == (1, 0, 0, 0, 0, 1, 0, 0, 0, 1)
