from __future__ import annotations

import sys
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import pytest

from ragas_nb.errors import ConfigurationError, DatasetError
from ragas_nb.schema import EvaluationDataset, MultiTurnSample, SingleTurnSample

ONE = SingleTurnSample(user_input="1 + 1?", response="2", retrieved_contexts=["sums"])
TWO = SingleTurnSample(user_input="1 + 2?", reference="3")
THREE = SingleTurnSample(user_input="1 + 3?", rubrics={"score1_description": "wrong"})


@pytest.fixture
def dataset() -> EvaluationDataset:
    extra = {"topic": ["sums", None, "more"]}
    return EvaluationDataset([ONE, TWO, THREE], "arithmetic", ids=["a", "b", "c"], extra=extra)


def test_samples_count_from_zero_without_ids() -> None:
    assert EvaluationDataset([ONE, TWO]).ids == [0, 1]


def test_an_extra_id_column_tells_the_ids() -> None:
    assert EvaluationDataset([ONE, TWO], extra={"id": ["x", "y"]}).ids == ["x", "y"]


def test_length_and_iteration_give_the_samples(dataset: EvaluationDataset) -> None:
    assert (len(dataset), list(dataset)) == (3, [ONE, TWO, THREE])


@pytest.mark.parametrize(("position", "sample"), [(0, ONE), (-1, THREE), (np.int64(1), TWO)])
def test_a_position_gives_a_sample(
    dataset: EvaluationDataset, position: int, sample: SingleTurnSample
) -> None:
    assert dataset[position] == sample


def test_a_slice_keeps_ids_name_and_extra(dataset: EvaluationDataset) -> None:
    assert dataset[1:] == EvaluationDataset(
        [TWO, THREE], "arithmetic", ids=["b", "c"], extra={"topic": [None, "more"]}
    )


def test_a_slice_keeps_ids_that_count_from_zero() -> None:
    assert EvaluationDataset([ONE, TWO, THREE])[::2].ids == [0, 2]


def test_features_are_those_of_all_samples(dataset: EvaluationDataset) -> None:
    assert dataset.features() == ["user_input", "retrieved_contexts", "response", "reference", "rubrics"]


@pytest.mark.parametrize(
    ("samples", "shown"),
    [
        ([], "EvaluationDataset(0 samples)"),
        ([SingleTurnSample(response="x")], "EvaluationDataset(1 sample: response)"),
        ([ONE, TWO], "EvaluationDataset(2 samples: user_input, retrieved_contexts, response, …)"),
    ],
)
def test_repr_shows_size_and_fields(samples: list[SingleTurnSample], shown: str) -> None:
    assert repr(EvaluationDataset(samples)) == shown


@pytest.mark.parametrize(
    "other",
    [
        EvaluationDataset([TWO]),
        EvaluationDataset([ONE], "name"),
        EvaluationDataset([ONE], ids=["x"]),
        EvaluationDataset([ONE], extra={"topic": ["sums"]}),
        [ONE],
    ],
    ids=["samples", "name", "ids", "extra", "type"],
)
def test_datasets_differ_by_every_part(other: object) -> None:
    assert EvaluationDataset([ONE]) != other


def test_rows_leave_out_what_is_missing(dataset: EvaluationDataset) -> None:
    assert dataset.to_list() == [
        {
            "user_input": "1 + 1?",
            "retrieved_contexts": ["sums"],
            "response": "2",
            "topic": "sums",
            "sample_id": "a",
        },
        {"user_input": "1 + 2?", "reference": "3", "sample_id": "b"},
        {
            "user_input": "1 + 3?",
            "rubrics": {"score1_description": "wrong"},
            "topic": "more",
            "sample_id": "c",
        },
    ]


def test_rows_name_no_ids_that_a_column_tells() -> None:
    told = EvaluationDataset([TWO], extra={"id": ["x"]})
    assert told.to_list() == [{"user_input": "1 + 2?", "reference": "3", "id": "x"}]


def test_a_frame_has_the_ids_as_its_index(dataset: EvaluationDataset) -> None:
    frame = dataset.to_pandas()
    assert list(frame.index) == ["a", "b", "c"]
    assert list(frame.columns) == [*dataset.features(), "topic"]


def test_samples_without_values_survive_as_a_column_of_nothing() -> None:
    nothing = EvaluationDataset([SingleTurnSample()] * 3)
    frame = nothing.to_pandas()
    assert (frame.shape, list(frame.columns)) == ((3, 1), ["user_input"])
    assert EvaluationDataset.from_pandas(frame) == nothing


def test_a_frame_there_and_back_is_the_same(dataset: EvaluationDataset) -> None:
    back = EvaluationDataset.from_pandas(dataset.to_pandas())
    assert EvaluationDataset(back.samples, "arithmetic", ids=back.ids, extra=back.extra) == dataset


def test_a_list_there_and_back_is_the_same() -> None:
    counted = EvaluationDataset([ONE, SingleTurnSample(), TWO], extra={"topic": ["a", None, "b"]})
    assert EvaluationDataset.from_list(counted.to_list()) == counted


@pytest.mark.parametrize("way", ["list", "jsonl", "csv", "parquet", "hf_dataset"])
def test_ids_survive_every_way_out_and_in(dataset: EvaluationDataset, way: str, tmp_path: Path) -> None:
    if way in ("jsonl", "csv", "parquet"):
        path = tmp_path / f"data.{way}"
        getattr(dataset, f"to_{way}")(path)
        back = getattr(EvaluationDataset, f"from_{way}")(path)
    else:
        back = getattr(EvaluationDataset, f"from_{way}")(getattr(dataset, f"to_{way}")())
    assert (back.samples, back.ids) == (dataset.samples, dataset.ids)
    assert back.extra == {"topic": ["sums", None, "more"], "sample_id": ["a", "b", "c"]}


def test_odd_characters_survive_files(tmp_path: Path) -> None:
    odd = SingleTurnSample(user_input='a,"b"\r\nc\u2028d', retrieved_contexts=["x" * 200_000, "\ufeff数\t字"])
    dataset = EvaluationDataset([odd, ONE])
    dataset.to_csv(tmp_path / "odd.csv")
    dataset.to_jsonl(tmp_path / "odd.jsonl")
    assert EvaluationDataset.from_csv(tmp_path / "odd.csv") == dataset
    assert EvaluationDataset.from_jsonl(tmp_path / "odd.jsonl") == dataset


@pytest.mark.parametrize("package", ["datasets", "pyarrow"])
def test_hugging_face_needs_its_packages(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigurationError, match=rf"'{package}'. Install it: pip install 'ragas_nb\[data\]'"):
        EvaluationDataset([ONE]).to_hf_dataset()


def test_parquet_needs_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ConfigurationError, match="Parquet files need the package 'pyarrow'"):
        EvaluationDataset([ONE]).to_parquet(tmp_path / "data.parquet")
    with pytest.raises(ConfigurationError, match="Parquet files need the package 'pyarrow'"):
        EvaluationDataset.from_parquet(tmp_path / "data.parquet")


def test_hugging_face_rows_are_all_there() -> None:
    made = EvaluationDataset([TWO, ONE]).to_hf_dataset()
    assert isinstance(made, datasets.Dataset)
    assert made["response"][:] == [None, "2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"samples": [ONE, {"response": "x"}]},
            "Item 1 is a dict, but an EvaluationDataset holds SingleTurnSample or "
            "MultiTurnSample. Use EvaluationDataset.from_list(…) for dicts.",
        ),
        ({"samples": [ONE], "ids": [1, 2]}, "1 samples but 2 ids. Give one id per sample."),
        (
            {"samples": [ONE, TWO], "ids": ["x", "x"]},
            "The ids must be texts or whole numbers, and no two may read the same. Found: 'x', 'x'.",
        ),
        (
            {"samples": [ONE], "extra": {"topic": []}},
            "1 samples but 0 values in the extra column 'topic'. Give one value per sample.",
        ),
        (
            {"samples": [ONE], "extra": {"topic": "x"}},
            "The extra column 'topic' is a str. Give a list, one value per sample.",
        ),
        (
            {"samples": [ONE], "extra": {"question": ["x"]}},
            "The extra column 'question' has the name of the field 'user_input'. Rename it.",
        ),
    ],
    ids=["samples", "number of ids", "same ids", "length of extra", "text as extra", "name of extra"],
)
def test_parts_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(DatasetError) as refused:
        EvaluationDataset(**arguments)  # type: ignore[arg-type]
    assert str(refused.value) == message


def test_a_frame_of_text_is_what_pandas_makes_of_text(dataset: EvaluationDataset) -> None:
    assert dataset.to_pandas()["user_input"].dtype == pd.Series(["text"]).dtype


def test_a_field_that_is_not_there_is_refused_with_those_that_are(dataset: EvaluationDataset) -> None:
    with pytest.raises(DatasetError) as refused:
        dataset.column("question")
    assert str(refused.value).startswith(
        "A SingleTurnSample has no field 'question'. Its fields are user_input, "
    )
    with pytest.raises(
        DatasetError, match=r"no field 'topic'\. It is an extra column: dataset\.extra\['topic'\]\."
    ):
        dataset.column("topic")


def test_a_column_has_a_value_per_sample(dataset: EvaluationDataset) -> None:
    assert dataset.column("response") == ["2", None, None]
    assert dataset.column("persona_name") == [None, None, None]


@pytest.mark.parametrize("taken", [{"sample_id": ["s", "s"]}, {"id": ["s", "s"]}, {"id": [1.5, None]}])
def test_ids_find_a_name_that_is_free(taken: dict[str, list[object]], tmp_path: Path) -> None:
    dataset = EvaluationDataset([ONE, TWO], ids=["x", "y"], extra=taken)
    dataset.to_jsonl(tmp_path / "data.jsonl")
    assert EvaluationDataset.from_jsonl(tmp_path / "data.jsonl").ids == ["x", "y"]


def test_a_column_of_nothing_survives_lists() -> None:
    dataset = EvaluationDataset([SingleTurnSample()] * 2, extra={"topic": [None, None], "tag": ["a", None]})
    assert dataset.to_list() == [
        {"user_input": None, "topic": None, "tag": "a"},
        {"user_input": None, "topic": None},
    ]
    assert EvaluationDataset.from_list(dataset.to_list()) == dataset


def test_rows_share_nothing_with_the_dataset(dataset: EvaluationDataset) -> None:
    empty = EvaluationDataset.from_list(
        [{"question": "q", "contexts": [], "rubrics": {"a": "b"}, "tags": [[]]}]
    )
    row = empty.to_list()[0]
    row["retrieved_contexts"].append("later")  # type: ignore[attr-defined]
    row["rubrics"]["later"] = "x"  # type: ignore[index]
    row["tags"][0].append("later")  # type: ignore[index]
    assert empty.to_list() == [
        {"user_input": "q", "retrieved_contexts": [], "rubrics": {"a": "b"}, "tags": [[]]}
    ]


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (
            [ONE, MultiTurnSample(user_input=[])],
            "Sample 1 is a MultiTurnSample, but sample 0 is a SingleTurnSample. Make two datasets of them.",
        ),
        (
            [ONE, TWO, "text"],
            "Item 2 is a str, but an EvaluationDataset holds SingleTurnSample or MultiTurnSample. "
            "Use EvaluationDataset.from_list(…) for dicts.",
        ),
    ],
)
def test_samples_are_of_one_type(samples: list[SingleTurnSample], message: str) -> None:
    for check in (EvaluationDataset, EvaluationDataset.validate_samples):
        with pytest.raises(DatasetError) as refused:
            check(samples)
        assert str(refused.value) == message


def test_samples_that_fit_are_given_back() -> None:
    assert EvaluationDataset.validate_samples(iter([ONE, TWO])) == [ONE, TWO]


def test_the_kind_of_samples_is_told() -> None:
    chats = EvaluationDataset([MultiTurnSample(user_input=[])])
    assert (chats.get_sample_type(), chats.is_multi_turn(), repr(chats)) == (
        MultiTurnSample,
        True,
        "EvaluationDataset(1 conversation: user_input)",
    )
    assert (EvaluationDataset([ONE]).get_sample_type(), EvaluationDataset().is_multi_turn()) == (
        SingleTurnSample,
        False,
    )
