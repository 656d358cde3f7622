"""A result counts, compares and prints as its value, and says why where it has none."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.base import MetricResult as OfBase
from ragas_nb.metrics.result import MetricResult as OfResult

HALF = MetricResult(0.5, "why")
TWO = MetricResult(2)
UNDEFINED = MetricResult(None, "the response makes no statement")

ARITHMETIC = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    divmod,
]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]


def test_both_modules_export_the_same_class() -> None:
    assert OfBase is OfResult


@pytest.mark.parametrize("compute", [*ARITHMETIC, *COMPARISONS])
def test_a_result_computes_as_its_value_on_either_side(compute: Callable[[Any, Any], Any]) -> None:
    expected = compute(0.5, 2)
    assert [compute(HALF, 2), compute(0.5, TWO), compute(HALF, TWO)] == [expected] * 3
    assert not isinstance(compute(HALF, TWO), MetricResult)


@pytest.mark.parametrize(
    "compute", [operator.neg, operator.pos, abs, round, float, int, math.floor, math.ceil, bool, hash, str]
)
def test_a_result_converts_as_its_value(compute: Callable[[Any], Any]) -> None:
    assert compute(MetricResult(-0.6, "why", 1.0)) == compute(-0.6)


def test_a_result_rounds_and_formats_as_its_value() -> None:
    assert (round(MetricResult(0.126), 2), f"{MetricResult(0.126):.1%}", f"{HALF}") == (0.13, "12.6%", "0.5")


@pytest.mark.parametrize("value", [0, 0.0, "", []])
def test_a_result_is_as_true_as_its_value(value: Any) -> None:
    assert not MetricResult(value, "why")


def test_a_result_equals_its_value() -> None:
    assert HALF == 0.5
    assert pytest.approx(0.5) == HALF
    assert MetricResult("pass", "why") == "pass"
    assert MetricResult(["b", "a"], "why") == ["b", "a"]
    assert HALF != 0.4
    assert UNDEFINED == None  # noqa: E711  what is undefined equals None


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        (MetricResult(0.5, "why"), True),
        (MetricResult(0.5, "why", traces={"step": {}}), True),
        (MetricResult(0.5, "because"), False),
        (MetricResult(0.5, "why", 1.0), False),
        (MetricResult(0.6, "why"), False),
    ],
)
def test_two_results_are_equal_by_value_reason_and_confidence(other: MetricResult, equal: bool) -> None:
    assert (other == HALF) is equal


@pytest.mark.parametrize("value", [0.5, 1, "pass", None])
def test_what_equals_a_result_has_its_hash(value: float | str | None) -> None:
    assert {MetricResult(value, "why"): "found"}[value] == "found"  # type: ignore[index]
    assert hash(MetricResult(value, "a")) == hash(MetricResult(value, "b"))


def test_a_ranking_has_a_hash() -> None:
    assert hash(MetricResult(["b", "a"])) == hash(MetricResult(["b", "a"], "why"))


def test_texts_and_rankings_have_parts() -> None:
    text, ranking = MetricResult("pass"), MetricResult(["b", "a"])
    assert (len(text), text[0], text[1:], list(text), "as" in text) == (4, "p", "ass", list("pass"), True)
    assert (len(ranking), ranking[-1], list(ranking), "c" in ranking) == (2, "a", ["b", "a"], False)
    assert text + "ed" == "passed"


@pytest.mark.parametrize("take", [len, list, iter, lambda result: result[0]])
def test_a_number_has_no_parts(take: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="float"):
        list(take(HALF))


@pytest.mark.parametrize("compute", [*ARITHMETIC, *COMPARISONS])
@pytest.mark.parametrize(("left", "right"), [(UNDEFINED, 1), (1, UNDEFINED), (HALF, UNDEFINED)])
def test_nothing_is_computed_from_an_undefined_score(
    compute: Callable[[Any, Any], Any], left: object, right: object
) -> None:
    with pytest.raises(TypeError, match=r"undefined \(the response makes no statement\)"):
        compute(left, right)


@pytest.mark.parametrize(
    "convert", [float, int, abs, round, operator.neg, operator.pos, len, lambda r: f"{r:.2f}", lambda r: r[0]]
)
def test_an_undefined_score_converts_to_nothing(convert: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="undefined"):
        convert(UNDEFINED)


def test_an_undefined_score_is_false_and_says_why() -> None:
    assert (bool(UNDEFINED), str(UNDEFINED), str(MetricResult(None))) == (
        False,
        "undefined (the response makes no statement)",
        "undefined",
    )


def test_an_undefined_score_without_a_reason_still_has_a_message() -> None:
    with pytest.raises(TypeError, match=r"^The score is undefined: there is nothing to compute with"):
        MetricResult(None) + 1


@pytest.mark.parametrize(
    ("result", "shown", "html"),
    [
        (HALF, "MetricResult(0.5, reason='why')", "<b>0.5</b> – why"),
        (MetricResult("a<b"), "MetricResult('a<b')", "<b>a&lt;b</b>"),
        (
            MetricResult(1, "<i>", 2 / 3, {"step": {}}),
            "MetricResult(1, reason='<i>', confidence=0.6666666666666666)",
            "<b>1</b> – &lt;i&gt;",
        ),
        (MetricResult(None), "MetricResult(None)", "<b>undefined</b>"),
    ],
)
def test_a_result_shows_value_and_reason(result: MetricResult, shown: str, html: str) -> None:
    assert (repr(result), result._repr_html_()) == (shown, html)


def test_a_result_as_dict_has_the_names_of_ragas() -> None:
    assert MetricResult("pass", "why", 1.0).to_dict() == {"result": "pass", "reason": "why"}


def test_a_result_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        HALF.value = 1.0  # type: ignore[misc]


def test_a_result_can_be_pickled_and_copied() -> None:
    assert [pickle.loads(pickle.dumps(HALF)), copy.copy(HALF), copy.deepcopy(HALF)] == [HALF] * 3


def test_results_can_be_summed_and_sorted() -> None:
    results = [TWO, HALF, MetricResult(1.5)]
    assert (sum(results), max(results), [r.value for r in sorted(results)]) == (4.0, 2, [0.5, 1.5, 2])


def test_numpy_and_pandas_take_results_for_their_values() -> None:
    numbers = np.array([HALF, MetricResult(1.0)])
    assert (numbers.dtype, numbers.mean(), np.float64(1) + HALF) == (np.dtype(float), 0.75, 1.5)
    assert (np.array([1.0, 2.0]) * HALF).tolist() == [0.5, 1.0]
    assert (np.array([MetricResult("pass"), MetricResult("fail")]) == "pass").tolist() == [True, False]
    assert np.array([MetricResult(["b", "a"])]).tolist() == [["b", "a"]]
    assert (pd.Series([0.5, 1.0]) == HALF).tolist() == [True, False]
    assert pd.Series([HALF, TWO]).astype(float).sum() == 2.5
