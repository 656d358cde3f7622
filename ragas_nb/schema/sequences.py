"""The samples of a dataset, in order: made from columns when they are looked at, or given as they are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import repeat
from operator import attrgetter
from typing import TypeAlias, overload

from pydantic import TypeAdapter

from ragas_nb.schema.samples import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.selection import position, take, take_cells
from ragas_nb.schema.values import plain_column

Columns: TypeAlias = Mapping[str, Sequence[object]]


def message_fields(kind: type[AnySample]) -> frozenset[str]:
    """Return the fields of such samples that hold messages or tool calls."""
    return frozenset({"user_input", "reference_tool_calls"} if issubclass(kind, MultiTurnSample) else ())


class Samples(Sequence[AnySample]):
    """Samples of one kind, in an order that does not change; equal to a list of them."""

    __hash__ = None  # type: ignore[assignment]  # equal by content, and the content is lists

    @property
    @abstractmethod
    def kind(self) -> type[AnySample]:
        """The class of the samples."""

    @property
    @abstractmethod
    def columns(self) -> Columns:
        """The fields that have a value in at least one sample, as columns of clean values."""

    @abstractmethod
    def taken(self, rows: Sequence[int]) -> Samples:
        """Return the samples at these positions."""

    @abstractmethod
    def _at(self, row: int) -> AnySample:
        """Return the sample at a position that is there."""

    @overload
    def __getitem__(self, key: int) -> AnySample: ...
    @overload
    def __getitem__(self, key: slice) -> list[AnySample]: ...
    def __getitem__(self, key: int | slice) -> AnySample | list[AnySample]:
        """Return the sample at a position, or a list of those in a slice."""
        if isinstance(key, slice):
            return [self._at(row) for row in range(len(self))[key]]
        return self._at(position(key, len(self)))

    def __add__(self, other: Sequence[AnySample]) -> list[AnySample]:
        """Return a list of these samples and the others, from which to make another dataset."""
        return [*self, *other]

    def __radd__(self, other: Sequence[AnySample]) -> list[AnySample]:
        """Return a list of the other samples and these."""
        return [*other, *self]

    def __eq__(self, other: object) -> bool:
        """Whether the other sequence holds the same samples."""
        if isinstance(other, Samples) and self.kind is other.kind:
            return len(self) == len(other) and self.columns == other.columns
        if isinstance(other, (list, Samples)):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    def __repr__(self) -> str:
        """Show how many samples there are, and the first."""
        first = f", the first {self[0]!r}" if len(self) else ""
        return f"<{len(self):,} × {self.kind.__name__}{first}>"


class LazySamples(Samples):
    """Samples in columns of clean values, made when they are looked at.

    A million samples as objects are half a gigabyte; as columns they are little more than their texts.
    """

    def __init__(self, kind: type[AnySample], columns: Columns, length: int) -> None:
        self._kind = kind
        self._columns = _with_values(columns)
        self._length = length

    @property
    def kind(self) -> type[AnySample]:
        """The class of the samples."""
        return self._kind

    @property
    def columns(self) -> Columns:
        """The fields that have a value in at least one sample, as columns of clean values."""
        return self._columns

    def __len__(self) -> int:
        """Return the number of samples."""
        return self._length

    def __iter__(self) -> Iterator[AnySample]:
        """Make one sample after the other."""
        rows = zip(*self._columns.values(), strict=True) if self._columns else repeat((), self._length)
        return map(_maker(self._kind), map(dict, map(zip, repeat(tuple(self._columns)), rows)))

    def taken(self, rows: Sequence[int]) -> LazySamples:
        """Return the samples at these positions, none of which is made for it."""
        columns = {name: take_cells(cells, rows) for name, cells in self._columns.items()}
        return LazySamples(self._kind, columns, len(rows))

    def _at(self, row: int) -> AnySample:
        return _maker(self._kind)({name: cells[row] for name, cells in self._columns.items()})


class GivenSamples(Samples):
    """Samples that somebody has made: the very objects."""

    def __init__(self, samples: Sequence[AnySample]) -> None:
        self._samples = tuple(samples)

    @property
    def kind(self) -> type[AnySample]:
        """The class of the samples; `SingleTurnSample` where there are none."""
        return type(self._samples[0]) if self._samples else SingleTurnSample

    @cached_property
    def columns(self) -> Columns:
        """The fields that have a value in at least one sample, as columns of clean values."""
        fields = {name: list(map(attrgetter(name), self._samples)) for name in self.kind.model_fields}
        messages = message_fields(self.kind)
        return _with_values(
            {name: cells if name in messages else plain_column(cells) for name, cells in fields.items()}
        )

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._samples)

    def __iter__(self) -> Iterator[AnySample]:
        """Give one sample after the other."""
        return iter(self._samples)

    def taken(self, rows: Sequence[int]) -> GivenSamples:
        """Return the samples at these positions."""
        return GivenSamples(take(self._samples, rows))

    def _at(self, row: int) -> AnySample:
        return self._samples[row]


@cache
def _maker(kind: type[AnySample]) -> Callable[[object], AnySample]:
    """Return what makes a sample of a dict; pydantic's own validator takes half the time of its wrappers."""
    return TypeAdapter(kind).validator.validate_python


def _with_values(fields: Columns) -> Columns:
    """Return the columns that are not all nothing."""
    return {name: cells for name, cells in fields.items() if has_values(cells)}


def has_values(cells: Sequence[object]) -> bool:
    """Whether a column is not all nothing."""
    return any(cell is not None for cell in cells)
