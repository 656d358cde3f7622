"""Data of any shape as columns of plain lists, before anything is known about their meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ragas_nb.errors import DatasetError
from ragas_nb.schema.texts import ArrowTexts, cells_of_arrow
from ragas_nb.schema.values import Misfit, as_text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    `labels` are what the source calls its rows, where it has names for them. `padded` names the columns that
    Arrow has held: it gives all dicts of a column the same keys, and fills up with None.
    """

    columns: dict[str, Sequence[object]]
    length: int
    labels: Sequence[object] | None = None
    padded: frozenset[str] = frozenset()


def table_of_columns(
    names: Iterable[object],
    columns: Iterable[Sequence[object]],
    *,
    length: int,
    labels: Sequence[object] | None = None,
    padded: Iterable[object] = (),
) -> Table:
    """Return a table of these columns; names become text, and no two may be the same."""
    texts = list(map(as_text, names))
    twice = [text for text, count in Counter(texts).items() if count > 1]
    if twice:
        raise DatasetError(
            f"Several columns are called {', '.join(map(repr, twice))}. Rename or drop them, so that every "
            "name is there once."
        )
    return Table(dict(zip(texts, columns, strict=True)), length, labels, frozenset(map(as_text, padded)))


def table_of_frame(frame: pd.DataFrame) -> Table:
    """Return the columns of a DataFrame; the labels are those of its index, if it has some of its own."""
    if not hasattr(frame, "iloc") or not hasattr(frame, "columns"):
        raise DatasetError(
            f"A {type(frame).__name__} is no pandas DataFrame. read_dataset(…) reads other data."
        )
    columns = [column for _, column in frame.items()]
    return table_of_columns(
        frame.columns,
        map(_cells, columns),
        length=len(frame),
        labels=_labels(frame.index),
        padded=(column.name for column in columns if hasattr(column.dtype, "pyarrow_dtype")),
    )


def _cells(column: pd.Series[Any]) -> Sequence[object]:
    """Return the cells; by way of numpy, which takes a tenth of the time that pandas' own way does."""
    if (texts := ArrowTexts.of(column)) is not None:
        return texts
    if str(getattr(column.dtype, "pyarrow_dtype", "")).startswith(("list<", "large_list<")):
        import pyarrow

        return cells_of_arrow(pyarrow.array(column))
    cells: list[object] = column.to_numpy(dtype=object).tolist()
    return cells


def _labels(index: pd.Index[Any]) -> Sequence[object]:
    step = getattr(index, "step", None)  # a RangeIndex: a million labels in no memory
    return index.tolist() if step is None else range(index.start, index.stop, step)  # type: ignore[attr-defined]


def table_of_rows(rows: Iterable[object]) -> Table:
    """Return the columns of a list of dicts; a key that a row lacks is None there."""
    mappings: list[Mapping[object, object]] = []
    keys: dict[object, None] = {}
    for row, told in enumerate(rows):
        if not isinstance(told, Mapping):
            needed = "a dict, as in row 0," if row else "a dict"
            fix = "Make all rows dicts; samples go into EvaluationDataset(samples=[…])."
            raise DatasetError(f"Row {row}: {Misfit(told, needed, fix)}")
        mappings.append(told)
        keys.update(dict.fromkeys(told))
    columns = ([row.get(key) for row in mappings] for key in keys)
    return table_of_columns(keys, columns, length=len(mappings))


def table_of_mapping(mapping: Mapping[str, Iterable[object]]) -> Table:
    """Return the columns of a dict of columns, which must be equally long."""
    columns: dict[str, list[object]] = {}
    for name, cells in mapping.items():
        if isinstance(cells, (str, bytes, Mapping, Set)) or not isinstance(cells, Iterable):
            raise DatasetError(
                f"Column {name!r} is a {type(cells).__name__}, but a dict of columns has one list per "
                "column. Put a single row into a list: [row]."
            )
        columns[name] = list(cells)
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
        raise DatasetError(f"The columns are not equally long: {told}. Give every column one value per row.")
    return table_of_columns(columns, columns.values(), length=max(lengths.values(), default=0))
