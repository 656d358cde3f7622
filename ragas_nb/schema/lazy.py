"""Samples that are made when they are looked at, from columns that are checked already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import index
from typing import overload

from pydantic import TypeAdapter

from ragas_nb.schema.samples import AnySample


class LazySamples(Sequence[AnySample]):
    """The samples in columns of clean values, one list per field that has some; equal to a list of them.

    A million samples as objects are half a gigabyte; as columns they are little more than their texts.
    """

    __hash__ = None  # type: ignore[assignment]  # equal by content, and the content is lists

    def __init__(self, kind: type[AnySample], columns: Mapping[str, Sequence[object]], length: int) -> None:
        self.kind = kind
        self.columns = columns
        self._length = length
        self._make = TypeAdapter(kind).validate_python

    def __len__(self) -> int:
        """Return the number of samples."""
        return self._length

    @overload
    def __getitem__(self, key: int) -> AnySample: ...
    @overload
    def __getitem__(self, key: slice) -> list[AnySample]: ...
    def __getitem__(self, key: int | slice) -> AnySample | list[AnySample]:
        """Make the sample at a position, or those of a slice."""
        if isinstance(key, slice):
            return [self[row] for row in range(self._length)[key]]
        row = range(self._length)[index(key)]
        return self._make({name: cells[row] for name, cells in self.columns.items()})

    def __iter__(self) -> Iterator[AnySample]:
        """Make one sample after the other."""
        names = tuple(self.columns)
        if not names:
            return iter([self._make({}) for _ in range(self._length)])
        rows = zip(*self.columns.values(), strict=True)
        return (self._make(dict(zip(names, row, strict=True))) for row in rows)

    def __eq__(self, other: object) -> bool:
        """Whether the other sequence holds the same samples."""
        if isinstance(other, LazySamples) and self.kind is other.kind:
            return (len(self), self.columns) == (len(other), other.columns)
        if isinstance(other, (list, LazySamples)):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    def __repr__(self) -> str:
        """Show how many samples there are, and the first."""
        first = f", the first {self[0]!r}" if self._length else ""
        return f"<{self._length:,} × {self.kind.__name__}{first}>"
