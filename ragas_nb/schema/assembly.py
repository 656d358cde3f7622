"""From columns of raw cells to samples, their ids, and the columns that travel along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from ragas_nb.schema.cells import as_ids, clean_column, plain
from ragas_nb.schema.columns import match_columns
from ragas_nb.schema.samples import SampleId, SingleTurnSample
from ragas_nb.schema.tables import Table

ID_COLUMNS: Final = ("sample_id", "id")
_SAMPLES: Final = TypeAdapter(list[SingleTurnSample])


@dataclass(frozen=True)
class Parts:
    """What a dataset is made of; `ids` is None where the source names its rows in no usable way."""

    samples: list[SingleTurnSample]
    ids: list[SampleId] | None
    extra: dict[str, list[object]]


def assemble(table: Table, column_map: Mapping[str, str] | None = None) -> Parts:
    """Find the fields among the columns, clean their cells, and make the samples.

    Raises `DatasetError` when no column fits or a cell does not.
    """
    matches = match_columns(list(table.columns), column_map)
    fields = {match.field: clean_column(match, table.columns[match.column]) for match in matches}
    used = {match.column for match in matches}
    extra = {
        column: [plain(cell) for cell in cells]
        for column, cells in table.columns.items()
        if column not in used
    }
    ids = told_ids(extra) or (as_ids(table.labels) if table.labels is not None else None)
    return Parts(_make_samples(fields, table.length), ids, extra)


def told_ids(extra: Mapping[str, Sequence[object]]) -> list[SampleId] | None:
    """Return the ids in the first column that is called like one and fits: unique texts or whole numbers.

    >>> told_ids({"topic": ["x", "x"], "id": ["q1", "q2"]})
    ['q1', 'q2']
    """
    found = (as_ids(extra[column]) for column in ID_COLUMNS if column in extra)
    return next((ids for ids in found if ids is not None), None)


def _make_samples(fields: Mapping[str, Sequence[object]], length: int) -> list[SingleTurnSample]:
    """Turn columns of clean values into samples."""
    if not fields:
        return [SingleTurnSample() for _ in range(length)]
    rows = zip(*fields.values(), strict=True)
    # One call that is fed row by row takes half the time of `model_construct` a sample.
    return _SAMPLES.validate_python(dict(zip(fields, row, strict=True)) for row in rows)
