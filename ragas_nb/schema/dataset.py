"""The samples of an evaluation, their ids, and the columns that travel along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import index
from os import PathLike
from typing import TYPE_CHECKING, Final, Self, overload

from ragas_nb.errors import ConfigurationError, DatasetError
from ragas_nb.schema.assembly import ID_COLUMNS, assemble, told_ids
from ragas_nb.schema.cells import as_ids
from ragas_nb.schema.columns import KNOWN_NAMES
from ragas_nb.schema.files import table_of_csv, table_of_jsonl, write_csv, write_jsonl
from ragas_nb.schema.samples import SampleId, SingleTurnSample
from ragas_nb.schema.tables import (
    HuggingFaceDataset,
    Table,
    table_of_frame,
    table_of_hugging_face,
    table_of_rows,
)

if TYPE_CHECKING:
    import datasets
    import pandas as pd

_SHOWN_FEATURES: Final = 3


class EvaluationDataset:
    """The samples to judge, in order, each with an id. A dataset does not change; build another instead.

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
        samples: Iterable[SingleTurnSample],
        name: str | None = None,
        *,
        ids: Iterable[SampleId] | None = None,
        extra: Mapping[str, Iterable[object]] | None = None,
    ) -> None:
        self._samples = _checked_samples(samples)
        self._extra = _checked_extra(extra or {}, len(self._samples))
        self._ids = _checked_ids(ids, len(self._samples)) if ids is not None else told_ids(self._extra)
        self.name = name

    @property
    def samples(self) -> list[SingleTurnSample]:
        """The samples, in order."""
        return self._samples

    @property
    def ids(self) -> list[SampleId]:
        """The id of every sample, in the same order."""
        return self._ids if self._ids is not None else list(range(len(self._samples)))

    @property
    def extra(self) -> dict[str, list[object]]:
        """The columns that no metric reads, by name."""
        return self._extra

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._samples)

    def __iter__(self) -> Iterator[SingleTurnSample]:
        """Give the samples in order."""
        return iter(self._samples)

    @overload
    def __getitem__(self, key: int) -> SingleTurnSample: ...
    @overload
    def __getitem__(self, key: slice) -> EvaluationDataset: ...
    def __getitem__(self, key: int | slice) -> SingleTurnSample | EvaluationDataset:
        """Return the sample at a position, or the dataset of a slice, which keeps ids, name and extra."""
        if not isinstance(key, slice):
            return self._samples[index(key)]
        extra = {column: values[key] for column, values in self._extra.items()}
        return EvaluationDataset(self._samples[key], self.name, ids=self.ids[key], extra=extra)

    def __eq__(self, other: object) -> bool:
        """Whether samples, ids, name and extra columns are all the same."""
        if not isinstance(other, EvaluationDataset):
            return NotImplemented
        mine = (self._samples, self.ids, self.name, self._extra)
        return mine == (other.samples, other.ids, other.name, other.extra)

    def __repr__(self) -> str:
        """Show how many samples there are and which fields they have."""
        size = f"{len(self)} sample" if len(self) == 1 else f"{len(self)} samples"
        features = self.features()
        shown = [*features[:_SHOWN_FEATURES], "…"] if len(features) > _SHOWN_FEATURES else features
        return (
            f"{type(self).__name__}({size}: {', '.join(shown)})"
            if shown
            else f"{type(self).__name__}({size})"
        )

    def features(self) -> list[str]:
        """Return the fields that have a value in at least one sample.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"answer": "2"}]).features()
        ['user_input', 'response']
        """
        fields = SingleTurnSample.model_fields
        return [name for name in fields if any(getattr(sample, name) is not None for sample in self._samples)]

    def to_list(self) -> list[dict[str, object]]:
        """Return one dict per sample: its fields and extra values, None left out; `sample_id` where needed.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?", "topic": "sums"}]).to_list()
        [{'user_input': '1 + 1?', 'topic': 'sums'}]
        """
        columns = self._columns(labelled=True)
        return [
            {name: cells[row] for name, cells in columns.items() if cells[row] is not None}
            for row in range(len(self))
        ]

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of the fields and extra columns; ids that no column tells are its index.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?", "answer": "2"}]).to_pandas()
          user_input response
        0     1 + 1?        2
        """
        import pandas as pd

        labels = None if self._ids_are_told() else pd.Index(self.ids)
        rows = pd.RangeIndex(len(self)) if labels is None else labels
        return pd.DataFrame(self._columns(labelled=False), index=rows)

    def to_hf_dataset(self) -> datasets.Dataset:
        """Return a Hugging Face `Dataset` of the fields and extra columns.

        Raises `ConfigurationError` without the `datasets` package, and `DatasetError` when a column holds
        values of several kinds, which Arrow does not take.
        """
        try:
            import datasets
        except ImportError:
            raise ConfigurationError(
                "Hugging Face datasets need the package 'datasets'. Install it: pip install datasets."
            ) from None
        try:
            return datasets.Dataset.from_dict(self._columns(labelled=True))
        except (ValueError, TypeError) as error:
            raise DatasetError(
                f"Arrow cannot hold these columns: {error}. Every column must hold values of one kind."
            ) from None

    def to_jsonl(self, path: str | PathLike[str]) -> None:
        """Write one JSON object per sample and line."""
        write_jsonl(path, self.to_list())

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write a CSV file with a header; lists as JSON. CSV cannot tell an empty text from a missing one."""
        write_csv(path, self._columns(labelled=True))

    def to_table(self) -> Table:
        """Return the fields and extra columns, labelled with the ids."""
        return Table(self._columns(labelled=False), len(self), labels=list(self.ids))

    @classmethod
    def from_table(
        cls, table: Table, column_map: Mapping[str, str] | None = None, *, name: str | None = None
    ) -> Self:
        """Read columns of plain lists; every other source is read through this, `column_map` as there."""
        parts = assemble(table, column_map)
        return cls(parts.samples, name, ids=parts.ids, extra=parts.extra)

    @classmethod
    def from_list(cls, rows: Sequence[Mapping[str, object]]) -> Self:
        """Read a list of dicts.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"question": "1 + 2?"}])
        EvaluationDataset(2 samples: user_input)
        """
        return cls.from_table(table_of_rows(rows))

    @classmethod
    def from_pandas(cls, frame: pd.DataFrame) -> Self:
        """Read a DataFrame; its index labels become the ids where no column tells them.

        >>> import pandas as pd
        >>> EvaluationDataset.from_pandas(pd.DataFrame({"question": ["1 + 1?"]}, index=["sum-1"])).ids
        ['sum-1']
        """
        return cls.from_table(table_of_frame(frame))

    @classmethod
    def from_hf_dataset(cls, dataset: HuggingFaceDataset) -> Self:
        """Read a Hugging Face `Dataset`, one split."""
        return cls.from_table(table_of_hugging_face(dataset))

    @classmethod
    def from_jsonl(cls, path: str | PathLike[str]) -> Self:
        """Read a UTF-8 file with one JSON object a line."""
        return cls.from_table(table_of_jsonl(path))

    @classmethod
    def from_csv(cls, path: str | PathLike[str]) -> Self:
        """Read a UTF-8 CSV file with a header; lists may be written in JSON or Python."""
        return cls.from_table(table_of_csv(path))

    def _columns(self, *, labelled: bool) -> dict[str, list[object]]:
        """Return fields and extra columns; `labelled` adds ids that nothing else tells as `sample_id`."""
        columns: dict[str, list[object]] = {
            name: [getattr(sample, name) for sample in self._samples] for name in self.features()
        }
        columns |= self._extra
        if labelled and not self._ids_are_told() and ID_COLUMNS[0] not in columns:
            columns[ID_COLUMNS[0]] = list(self.ids)
        return columns

    def _ids_are_told(self) -> bool:
        """Whether someone who sees only fields and extra columns would give the samples the same ids."""
        return self.ids == (told_ids(self._extra) or list(range(len(self))))


def _checked_samples(samples: Iterable[SingleTurnSample]) -> list[SingleTurnSample]:
    """Return the samples as a list; raise if one is something else."""
    checked = list(samples)
    for position, sample in enumerate(checked):
        if not isinstance(sample, SingleTurnSample):
            raise DatasetError(
                f"Item {position} is a {type(sample).__name__}, but an EvaluationDataset holds "
                "SingleTurnSample. Use EvaluationDataset.from_list(…) for dicts."
            )
    return checked


def _checked_ids(ids: Iterable[SampleId], length: int) -> list[SampleId]:
    """Return the ids as a list; raise if they are not one per sample, text or whole numbers, and unique."""
    given = list(ids)
    if len(given) != length:
        raise DatasetError(f"{length} samples but {len(given)} ids. Give one id per sample.")
    checked = as_ids(given)
    if checked is None:
        raise DatasetError(
            "The ids must be texts or whole numbers, and no two may read the same. "
            f"Found: {', '.join(repr(value) for value in given[:10])}{', …' if length > 10 else ''}."
        )
    return checked


def _checked_extra(extra: Mapping[str, Iterable[object]], length: int) -> dict[str, list[object]]:
    """Return the columns as lists; raise if one has another length or the name of a field."""
    columns = {str(name): list(values) for name, values in extra.items()}
    for name, values in columns.items():
        if name in KNOWN_NAMES:
            raise DatasetError(
                f"The extra column '{name}' has the name of the field '{KNOWN_NAMES[name]}'. Rename it."
            )
        if len(values) != length:
            raise DatasetError(
                f"{length} samples but {len(values)} values in the extra column '{name}'. "
                "Give one value per sample."
            )
    return columns
