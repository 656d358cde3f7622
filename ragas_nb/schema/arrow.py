"""Columns in an Arrow table; those that Arrow would change go as JSON text."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Any

from ragas_nb.errors import ConfigurationError
from ragas_nb.schema.texts import ArrowTexts
from ragas_nb.schema.values import as_text


def arrow_table(columns: Mapping[str, Sequence[object]]) -> tuple[Any, list[str]]:
    """Return the columns as Arrow's table, and the names of those that are in JSON.

    Arrow gives all dicts of a column the same keys, and holds no values of several kinds.
    Raises `ConfigurationError` without the `pyarrow` package.
    """
    arrow = needed("pyarrow", "Arrow tables")
    arrays: dict[str, object] = {}
    in_json: list[str] = []
    for name, cells in columns.items():
        array = _array(arrow, cells)
        if array is None:
            array = arrow.array(
                [None if cell is None else json.dumps(cell, default=as_text) for cell in cells]
            )
            in_json.append(name)
        arrays[name] = array
    return arrow.table(arrays), in_json


def from_json(
    columns: Mapping[str, Sequence[object]], in_json: Collection[str]
) -> dict[str, Sequence[object]]:
    """Return the columns with those that are in JSON read; what is none, because it was changed, stays."""
    return {
        name: [_from_json(cell) for cell in cells] if name in in_json else cells
        for name, cells in columns.items()
    }


def needed(package: str, what: str) -> Any:
    """Return a package that need not be installed; raise `ConfigurationError` that says how to get it."""
    try:
        return import_module(package)
    except ImportError:
        name = package.partition(".")[0]
        raise ConfigurationError(
            f"{what} need the package '{name}'. Install it: pip install 'ragas_nb[data]'."
        ) from None


def _array(arrow: Any, cells: Sequence[object]) -> Any:
    """Return the column as an Arrow array; None where it would not come back as it is."""
    if isinstance(cells, ArrowTexts):
        return cells.array
    cells = list(cells)
    try:
        array = arrow.array(cells)
    except (arrow.ArrowException, ValueError, TypeError, OverflowError):
        return None
    kinds = arrow.types
    items = array.type.value_type if kinds.is_list(array.type) else array.type
    if kinds.is_string(items) or kinds.is_null(array.type):
        return array
    if "struct<>" in str(array.type):  # which Parquet does not take
        return None
    return array if array.to_pylist() == cells else None


def _from_json(cell: object) -> object:
    try:
        return json.loads(cell) if isinstance(cell, str) else cell
    except (ValueError, RecursionError):
        return cell
