"""From columns of raw cells to columns of clean values, the samples' ids, and what travels along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ragas_nb.schema.cells import clean_column, clean_extra
from ragas_nb.schema.columns import match_columns, matches_for
from ragas_nb.schema.kinds import kind_of
from ragas_nb.schema.samples import SampleId, SingleTurnSample
from ragas_nb.schema.sequences import LazySamples
from ragas_nb.schema.tables import Table
from ragas_nb.schema.values import as_ids

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
    asked = next((match for match in found if match.field == "user_input"), None)
    kind = kind_of(asked, table.columns[asked.column]) if asked is not None else SingleTurnSample
    fields: dict[str, Sequence[object]] = {}
    used: set[str] = set()
    for match in matches_for(kind, found, column_map):
        padded = match.column in table.padded
        fields[match.field] = clean_column(match, table.columns[match.column], kind, padded=padded)
        used.add(match.column)
    extra = {name: clean_extra(name, cells) for name, cells in table.columns.items() if name not in used}
    ids = told_ids(extra) or (as_ids(table.labels) if table.labels is not None else None)
    return Parts(LazySamples(kind, fields, table.length), ids, extra)


def told_ids(extra: Mapping[str, Sequence[object]]) -> Sequence[SampleId] | None:
    """Return the ids in the first column that is called like one and fits: unique texts or whole numbers.

    >>> told_ids({"topic": ["x", "x"], "id": ["q1", "q2"]})
    ['q1', 'q2']
    """
    found = (as_ids(extra[column]) for column in ID_COLUMNS if column in extra)
    return next((ids for ids in found if ids is not None), None)
