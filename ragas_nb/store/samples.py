"""A dataset as a file of a result holds it: nothing is guessed when it is read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from warnings import warn

from pydantic import BaseModel, TypeAdapter

from ragas_nb.schema import AnySample, EvaluationDataset, MultiTurnSample, SampleId, SingleTurnSample
from ragas_nb.store.plain_json import from_json, to_json


class SavedDataset(BaseModel):
    """Samples, one dict each without what has no value, and the columns that travel along."""

    name: str | None
    multi_turn: bool
    samples: list[object]
    extra: dict[str, list[object]]


def dataset_of(dataset: EvaluationDataset) -> SavedDataset:
    """What a file holds of a dataset. Warns of values that only their text is kept of."""
    return SavedDataset(
        name=dataset.name,
        multi_turn=dataset.is_multi_turn(),
        samples=_kept("samples", [sample.to_dict() for sample in dataset]),
        extra={name: _kept(f"column {name!r}", values) for name, values in dataset.extra.items()},
    )


def _kept(what: str, values: Sequence[object]) -> list[object]:
    lost: set[str] = set()
    kept = [to_json(value, lost) for value in values]
    if lost:
        kinds = ", ".join(sorted(lost))
        warn(f"{what}: of values of type {kinds} the file keeps the text only.", stacklevel=2)
    return kept


def dataset_from(saved: SavedDataset, ids: Sequence[SampleId]) -> EvaluationDataset:
    """The dataset that a file holds.

    Raises:
        ValueError: it holds none.
    """
    kind: type[AnySample] = MultiTurnSample if saved.multi_turn else SingleTurnSample
    samples = TypeAdapter(list[kind]).validate_python(from_json(saved.samples))  # type: ignore[valid-type]
    extra = {name: cast("list[object]", from_json(values)) for name, values in saved.extra.items()}
    return EvaluationDataset(samples, saved.name, ids=ids, extra=extra)
