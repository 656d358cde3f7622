"""Which rows a subscript means: a slice, a mask of booleans, or a list of positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import index
from typing import TypeAlias, TypeGuard, TypeVar

from ragas_nb.errors import DatasetError
from ragas_nb.schema.texts import ArrowTexts
from ragas_nb.schema.values import with_pythons_values

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


def position(key: object, length: int) -> int:
    """Return the row that a subscript means, counted from 0; negative ones count from the end.

    Raises `IndexError` where there is no such row, and `DatasetError` for what is no position.

    >>> position(-1, 5)
    4
    """
    if type(key).__name__ in ("bool", "bool_"):  # numpy's too
        raise DatasetError(
            f"{key} selects no row. Give one boolean per row as a mask; a comparison with a whole column "
            "gives only one."
        )
    try:
        return range(length)[index(key)]  # type: ignore[arg-type]  # refused below
    except TypeError:
        raise DatasetError(
            f"{key!r} selects no row. Give a position, a slice, one boolean per row, or a list of positions."
        ) from None
    except IndexError:
        raise IndexError(f"There is no row {key}: there are {length}, counted from 0.") from None


def positions(key: Rows, length: int) -> Sequence[int]:
    """Return the rows that a subscript means, each counted from 0.

    A mask is read by position, also that of a pandas Series with an index of its own. Raises `DatasetError`
    for a mask of another length or with missing values, a position that is not there, and anything else.

    >>> list(positions(slice(-2, None), 5)), list(positions([True, False, True], 3)), positions([2, -1], 5)
    ([3, 4], [0, 2], [2, 4])
    """
    if isinstance(key, slice):
        return range(length)[key]
    convert = getattr(key, "tolist", None)
    given = with_pythons_values(list(key) if convert is None else convert())
    if not any(isinstance(part, bool) for part in given):
        return [_position(part, length) for part in given]
    for row, part in enumerate(given):
        if not isinstance(part, bool):
            found = "no value" if part is None else repr(part)
            raise DatasetError(
                f"The mask has {found} at row {row}, where True or False is needed. Say what a missing value "
                "means: mask.fillna(False)."
            )
    if len(given) != length:
        raise DatasetError(
            f"The mask has {len(given)} booleans, but there are {length} rows. Give one per row."
        )
    return list(compress(range(length), given))


def _position(part: object, length: int) -> int:
    try:
        return position(part, length)
    except IndexError as error:
        raise DatasetError(str(error)) from None


def take(values: Sequence[T], rows: Sequence[int]) -> list[T]:
    """Return the values of these rows.

    >>> take("abcd", [0, 3])
    ['a', 'd']
    """
    if isinstance(rows, range) and rows.step == 1:
        return list(values[rows.start : rows.stop])
    return [values[row] for row in rows]


def take_cells(cells: Sequence[object], rows: Sequence[int]) -> Sequence[object]:
    """Return the cells of these rows; Arrow's texts stay Arrow's."""
    return cells.taken(rows) if isinstance(cells, ArrowTexts) else take(cells, rows)
