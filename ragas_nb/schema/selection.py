"""Which rows a subscript means: a slice, a mask of booleans, or a list of positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import index
from typing import TypeAlias, TypeGuard, TypeVar

from ragas_nb.errors import DatasetError

Rows: TypeAlias = slice | Iterable[bool] | Iterable[int]
"""Several rows: a slice; one boolean per row (a list, a numpy array, a pandas Series); or positions."""
T = TypeVar("T")


def is_rows(key: object) -> TypeGuard[Rows]:
    """Whether a subscript means several rows, not one.

    >>> is_rows(slice(3)), is_rows([True, False]), is_rows(3), is_rows("faithfulness")
    (True, True, False, False)
    """
    return isinstance(key, slice) or (
        isinstance(key, Iterable) and not isinstance(key, (str, bytes)) and getattr(key, "ndim", 1) == 1
    )


def positions(key: Rows, length: int) -> Sequence[int]:
    """Return the rows that a subscript means, each counted from 0.

    A mask is read by position, also that of a pandas Series with an index of its own. Raises `DatasetError`
    for a mask of another length, a position that is not there, and anything else.

    >>> list(positions(slice(-2, None), 5)), list(positions([True, False, True], 3)), positions([2, -1], 5)
    ([3, 4], [0, 2], [2, 4])
    """
    if isinstance(key, slice):
        return range(length)[key]
    convert = getattr(key, "tolist", None)  # numpy's booleans are none of Python's
    given: list[object] = convert() if convert is not None else list(key)
    if given and all(isinstance(part, bool) for part in given):
        if len(given) != length:
            raise DatasetError(
                f"The mask has {len(given)} booleans, but there are {length} rows. Give one per row."
            )
        return list(compress(range(length), given))
    return [_position(part, length) for part in given]


def _position(part: object, length: int) -> int:
    try:
        if isinstance(part, bool):
            raise TypeError
        return range(length)[index(part)]  # type: ignore[arg-type]  # refused below
    except TypeError:
        raise DatasetError(
            f"{part!r} selects no row. Give a slice, one boolean per row, or a list of positions."
        ) from None
    except IndexError:
        raise DatasetError(f"There is no row {part}: there are {length}, counted from 0.") from None


def take(values: Sequence[T], rows: Sequence[int]) -> list[T]:
    """Return the values of these rows.

    >>> take("abcd", [0, 3])
    ['a', 'd']
    """
    if isinstance(rows, range) and rows.step == 1:
        return list(values[rows.start : rows.stop])
    return [values[row] for row in rows]
