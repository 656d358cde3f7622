"""What pandas does to data: every way to hold the same cells is the same dataset."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
    read_dataset,
)

NOTHING = [None, float("nan"), np.nan, pd.NA, pd.NaT, np.datetime64("NaT")]
QUESTIONS = pd.DataFrame(
    {
        "user_input": ["Where is Lima?", None, "Größe 数 🙂"],
        "retrieved_contexts": [["Lima is in Peru.", 'It\'s "big".'], [], None],
        "rubrics": [{"score1_description": "bad"}, {"score1_description": "good"}, None],
        "topic": ["cities", None, "sizes"],
    }
)
SAMPLES = [
    SingleTurnSample(
        user_input="Where is Lima?",
        retrieved_contexts=["Lima is in Peru.", 'It\'s "big".'],
        rubrics={"score1_description": "bad"},
    ),
    SingleTurnSample(retrieved_contexts=[], rubrics={"score1_description": "good"}),
    SingleTurnSample(user_input="Größe 数 🙂"),
]
TOPICS = ["cities", None, "sizes"]


def with_column(name: str, kind: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{name: frame[name].astype(kind)})  # type: ignore[call-overload]


def in_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    return pa.Table.from_pandas(frame, preserve_index=False).to_pandas(types_mapper=pd.ArrowDtype)  # type: ignore[no-any-return]


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


CALL = ToolCall(name="weather", args={"city": "Lima"})
OTHER_CALL = ToolCall(name="news", args={"about": "it's {rain} [today]", "pages": 2})
CONVERSATIONS = [
    MultiTurnSample(
        user_input=[
            HumanMessage(content='Is it raining?\nIn "Lima", I mean: it\'s } {'),
            AIMessage(content="", tool_calls=[CALL, OTHER_CALL]),
            ToolMessage(content="dry"),
            AIMessage(content="No."),
        ],
        reference_tool_calls=[CALL],
        reference_topics=["weather"],
    ),
    MultiTurnSample(user_input=[HumanMessage(content="Größe 🙂")], reference="x"),
]


def in_rows(samples: list[MultiTurnSample]) -> list[dict[str, object]]:
    return [sample.to_dict() for sample in samples]


def conversations() -> pd.DataFrame:
    return pd.DataFrame(in_rows(CONVERSATIONS))


def printed(messages: list[dict[str, object]]) -> str:
    """A conversation as numpy prints it where its lists are arrays, as they are in Parquet files."""
    return str(
        np.array(
            [
                {name: np.array(part) if isinstance(part, list) else part for name, part in message.items()}
                for message in messages
            ]
        )
    )


def by_parquet(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    frame.to_parquet(folder / "data.parquet")
    return pd.read_parquet(folder / "data.parquet")


def by_csv(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    frame.to_csv(folder / "data.csv", index=False)
    return pd.read_csv(folder / "data.csv")


def by_json_lines(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    frame.to_json(folder / "data.jsonl", orient="records", lines=True, force_ascii=False)
    return pd.read_json(folder / "data.jsonl", lines=True)


@pytest.mark.parametrize(
    "spelling",
    [
        lambda frame, folder: frame,
        by_parquet,
        by_csv,
        by_json_lines,
        lambda frame, folder: frame.assign(user_input=[printed(cell) for cell in frame["user_input"]]),
        lambda frame, folder: in_arrow(frame),
        lambda frame, folder: by_csv(frame, folder).astype({"user_input": "category", "reference": "string"}),
        lambda frame, folder: frame.assign(user_input=[sample.user_input for sample in CONVERSATIONS]),
        lambda frame, folder: frame.assign(
            user_input=[np.array(sample.user_input) for sample in CONVERSATIONS]
        ),
    ],
    ids=[
        "objects",
        "parquet",
        "csv",
        "json",
        "numpy print",
        "arrow types",
        "categories",
        "messages",
        "arrays",
    ],
)
def test_conversations_are_the_same_however_pandas_holds_them(
    spelling: Callable[[pd.DataFrame, Path], pd.DataFrame], tmp_path: Path
) -> None:
    dataset = EvaluationDataset.from_pandas(spelling(conversations(), tmp_path))
    assert dataset.samples == CONVERSATIONS
    assert (dataset.is_multi_turn(), dict(dataset.extra)) == (True, {})


@pytest.mark.parametrize("samples", [SAMPLES, CONVERSATIONS], ids=["questions", "conversations"])
def test_what_we_write_pandas_reads(samples: list[SingleTurnSample], tmp_path: Path) -> None:
    dataset = EvaluationDataset(samples)
    dataset.to_csv(tmp_path / "data.csv")
    dataset.to_jsonl(tmp_path / "data.jsonl")
    dataset.to_parquet(tmp_path / "data.parquet")
    for frame in (
        pd.read_csv(tmp_path / "data.csv"),
        pd.read_json(tmp_path / "data.jsonl", lines=True),
        pd.read_parquet(tmp_path / "data.parquet"),
    ):
        assert EvaluationDataset.from_pandas(frame).samples == samples


@pytest.mark.parametrize("samples", [SAMPLES, CONVERSATIONS], ids=["questions", "conversations"])
def test_what_pandas_writes_we_read(samples: list[SingleTurnSample], tmp_path: Path) -> None:
    frame = EvaluationDataset(samples, ids=list("abc")[: len(samples)]).to_pandas()
    frame.to_parquet(tmp_path / "data.parquet")
    frame.to_csv(tmp_path / "data.csv", index_label="id")
    frame.to_json(tmp_path / "data.jsonl", orient="records", lines=True)
    by_parquet = EvaluationDataset.from_parquet(tmp_path / "data.parquet")
    assert (by_parquet.samples, by_parquet.ids) == (samples, list("abc")[: len(samples)])
    assert (dict(by_parquet.extra), by_parquet) == ({}, EvaluationDataset.from_pandas(frame))
    by_csv = EvaluationDataset.from_csv(tmp_path / "data.csv")
    assert (by_csv.samples, by_csv.ids) == (samples, list("abc")[: len(samples)])
    assert EvaluationDataset.from_jsonl(tmp_path / "data.jsonl").samples == samples


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


DO_NOT_MIX = (
    "Text makes single questions, lists of messages make conversations; they do not mix. "
    "Correct the cell, or make two datasets."
)


@pytest.mark.parametrize(
    ("cells", "row", "message"),
    [
        (
            ["a", "b", ["c"], None],
            2,
            f"found list ['c'] where text, as in 2 other rows, is needed. {DO_NOT_MIX}",
        ),
        (
            [["c"], "b"],
            0,
            f"found list ['c'] where text, as in another row, is needed. {DO_NOT_MIX}",
        ),
        (
            [[{"type": "human", "content": "a"}], np.array([HumanMessage(content="a")]), 42],
            2,
            f"found int 42 where a list of messages, as in 2 other rows, is needed. {DO_NOT_MIX}",
        ),
        (
            ['[{"type": "human", "content": "a"}]', "[{'type': 'human', 'content': 'a'}]", '[{"type": "hum'],
            2,
            'found str \'[{"type": "hum\' where a list of messages, as in 2 other rows, is needed. '
            f"{DO_NOT_MIX}",
        ),
        (
            [["a"]],
            0,
            "found str 'a' where a message at position 0 is needed. Here a str is no message. "
            "Use HumanMessage, AIMessage or ToolMessage, or dicts like {'type': 'human', 'content': '…'}.",
        ),
        (
            [HumanMessage(content="a")],
            0,
            "found HumanMessage HumanMessage(... type='human') where a list with a message per item is "
            "needed. Write a list of messages: [{'type': 'human', 'content': '…'}, "
            "{'type': 'ai', 'content': '…'}].",
        ),
        (
            [None, [{"type": "tool", "content": "a"}]],
            1,
            "found list ['ToolMessage'] where a conversation is needed. Here message 0 is a tool message and "
            "comes before any AI message. A tool can only answer an AI message that called it.",
        ),
    ],
)
def test_questions_and_conversations_do_not_mix(cells: list[object], row: int, message: str) -> None:
    frame = pd.DataFrame({"question": pd.Series(cells, dtype=object)})
    with pytest.raises(DatasetError) as refused:
        read_dataset(frame)
    assert str(refused.value) == f"Row {row}, column 'question' (user_input): {message}"


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
