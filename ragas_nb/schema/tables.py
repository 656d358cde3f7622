"""Data of any shape as columns of plain lists, before anything is known about their meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ragas_nb.errors import DatasetError
from ragas_nb.schema.conversations import without_padding
from ragas_nb.schema.texts import ArrowTexts

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class HuggingFaceDataset(Protocol):
    """What is used of a Hugging Face `Dataset`; the library itself need not be there."""

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""

    def to_dict(self) -> dict[str, list[object]]:
        """Return the columns."""

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Table:
    """Columns of equal length; `labels` are what the source calls its rows, where it has names for them."""

    columns: dict[str, Sequence[object]]
    length: int
    labels: Sequence[object] | None = None


def table_of_columns(
    names: Iterable[object],
    columns: Iterable[Sequence[object]],
    *,
    length: int,
    labels: Sequence[object] | None = None,
) -> Table:
    """Return a table of these columns; names become text, and no two may be the same."""
    texts = [str(name) for name in names]
    twice = sorted({text for text in texts if texts.count(text) > 1})
    if twice:
        raise DatasetError(
            f"Several columns are called {', '.join(map(repr, twice))}. Rename or drop them, so that every "
            "name is there once."
        )
    return Table(dict(zip(texts, columns, strict=True)), length, labels)


def table_of_frame(frame: pd.DataFrame) -> Table:
    """Return the columns of a DataFrame; the labels are those of its index, if it has some of its own."""
    columns = (_cells(frame.iloc[:, position]) for position in range(frame.shape[1]))
    return table_of_columns(frame.columns, columns, length=len(frame), labels=_labels(frame.index))


def _cells(column: pd.Series[Any]) -> Sequence[object]:
    """Return the cells; by way of numpy, which takes a tenth of the time that pandas' own way does."""
    if (texts := ArrowTexts.of(column)) is not None:
        return texts
    cells: list[object] = column.to_numpy(dtype=object).tolist()
    return cells


def _labels(index: pd.Index[Any]) -> Sequence[object]:
    step = getattr(index, "step", None)  # a RangeIndex: a million labels in no memory
    return index.tolist() if step is None else range(index.start, index.stop, step)  # type: ignore[attr-defined]


def table_of_rows(rows: Sequence[object]) -> Table:
    """Return the columns of a list of dicts; a key that a row lacks is None there."""
    mappings: list[Mapping[object, object]] = []
    keys: dict[object, None] = {}
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DatasetError(
                f"Row {index} is a {type(row).__name__}, but row 0 is a {type(rows[0]).__name__}. "
                "Make all rows dicts, or all of them samples."
            )
        mappings.append(row)
        keys.update(dict.fromkeys(row))
    columns = ([row.get(key) for row in mappings] for key in keys)
    return table_of_columns(keys, columns, length=len(mappings))


def table_of_mapping(mapping: Mapping[str, Sequence[object]]) -> Table:
    """Return the columns of a dict of columns, which must be equally long."""
    columns: dict[str, list[object]] = {}
    for name, cells in mapping.items():
        if isinstance(cells, (str, bytes, Mapping)) or not isinstance(cells, Iterable):
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


def table_of_hugging_face(dataset: HuggingFaceDataset) -> Table:
    """Return the columns of a Hugging Face `Dataset`; dict entries that Arrow has filled up are left out."""
    columns = {name: _unpadded(cells) for name, cells in dataset.to_dict().items()}
    return table_of_columns(columns, columns.values(), length=len(dataset))


def _unpadded(cells: list[object]) -> list[object]:
    lists = (cell for cell in cells if isinstance(cell, list))
    if any(isinstance(item, dict) for items in lists for item in items[:1]):
        return [without_padding(cell) for cell in cells]
    return cells
