"""Columns of a dataset as plain data, for whoever takes it from here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ragas_nb.schema.conversations import as_data
from ragas_nb.schema.garbage import collection_paused
from ragas_nb.schema.messages import Message, ToolCall
from ragas_nb.schema.texts import ArrowTexts

if TYPE_CHECKING:
    import pandas as pd

Written: TypeAlias = Callable[[Sequence[Message | ToolCall]], list[dict[str, object]]]
"""How messages and tool calls are written as data."""


def exported(
    columns: Mapping[str, Sequence[object]], messages: Collection[str] = (), written: Written = as_data
) -> dict[str, Sequence[object]]:
    """Return the columns, in lists of their own; `messages` names those that hold messages or tool calls."""
    with collection_paused():
        return {
            name: _written(cells, written) if name in messages else _copied(cells)
            for name, cells in columns.items()
        }


def as_series(cells: Sequence[object], rows: pd.Index[Any]) -> pd.Series[Any]:
    """Return a column as pandas has it; text that came from pandas is of the type that it had there."""
    import pandas as pd

    values: Any = cells.to_pandas() if isinstance(cells, ArrowTexts) else cells
    return pd.Series(values, index=rows)


def _written(cells: Sequence[object], written: Written) -> list[object]:
    lists = cast("Sequence[Sequence[Message | ToolCall] | None]", cells)
    return [None if items is None else written(items) for items in lists]


def _copied(cells: Sequence[object]) -> Sequence[object]:
    """Return the cells in a list of their own, and so are those that are lists; Arrow's texts as they are."""
    if isinstance(cells, ArrowTexts):
        return cells
    if list not in map(type, cells):
        return list(cells)
    return [cell.copy() if isinstance(cell, list) else cell for cell in cells]
