"""Hugging Face `Dataset`s."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from ragas_nb.errors import DatasetError
from ragas_nb.schema.arrow import arrow_table, from_json, needed
from ragas_nb.schema.tables import Table, table_of_columns

if TYPE_CHECKING:
    import datasets

_NOTE: Final = "Written by ragas_nb; columns in JSON: {}"
_NOTED: Final = re.compile(re.escape(_NOTE).replace(r"\{\}", r"(\[.*\])$"), re.MULTILINE)
"""The line in a dataset's description that says which columns are JSON, as a JSON list."""


@runtime_checkable
class HuggingFaceDataset(Protocol):
    """What is used of a Hugging Face `Dataset`; the library itself need not be there."""

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""

    def to_dict(self) -> dict[str, list[object]]:
        """Return the columns."""

    def __len__(self) -> int: ...


def hugging_face_dataset(columns: Mapping[str, Sequence[object]]) -> datasets.Dataset:
    """Return the columns as a Hugging Face `Dataset`, with a note in its description.

    Raises `ConfigurationError` without the `datasets` package, and `DatasetError` when a column holds what
    the library does not take.
    """
    library = needed("datasets", "Hugging Face datasets")
    table, in_json = arrow_table(columns)
    try:
        info = library.DatasetInfo(description=_NOTE.format(json.dumps(in_json)))
        dataset: datasets.Dataset = library.Dataset(table, info=info)
    except (ValueError, TypeError) as error:
        raise DatasetError(
            f"Hugging Face does not take these columns: {error}. Turn them into text."
        ) from None
    return dataset


def table_of_hugging_face(dataset: HuggingFaceDataset) -> Table:
    """Return the columns of a Hugging Face `Dataset`, one split."""
    if isinstance(dataset, Mapping):
        raise DatasetError(several_splits(dataset))
    if not isinstance(dataset, HuggingFaceDataset):
        raise DatasetError(
            f"A {type(dataset).__name__} is no Hugging Face Dataset. read_dataset(…) reads other data."
        )
    note = _NOTED.search(str(getattr(getattr(dataset, "info", None), "description", "")))
    columns: Mapping[str, Sequence[object]] = dataset.to_dict()
    if note is not None:
        columns = from_json(columns, json.loads(note[1]))
    padded = columns if note is None else ()
    return table_of_columns(columns, columns.values(), length=len(dataset), padded=padded)


def several_splits(splits: Mapping[str, object]) -> str:
    """Return what is wrong with several datasets in one."""
    names = ", ".join(map(repr, splits))
    return (
        f"The data is several datasets in one: the splits {names}. "
        f"Pass one of them, for example data[{next(iter(splits), 'train')!r}]."
    )
