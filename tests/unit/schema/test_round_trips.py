"""Out and in again gives the same dataset, in every format; CSV knows texts only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from ragas_nb.schema import EvaluationDataset
from ragas_nb.schema.samples import AnySample
from tests.unit.schema.strategies import datasets, dirty_rows

SLOW_TO_MAKE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def by_list(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    return EvaluationDataset.from_list(dataset.to_list())


def by_columns(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    table = dataset.to_table()
    columns = {name: list(cells) for name, cells in table.columns.items()}
    labels = {} if table.labels is None else {"sample_id": list(table.labels)}
    return EvaluationDataset.from_dict(columns | labels)


def by_pandas(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    return EvaluationDataset.from_pandas(dataset.to_pandas())


def by_hugging_face(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    return EvaluationDataset.from_hf_dataset(dataset.to_hf_dataset())


def by_jsonl(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    dataset.to_jsonl(folder / "data.jsonl")
    return EvaluationDataset.from_jsonl(folder / "data.jsonl")


def by_parquet(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    dataset.to_parquet(folder / "data.parquet")
    return EvaluationDataset.from_parquet(folder / "data.parquet")


def by_csv(dataset: EvaluationDataset, folder: Path) -> EvaluationDataset:
    dataset.to_csv(folder / "data.csv")
    return EvaluationDataset.from_csv(folder / "data.csv")


def parts(dataset: EvaluationDataset) -> tuple[object, ...]:
    """What a dataset holds; ids may have become a column on the way."""
    extra = {name: list(cells) for name, cells in dataset.extra.items() if name != "sample_id"}
    return list(dataset.samples), dataset.ids, extra


@pytest.mark.parametrize("way", [by_list, by_columns, by_pandas, by_hugging_face, by_jsonl, by_parquet])
@SLOW_TO_MAKE
@given(dataset=datasets())
def test_every_format_gives_back_what_it_got(
    way: Callable[[EvaluationDataset, Path], EvaluationDataset], dataset: EvaluationDataset
) -> None:
    with TemporaryDirectory() as folder:
        back = way(dataset, Path(folder))
        assert parts(back) == parts(dataset)
        assert parts(way(back, Path(folder))) == parts(dataset)


@SLOW_TO_MAKE
@given(rows=dirty_rows())
def test_what_is_read_from_odd_cells_survives_every_format(rows: list[dict[str, object]]) -> None:
    dataset = EvaluationDataset.from_list(rows)
    with TemporaryDirectory() as folder:
        for way in (by_list, by_columns, by_pandas, by_hugging_face, by_jsonl, by_parquet):
            assert parts(way(dataset, Path(folder))) == parts(dataset), way.__name__


@SLOW_TO_MAKE
@given(dataset=datasets())
def test_csv_gives_back_what_texts_can_tell(dataset: EvaluationDataset) -> None:
    with TemporaryDirectory() as folder:
        back = by_csv(dataset, Path(folder))
        assert back.samples == [without_empty_texts(sample) for sample in dataset]
        assert {name: list(cells) for name, cells in back.extra.items() if name != "sample_id"} == {
            name: list(map(in_csv, cells)) for name, cells in dataset.extra.items()
        }
        if all(str(label) for label in dataset.ids):
            assert list(map(str, back.ids)) == list(map(str, dataset.ids))
        assert parts(by_csv(back, Path(folder))) == parts(back)


def without_empty_texts(sample: AnySample) -> AnySample:
    return sample.model_copy(
        update={name: None for name in type(sample).model_fields if getattr(sample, name) == ""}
    )


def in_csv(cell: object) -> str | None:
    """What a cell of an extra column is after a CSV file."""
    if cell is None or cell == "":
        return None
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, (list, dict)) else str(cell)
