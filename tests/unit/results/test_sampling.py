"""Drawing, batching and splitting: exact, in proportion, the same for the same seed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.results.annotations.sampling import deal, draw, labels_of, split

LABELS = st.lists(st.integers(0, 6), max_size=60)
SKEWED = st.lists(st.sampled_from("aaaaaaabbbc"), max_size=60)
SEEDS = st.none() | st.integers(0, 2**40)


def classes(labels: list[Hashable], positions: Iterable[int]) -> Counter[Hashable]:
    return Counter(labels[position] for position in positions)


def share(labels: list[Hashable], label: Hashable, n: int) -> Fraction:
    return Fraction(n * labels.count(label), len(labels))


def rounded(count: int, exact: Fraction) -> bool:
    return count in (math.floor(exact), math.ceil(exact))


# ── draw ──


@given(labels=LABELS | SKEWED, seed=SEEDS, data=st.data())
def test_a_draw_is_exactly_n_different_positions_with_every_class_in_proportion(
    labels: list[Hashable], seed: int | None, data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(labels)))
    drawn = draw(labels, n, seed=seed)
    assert len(drawn) == len(set(drawn)) == n
    assert set(drawn) <= set(range(len(labels)))
    found = classes(labels, drawn)
    assert all(rounded(found[label], share(labels, label, n)) for label in set(labels))


@pytest.mark.parametrize("n", [-1, 4])
def test_a_draw_of_what_is_not_there_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=rf"^{n} samples cannot be drawn from 3\. Pass n from 0 to 3\.$"):
        draw("aab", n, seed=0)


def test_a_small_draw_does_not_favour_the_classes_that_stand_first() -> None:
    drawn = Counter(position for seed in range(200) for position in draw("abcdefgh", 2, seed=seed))
    assert set(drawn) == set(range(8))
    assert max(drawn.values()) < 2 * min(drawn.values())


# ── deal ──


@given(labels=LABELS | SKEWED, size=st.integers(1, 70), seed=SEEDS)
def test_batches_hold_every_position_once_and_only_the_last_is_smaller(
    labels: list[Hashable], size: int, seed: int | None
) -> None:
    batches = deal(labels, size, seed=seed)
    assert sorted(position for batch in batches for position in batch) == list(range(len(labels)))
    left = len(labels) % size
    assert [*map(len, batches)] == [size] * (len(labels) // size) + [left] * (left > 0)


@given(labels=LABELS | SKEWED, size=st.integers(1, 70), seed=SEEDS)
def test_every_batch_holds_every_class_s_share_rounded_up_or_down(
    labels: list[Hashable], size: int, seed: int | None
) -> None:
    for batch in deal(labels, size, seed=seed):
        found = classes(labels, batch)
        assert all(rounded(found[label], share(labels, label, len(batch))) for label in set(labels))


@given(labels=LABELS | SKEWED, size=st.integers(1, 70), seed=st.integers(0, 99))
def test_dropping_the_last_batch_drops_the_incomplete_one_and_nothing_else(
    labels: list[Hashable], size: int, seed: int
) -> None:
    batches = deal(labels, size, seed=seed)
    complete = [batch for batch in batches if len(batch) == size]
    assert deal(labels, size, drop_last=True, seed=seed) == complete


@given(labels=LABELS | SKEWED, size=st.integers(1, 70), seed=st.integers(0, 99), drop_last=st.booleans())
def test_replacing_fills_the_last_batch_near_every_class_s_share_and_loses_nothing(
    labels: list[Hashable], size: int, seed: int, drop_last: bool
) -> None:
    whole = len(labels) // size
    batches = deal(labels, size, drop_last=drop_last, replace=True, seed=seed)
    assert [*map(len, batches)] == [size] * math.ceil(len(labels) / size)
    full, filled = batches[:whole], batches[whole:]
    assert sorted({position for batch in batches for position in batch}) == list(range(len(labels)))
    assert len({position for batch in full for position in batch}) == whole * size
    for batch in filled:
        found = classes(labels, batch)
        assert all(-2 < found[label] - share(labels, label, size) < 1 for label in set(labels))


@given(labels=LABELS | SKEWED, size=st.integers(1, 20), seed=st.integers(0, 99))
def test_a_filled_batch_repeats_a_position_only_where_its_class_has_no_other(
    labels: list[Hashable], size: int, seed: int
) -> None:
    for batch in deal(labels, size, replace=True, seed=seed):
        different, found = classes(labels, set(batch)), classes(labels, batch)
        assert different == {label: min(n, labels.count(label)) for label, n in found.items()}


@pytest.mark.parametrize("size", [0, -3])
def test_a_batch_of_nothing_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=rf"^batch_size is {size}; a batch holds at least 1 sample\.$"):
        deal("ab", size, seed=0)


# ── split ──


@given(
    sizes=st.lists(st.integers(2, 30), min_size=1, max_size=6),
    test_size=st.floats(0.0, 1.0, exclude_min=True, exclude_max=True),
    seed=SEEDS,
)
def test_a_split_is_disjoint_whole_and_in_proportion_with_every_class_on_both_sides(
    sizes: list[int], test_size: float, seed: int | None
) -> None:
    labels: list[Hashable] = [label for label, size in enumerate(sizes) for _ in range(size)]
    train, test = split(labels, test_size, seed=seed)
    assert sorted(train + test) == list(range(len(labels)))
    found, kept = classes(labels, test), classes(labels, train)
    for label, size in enumerate(sizes):
        assert abs(found[label] - test_size * size) < 1 + 1e-9
        assert found[label] > 0
        assert kept[label] > 0


@given(n=st.integers(2, 100), hundredths=st.integers(1, 99), seed=SEEDS)
def test_a_split_without_classes_has_the_test_size_rounded_to_the_nearest(
    n: int, hundredths: int, seed: int | None
) -> None:
    test = split([None] * n, hundredths / 100, seed=seed)[1]
    assert len(test) == min(max(round(Fraction(n * hundredths, 100)), 1), n - 1)


def test_a_test_size_means_the_decimal_number_that_was_written() -> None:
    assert [len(part) for part in split("a" * 100, 0.29, seed=1)] == [71, 29]


@pytest.mark.parametrize("test_size", [0, 1, -0.1, 1.5, math.nan])
def test_a_test_size_that_leaves_one_side_empty_is_refused(test_size: float) -> None:
    with pytest.raises(ValueError, match=rf"^test_size is {test_size}; give a part between 0 and 1"):
        split("aabb", test_size, seed=0)


def test_a_class_too_small_to_be_on_both_sides_is_named() -> None:
    with pytest.raises(ValueError, match=r"have only 1 sample, and both parts need one of each: 'b'\. Leave"):
        split("aaba", 0.5, seed=0)


def test_of_many_classes_too_small_the_first_are_named() -> None:
    with pytest.raises(ValueError, match=r": (\d, ){4}\d and 4 more\. Leave"):
        split(range(9), 0.5, seed=0)


@pytest.mark.parametrize("labels", ["", "a"])
def test_too_few_samples_to_split_are_refused(labels: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^{len(labels)} samples cannot be split; at least 2 are needed\.$"
    ):
        split(labels, 0.5, seed=0)


# ── seeds and labels ──


@given(labels=SKEWED, seed=st.integers())
def test_the_same_seed_gives_the_same_again(labels: list[Hashable], seed: int) -> None:
    assert draw(labels, len(labels) // 2, seed=seed) == draw(labels, len(labels) // 2, seed=seed)
    assert deal(labels, 4, replace=True, seed=seed) == deal(labels, 4, replace=True, seed=seed)
    doubled = labels * 2 + ["a", "a"]
    assert split(doubled, 0.3, seed=seed) == split(doubled, 0.3, seed=seed)


def test_other_seeds_give_other_draws_and_none_gives_another_every_time() -> None:
    labels = "a" * 1000
    assert len({tuple(draw(labels, 1000, seed=seed)) for seed in (1, 2, None, None)}) == 4


def test_a_seed_and_sizes_of_numpy_count_like_those_of_python() -> None:
    seven, two = np.int64(7), np.int64(2)
    assert draw("aabb", two, seed=seven) == draw("aabb", 2, seed=7)  # type: ignore[arg-type]
    assert deal("aabb", two, seed=seven) == deal("aabb", 2, seed=7)  # type: ignore[arg-type]
    assert split("aabb", np.float64(0.5), seed=seven) == split("aabb", 0.5, seed=7)  # type: ignore[arg-type]


def test_equal_values_are_one_class_whatever_they_are_made_of() -> None:
    values = [
        1,
        1.0,
        True,
        np.float64(1),
        math.nan,
        None,
        pd.NA,
        ["a"],
        ["a"],
        {"x": 1, "y": 2},
        {"y": 2, "x": 1},
    ]
    labels = labels_of(values)
    assert len(set(labels[:4])) == 1
    assert labels[4:7] == [None] * 3
    assert (labels[7], labels[9]) == (labels[8], labels[10])
    assert len(set(labels)) == 4
