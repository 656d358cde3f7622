"""Columns of text that stay in Arrow's memory, where pandas has put them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    import pandas as pd

_CHUNK: Final = 4096
"""Texts that are made at a time when one looks at all of them."""
_TEXT: Final = ("string", "large_string")
"""What Arrow calls text."""


class ArrowTexts(Sequence[str | None]):
    """The texts of a pandas column whose text Arrow holds; each is made when it is looked at.

    A million texts as Python's own take a hundred megabytes and a tenth of a second more; these take nothing.
    """

    __hash__ = None  # type: ignore[assignment]  # equal by content

    def __init__(self, array: Any, dtype: Any) -> None:
        self.array = array
        """The texts as Arrow has them."""
        self._dtype = dtype

    @classmethod
    def of(cls, column: pd.Series[Any]) -> ArrowTexts | None:
        """Return the texts of a column; None unless it is one of text that Arrow holds."""
        if not _is_arrows(column.dtype):
            return None
        import pyarrow

        return cls(pyarrow.array(column), column.dtype)

    def taken(self, rows: Sequence[int]) -> ArrowTexts:
        """Return the texts of these rows."""
        if isinstance(rows, range) and rows.step == 1:
            return ArrowTexts(self.array.slice(rows.start, len(rows)), self._dtype)
        import pyarrow

        return ArrowTexts(self.array.take(pyarrow.array(rows, pyarrow.int64())), self._dtype)

    def to_pandas(self) -> Any:
        """Return the column as pandas has it, of the type that it came with."""
        return self._dtype.__from_arrow__(self.array)

    def __len__(self) -> int:
        """Return the number of texts, missing ones included."""
        return len(self.array)

    @overload
    def __getitem__(self, key: int) -> str | None: ...
    @overload
    def __getitem__(self, key: slice) -> list[str | None]: ...
    def __getitem__(self, key: int | slice) -> str | list[str | None] | None:
        """Return the text at a position, None where it is missing; or those of a slice."""
        if isinstance(key, slice):
            return [self[row] for row in range(len(self))[key]]
        text: str | None = self.array[range(len(self))[key]].as_py()
        return text

    def __iter__(self) -> Iterator[str | None]:
        """Give one text after the other."""
        for start in range(0, len(self), _CHUNK):
            yield from self.array.slice(start, _CHUNK).to_pylist()

    def __eq__(self, other: object) -> bool:
        """Whether the other column holds the same texts."""
        if not isinstance(other, (list, ArrowTexts)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __repr__(self) -> str:
        """Show the first texts."""
        return f"<{len(self):,} texts, the first {self[:3]!r}>"


def _is_arrows(dtype: Any) -> bool:
    """Whether a column's type is one of pandas' for text in Arrow's memory."""
    if hasattr(dtype, "pyarrow_dtype"):
        return str(dtype.pyarrow_dtype) in _TEXT
    return getattr(dtype, "storage", None) == "pyarrow" and dtype.name in ("str", "string")


def cells_of_arrow(column: Any) -> list[Any]:
    """Return the cells of an Arrow column as Python's values; texts by way of numpy, which is faster."""
    kind = str(column.type)
    if kind in _TEXT:
        texts: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
        return texts
    if not kind.startswith(("list<", "large_list<")) or str(column.type.value_type) not in _TEXT:
        return list(column.to_pylist())
    cells: list[Any] = []
    for chunk in getattr(column, "chunks", [column]):
        items = iter(cells_of_arrow(chunk.flatten()))
        sizes = chunk.value_lengths().to_pylist()
        cells += [None if size is None else list(islice(items, size)) for size in sizes]
    return cells
