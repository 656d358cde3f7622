"""What pandas makes of conversations and of files, and what is made of that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ragas_nb.schema import EvaluationDataset, MultiTurnSample, SingleTurnSample
from tests.unit.schema.examples import CONVERSATIONS, SAMPLES, in_arrow


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
