from __future__ import annotations

import sys
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import pytest

from ragas_nb.errors import ConfigurationError, DatasetError
from ragas_nb.schema import EvaluationDataset, SingleTurnSample

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


def test_a_frame_of_a_dataset_without_values_has_its_length() -> None:
    assert EvaluationDataset([SingleTurnSample()] * 3).to_pandas().shape == (3, 0)


def test_a_frame_there_and_back_is_the_same(dataset: EvaluationDataset) -> None:
    back = EvaluationDataset.from_pandas(dataset.to_pandas())
    assert EvaluationDataset(back.samples, "arithmetic", ids=back.ids, extra=back.extra) == dataset


def test_a_list_there_and_back_is_the_same() -> None:
    counted = EvaluationDataset([ONE, SingleTurnSample(), TWO], extra={"topic": ["a", None, "b"]})
    assert EvaluationDataset.from_list(counted.to_list()) == counted


@pytest.mark.parametrize("way", ["list", "jsonl", "csv", "hf_dataset"])
def test_ids_survive_every_way_out_and_in(dataset: EvaluationDataset, way: str, tmp_path: Path) -> None:
    if way in ("jsonl", "csv"):
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


def test_arrow_refuses_mixed_columns_with_a_reason() -> None:
    mixed = EvaluationDataset([ONE, TWO], extra={"topic": ["text", 1]})
    with pytest.raises(DatasetError, match=r"Arrow cannot hold these columns: .* values of one kind"):
        mixed.to_hf_dataset()


def test_hugging_face_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ConfigurationError, match="pip install datasets"):
        EvaluationDataset([ONE]).to_hf_dataset()


def test_hugging_face_rows_are_all_there() -> None:
    made = EvaluationDataset([TWO, ONE]).to_hf_dataset()
    assert isinstance(made, datasets.Dataset)
    assert made["response"][:] == [None, "2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"samples": [ONE, {"response": "x"}]},
            "Item 1 is a dict, but an EvaluationDataset holds SingleTurnSample. "
            "Use EvaluationDataset.from_list(…) for dicts.",
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
            {"samples": [ONE], "extra": {"question": ["x"]}},
            "The extra column 'question' has the name of the field 'user_input'. Rename it.",
        ),
    ],
    ids=["samples", "number of ids", "same ids", "length of extra", "name of extra"],
)
def test_parts_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(DatasetError) as refused:
        EvaluationDataset(**arguments)  # type: ignore[arg-type]
    assert str(refused.value) == message


def test_a_frame_of_text_is_what_pandas_makes_of_text(dataset: EvaluationDataset) -> None:
    assert dataset.to_pandas()["user_input"].dtype == pd.Series(["text"]).dtype
