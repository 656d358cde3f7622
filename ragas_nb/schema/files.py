"""Samples in files: one JSON object a line, CSV, or Parquet."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Final, TextIO

from ragas_nb.errors import DatasetError
from ragas_nb.schema.parquet import table_of_parquet
from ragas_nb.schema.tables import Table, table_of_columns, table_of_rows
from ragas_nb.schema.values import as_text

_LONGEST_CELL: Final = 2**31 - 1
_CSV_LIMIT: Final = threading.Lock()
_AS_JSON: Final = json.JSONEncoder(ensure_ascii=False, default=as_text).encode


def table_of_file(path: str | PathLike[str]) -> Table:
    """Read a .jsonl, .csv or .parquet file; raises `DatasetError` naming the file and what is wrong."""
    reader = _READERS.get(Path(path).suffix.lower())
    if reader is None:
        raise DatasetError(
            f"Cannot tell what {str(path)!r} holds. Files that end in {', '.join(_READERS)} can be "
            "read; load anything else into a DataFrame and pass that."
        )
    return reader(path)


def table_of_jsonl(path: str | PathLike[str]) -> Table:
    """Read a file with one JSON object a line; blank lines are skipped."""
    with _opened(path) as lines:
        return table_of_rows([_json_object(path, n, line) for n, line in enumerate(lines, 1) if line.strip()])


def table_of_csv(path: str | PathLike[str]) -> Table:
    """Read a CSV file with a header line; every cell is text, an empty one is missing."""
    rows: list[list[str | None]] = []
    with _opened(path) as lines, _long_cells_allowed():
        reader = csv.reader(lines, strict=True)
        try:
            names = [name or f"Unnamed: {position}" for position, name in enumerate(next(reader, []))]
            for row in filter(None, reader):
                if len(row) != len(names):
                    raise DatasetError(
                        f"{str(path)!r}, line {reader.line_num}: {len(row)} cells, but the header has "
                        f"{len(names)}. Put cells that hold commas or quotes into double quotes."
                    )
                rows.append([cell or None for cell in row])
        except csv.Error as error:
            raise DatasetError(
                f"{str(path)!r}, line {reader.line_num}: not CSV ({error}). "
                "Separate cells by commas, and double the quotes inside quoted cells."
            ) from None
    columns: Iterable[list[object]] = map(list, zip(*rows, strict=True)) if rows else ([] for _ in names)
    return table_of_columns(names, columns, length=len(rows))


def write_jsonl(path: str | PathLike[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write one JSON object a line, in UTF-8."""
    with Path(path).expanduser().open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{_AS_JSON(row)}\n" for row in rows)


def write_csv(path: str | PathLike[str], columns: Mapping[str, Sequence[object]]) -> None:
    """Write a header and one line a row, in UTF-8; lists and dicts as JSON, None as an empty cell."""
    with Path(path).expanduser().open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([csv_cell(cell) for cell in row] for row in zip(*columns.values(), strict=True))


def csv_cell(cell: object) -> object:
    """Return what a CSV cell shows of a value: lists and dicts as JSON."""
    if isinstance(cell, (str, int, float, type(None))):
        return cell
    return _AS_JSON(cell) if isinstance(cell, (list, dict)) else as_text(cell)


def _json_object(path: str | PathLike[str], number: int, line: str) -> Mapping[str, object]:
    """Return the JSON object on a line."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            f"{str(path)!r}, line {number}: not JSON ({error}). Every line must be one JSON object."
        ) from None
    if isinstance(row, dict):
        return row
    raise DatasetError(
        f"{str(path)!r}, line {number}: found a {type(row).__name__}. Every line must be one JSON object, "
        'for example {"user_input": "…", "response": "…"}.'
    )


@contextmanager
def _opened(path: str | PathLike[str]) -> Iterator[TextIO]:
    """Open a UTF-8 file, with or without a byte order mark."""
    try:
        with Path(path).expanduser().open(encoding="utf-8-sig", newline="") as file:
            yield file
    except FileNotFoundError:
        raise DatasetError(
            f"There is no file {str(path)!r}. Check the name; relative ones start at {str(Path.cwd())!r}."
        ) from None
    except UnicodeDecodeError as error:
        raise DatasetError(f"{str(path)!r} is not UTF-8 ({error}). Save it as UTF-8.") from None
    except OSError as error:
        raise DatasetError(
            f"Cannot read {str(path)!r}: {error.strerror}. Check what it is and who may read it."
        ) from None


@contextmanager
def _long_cells_allowed() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a cell, which contexts exceed, and put it back."""
    with _CSV_LIMIT:
        before = csv.field_size_limit(_LONGEST_CELL)
        try:
            yield
        finally:
            csv.field_size_limit(before)


_READERS: Final[dict[str, Callable[[str | PathLike[str]], Table]]] = {
    ".jsonl": table_of_jsonl,
    ".csv": table_of_csv,
    ".parquet": table_of_parquet,
}
