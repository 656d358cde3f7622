"""Data of any shape as columns of plain lists, before anything is known about their meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ragas_nb.errors import DatasetError

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

    columns: dict[str, list[object]]
    length: int
    labels: list[object] | None = None


def table_of_columns(
    names: Iterable[object],
    columns: Iterable[list[object]],
    *,
    length: int,
    labels: list[object] | None = None,
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
    """Return the columns of a DataFrame; the labels are those of its index."""
    columns = (frame.iloc[:, position].tolist() for position in range(frame.shape[1]))
    return table_of_columns(frame.columns, columns, length=len(frame), labels=frame.index.tolist())


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


def table_of_hugging_face(dataset: HuggingFaceDataset) -> Table:
    """Return the columns of a Hugging Face `Dataset`."""
    columns = dataset.to_dict()
    return table_of_columns(columns, columns.values(), length=len(dataset))
