"""Parquet files: ours, those of pandas, and any other."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final

from ragas_nb.errors import DatasetError
from ragas_nb.schema.arrow import arrow_table, from_json, needed
from ragas_nb.schema.tables import Table, table_of_columns
from ragas_nb.schema.texts import cells_of_arrow

_NOTE: Final = b"ragas_nb"
"""The key in a file's metadata under which a JSON list says which columns are JSON."""


def write_parquet(path: str | PathLike[str], columns: Mapping[str, Sequence[object]]) -> None:
    """Write a Parquet file; raises `ConfigurationError` without the `pyarrow` package."""
    _write(Path(path).expanduser(), columns)


def parquet_bytes(columns: Mapping[str, Sequence[object]]) -> bytes:
    """Return the columns as a Parquet file; raises `ConfigurationError` without the `pyarrow` package."""
    file = io.BytesIO()
    _write(file, columns)
    return file.getvalue()


def _write(to: Path | io.BytesIO, columns: Mapping[str, Sequence[object]]) -> None:
    parquet = needed("pyarrow.parquet", "Parquet files")
    table, in_json = arrow_table(columns)
    parquet.write_table(table.replace_schema_metadata({_NOTE: json.dumps(in_json)}), to)


def table_of_parquet(path: str | PathLike[str]) -> Table:
    """Read a Parquet file; the labels are those of the index that pandas has written with it.

    Raises `ConfigurationError` without the `pyarrow` package, and `DatasetError` naming a file that is none.
    """
    parquet, arrow = needed("pyarrow.parquet", "Parquet files"), needed("pyarrow", "Parquet files")
    try:
        table = parquet.read_table(Path(path).expanduser())
        columns = [cells_of_arrow(column) for column in table.columns]
    except FileNotFoundError:
        raise DatasetError(
            f"There is no file {str(path)!r}. Check the name; relative ones start at {str(Path.cwd())!r}."
        ) from None
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{str(path)!r} cannot be read as Parquet: {error}. Write it again.") from None
    names = table.column_names
    note = (table.schema.metadata or {}).get(_NOTE)
    if note is not None:
        told = from_json(dict(zip(names, columns, strict=True)), json.loads(note))
        return table_of_columns(told, told.values(), length=table.num_rows)
    index = _index(table.schema.pandas_metadata)
    labels = columns.pop(names.index(index)) if isinstance(index, str) and index in names else None
    return table_of_columns(
        [name for name in names if name != index],
        columns,
        length=table.num_rows,
        labels=index if isinstance(index, range) else labels,
        padded=names,
    )


def _index(metadata: Any) -> str | range | None:
    """Return in which column pandas has written its index, or how it counts; None where neither is so."""
    written = (metadata or {}).get("index_columns") or []
    index = written[0] if len(written) == 1 else None
    if isinstance(index, dict) and index.get("kind") == "range":
        return range(index["start"], index["stop"], index["step"])
    return index if isinstance(index, str) else None
