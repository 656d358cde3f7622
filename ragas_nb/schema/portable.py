"""The ways in and out of a dataset: lists, pandas, Hugging Face, JSONL, CSV, Parquet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Self

from ragas_nb.schema.conversations import as_arrow, as_data
from ragas_nb.schema.exporting import Written, frame_of_table, labelled, rows_of_table
from ragas_nb.schema.files import table_of_csv, table_of_jsonl, write_csv, write_jsonl
from ragas_nb.schema.hugging_face import HuggingFaceDataset, hugging_face_dataset, table_of_hugging_face
from ragas_nb.schema.parquet import table_of_parquet, write_parquet
from ragas_nb.schema.tables import Table, table_of_frame, table_of_mapping, table_of_rows

if TYPE_CHECKING:
    import datasets
    import pandas as pd


class Portable(ABC):
    """What is a table underneath, and can be read from and written to everything that holds tables."""

    @classmethod
    @abstractmethod
    def from_table(
        cls, table: Table, column_map: Mapping[str, str] | None = None, *, name: str | None = None
    ) -> Self:
        """Read columns of plain lists."""

    @abstractmethod
    def to_table(self, written: Written = as_data) -> Table:
        """Return the columns; the rows are labelled where no column tells their ids."""

    def to_list(self) -> list[dict[str, object]]:
        """Return one dict per sample: its fields and extra values, None left out; `sample_id` where needed.

        >>> from ragas_nb import EvaluationDataset
        >>> EvaluationDataset.from_list([{"question": "1 + 1?", "topic": "sums"}]).to_list()
        [{'user_input': '1 + 1?', 'topic': 'sums'}]
        """
        return rows_of_table(self.to_table())

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of the fields and extra columns; ids that no column tells are its index.

        >>> from ragas_nb import EvaluationDataset
        >>> EvaluationDataset.from_list([{"question": "1 + 1?", "answer": "2"}]).to_pandas()
          user_input response
        0     1 + 1?        2
        """
        return frame_of_table(self.to_table())

    def to_hf_dataset(self) -> datasets.Dataset:
        """Return a Hugging Face `Dataset` of the fields and extra columns.

        Tool arguments, metadata, and columns that Arrow would change (dicts that differ, mixed values) are
        JSON text. Raises `ConfigurationError` without the `datasets` package.
        """
        return hugging_face_dataset(labelled(self.to_table(as_arrow)))

    def to_jsonl(self, path: str | PathLike[str]) -> None:
        """Write one JSON object per sample and line, in UTF-8; what JSON does not know (dates) as text."""
        write_jsonl(path, self.to_list())

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write a CSV file with a header; lists and dicts as JSON.

        CSV knows texts only: extra columns come back as text, empty text as missing, and conversations that
        are all empty as the text `[]`.
        """
        write_csv(path, labelled(self.to_table()))

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Write a Parquet file of the fields and extra columns.

        Tool arguments, metadata, and columns that Arrow would change (dicts that differ, mixed values) are
        JSON text. Raises `ConfigurationError` without the `pyarrow` package.
        """
        write_parquet(path, labelled(self.to_table(as_arrow)))

    @classmethod
    def from_list(cls, data: Sequence[Mapping[str, object]], *, name: str | None = None) -> Self:
        """Read a list of dicts.

        >>> from ragas_nb import EvaluationDataset
        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"question": "1 + 2?"}])
        EvaluationDataset(2 samples: user_input)
        """
        return cls.from_table(table_of_rows(data), name=name)

    @classmethod
    def from_dict(
        cls,
        mapping: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]],
        *,
        name: str | None = None,
    ) -> Self:
        """Read a dict of columns, or a list of dicts.

        >>> from ragas_nb import EvaluationDataset
        >>> EvaluationDataset.from_dict({"question": ["1 + 1?", "1 + 2?"], "answer": ["2", "3"]})
        EvaluationDataset(2 samples: user_input, response)
        """
        table = table_of_mapping(mapping) if isinstance(mapping, Mapping) else table_of_rows(mapping)
        return cls.from_table(table, name=name)

    @classmethod
    def from_pandas(cls, dataframe: pd.DataFrame, *, name: str | None = None) -> Self:
        """Read a DataFrame; its index labels become the ids where no column tells them.

        >>> from ragas_nb import EvaluationDataset
        >>> import pandas as pd
        >>> EvaluationDataset.from_pandas(pd.DataFrame({"question": ["1 + 1?"]}, index=["sum-1"])).ids
        ['sum-1']
        """
        return cls.from_table(table_of_frame(dataframe), name=name)

    @classmethod
    def from_hf_dataset(cls, dataset: HuggingFaceDataset, *, name: str | None = None) -> Self:
        """Read a Hugging Face `Dataset`, one split."""
        return cls.from_table(table_of_hugging_face(dataset), name=name)

    @classmethod
    def from_jsonl(cls, path: str | PathLike[str], *, name: str | None = None) -> Self:
        """Read a UTF-8 file with one JSON object a line."""
        return cls.from_table(table_of_jsonl(path), name=name)

    @classmethod
    def from_csv(cls, path: str | PathLike[str], *, name: str | None = None) -> Self:
        """Read a UTF-8 CSV file with a header; lists may be written in JSON or Python."""
        return cls.from_table(table_of_csv(path), name=name)

    @classmethod
    def from_parquet(cls, path: str | PathLike[str], *, name: str | None = None) -> Self:
        """Read a Parquet file; raises `ConfigurationError` without the `pyarrow` package."""
        return cls.from_table(table_of_parquet(path), name=name)
