"""One value of the data as Python has it, whatever pandas, numpy or Arrow made of it; None for nothing."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from numbers import Number
from typing import Final, cast

from ragas_nb.schema.samples import SampleId
from ragas_nb.schema.texts import ArrowTexts

_PLAIN_TYPES: Final = frozenset({bool, int, list, dict, type(None)})
_MISSING_TYPES: Final = frozenset({"NAType", "NaTType"})  # pandas' own, by name: pandas need not be loaded
TEXT_OR_NONE: Final = frozenset({str, type(None)})


class Misfit(Exception):
    """A cell that does not fit its field: what was found and what to do."""

    def __init__(self, found: object, needed: str, fix: str) -> None:
        kind = type(found).__name__
        super().__init__(f"found {kind} {reprlib.repr(found)} where {needed} is needed. {fix}")


def plain(cell: object) -> object:
    """Return the Python value of a cell: numpy and Arrow values become Python's, missing ones None.

    >>> [plain(cell) for cell in ("text", 3, float("nan"), None)]
    ['text', 3, None, None]
    """
    kind = type(cell)
    if kind in _PLAIN_TYPES:
        return cell
    if kind is float:
        return None if cell != cell else cell  # only NaN differs from itself
    if isinstance(cell, str):
        return cell if kind is str and cell.isascii() else _whole_characters(cell)
    convert = getattr(cell, "tolist", None) or getattr(cell, "as_py", None)
    if convert is not None and callable(convert) and not isinstance(cell, type):
        return plain(convert())
    return None if _is_missing(cell) else cell


def plain_column(cells: Sequence[object]) -> Sequence[object]:
    """Return `plain` of every cell, in a list of its own unless the cells are Arrow's texts.

    >>> plain_column(["a", float("nan")])
    ['a', None]
    """
    if isinstance(cells, ArrowTexts):
        return cells
    kinds = set(map(type, cells))
    if kinds <= _PLAIN_TYPES or (kinds <= TEXT_OR_NONE and all_ascii(cells)):
        return list(cells)
    return [plain(cell) for cell in cells]


def all_ascii(texts: Iterable[object]) -> bool:
    """Whether all of the texts, None left out, are plain ASCII: then no half of a character is in them."""
    return all(map(str.isascii, cast("Iterable[str]", filter(None, texts))))


def as_ids(cells: Sequence[object]) -> Sequence[SampleId] | None:
    """Return the cells as sample ids; None unless all are text or whole numbers and no two read the same.

    >>> as_ids(["a", 7]), as_ids(["7", 7]), as_ids(["a", None])
    (['a', 7], None, None)
    """
    if isinstance(cells, range):
        return cells
    ids = list(plain_column(cells))
    kinds = set(map(type, ids))
    if not kinds <= {str, int}:
        return None
    different = set(ids) if len(kinds) == 1 else set(map(str, ids))
    return cast("list[SampleId]", ids) if len(different) == len(ids) else None


def _is_missing(value: object) -> bool:
    """Whether the value is one of the many spellings of nothing."""
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, Number):
        return bool(value != value)  # only NaN differs from itself
    return value is None or type(value).__name__ in _MISSING_TYPES


def _whole_characters(text: str) -> str:
    """Return the text with pairs of surrogates joined and halves replaced by U+FFFD.

    Half an emoji is what a cut-off JSON answer leaves; no file, database or server takes it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str.__str__(text)
