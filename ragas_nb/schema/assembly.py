"""From columns of raw cells to columns of clean values, the samples' ids, and what travels along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ragas_nb.schema.cells import clean_column
from ragas_nb.schema.columns import match_columns, matches_for
from ragas_nb.schema.conversations import kind_of
from ragas_nb.schema.lazy import LazySamples
from ragas_nb.schema.samples import AnySample, SampleId, SingleTurnSample
from ragas_nb.schema.tables import Table
from ragas_nb.schema.values import as_ids, plain_column

ID_COLUMNS: Final = ("sample_id", "id")


@dataclass(frozen=True)
class Parts:
    """What a dataset is made of; `ids` is None where the source names its rows in no usable way."""

    samples: LazySamples
    ids: Sequence[SampleId] | None
    extra: dict[str, Sequence[object]]


def assemble(table: Table, column_map: Mapping[str, str] | None = None) -> Parts:
    """Find the fields among the columns and clean their cells.

    Raises `DatasetError` when no column fits or a cell does not.
    """
    found = match_columns(list(table.columns), column_map)
    asked = next((match.column for match in found if match.field == "user_input"), None)
    kind = kind_of(table.columns[asked]) if asked is not None else SingleTurnSample
    matches = matches_for(kind, found, column_map)
    fields = {match.field: clean_column(match, table.columns[match.column], kind) for match in matches}
    used = {match.column for match in matches}
    extra = {column: plain_column(cells) for column, cells in table.columns.items() if column not in used}
    ids = told_ids(extra) or (as_ids(table.labels) if table.labels is not None else None)
    return Parts(LazySamples(kind, _with_values(fields), table.length), ids, extra)


def told_ids(extra: Mapping[str, Sequence[object]]) -> Sequence[SampleId] | None:
    """Return the ids in the first column that is called like one and fits: unique texts or whole numbers.

    >>> told_ids({"topic": ["x", "x"], "id": ["q1", "q2"]})
    ['q1', 'q2']
    """
    found = (as_ids(extra[column]) for column in ID_COLUMNS if column in extra)
    return next((ids for ids in found if ids is not None), None)


def columns_of(samples: Sequence[AnySample], kind: type[AnySample]) -> dict[str, Sequence[object]]:
    """Return the fields of the samples that have a value in one of them, as columns."""
    return _with_values({name: [getattr(sample, name) for sample in samples] for name in kind.model_fields})


def _with_values(fields: Mapping[str, Sequence[object]]) -> dict[str, Sequence[object]]:
    """Return the columns that are not all nothing."""
    return {name: cells for name, cells in fields.items() if any(cell is not None for cell in cells)}
