from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema import EvaluationDataset, SingleTurnSample

SAMPLES = [SingleTurnSample(user_input=text) for text in "abcd"]
FRAME = pd.DataFrame({"user_input": list("abcd"), "topic": list("wxyz")}, index=["i", "j", "k", "l"])
MASK = [True, False, False, True]


def given() -> EvaluationDataset:
    return EvaluationDataset(SAMPLES, "letters", ids=list("ijkl"), extra={"topic": list("wxyz")})


def read() -> EvaluationDataset:
    return EvaluationDataset.from_pandas(FRAME, name="letters")


def arrows() -> EvaluationDataset:
    return EvaluationDataset.from_pandas(FRAME.astype("string[pyarrow]"), name="letters")


@pytest.fixture(params=[given, read, arrows])
def dataset(request: pytest.FixtureRequest) -> EvaluationDataset:
    made: Callable[[], EvaluationDataset] = request.param
    return made()


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        (slice(None), [0, 1, 2, 3]),
        (slice(1, 3), [1, 2]),
        (slice(None, None, -1), [3, 2, 1, 0]),
        (slice(np.int64(2), None), [2, 3]),
        (slice(9, 12), []),
        (MASK, [0, 3]),
        (tuple(MASK), [0, 3]),
        (np.array(MASK), [0, 3]),
        (pd.Series(MASK), [0, 3]),
        (pd.Series(MASK, index=["z", "y", "x", "w"]), [0, 3]),
        (pd.Series(MASK, dtype="boolean"), [0, 3]),
        (pd.Series(MASK, dtype=pd.ArrowDtype(pa.bool_())), [0, 3]),
        (pd.Series(MASK, dtype=object), [0, 3]),
        ([False] * 4, []),
        ([3, 0, -3], [3, 0, 1]),
        (np.array([3, 0]), [3, 0]),
        (pd.Index([3, 0]), [3, 0]),
        (range(2, 4), [2, 3]),
        ([], []),
    ],
)
def test_rows_keep_name_ids_and_extra_columns(
    dataset: EvaluationDataset, key: slice, rows: list[int]
) -> None:
    assert dataset[key] == EvaluationDataset(
        [SAMPLES[row] for row in rows],
        "letters",
        ids=["ijkl"[row] for row in rows],
        extra={"topic": ["wxyz"[row] for row in rows]},
    )


@pytest.mark.parametrize("key", [1, -3, np.int64(1), np.uint8(1), np.array(1)])
def test_a_position_gives_the_sample(dataset: EvaluationDataset, key: int) -> None:
    assert dataset[key] == dataset.samples[key] == SAMPLES[1]


@pytest.mark.parametrize("key", [4, -5, np.int64(4)])
def test_a_position_that_is_not_there_is_an_index_error(dataset: EvaluationDataset, key: int) -> None:
    for of in (dataset, dataset.samples):
        with pytest.raises(IndexError, match=rf"^There is no row {key}: there are 4, counted from 0\.$"):
            itemgetter(key)(of)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (True, r"^True selects no row\. Give one boolean per row as a mask"),
        (False, r"^False selects no row\."),
        (np.True_, r"^True selects no row\."),
        ("user_input", r"^'user_input' selects no row\. Give a position, a slice"),
        (1.0, r"^1\.0 selects no row"),
        (None, r"^None selects no row"),
        (np.array([[True] * 4]), "selects no row"),
        (["user_input"], r"^'user_input' selects no row"),
        ([0.5], r"^0\.5 selects no row"),
        ([4], r"^There is no row 4: there are 4, counted from 0\.$"),
        ([True, False], r"^The mask has 2 booleans, but there are 4 rows\. Give one per row\.$"),
        ([True, None, False, True], r"^The mask has no value at row 1, .* mask\.fillna\(False\)\.$"),
        (pd.Series([True, None, False, True], dtype="boolean"), "^The mask has no value at row 1"),
        (
            pd.Series([True, None, False, True], dtype=pd.ArrowDtype(pa.bool_())),
            "^The mask has no value at row 1",
        ),
        ([True, 0, False, True], "^The mask has 0 at row 1"),
        ([0, 0], "^A row is selected twice, and no two samples may have the same id"),
        ([0, -4], "^A row is selected twice"),
    ],
)
def test_what_selects_no_rows_is_refused(dataset: EvaluationDataset, key: object, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        itemgetter(key)(dataset)


def test_ids_that_count_stay_with_their_samples(dataset: EvaluationDataset) -> None:
    counted = EvaluationDataset(dataset.samples)
    assert [counted[::2].ids, counted[2:][[True, False]].ids] == [[0, 2], [2]]


def test_a_field_that_no_selected_sample_has_is_no_feature() -> None:
    for made in (
        EvaluationDataset,
        lambda samples: EvaluationDataset.from_list([s.to_dict() for s in samples]),
    ):
        two = made([SingleTurnSample(user_input="a", response="b"), SingleTurnSample(user_input="c")])
        assert (two.features(), two[1:].features()) == (["user_input", "response"], ["user_input"])
        assert two[1:].column("response") == [None]


def test_arrows_texts_stay_arrows() -> None:
    part = arrows()[[3, 1]]
    assert [str(kind) for kind in part.to_pandas().dtypes] == ["string", "string"]
