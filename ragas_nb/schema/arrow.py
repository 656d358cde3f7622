"""Datasets in Arrow's hands: Hugging Face `Dataset`s and Parquet files.

Arrow wants the dicts of a column to be alike, and fills up what is not there with None. What would come back
changed goes as JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ragas_nb.errors import ConfigurationError, DatasetError
from ragas_nb.schema.tables import Table, table_of_columns

if TYPE_CHECKING:
    import datasets

_NOTE: Final = b"ragas_nb"
"""The key in a Parquet file's metadata under which we say which columns are JSON, as a JSON list."""


def hugging_face_dataset(columns: Mapping[str, Sequence[object]]) -> datasets.Dataset:
    """Return the columns as a Hugging Face `Dataset`.

    Raises `ConfigurationError` without the `datasets` package, and `DatasetError` when a column holds values
    of several kinds.
    """
    library = _needed("datasets", "Hugging Face datasets")
    try:
        lists = {name: list(cells) for name, cells in columns.items()}
        dataset: datasets.Dataset = library.Dataset.from_dict(lists)
    except (ValueError, TypeError) as error:
        raise DatasetError(
            f"Arrow cannot hold these columns: {error}. Every column must hold values of one kind."
        ) from None
    return dataset


def write_parquet(path: str | PathLike[str], columns: Mapping[str, Sequence[object]]) -> None:
    """Write a Parquet file, and note in its metadata which columns are JSON text.

    Raises `ConfigurationError` without the `pyarrow` package, and `DatasetError` when a column holds what
    neither Arrow nor JSON can.
    """
    parquet, arrow = _parquet(), _needed("pyarrow", "Parquet files")
    arrays: dict[str, object] = {}
    in_json: list[str] = []
    for name, cells in columns.items():
        arrays[name] = _array(arrow, cells)
        if arrays[name] is None:
            arrays[name] = arrow.array(_in_json(name, cells), arrow.large_string())
            in_json.append(name)
    table = arrow.table(arrays)
    noted = table.replace_schema_metadata({_NOTE: json.dumps(in_json)})
    parquet.write_table(noted, Path(path).expanduser())


def table_of_parquet(path: str | PathLike[str]) -> Table:
    """Read a Parquet file: one of ours, of pandas, or any other.

    Raises `ConfigurationError` without the `pyarrow` package, and `DatasetError` naming a file that is none.
    """
    parquet, arrow = _parquet(), _needed("pyarrow", "Parquet files")
    try:
        table = parquet.read_table(Path(path).expanduser())
    except FileNotFoundError:
        raise DatasetError(
            f"There is no file {str(path)!r}. Check the name; relative ones start at {str(Path.cwd())!r}."
        ) from None
    except (arrow.ArrowException, OSError) as error:
        raise DatasetError(f"{str(path)!r} cannot be read as Parquet: {error}. Write it again.") from None
    in_json = json.loads((table.schema.metadata or {}).get(_NOTE, b"[]"))
    columns = [
        _from_json(_cells(arrow, column)) if name in in_json else _cells(arrow, column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return table_of_columns(table.column_names, columns, length=table.num_rows)


def _array(arrow: Any, cells: Sequence[object]) -> Any:
    """Return the column as an Arrow array; None where it would not come back as it is."""
    try:
        array = arrow.array(list(cells))
    except (arrow.ArrowException, TypeError, OverflowError):
        return None
    if arrow.types.is_string(array.type) or arrow.types.is_null(array.type):
        return array
    return array if array.to_pylist() == list(cells) else None


def _cells(arrow: Any, column: Any) -> list[object]:
    """Return the cells of a column as Python's values; texts by way of numpy, which is faster."""
    kind = column.type
    if arrow.types.is_string(kind) or arrow.types.is_large_string(kind):
        cells: list[object] = column.to_numpy().tolist()
        return cells
    return list(column.to_pylist())


def _in_json(name: str, cells: Sequence[object]) -> list[str | None]:
    try:
        return [None if cell is None else json.dumps(cell) for cell in cells]
    except (TypeError, ValueError) as error:
        raise DatasetError(
            f"Column {name!r} holds what neither Arrow nor JSON can ({error}). Turn it into text first."
        ) from None


def _from_json(texts: list[object]) -> list[object]:
    return [None if text is None else json.loads(str(text)) for text in texts]


def _parquet() -> Any:
    _needed("pyarrow", "Parquet files")
    return import_module("pyarrow.parquet")


def _needed(package: str, what: str) -> Any:
    try:
        return import_module(package)
    except ImportError:
        raise ConfigurationError(
            f"{what} need the package '{package}'. Install it: pip install 'ragas_nb[data]'."
        ) from None
