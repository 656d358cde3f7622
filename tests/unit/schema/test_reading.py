from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema import EvaluationDataset, SingleTurnSample, read_dataset

ROWS: list[dict[str, object]] = [
    {"question": "Where is Lima?", "contexts": ["Lima is in Peru."], "answer": "In Peru.", "topic": "cities"},
    {"question": "Where is Oslo?", "contexts": [], "answer": None, "topic": None},
]
EXPECTED = EvaluationDataset(
    [
        SingleTurnSample(
            user_input="Where is Lima?", retrieved_contexts=["Lima is in Peru."], response="In Peru."
        ),
        SingleTurnSample(user_input="Where is Oslo?", retrieved_contexts=[]),
    ],
    extra={"topic": ["cities", None]},
)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "spelling",
    [
        lambda rows: rows,
        tuple,
        pd.DataFrame,
        datasets.Dataset.from_list,
        lambda rows: pd.DataFrame(rows).convert_dtypes(),
        lambda rows: pd.DataFrame(rows).astype({"question": "category", "topic": object}),
        lambda rows: pd.DataFrame(rows).astype({"question": "string[pyarrow]", "answer": "string"}),
        lambda rows: pa.Table.from_pylist(rows).to_pandas(),
        lambda rows: pa.Table.from_pylist(rows).to_pandas(types_mapper=pd.ArrowDtype),
        lambda rows: pd.DataFrame(rows).assign(contexts=lambda frame: frame["contexts"].astype(str)),
        lambda rows: pd.DataFrame(rows).assign(contexts=lambda frame: frame["contexts"].map(np.array)),
    ],
    ids=[
        "list",
        "tuple",
        "frame",
        "hugging face",
        "nullable",
        "categorical",
        "arrow strings",
        "arrays",
        "arrow types",
        "lists as text",
        "numpy",
    ],
)
def test_every_spelling_of_the_data_is_the_same_dataset(
    spelling: Callable[[list[dict[str, object]]], pd.DataFrame],
) -> None:
    assert read_dataset(spelling(ROWS)) == EXPECTED


def test_samples_are_read_as_they_are() -> None:
    assert read_dataset(EXPECTED.samples) == EvaluationDataset(EXPECTED.samples)


def test_a_dataset_is_given_back() -> None:
    assert read_dataset(EXPECTED) is EXPECTED


def test_a_dataset_can_be_renamed() -> None:
    renamed = read_dataset(EXPECTED, name="cities")
    assert (renamed.name, renamed.samples, renamed.extra) == ("cities", EXPECTED.samples, EXPECTED.extra)


def test_a_map_reads_an_extra_column_of_a_dataset() -> None:
    dataset = EvaluationDataset([SingleTurnSample(user_input="q")], "n", ids=["x"], extra={"gold": ["g"]})
    assert read_dataset(dataset, {"gold": "reference"}) == EvaluationDataset(
        [SingleTurnSample(user_input="q", reference="g")], "n", ids=["x"]
    )


def test_the_name_is_kept() -> None:
    assert read_dataset(ROWS, name="cities").name == "cities"


@pytest.mark.parametrize("empty", [[], pd.DataFrame(), pd.DataFrame({"question": []})])
def test_empty_data_is_an_empty_dataset(empty: pd.DataFrame) -> None:
    assert read_dataset(empty) == EvaluationDataset([])


def test_rows_may_have_different_keys() -> None:
    assert read_dataset([{"question": "q"}, {"answer": "a"}]).samples == [
        SingleTurnSample(user_input="q"),
        SingleTurnSample(response="a"),
    ]


def test_columns_may_have_names_that_are_no_text() -> None:
    dataset = read_dataset(pd.DataFrame({0: ["q"], ("a", 1): ["x"]}), {"0": "user_input"})
    assert (dataset[0].user_input, dataset.extra) == ("q", {"('a', 1)": ["x"]})


@pytest.mark.parametrize(
    ("frame", "ids"),
    [
        (pd.DataFrame({"question": ["a", "b"]}), [0, 1]),
        (pd.DataFrame({"question": ["a", "b"]}, index=["x", "y"]), ["x", "y"]),
        (pd.DataFrame({"question": ["a", "b", "c"]})[1:], [1, 2]),
        (pd.DataFrame({"question": ["a", "b"]}, index=["x", "x"]), [0, 1]),
        (pd.DataFrame({"question": ["a", "b"]}, index=[0.5, 1.5]), [0, 1]),
        (pd.DataFrame({"question": ["a", "b"]}, index=pd.to_datetime(["2024", "2025"])), [0, 1]),
        (pd.DataFrame({"question": ["a", "b"]}, index=pd.MultiIndex.from_product([["x"], [1, 2]])), [0, 1]),
        (pd.DataFrame({"question": ["a", "b"], "id": [7, 8]}, index=["x", "y"]), [7, 8]),
        (pd.DataFrame({"question": ["a", "b"], "id": [7, 8], "sample_id": ["s", "t"]}), ["s", "t"]),
        (pd.DataFrame({"question": ["a", "b"], "id": [7, 8], "sample_id": ["s", "s"]}), [7, 8]),
        (pd.DataFrame({"question": ["a", "b"], "id": ["x", None]}), [0, 1]),
    ],
    ids=[
        "counted",
        "index",
        "part of an index",
        "repeated index",
        "index of numbers",
        "dates",
        "multi-index",
        "id",
        "sample_id first",
        "repeated sample_id",
        "missing id",
    ],
)
def test_ids_come_from_a_column_then_the_index_then_the_position(
    frame: pd.DataFrame, ids: list[str | int]
) -> None:
    dataset = read_dataset(frame)
    assert [(type(i), i) for i in dataset.ids] == [(type(i), i) for i in ids]


def test_an_id_column_stays_in_extra() -> None:
    assert read_dataset(pd.DataFrame({"question": ["a"], "id": [7]})).extra == {"id": [7]}


def test_extra_values_are_plain() -> None:
    frame = pd.DataFrame({"question": ["a", "b"], "n": [1.5, None], "vector": [np.array([1, 2]), None]})
    assert read_dataset(frame).extra == {"n": [1.5, None], "vector": [[1, 2], None]}


def test_the_samples_share_no_list_with_the_data() -> None:
    contexts = ["c"]
    dataset = read_dataset(pd.DataFrame({"question": ["a"], "contexts": [contexts]}))
    contexts.append("later")
    assert dataset[0].retrieved_contexts == ["c"]


def test_a_csv_file_is_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "d.CSV",
        "\ufeffquestion,contexts,answer,,\r\n007,\"['a', 'b']\",NA,,x\r\n\r\n\"two\nlines\",,,,\r\n",
    )
    assert read_dataset(path) == EvaluationDataset(
        [
            SingleTurnSample(user_input="007", retrieved_contexts=["a", "b"], response="NA"),
            SingleTurnSample(user_input="two\nlines"),
        ],
        extra={"Unnamed: 3": [None, None], "Unnamed: 4": ["x", None]},
    )


def test_a_jsonl_file_is_read_by_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", '{"question": "数", "contexts": ["a"]}\n\n{"question": NaN}\n')
    assert read_dataset(str(path)).samples == [
        SingleTurnSample(user_input="数", retrieved_contexts=["a"]),
        SingleTurnSample(),
    ]


@pytest.mark.parametrize("name", ["empty.csv", "empty.jsonl"])
def test_an_empty_file_is_an_empty_dataset(tmp_path: Path, name: str) -> None:
    assert read_dataset(write(tmp_path / name, "")) == EvaluationDataset([])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("d.jsonl", '{"question": "a"}\n{"question": \n', "line 2: not JSON .* must be one JSON object"),
        ("d.jsonl", '[{"question": "a"}]', "line 1: found a list. Every line must be one JSON object"),
        ("d.csv", "question,answer\na\n", "line 2: 1 cells, but the header has 2"),
        ("d.csv", 'question\n"a\n', "line 2: not CSV .*unexpected end of data"),
        ("d.csv", "question,question\na,b\n", "Several columns are called 'question'"),
        ("d.json", "[]", r"d\.json' holds. Files that end in \.jsonl, \.csv, \.parquet can be read"),
        ("d", "", "Files that end in"),
    ],
)
def test_a_file_that_cannot_be_read_names_file_and_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        read_dataset(write(tmp_path / name, text))


@pytest.mark.parametrize("name", ["d.jsonl", "d.csv"])
def test_a_file_in_another_encoding_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes("Größe".encode("latin-1"))
    with pytest.raises(DatasetError, match=r"is not UTF-8 .* Save it as UTF-8"):
        read_dataset(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"There is no file '.*gone\.csv'. Check the name"):
        read_dataset(tmp_path / "gone.csv")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(DatasetError, match=r"Cannot read .*Is a directory"):
        read_dataset(tmp_path / "d.csv")


def test_several_splits_are_named() -> None:
    part = datasets.Dataset.from_list(ROWS)
    with pytest.raises(DatasetError) as refused:
        read_dataset(datasets.DatasetDict({"train": part, "test": part}))
    assert str(refused.value) == (
        "The data is several datasets in one: the splits 'train', 'test'. "
        "Pass one of them, for example data['train']."
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, r"A builtins\.NoneType cannot be read. Pass a pandas DataFrame"),
        ({"question": "q"}, r"Column 'question' is a str, but a dict of columns has one list per column"),
        ({"question": {"q"}}, r"Column 'question' is a set"),
        (
            {"question": ["q"], "answer": []},
            r"not equally long: 'question' has 1, 'answer' has 0\. Give every",
        ),
        (iter(ROWS), r"A builtins\.list_iterator cannot be read"),
        ([*ROWS, 3], "Row 2: found int 3 where a dict, as in row 0, is needed. Make all rows dicts"),
        ([EXPECTED[0], {}], "Item 1 is a dict, but an EvaluationDataset holds SingleTurnSample"),
        ([{}, EXPECTED[0]], "Row 1: found SingleTurnSample .* where a dict, as in row 0, is needed"),
        ([1, 2], "Row 0: found int 1 where a dict is needed"),
        ([{0: "a", "0": "b"}], "Several columns are called '0'"),
        (pd.DataFrame([[1, 2]], columns=["question", "question"]), "Several columns are called 'question'"),
        (pd.DataFrame({"q": ["x"]}), "No column fits. Found: 'q'"),
        (pd.DataFrame({"question": ["x", b"y"]}), r"Row 1, column 'question' \(user_input\): found bytes"),
    ],
)
def test_data_that_cannot_be_read_says_why(data: pd.DataFrame, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_dataset(data)


def test_importing_the_schema_loads_no_pandas_and_no_datasets() -> None:
    code = (
        "import sys, ragas_nb.schema as s; s.read_dataset([{'question': 'q'}]);"
        "print([m for m in ('pandas', 'numpy', 'pyarrow', 'datasets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
