"""Files and datasets of others, and what each format can hold."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
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

CALLS = [
    ToolCall(name="weather", args={"city": "Lima", "unit": None}),
    ToolCall(name="news", args={"pages": 2}),
]
QUESTIONS = [
    SingleTurnSample(
        user_input='Größe, "quoted"\nand 数?',
        retrieved_contexts=["it's", 'a "b"'],
        retrieved_context_ids=["a", 1],
        rubrics={"score1_description": "bad"},
    ),
    SingleTurnSample(response="x"),
]
CONVERSATIONS = [
    MultiTurnSample(
        user_input=[
            HumanMessage(content="Is it raining in Lima?", metadata={"tags": ["a", None]}),
            AIMessage(content="", tool_calls=CALLS),
            ToolMessage(content="dry"),
            AIMessage(content="No.", tool_calls=[]),
        ],
        reference_tool_calls=CALLS,
        reference_topics=["weather"],
    ),
    MultiTurnSample(user_input=[], reference="x"),
]
PADDED = [
    MultiTurnSample(
        user_input=[
            HumanMessage(content="a"),
            AIMessage(content="b", tool_calls=[ToolCall(name="f", args={"x": 1})]),
            AIMessage(content="c", tool_calls=[ToolCall(name="g", args={"y": {"z": "w"}})]),
        ],
        reference_tool_calls=[ToolCall(name="f", args={"x": 1}), ToolCall(name="g", args={"y": {"z": "w"}})],
    )
]
both = pytest.mark.parametrize(
    "samples", [QUESTIONS, CONVERSATIONS, PADDED], ids=["questions", "conversations", "calls"]
)


def as_ragas_has_them(samples: list[SingleTurnSample]) -> list[dict[str, object]]:
    return [sample.to_dict() for sample in samples]


@both
def test_csv_as_ragas_writes_it_is_read(samples: list[SingleTurnSample], tmp_path: Path) -> None:
    path, rows = tmp_path / "data.csv", as_ragas_has_them(samples)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames={name: None for row in rows for name in row})
        writer.writeheader()
        writer.writerows(rows)
    assert read_dataset(path).samples == samples


@both
def test_json_lines_as_ragas_writes_them_are_read(samples: list[SingleTurnSample], tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in as_ragas_has_them(samples)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_dataset(path).samples == samples


def test_a_hugging_face_dataset_of_others_loses_what_arrow_filled_up() -> None:
    theirs = datasets.Dataset.from_list(as_ragas_has_them(PADDED))
    assert theirs[0]["reference_tool_calls"][0]["args"] == {"x": 1, "y": None}
    assert read_dataset(theirs).samples == PADDED


def test_a_parquet_file_of_others_loses_what_arrow_filled_up(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pq.write_table(pa.Table.from_pylist(as_ragas_has_them(PADDED)), path)
    assert read_dataset(path).samples == PADDED
    assert read_dataset(pd.read_parquet(path)).samples == PADDED
    assert read_dataset(pd.read_parquet(path, dtype_backend="pyarrow")).samples == PADDED


def test_extra_columns_of_others_keep_what_is_none() -> None:
    theirs = datasets.Dataset.from_list([{"question": "q", "about": {"a": None}, "tags": [{"b": None}]}])
    assert dict(read_dataset(theirs).extra) == {"about": [{"a": None}], "tags": [[{"b": None}]]}


def test_an_argument_that_is_none_on_purpose_stays_in_every_format(tmp_path: Path) -> None:
    dataset = EvaluationDataset(CONVERSATIONS)
    assert EvaluationDataset.from_hf_dataset(dataset.to_hf_dataset()) == dataset
    for name in ("jsonl", "csv", "parquet"):
        getattr(dataset, f"to_{name}")(tmp_path / f"data.{name}")
        assert read_dataset(tmp_path / f"data.{name}") == dataset


def test_what_arrow_would_change_comes_back_as_it_was(tmp_path: Path) -> None:
    extra = {"mixed": ["text", 1], "about": [{"a": 1}, {"b": None}], "empty": [{}, []]}
    dataset = EvaluationDataset(QUESTIONS, extra=extra)
    made = dataset.to_hf_dataset()
    assert made["mixed"][:] == ['"text"', "1"]
    assert EvaluationDataset.from_hf_dataset(made) == dataset
    assert EvaluationDataset.from_hf_dataset(made.select([1, 0])).samples == QUESTIONS[::-1]
    dataset.to_parquet(tmp_path / "data.parquet")
    assert EvaluationDataset.from_parquet(tmp_path / "data.parquet") == dataset


def test_a_noted_column_that_somebody_has_changed_stays_as_it_is() -> None:
    made = EvaluationDataset(QUESTIONS, extra={"mixed": ["text", 1]}).to_hf_dataset()
    changed = made.remove_columns("mixed").add_column("mixed", ["no JSON", None])
    assert dict(EvaluationDataset.from_hf_dataset(changed).extra) == {"mixed": ["no JSON", None]}


@pytest.mark.parametrize("data", [{"train": 1}, "no dataset", [1]])
def test_what_is_no_hugging_face_dataset_says_so(data: datasets.Dataset) -> None:
    with pytest.raises(
        DatasetError, match=r"is no Hugging Face Dataset|several datasets in one: the splits 'train'"
    ):
        EvaluationDataset.from_hf_dataset(data)


def test_the_index_that_pandas_wrote_tells_the_ids(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    frame = pd.DataFrame({"question": ["a", "b", "c"]}, index=pd.Index(["x", "y", "z"], name="key"))
    for kept in (
        frame,
        frame.reset_index(drop=True)[1:],
        frame.set_axis(pd.MultiIndex.from_product([["m"], [1, 2, 3]])),
    ):
        kept.to_parquet(path)
        assert read_dataset(path).ids == read_dataset(pd.read_parquet(path)).ids == read_dataset(kept).ids


def test_dates_become_text_where_a_format_has_none(tmp_path: Path) -> None:
    day = pd.Timestamp("2024-01-01")
    dataset = EvaluationDataset([SingleTurnSample(user_input="q")], extra={"day": [day], "days": [[day]]})
    dataset.to_jsonl(tmp_path / "data.jsonl")
    dataset.to_parquet(tmp_path / "data.parquet")
    in_text = {"day": ["2024-01-01 00:00:00"], "days": [["2024-01-01 00:00:00"]]}
    assert dict(read_dataset(tmp_path / "data.jsonl").extra) == in_text
    assert dict(read_dataset(tmp_path / "data.parquet").extra) == {"day": [day], "days": [[day]]}


def test_half_characters_hinder_no_format(tmp_path: Path) -> None:
    half = "half \ud83d"
    dataset = EvaluationDataset(
        [SingleTurnSample(user_input=half, retrieved_contexts=[half], rubrics={half: half})],
        ids=[half],
        extra={half: [half], "deep": [{half: [half]}]},
    )
    whole = "half \ufffd"
    expected = EvaluationDataset(
        [SingleTurnSample(user_input=whole, retrieved_contexts=[whole], rubrics={whole: whole})],
        ids=[whole],
        extra={whole: [whole], "deep": [{whole: [whole]}]},
    )
    assert EvaluationDataset.from_pandas(dataset.to_pandas()) == expected
    ways = [
        EvaluationDataset.from_list(dataset.to_list()),
        EvaluationDataset.from_hf_dataset(dataset.to_hf_dataset()),
    ]
    for name in ("jsonl", "parquet"):
        getattr(dataset, f"to_{name}")(tmp_path / f"data.{name}")
        ways.append(read_dataset(tmp_path / f"data.{name}"))
    for back in ways:
        assert (back.samples, back.ids, back.extra[whole]) == (expected.samples, expected.ids, [whole])
    dataset.to_csv(tmp_path / "data.csv")
    assert read_dataset(tmp_path / "data.csv").samples == expected.samples


def test_half_characters_in_messages_become_whole() -> None:
    message = AIMessage(
        content="\ud83d", metadata={"\ud83d": 1}, tool_calls=[ToolCall(name="\ud83d", args={})]
    )
    assert message == AIMessage(
        content="\ufffd", metadata={"\ufffd": 1}, tool_calls=[ToolCall(name="\ufffd", args={})]
    )


EMPTY = {
    "list": [],
    "dict": {},
    "dict of columns": {"question": []},
    "frame": pd.DataFrame(),
    "frame of columns": pd.DataFrame({"question": [], "topic": []}),
    "hugging face": datasets.Dataset.from_dict({}),
    "hugging face of columns": datasets.Dataset.from_dict({"question": []}),
    "dataset": EvaluationDataset([]),
    "slice of questions": EvaluationDataset(QUESTIONS)[:0],
    "slice of conversations": EvaluationDataset.from_list(as_ragas_has_them(CONVERSATIONS))[:0],
}


@pytest.mark.parametrize("empty", EMPTY.values(), ids=EMPTY)
def test_empty_datasets_are_legal_whatever_they_come_from(empty: pd.DataFrame, tmp_path: Path) -> None:
    dataset = read_dataset(empty)
    assert (len(dataset), list(dataset), dataset.ids, dataset.features()) == (0, [], [], [])
    noun = "conversations" if dataset.is_multi_turn() else "samples"
    assert repr(dataset) == f"EvaluationDataset(0 {noun})"
    assert f"EvaluationDataset(0 {noun})" in dataset._repr_html_()
    assert (dataset[:], dataset[[]], dataset[::-1]) == (dataset, dataset, dataset)
    assert (dataset.to_list(), len(dataset.to_pandas()), len(dataset.to_hf_dataset())) == ([], 0, 0)
    assert EvaluationDataset.from_pandas(dataset.to_pandas()) == dataset
    assert EvaluationDataset.from_hf_dataset(dataset.to_hf_dataset()) == dataset
    for name in ("csv", "parquet"):
        getattr(dataset, f"to_{name}")(tmp_path / f"data.{name}")
        assert read_dataset(tmp_path / f"data.{name}") == dataset
    dataset.to_jsonl(tmp_path / "data.jsonl")
    assert len(read_dataset(tmp_path / "data.jsonl")) == 0


@pytest.mark.parametrize("text", ["", "PAR1", "question\nq\n"])
def test_what_is_no_parquet_file_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    path.write_text(text)
    with pytest.raises(DatasetError, match=r"data\.parquet' cannot be read as Parquet: .* Write it again"):
        read_dataset(path)


def test_a_parquet_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"There is no file '.*gone\.parquet'\. Check the name"):
        EvaluationDataset.from_parquet(tmp_path / "gone.parquet")


def test_texts_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    broken = pa.array([b"\xff"]).view(pa.string())
    pq.write_table(pa.table({"question": broken}), path)
    with pytest.raises(DatasetError, match="cannot be read as Parquet"):
        read_dataset(path)


def test_from_dict_takes_both_shapes() -> None:
    columns = {"question": ["a", "b"], "topic": pd.Series(["x", "y"])}
    rows = [{"question": "a", "topic": "x"}, {"question": "b", "topic": "y"}]
    assert EvaluationDataset.from_dict(columns, name="n") == EvaluationDataset.from_dict(rows, name="n")
    assert EvaluationDataset.from_dict(rows, name="n").name == "n"


def test_from_list_says_where_samples_go() -> None:
    with pytest.raises(
        DatasetError, match=r"^Row 0: found SingleTurnSample .* EvaluationDataset\(samples=\[…\]\)"
    ):
        EvaluationDataset.from_list(QUESTIONS)  # type: ignore[arg-type]
