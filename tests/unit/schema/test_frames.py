"""What pandas does to data: every way to hold the same cells is the same dataset."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema import EvaluationDataset, SingleTurnSample, read_dataset
from tests.unit.schema.examples import QUESTIONS, SAMPLES, in_arrow

NOTHING = [None, float("nan"), np.nan, pd.NA, pd.NaT, np.datetime64("NaT")]

TOPICS = ["cities", None, "sizes"]


def with_column(name: str, kind: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{name: frame[name].astype(kind)})  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "spelling",
    [
        lambda frame: frame,
        lambda frame: frame.astype(object),
        lambda frame: frame.convert_dtypes(),
        in_arrow,
        with_column("user_input", "string"),
        with_column("user_input", "string[python]"),
        with_column("user_input", "string[pyarrow]"),
        with_column("user_input", pd.ArrowDtype(pa.string())),
        with_column("user_input", pd.ArrowDtype(pa.large_string())),
        with_column("user_input", pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        with_column("user_input", "category"),
        with_column("topic", "category"),
        with_column("topic", pd.ArrowDtype(pa.string())),
        lambda frame: frame.assign(
            retrieved_contexts=[np.array(["Lima is in Peru.", 'It\'s "big".']), np.array([]), np.nan]
        ),
        lambda frame: frame.assign(
            retrieved_contexts=[str(["Lima is in Peru.", 'It\'s "big".']), "[]", np.nan]
        ),
        lambda frame: frame.assign(
            retrieved_contexts=['["Lima is in Peru.", "It\'s \\"big\\"."]', " [] ", pd.NA]
        ),
        lambda frame: frame.assign(
            retrieved_contexts=[str(np.array(["Lima is in Peru.", 'It\'s "big".'])), "[]", ""]
        ),
        lambda frame: frame.assign(
            rubrics=['{"score1_description": "bad"}', "{'score1_description': 'good'}", pd.NA]
        ),
        lambda frame: frame.set_axis([0, 0, 0]),
        lambda frame: frame.set_axis(pd.MultiIndex.from_product([["x"], [1, 2, 3]])),
        lambda frame: frame.set_axis(pd.date_range("2024", periods=3)),
        lambda frame: pd.concat([frame[:1], frame[1:]]).reset_index(drop=True),
    ],
)
def test_single_questions_are_the_same_however_pandas_holds_them(
    spelling: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    dataset = EvaluationDataset.from_pandas(spelling(QUESTIONS))
    assert dataset.samples == SAMPLES
    assert (dataset.ids, dict(dataset.extra)) == ([0, 1, 2], {"topic": TOPICS})


@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
@pytest.mark.parametrize("kind", [object, None])
def test_every_spelling_of_nothing_is_missing(nothing: object, kind: type[object] | None) -> None:
    frame = pd.DataFrame(
        {"question": pd.Series(["a", nothing], dtype=kind), "topic": pd.Series(["x", nothing], dtype=kind)}
    )
    dataset = EvaluationDataset.from_pandas(frame)
    assert dataset.samples == [SingleTurnSample(user_input="a"), SingleTurnSample()]
    assert dict(dataset.extra) == {"topic": ["x", None]}


def test_extra_columns_keep_their_values_through_pandas() -> None:
    extra = {
        "day": [pd.Timestamp("2024-01-01"), None],
        "zoned": [pd.Timestamp("2024-01-01", tz="Europe/Lisbon"), None],
        "took": [pd.Timedelta("3s"), None],
        "month": [pd.Period("2024-01"), None],
        "date": [date(2024, 1, 1), None],
        "count": [2**60 + 1, None],
        "huge": [2**70, -1],
        "mixed": ["text", 1],
        "share": [0.5, None],
        "flag": [True, None],
        "vector": [[1.5, 2.5], None],
        "nested": [{"a": {"b": [None, 1]}}, {"c": "x"}],
        "empty": [None, None],
    }
    dataset = EvaluationDataset([SingleTurnSample(user_input="q")] * 2, extra=extra)
    back = EvaluationDataset.from_pandas(dataset.to_pandas())
    assert {name: list(cells) for name, cells in back.extra.items()} == extra
    assert [type(cell) for cell in back.extra["count"]] == [int, type(None)]


def test_columns_of_every_type_travel_along() -> None:
    frame = pd.DataFrame(
        {
            "question": ["a", "b"],
            "arrow int": pd.array([1, None], dtype=pd.ArrowDtype(pa.int64())),
            "arrow bool": pd.array([True, None], dtype=pd.ArrowDtype(pa.bool_())),
            "arrow list": pd.array([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
            "arrow struct": pd.array([{"a": 1}, None], dtype=pd.ArrowDtype(pa.struct([("a", pa.int64())]))),
            "arrow time": pd.array([pd.Timestamp("2024"), None], dtype=pd.ArrowDtype(pa.timestamp("ns"))),
            "Int64": pd.array([1, None], dtype="Int64"),
            "boolean": pd.array([True, None], dtype="boolean"),
            "category": pd.Categorical([1, None]),
            "float": [1.5, np.nan],
            "time": [pd.Timestamp("2024"), pd.NaT],
            "numpy": pd.Series([np.float32(0.5), np.int8(1)], dtype=object),
        }
    )
    extra = {name: list(cells) for name, cells in read_dataset(frame).extra.items()}
    assert extra == {
        "arrow int": [1, None],
        "arrow bool": [True, None],
        "arrow list": [[1], None],
        "arrow struct": [{"a": 1}, None],
        "arrow time": [pd.Timestamp("2024"), None],
        "Int64": [1, None],
        "boolean": [True, None],
        "category": [1, None],
        "float": [1.5, None],
        "time": [pd.Timestamp("2024"), None],
        "numpy": [0.5, 1],
    }
    assert {type(cell) for name in ("numpy", "category") for cell in extra[name]} == {float, int, type(None)}


def test_names_of_columns_may_be_anything() -> None:
    frame = pd.DataFrame(
        [["q", "x", 1, 2]], columns=pd.Index(["question", 7, ("a", 1), None], tupleize_cols=False)
    )
    assert dict(read_dataset(frame).extra) == {"7": ["x"], "('a', 1)": [1], "None": [2]}


def test_columns_of_two_levels_can_be_mapped() -> None:
    frame = pd.DataFrame([["q", "x"]], columns=pd.MultiIndex.from_tuples([("data", "q"), ("data", "topic")]))
    with pytest.raises(DatasetError, match=r"No column fits. Found: \"\('data', 'q'\)\", "):
        read_dataset(frame)
    dataset = read_dataset(frame, {"('data', 'q')": "user_input"})
    assert (dataset[0].user_input, dict(dataset.extra)) == ("q", {"('data', 'topic')": ["x"]})


def test_text_keeps_the_type_that_pandas_had_for_it() -> None:
    for kind in ("string[pyarrow]", pd.ArrowDtype(pa.string())):
        frame = QUESTIONS.astype({"user_input": kind, "topic": kind})
        out = read_dataset(frame).to_pandas()
        assert [str(out[name].dtype) for name in ("user_input", "topic")] == [str(frame["topic"].dtype)] * 2


def test_the_frame_shares_nothing_with_the_dataset() -> None:
    dataset = EvaluationDataset.from_pandas(QUESTIONS.assign(tags=[["a"], [{"b": ["c"]}], None]))
    frame = dataset.to_pandas()
    frame.at[0, "retrieved_contexts"].append("later")
    frame.at[0, "rubrics"]["later"] = "x"
    frame.at[1, "tags"][0]["b"].append("later")
    assert dataset.samples == SAMPLES
    assert dataset.extra["tags"] == [["a"], [{"b": ["c"]}], None]


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("contexts", ["a", {"b": 1}], r"found dict {'b': 1} where the text of item 1 is needed"),
        (
            "reference",
            pd.Timestamp("2024"),
            r"found Timestamp .* where text is needed. Turn the column into text",
        ),
        ("topic", [[[]]], None),
        ("topic", {"deep": None}, None),
    ],
)
def test_a_cell_that_does_not_fit_is_named(name: str, cell: object, message: str | None) -> None:
    frame = pd.DataFrame({"question": ["a", "b"], name: pd.Series([None, cell], dtype=object)})
    if message is None:
        assert read_dataset(frame).extra[name] == [None, cell]
        return
    with pytest.raises(DatasetError, match=rf"^Row 1, column '{name}'.*: {message}"):
        read_dataset(frame)


def test_data_nested_too_deeply_is_named() -> None:
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    loop: list[object] = []
    loop.append(loop)
    for cell in (deep, loop):
        frame = pd.DataFrame({"question": ["a", "b"], "topic": pd.Series([None, cell], dtype=object)})
        with pytest.raises(
            DatasetError, match=r"^Row 1, column 'topic': found list .* at most 100 deep is needed"
        ):
            read_dataset(frame)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([{"question": "a"}], r"A list is no pandas DataFrame. read_dataset\(…\) reads other data"),
        (pd.Series(["a"]), "A Series is no pandas DataFrame"),
    ],
)
def test_only_frames_are_read_as_frames(data: pd.DataFrame, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        EvaluationDataset.from_pandas(data)


def test_reading_a_frame_changes_nothing_in_it() -> None:
    frame = QUESTIONS.assign(tags=[["a"], [{"b": [None]}], None])
    before = frame.copy(deep=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_dataset(frame).to_pandas()
    pd.testing.assert_frame_equal(frame, before)
