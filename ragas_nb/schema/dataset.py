"""Samples that belong together, with their ids, and the columns that travel along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import index
from os import PathLike
from typing import TYPE_CHECKING, Final, Self, cast, overload

from ragas_nb.errors import DatasetError
from ragas_nb.schema.arrow import hugging_face_dataset, table_of_parquet, write_parquet
from ragas_nb.schema.assembly import ID_COLUMNS, assemble, columns_of, told_ids
from ragas_nb.schema.checks import checked_extra, checked_ids, checked_samples
from ragas_nb.schema.conversations import as_arrow, as_data
from ragas_nb.schema.exporting import Written, as_series, exported
from ragas_nb.schema.files import table_of_csv, table_of_jsonl, write_csv, write_jsonl
from ragas_nb.schema.garbage import collection_paused
from ragas_nb.schema.lazy import LazySamples
from ragas_nb.schema.samples import AnySample, MultiTurnSample, SampleId, SingleTurnSample
from ragas_nb.schema.selection import Rows, is_rows, positions, take
from ragas_nb.schema.showing import dataset_html
from ragas_nb.schema.tables import (
    HuggingFaceDataset,
    Table,
    table_of_frame,
    table_of_hugging_face,
    table_of_mapping,
    table_of_rows,
)

if TYPE_CHECKING:
    import datasets
    import pandas as pd

_SHOWN_FEATURES: Final = 3
_MESSAGES: Final = frozenset({"user_input", "reference_tool_calls"})
"""The fields of a conversation that hold messages or tool calls."""


class EvaluationDataset:
    """The samples to judge, in order, each with an id. A dataset does not change; build another instead.

    All samples are single questions (`SingleTurnSample`), or all are conversations (`MultiTurnSample`).
    `ids` are unique texts or whole numbers. Without them, a column of `extra` called `sample_id` or `id`
    tells them if it can; otherwise samples count from 0. `extra` holds the columns that no metric reads, by
    name, one value per sample; they travel along into the result.

    >>> dataset = EvaluationDataset([SingleTurnSample(user_input="Where is Lima?", response="In Peru.")])
    >>> dataset
    EvaluationDataset(1 sample: user_input, response)
    >>> dataset[0].response
    'In Peru.'
    """

    __hash__ = None  # type: ignore[assignment]  # equal by content, and the content is lists

    def __init__(
        self,
        samples: Iterable[AnySample] = (),
        name: str | None = None,
        *,
        ids: Iterable[SampleId] | None = None,
        extra: Mapping[str, Iterable[object]] | None = None,
    ) -> None:
        lazy = isinstance(samples, LazySamples)
        self._samples: Sequence[AnySample] = (
            cast("LazySamples", samples) if lazy else self.validate_samples(samples)
        )
        self._extra = checked_extra(extra or {}, len(self._samples), self.get_sample_type())
        self._ids = checked_ids(ids, len(self._samples)) if ids is not None else told_ids(self._extra)
        self._columns: Mapping[str, Sequence[object]] | None = None
        self.name = name

    @staticmethod
    def validate_samples(samples: Iterable[AnySample]) -> list[AnySample]:
        """Return the samples as a list; raise `DatasetError` unless all are samples of one type."""
        return checked_samples(samples)

    @property
    def samples(self) -> Sequence[AnySample]:
        """The samples, in order; those that were read from a table are made when they are looked at."""
        return self._samples

    @property
    def ids(self) -> list[SampleId]:
        """The id of every sample, in the same order."""
        return list(self._ids) if self._ids is not None else list(range(len(self._samples)))

    @property
    def extra(self) -> dict[str, Sequence[object]]:
        """The columns that no metric reads, by name."""
        return self._extra

    def get_sample_type(self) -> type[AnySample]:
        """Return the class of the samples; `SingleTurnSample` where there are none.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}]).get_sample_type().__name__
        'SingleTurnSample'
        """
        if isinstance(self._samples, LazySamples):
            return self._samples.kind
        return type(self._samples[0]) if self._samples else SingleTurnSample

    def is_multi_turn(self) -> bool:
        """Whether the samples are conversations."""
        return issubclass(self.get_sample_type(), MultiTurnSample)

    def features(self) -> list[str]:
        """Return the fields that have a value in at least one sample.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"answer": "2"}]).features()
        ['user_input', 'response']
        """
        return list(self._fields())

    def column(self, field: str) -> Sequence[object]:
        """Return one field of every sample, None where it has no value.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"answer": "2"}]).column("response")
        [None, '2']
        """
        if field not in self.get_sample_type().model_fields:
            raise DatasetError(f"A {self.get_sample_type().__name__} has no field {field!r}.")
        return self._fields().get(field, [None] * len(self))

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._samples)

    def __iter__(self) -> Iterator[AnySample]:
        """Give the samples in order."""
        return iter(self._samples)

    @overload
    def __getitem__(self, key: int) -> AnySample: ...
    @overload
    def __getitem__(self, key: Rows) -> EvaluationDataset: ...
    def __getitem__(self, key: int | Rows) -> AnySample | EvaluationDataset:
        """Return the sample at a position; or the dataset of a slice, a mask of booleans or some positions,
        which keeps ids, name and extra columns.

        >>> dataset = EvaluationDataset.from_list([{"question": "1 + 1?"}, {"question": "1 + 2?"}])
        >>> dataset[[False, True]].ids
        [1]
        """
        if not is_rows(key):
            return self._samples[index(key)]  # type: ignore[arg-type]  # or TypeError
        rows = positions(key, len(self))
        fields = {name: take(cells, rows) for name, cells in self._fields().items()}
        return type(self)(
            LazySamples(self.get_sample_type(), fields, len(rows))
            if isinstance(self._samples, LazySamples)
            else take(self._samples, rows),
            self.name,
            ids=take(self.ids, rows),
            extra={name: take(values, rows) for name, values in self._extra.items()},
        )

    def __eq__(self, other: object) -> bool:
        """Whether samples, ids, name and extra columns are all the same."""
        if not isinstance(other, EvaluationDataset):
            return NotImplemented
        mine = (self._samples, self.ids, self.name, self._extra)
        return mine == (other.samples, other.ids, other.name, other.extra)

    def __repr__(self) -> str:
        """Show how many samples there are and which fields they have."""
        noun = "conversation" if self.is_multi_turn() else "sample"
        size = f"{len(self)} {noun}" if len(self) == 1 else f"{len(self)} {noun}s"
        features = self.features()
        shown = [*features[:_SHOWN_FEATURES], "…"] if len(features) > _SHOWN_FEATURES else features
        told = f"{size}: {', '.join(shown)}" if shown else size
        return f"{type(self).__name__}({told})"

    def _repr_html_(self) -> str:
        return dataset_html(repr(self), self.ids, {**self._fields(), **self._extra}, self._extra)

    # ── out ──

    def to_list(self) -> list[dict[str, object]]:
        """Return one dict per sample: its fields and extra values, None left out; `sample_id` where needed.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?", "topic": "sums"}]).to_list()
        [{'user_input': '1 + 1?', 'topic': 'sums'}]
        """
        columns = self._exported(labelled=True)
        if not columns:
            return [{} for _ in range(len(self))]
        names = tuple(columns)
        with collection_paused():
            return [
                {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}
                for row in zip(*columns.values(), strict=True)
            ]

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of the fields and extra columns; ids that no column tells are its index.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?", "answer": "2"}]).to_pandas()
          user_input response
        0     1 + 1?        2
        """
        import pandas as pd

        rows = pd.RangeIndex(len(self)) if self._ids_are_told() else pd.Index(self.ids)
        # Column by column takes half the time of giving all of them to DataFrame.
        columns = {name: as_series(cells, rows) for name, cells in self._exported().items()}
        return pd.DataFrame(columns, index=rows)

    def to_hf_dataset(self) -> datasets.Dataset:
        """Return a Hugging Face `Dataset` of the fields and extra columns; tool arguments are JSON text.

        Raises `ConfigurationError` without the `datasets` package, and `DatasetError` when a column holds
        values of several kinds, which Arrow does not take.
        """
        return hugging_face_dataset(self._exported(labelled=True, written=as_arrow))

    def to_jsonl(self, path: str | PathLike[str]) -> None:
        """Write one JSON object per sample and line, in UTF-8."""
        write_jsonl(path, self.to_list())

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write a CSV file with a header; lists as JSON.

        CSV knows texts only: numbers in extra columns come back as text, and empty text as missing.
        """
        write_csv(path, self._exported(labelled=True))

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Write a Parquet file; columns that Arrow would change (dicts, messages, mixed values) as JSON text.

        Raises `ConfigurationError` without the `pyarrow` package.
        """
        write_parquet(path, self._exported(labelled=True))

    def to_table(self) -> Table:
        """Return the fields and extra columns, labelled with the ids."""
        return Table(self._exported(), len(self), labels=self.ids)

    # ── in ──

    @classmethod
    def from_table(
        cls, table: Table, column_map: Mapping[str, str] | None = None, *, name: str | None = None
    ) -> Self:
        """Read columns of plain lists; every other source is read through this, `column_map` as there."""
        with collection_paused():
            parts = assemble(table, column_map)
        dataset = cls(parts.samples, name, extra=parts.extra)
        dataset._ids = parts.ids  # checked already
        return dataset

    @classmethod
    def from_list(cls, data: Sequence[Mapping[str, object]], *, name: str | None = None) -> Self:
        """Read a list of dicts.

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

        >>> EvaluationDataset.from_dict({"question": ["1 + 1?", "1 + 2?"], "answer": ["2", "3"]})
        EvaluationDataset(2 samples: user_input, response)
        """
        table = table_of_mapping(mapping) if isinstance(mapping, Mapping) else table_of_rows(mapping)
        return cls.from_table(table, name=name)

    @classmethod
    def from_pandas(cls, dataframe: pd.DataFrame, *, name: str | None = None) -> Self:
        """Read a DataFrame; its index labels become the ids where no column tells them.

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

    # ── within ──

    def _fields(self) -> Mapping[str, Sequence[object]]:
        """Return the fields that have a value in at least one sample, as columns."""
        if isinstance(self._samples, LazySamples):
            return self._samples.columns
        if self._columns is None:
            self._columns = columns_of(self._samples, self.get_sample_type())
        return self._columns

    def _exported(self, *, labelled: bool = False, written: Written = as_data) -> dict[str, Sequence[object]]:
        """Return fields and extra columns as plain data; `labelled` adds ids that nothing else tells."""
        messages = _MESSAGES if self.is_multi_turn() else frozenset()
        columns = exported(self._fields(), messages, written) | exported(self._extra)
        if labelled and not self._ids_are_told():
            columns.setdefault(ID_COLUMNS[0], self.ids)
        return columns

    def _ids_are_told(self) -> bool:
        """Whether someone who sees only fields and extra columns would give the samples the same ids."""
        told = told_ids(self._extra)
        if self._ids is None or told is self._ids:
            return self._ids is told
        return self.ids == list(range(len(self)) if told is None else told)
