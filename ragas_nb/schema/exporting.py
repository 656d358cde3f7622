"""A dataset's columns as plain data, for whoever takes them from here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ragas_nb.schema.assembly import ID_COLUMNS
from ragas_nb.schema.garbage import collection_paused
from ragas_nb.schema.messages import Message, ToolCall
from ragas_nb.schema.sequences import Columns, has_values
from ragas_nb.schema.tables import Table
from ragas_nb.schema.texts import ArrowTexts

if TYPE_CHECKING:
    import pandas as pd

Written: TypeAlias = Callable[[Sequence[Message | ToolCall]], list[dict[str, object]]]
"""How messages and tool calls are written as data."""


def fields_as_data(
    columns: Columns, messages: Collection[str], written: Written
) -> dict[str, Sequence[object]]:
    """Return the columns of fields, in lists of their own; `messages` names those of messages and calls."""
    with collection_paused():
        return {
            name: _written(cells, written) if name in messages else _copied(cells)
            for name, cells in columns.items()
        }


def extra_as_data(columns: Columns) -> dict[str, Sequence[object]]:
    """Return the columns that are no fields, in lists of their own, and so is all that is in them."""
    with collection_paused():
        return {
            name: cells if isinstance(cells, ArrowTexts) else [_copy(cell) for cell in cells]
            for name, cells in columns.items()
        }


def labelled(table: Table) -> Mapping[str, Sequence[object]]:
    """Return the columns, and the labels, if there are some, as one called like ids."""
    if table.labels is None:
        return table.columns
    name = next((name for name in ID_COLUMNS if name not in table.columns), None)
    return table.columns if name is None else {**table.columns, name: table.labels}


def rows_of_table(table: Table) -> list[dict[str, object]]:
    """Return one dict per row; None is left out, unless it is all that a column has."""
    columns = labelled(table)
    names = tuple(columns)
    kept = frozenset(name for name, cells in columns.items() if not has_values(cells))
    with collection_paused():
        return [
            {name: cell for name, cell in zip(names, row, strict=True) if cell is not None or name in kept}
            for row in zip(*columns.values(), strict=True)
        ]


def frame_of_table(table: Table) -> pd.DataFrame:
    """Return a DataFrame; the labels, if there are some, are its index."""
    import pandas as pd

    rows = pd.RangeIndex(table.length) if table.labels is None else pd.Index(list(table.labels))
    # Column by column takes half the time of giving all of them to DataFrame.
    columns = {name: _series(cells, rows) for name, cells in table.columns.items()}
    return pd.DataFrame(columns, index=rows)


def _series(cells: Sequence[object], rows: pd.Index[Any]) -> pd.Series[Any]:
    """Return a column as pandas has it; text that came from pandas is of the type that it had there."""
    import pandas as pd

    if isinstance(cells, ArrowTexts):
        return pd.Series(cells.to_pandas(), index=rows)
    series: pd.Series[Any] = pd.Series(cast("Any", cells), index=rows, dtype=_dtype(cells))
    return series


def _dtype(cells: Sequence[object]) -> Any:
    """Return the type of a column in which whole numbers stay what they are; None where pandas finds it.

    Its own way makes them floats where others are missing, and changes those beyond 2⁵³.
    """
    if not isinstance(next((cell for cell in cells if cell is not None), None), (int, float)):
        return None
    kinds = set(map(type, cells))
    exact = 2**63 if kinds == {int} else 2**53
    if not all(-exact < cell < exact for cell in cells if type(cell) is int):
        return object
    return "Int64" if kinds == {int, type(None)} else None


def _written(cells: Sequence[object], written: Written) -> list[object]:
    lists = cast("Sequence[Sequence[Message | ToolCall] | None]", cells)
    return [None if items is None else written(items) for items in lists]


def _copied(cells: Sequence[object]) -> Sequence[object]:
    """Return the cells in a list of their own, and so are they if they are lists or dicts of texts."""
    if isinstance(cells, ArrowTexts):
        return cells
    first = next((cell for cell in cells if cell is not None), None)
    if isinstance(first, (list, dict)):
        return [cell.copy() if isinstance(cell, (list, dict)) else cell for cell in cells]
    return list(cells)


def _copy(value: object) -> object:
    if isinstance(value, list):
        return [_copy(part) for part in value]
    if isinstance(value, dict):
        return {name: _copy(part) for name, part in value.items()}
    return value
