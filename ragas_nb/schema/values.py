"""One value of the data as Python has it, whatever pandas, numpy or Arrow made of it; None for nothing."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from numbers import Number
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from ragas_nb.schema.texts import ArrowTexts

if TYPE_CHECKING:
    from ragas_nb.schema.samples import SampleId

_PYTHONS: Final = frozenset({bool, int, str, list, dict, type(None)})
_SINGLE: Final = frozenset({bool, int, float, str, type(None)})
_TEXT_OR_NONE: Final = frozenset({str, type(None)})
_LIST_OR_NONE: Final = frozenset({list, type(None)})
_MISSING_TYPES: Final = frozenset({"NAType", "NaTType"})  # pandas' own, by name: pandas need not be loaded
_DEEPEST: Final = 100
"""Lists and dicts within each other; what is deeper is a mistake, or has no end."""
_CHUNK: Final = 4096
"""Texts that are looked at together."""


class Misfit(ValueError):
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
    if isinstance(cell, str):
        return cell if kind is str and cell.isascii() else whole_characters(cell)
    if kind in _PYTHONS:
        return cell
    if kind is float:
        return None if cell != cell else cell  # only NaN differs from itself
    converted = _converted(cell)
    if converted is not cell:
        return plain(converted)
    return None if _is_missing(cell) else cell


def plain_data(value: object, depth: int = 0) -> object:
    """Return `plain` of a value and of everything in it; tuples become lists, as they would in JSON.

    Raises `Misfit` where lists and dicts are nested more than a hundred deep.

    >>> plain_data({"cities": ("Lima", float("nan"))})
    {'cities': ['Lima', None]}
    """
    value = plain(value)
    if not isinstance(value, (list, tuple, Mapping)):
        return value
    if depth == _DEEPEST:
        raise Misfit(value, f"data that is nested at most {_DEEPEST} deep", "Turn it into JSON text first.")
    if isinstance(value, Mapping):
        return {_key(key): plain_data(part, depth + 1) for key, part in value.items()}
    return [plain_data(part, depth + 1) for part in value]


def with_pythons_values(cells: Sequence[object]) -> Sequence[object]:
    """Return the column with `plain` of all cells of types that are not Python's own.

    What is left to check is whether texts are of whole characters.
    """
    kinds = set(map(type, cells))
    read = {kind: _list_of if kind.__name__ == "ndarray" else plain for kind in kinds if _is_foreign(kind)}
    return [read[type(cell)](cell) if type(cell) in read else cell for cell in cells] if read else cells


def plain_column(cells: Sequence[object]) -> Sequence[object]:
    """Return `plain_data` of every cell, in a list of its own unless the cells are Arrow's texts.

    >>> plain_column(["a", float("nan")])
    ['a', None]
    """
    if isinstance(cells, ArrowTexts):
        return cells
    cells = with_pythons_values(cells)
    kinds = set(map(type, cells))
    if kinds <= _SINGLE and are_whole(cell for cell in cells if type(cell) is str):
        return list(cells)
    if are_lists_of_texts(cells):
        return [None if texts is None else texts.copy() for texts in cells]
    parted = {kind for kind in kinds if issubclass(kind, (str, list, tuple, Mapping))}
    return [plain_data(cell) if type(cell) in parted else cell for cell in cells]


def are_texts(cells: Sequence[object]) -> TypeGuard[Sequence[str | None]]:
    """Whether all cells are texts of whole characters, or None."""
    return set(map(type, cells)) <= _TEXT_OR_NONE and are_whole(cast("Sequence[str | None]", cells))


def are_lists_of_texts(cells: Sequence[object]) -> TypeGuard[Sequence[list[str] | None]]:
    """Whether all cells are lists of texts of whole characters, or None."""
    if not set(map(type, cells)) <= _LIST_OR_NONE:
        return False
    lists = [cell for cell in cast("Sequence[list[Any] | None]", cells) if cell]
    return set(map(type, chain.from_iterable(lists))) <= {str} and are_whole(chain.from_iterable(lists))


def are_whole(texts: Iterable[str | None]) -> bool:
    """Whether no half of a character is in the texts; asking many together costs a tenth.

    >>> are_whole(["a", None, "é"]), are_whole(["half an emoji \\ud83d"])
    (True, False)
    """
    given = filter(None, texts)
    while some := list(islice(given, _CHUNK)):
        try:
            "".join(some).encode()
        except UnicodeEncodeError:
            return False
    return True


def whole_characters(text: str) -> str:
    """Return the text with pairs of surrogates joined and halves replaced by U+FFFD.

    Half an emoji is what a cut-off JSON answer leaves; no file, database or server takes it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str.__str__(text)


def as_text(value: object) -> str:
    """Return what a value calls itself, in whole characters: for what JSON and CSV do not know.

    >>> as_text(Decimal("1.10"))
    '1.10'
    """
    return whole_characters(str(value))


def as_ids(cells: Sequence[object]) -> Sequence[SampleId] | None:
    """Return the cells as sample ids; None unless all are text or whole numbers and no two read the same.

    >>> as_ids(["a", 7]), as_ids(["7", 7]), as_ids(["a", None])
    (['a', 7], None, None)
    """
    if isinstance(cells, range):
        return cells
    ids = list(cells) if are_texts(cells) else [plain(cell) for cell in cells]
    kinds = set(map(type, ids))
    if not kinds <= {str, int}:
        return None
    different = set(ids) if len(kinds) == 1 else set(map(str, ids))
    return cast("list[SampleId]", ids) if len(different) == len(ids) else None


def _list_of(array: Any) -> object:
    """Return `plain` of one of numpy's arrays; most are lists, which takes a quarter of the time."""
    return array.tolist() if array.ndim and array.dtype.kind not in "mM" else plain(array)


def _converted(cell: Any) -> object:
    """Return what a value of numpy, Arrow or pandas is in Python; other values as they are."""
    kind = type(cell)
    if kind.__module__ == "numpy" and getattr(getattr(cell, "dtype", None), "kind", "") in ("m", "M"):
        cell = cell.astype(f"{cell.dtype.kind}8[us]")  # numpy turns nanoseconds into numbers
    convert = getattr(cell, "tolist", None) or getattr(cell, "as_py", None)
    if not callable(convert) or isinstance(cell, type):
        return cell
    converted: object = convert()
    return cell if type(converted) is kind else converted  # Python has no long doubles


def _is_foreign(kind: type) -> bool:
    """Whether `plain` may change values of a type, or may find them to be missing."""
    return kind not in _PYTHONS and (
        issubclass(kind, (str, Number))
        or kind.__name__ in _MISSING_TYPES
        or hasattr(kind, "tolist")
        or hasattr(kind, "as_py")
    )


def _key(key: object) -> object:
    """Return the key of a dict as one that JSON can hold."""
    return key if isinstance(key, (int, float)) else as_text(key)


def _is_missing(value: object) -> bool:
    """Whether the value is one of the many spellings of nothing."""
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, Number):
        return bool(value != value)  # only NaN differs from itself
    return value is None or type(value).__name__ in _MISSING_TYPES
