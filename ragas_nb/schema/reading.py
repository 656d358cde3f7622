"""The one place that takes data in every spelling."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, cast

from ragas_nb.errors import DatasetError
from ragas_nb.schema.dataset import EvaluationDataset
from ragas_nb.schema.files import table_of_file
from ragas_nb.schema.hugging_face import HuggingFaceDataset, several_splits, table_of_hugging_face
from ragas_nb.schema.samples import AnySample, BaseSample
from ragas_nb.schema.sequences import Samples
from ragas_nb.schema.tables import Table, table_of_frame, table_of_mapping, table_of_rows

if TYPE_CHECKING:
    import pandas as pd

Readable: TypeAlias = (
    "pd.DataFrame | EvaluationDataset | Sequence[Mapping[str, object]] | Sequence[AnySample]"
    " | Mapping[str, Sequence[object]] | HuggingFaceDataset | str | PathLike[str]"
)
"""What `read_dataset` takes."""


def read_dataset(
    data: Readable, column_map: Mapping[str, str] | None = None, *, name: str | None = None
) -> EvaluationDataset:
    """Read data in any of its spellings.

    A DataFrame, an `EvaluationDataset`, a list of dicts or of samples, a dict of columns, one split of a
    Hugging Face dataset, or the path of a .jsonl, .csv or .parquet file. Columns go by our names, by those of
    Ragas v1 (question, answer, contexts, ground_truth, ground_truths), or by `column_map`: {column: field} or
    {field: column}. Lists of messages in `user_input` make conversations, text makes single questions. The
    ids are a column `sample_id` or `id`, else the labels of the index, where they are unique texts or whole
    numbers; else samples count from 0.

    Raises `DatasetError` that names row and column.

    >>> read_dataset([{"question": "Where is Lima?", "said": "In Peru."}], column_map={"said": "response"})
    EvaluationDataset(1 sample: user_input, response)
    """
    if isinstance(data, Samples) or (
        isinstance(data, (list, tuple)) and data and isinstance(data[0], BaseSample)
    ):
        data = EvaluationDataset(cast("Sequence[AnySample]", data))
    if not isinstance(data, EvaluationDataset):
        return EvaluationDataset.from_table(_to_table(data), column_map, name=name)
    if column_map:
        return EvaluationDataset.from_table(data.to_table(), column_map, name=name or data.name)
    if name is None or name == data.name:
        return data
    return EvaluationDataset(data.samples, name, ids=data.ids, extra=data.extra)


def _to_table(data: object) -> Table:
    """Return the columns of anything that has some."""
    if isinstance(data, (str, PathLike)):
        return table_of_file(data)
    if _is_frame(data):
        return table_of_frame(data)
    if isinstance(data, (list, tuple)):
        return table_of_rows(data)
    if isinstance(data, Mapping) and data and all(hasattr(split, "column_names") for split in data.values()):
        raise DatasetError(several_splits(data))
    if isinstance(data, HuggingFaceDataset):
        return table_of_hugging_face(data)
    if isinstance(data, Mapping):
        return table_of_mapping(data)
    raise DatasetError(
        f"A {type(data).__module__}.{type(data).__name__} cannot be read. Pass a pandas DataFrame, "
        "an EvaluationDataset, a list of dicts or samples, a dict of columns, a Hugging Face Dataset, or the "
        "path of a .jsonl, .csv or .parquet file."
    )


def _is_frame(data: object) -> TypeGuard[pd.DataFrame]:
    """Whether the data is a DataFrame; nothing is while pandas is not loaded."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)
