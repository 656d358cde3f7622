"""Samples that belong together, with their ids, and the columns that travel along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Self, overload

from ragas_nb.errors import DatasetError
from ragas_nb.schema.assembly import assemble, told_ids
from ragas_nb.schema.checks import checked_extra, checked_ids, checked_samples
from ragas_nb.schema.conversations import as_data
from ragas_nb.schema.exporting import Written, extra_as_data, fields_as_data
from ragas_nb.schema.garbage import collection_paused
from ragas_nb.schema.portable import Portable
from ragas_nb.schema.samples import AnySample, MultiTurnSample, SampleId
from ragas_nb.schema.selection import Rows, is_rows, positions, take, take_cells
from ragas_nb.schema.sequences import GivenSamples, Samples, message_fields
from ragas_nb.schema.showing import dataset_html
from ragas_nb.schema.tables import Table

_SHOWN_FEATURES: Final = 3


class EvaluationDataset(Portable):
    """The samples to judge, in order, each with an id. A dataset does not change; build another instead.

    All samples are single questions (`SingleTurnSample`), or all are conversations (`MultiTurnSample`).
    `ids` are unique texts or whole numbers. Without them, a column of `extra` called `sample_id` or `id`
    tells them if it can; otherwise samples count from 0. `extra` holds the columns that no metric reads, by
    name, one value per sample; they travel along into the result.

    >>> from ragas_nb import SingleTurnSample
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
        self._samples = samples if isinstance(samples, Samples) else GivenSamples(checked_samples(samples))
        self._extra = checked_extra(extra or {}, len(self), self.get_sample_type())
        given = checked_ids(ids, len(self)) if ids is not None else told_ids(self._extra)
        self._ids = range(len(self)) if given is None else given
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
        return list(self._ids)

    @property
    def extra(self) -> Mapping[str, Sequence[object]]:
        """The columns that no metric reads, by name."""
        return MappingProxyType(self._extra)

    def get_sample_type(self) -> type[AnySample]:
        """Return the class of the samples; `SingleTurnSample` where there are none.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}]).get_sample_type().__name__
        'SingleTurnSample'
        """
        return self._samples.kind

    def is_multi_turn(self) -> bool:
        """Whether the samples are conversations."""
        return issubclass(self.get_sample_type(), MultiTurnSample)

    def features(self) -> list[str]:
        """Return the fields that have a value in at least one sample.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"answer": "2"}]).features()
        ['user_input', 'response']
        """
        return list(self._samples.columns)

    def column(self, field: str) -> Sequence[object]:
        """Return one field of every sample, None where it has no value.

        >>> EvaluationDataset.from_list([{"question": "1 + 1?"}, {"answer": "2"}]).column("response")
        [None, '2']
        """
        if field in self.get_sample_type().model_fields:
            return self._samples.columns.get(field) or [None] * len(self)
        way_out = (
            f"It is an extra column: dataset.extra[{field!r}]."
            if field in self._extra
            else f"Its fields are {', '.join(self.get_sample_type().model_fields)}."
        )
        raise DatasetError(f"A {self.get_sample_type().__name__} has no field {field!r}. {way_out}")

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
            return self._samples[key]  # type: ignore[index]  # refused there
        rows = positions(key, len(self))
        if len(set(rows)) < len(rows):
            raise DatasetError(
                "A row is selected twice, and no two samples may have the same id. For samples with new ids: "
                "EvaluationDataset([dataset[row] for row in rows])."
            )
        extra = {name: take_cells(cells, rows) for name, cells in self._extra.items()}
        return self._made_of(self._samples.taken(rows), self.name, take(self._ids, rows), extra)

    def __eq__(self, other: object) -> bool:
        """Whether samples, ids, name and extra columns are all the same."""
        if not isinstance(other, EvaluationDataset):
            return NotImplemented
        mine = (self._samples, self.ids, self.name, self._extra)
        return mine == (other._samples, other.ids, other.name, other._extra)

    def __repr__(self) -> str:
        """Show how many samples there are and which fields they have."""
        noun = "conversation" if self.is_multi_turn() else "sample"
        size = f"{len(self)} {noun}" if len(self) == 1 else f"{len(self)} {noun}s"
        features = self.features()
        shown = [*features[:_SHOWN_FEATURES], "…"] if len(features) > _SHOWN_FEATURES else features
        told = f"{size}: {', '.join(shown)}" if shown else size
        return f"{type(self).__name__}({told})"

    def _repr_html_(self) -> str:
        return dataset_html(repr(self), self._ids, {**self._samples.columns, **self._extra}, self._extra)

    @classmethod
    def from_table(
        cls, table: Table, column_map: Mapping[str, str] | None = None, *, name: str | None = None
    ) -> Self:
        """Read columns of plain lists; every other source is read through this, `column_map` as there."""
        with collection_paused():
            parts = assemble(table, column_map)
        return cls._made_of(parts.samples, name, parts.ids, parts.extra)

    def to_table(self, written: Written = as_data) -> Table:
        """Return the fields and extra columns; ids that no column tells label the rows."""
        messages = message_fields(self.get_sample_type())
        columns = fields_as_data(self._samples.columns, messages, written)
        if not columns and (len(self) or self._extra):  # says: here are samples, of which nothing is known
            columns["user_input"] = [None] * len(self)
        told = told_ids(self._extra)
        expected = range(len(self)) if told is None else told
        labels = None if list(self._ids) == list(expected) else self._ids
        return Table(columns | extra_as_data(self._extra), len(self), labels)

    @classmethod
    def _made_of(
        cls,
        samples: Samples,
        name: str | None,
        ids: Sequence[SampleId] | None,
        extra: dict[str, Sequence[object]],
    ) -> Self:
        """Return a dataset of parts that are checked already."""
        dataset = cls(samples, name)
        dataset._extra = extra
        dataset._ids = range(len(samples)) if ids is None else ids
        return dataset
