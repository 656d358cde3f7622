"""Results that a person makes of scores, with the arguments that Ragas has."""

from __future__ import annotations

import math
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.errors import DatasetError
from ragas_nb.results.result import EvaluationResult
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.schema import EvaluationDataset
from tests.unit.doubles import responses


def given_scores(*scores: object) -> EvaluationResult:
    """One metric `m`, one sample per score."""
    return EvaluationResult([{"m": score} for score in scores], None)


def reason(result: EvaluationResult, sample_id: int = 0, metric: str = "m") -> str:
    return repr(result.explain(sample_id, metric))


# ── the constructor ──


def test_the_arguments_are_those_of_ragas_in_their_order():
    handler = CostCallbackHandler(lambda reply: TokenUsage(input_tokens=1, output_tokens=1))
    dataset = responses("a")
    traces = [{"m": {"s": {"input": {"a": 1}, "output": {"b": 2}}}}]
    result = EvaluationResult([{"m": 1}], dataset, ["m"], handler, traces, {}, UUID(int=7))
    assert (result.scores, result.dataset, result.binary_columns) == ([{"m": 1.0}], dataset, ["m"])
    assert (result.cost_cb, result.run_id) == (handler, "00000000-0000-0000-0000-000000000007")
    assert result.traces[0]["m"]["s"]["output"] == {"b": 2}
    assert (result.metrics, result.status) == (("m",), "finished")


def test_a_run_id_is_kept_or_else_a_fresh_one():
    kept = EvaluationResult([{"m": 1}], None, run_id="mine").run_id
    fresh = [given_scores(1).run_id for _ in range(2)]
    assert kept == "mine"
    assert len({*fresh, ""}) == 3


def test_no_samples_are_legal():
    result = EvaluationResult([], EvaluationDataset([]))
    assert (len(result), result.scores, result.metrics, repr(result)) == (
        0,
        [],
        (),
        "EvaluationResult(0 samples)",
    )


def test_scores_stand_beside_the_samples_in_pandas():
    frame = EvaluationResult([{"m": 1, "n": "x"}, {"m": None, "n": "y"}], responses("a", "b")).to_pandas()
    assert frame.columns.tolist() == ["user_input", "response", "m", "n"]
    assert (frame["m"][0], math.isnan(frame["m"][1]), frame["n"].tolist()) == (1.0, True, ["x", "y"])


def test_data_of_every_kind_is_read():
    result = EvaluationResult([{"m": 1}], pd.DataFrame({"answer": ["a"]}, index=["q1"]))
    assert (result.dataset.samples[0].response, result.dataset.ids) == ("a", ["q1"])


def test_without_a_dataset_there_are_scores_and_no_frame():
    result = given_scores(1.0, 0.0)
    assert result["m"] == [1.0, 0.0]
    for ask in (result.to_pandas, lambda: list(result.to_pandas(batched=True)), lambda: result.dataset):
        with pytest.raises(ValueError, match=r"scores and no dataset\. Give it one"):
            ask()


# ── what is a score ──


@pytest.mark.parametrize(
    ("given_as", "score"),
    [
        (1, 1.0),
        (True, 1.0),
        (0.25, 0.25),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.bool_(True), 1.0),
        (Decimal("0.5"), 0.5),
        ("good", "good"),
        (np.str_("good"), "good"),
    ],
)
def test_numbers_and_texts_of_every_kind_are_scores(given_as: object, score: float | str):
    assert given_scores(given_as)["m"] == [score]


@pytest.mark.parametrize(
    "nothing", [None, math.nan, np.nan, pd.NA, pd.NaT, np.float32("nan"), Decimal("NaN")]
)
def test_what_is_missing_is_undefined_and_not_zero(nothing: object):
    result = given_scores(nothing, 1.0)
    assert (result["m"], reason(result)) == (
        [None, 1.0],
        "m of sample 0: undefined (the score is missing)",
    )
    assert repr(result) == "{'m': 1.0000 (1 of 2 scored, 1 undefined)}"


def test_what_is_not_finite_is_undefined():
    assert reason(given_scores(math.inf)) == "m of sample 0: undefined (the metric's value is inf)"


def test_a_metric_that_a_sample_lacks_is_undefined_there():
    result = EvaluationResult([{"m": 1}, {"n": 0}], responses("a", "b"))
    assert result.scores == [{"m": 1.0, "n": None}, {"m": None, "n": 0.0}]
    assert reason(result, 1) == "m of sample 1: undefined (the scores of this sample have no 'm')"


@pytest.mark.parametrize("wrong", [[0.5], {"value": 1}, object(), 1j, 10**400, b"1", np.array([1, 2])])
def test_what_is_no_score_is_refused_by_sample_metric_and_value(wrong: object):
    with pytest.raises(
        DatasetError, match=r"Sample 1, metric 'm': found \w+ .*, which is no score\. A score is"
    ):
        given_scores(1.0, wrong)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([{"m": 1}], r"1 dicts of scores for 2 samples\. Give one per sample"),
        ([{"m": 1}, 0.5], r"The scores of sample 1 are a float, not a dict"),
        ([{"1": 1, 1: 0}, {}], r"Two metrics read the same: \['1', 1\]"),
    ],
)
def test_scores_that_do_not_fit_the_samples_are_refused(scores: list[dict[str, float]], message: str):
    with pytest.raises(ValueError, match=message):
        EvaluationResult(scores, responses("a", "b"))


def test_a_binary_column_that_is_no_metric_is_refused():
    with pytest.raises(ValueError, match=r"binary_columns names 'x', but the metrics are m\."):
        EvaluationResult([{"m": 1}], None, binary_columns=["x"])


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("mno"),
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
        )
    )
)
def test_any_scores_are_a_result_or_a_refusal(scores: list[dict[str, object]]):
    try:
        result = EvaluationResult(scores, None)
    except DatasetError:
        return
    assert [set(row) for row in result.scores] == [{*result.metrics}] * len(scores)
    repr(result)
    assert result.summary().keys() <= {*result.metrics}


@pytest.mark.parametrize(
    ("scores", "bins"),
    [
        ([0.0, 1.0], (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
        ([5.0, 5.0], (0, 0, 0, 0, 0, 0, 0, 0, 0, 2)),
        ([-1.0, 1.0], (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
    ],
)
def test_the_range_holds_every_score(scores: list[float], bins: tuple[int, ...]):
    assert given_scores(*scores).summary()["m"].bins == bins
