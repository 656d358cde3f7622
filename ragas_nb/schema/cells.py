"""What one cell of the data means: its text, its list, its rubrics, or nothing.

Data comes from pandas, numpy, Arrow, JSON and CSV, which spell the same values differently.
"""

from __future__ import annotations

import ast
import json
import re
import reprlib
import warnings
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from numbers import Number
from typing import Final, cast

from ragas_nb.errors import DatasetError
from ragas_nb.schema.columns import Match
from ragas_nb.schema.samples import SampleId

_STRING: Final = r"""(?:'[^'\\]*+(?:\\.[^'\\]*+)*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+")"""
_STRINGS: Final = re.compile(_STRING, re.DOTALL)
_STRING_LIST: Final = re.compile(
    rf"\[\s*+{_STRING}(?:\s*+,?+\s*+{_STRING})*+\s*+,?+\s*+\]",  # numpy prints no commas
    re.DOTALL,
)
_PLAIN_TYPES: Final = frozenset({bool, int, list, dict, type(None)})
_MISSING_TYPES: Final = frozenset({"NAType", "NaTType"})  # pandas' own, by name: pandas need not be loaded


class _Misfit(Exception):
    """A cell that does not fit its field: what was found and what to do."""

    def __init__(self, found: object, needed: str, fix: str) -> None:
        kind = type(found).__name__
        super().__init__(f"found {kind} {reprlib.repr(found)} where {needed} is needed. {fix}")


def clean_column(match: Match, cells: Iterable[object]) -> list[object]:
    """Return the cells of a column as values of its field, None where there is nothing.

    Raises `DatasetError` naming row (counted from 0) and column at the first cell that does not fit.
    """
    clean = _to_only_text if match.name == "ground_truths" else _CLEANERS[match.field]
    cleaned: list[object] = []
    try:
        for cell in cells:
            cleaned.append(clean(cell))  # noqa: PERF401 - the length tells the row of a misfit
    except _Misfit as misfit:
        field = "" if match.field == match.column else f" ({match.field})"
        raise DatasetError(f"Row {len(cleaned)}, column {match.column!r}{field}: {misfit}") from None
    return cleaned


def plain(cell: object) -> object:
    """Return the Python value of a cell: numpy and Arrow values become Python's, missing ones None.

    >>> [plain(cell) for cell in ("text", 3, float("nan"), None)]
    ['text', 3, None, None]
    """
    kind = type(cell)
    if kind in _PLAIN_TYPES:
        return cell
    if isinstance(cell, str):
        return cell if kind is str and cell.isascii() else _whole_characters(cell)
    convert = getattr(cell, "tolist", None) or getattr(cell, "as_py", None)
    if convert is not None and callable(convert) and not isinstance(cell, type):
        return plain(convert())
    return None if _is_missing(cell) else cell


def as_ids(cells: Iterable[object]) -> list[SampleId] | None:
    """Return the cells as sample ids; None unless all are text or whole numbers and no two read the same.

    >>> as_ids(["a", 7]), as_ids(["7", 7]), as_ids(["a", None])
    (['a', 7], None, None)
    """
    ids = list(map(plain, cells))
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


def _to_text(cell: object) -> str | None:
    """Return the text of a cell; a number becomes its text, a whole float loses its '.0'."""
    value = plain(cell)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # pandas makes 1967 a 1967.0 when another row is missing
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        raise _Misfit(value, "text", "Decode it first: value.decode('utf-8').")
    if isinstance(value, (list, tuple)):
        raise _Misfit(value, "text", "Join the parts, or keep the one that counts.")
    raise _Misfit(value, "text", "Turn the column into text first.")


def _to_only_text(cell: object) -> str | None:
    """Return the one text of a list of references, as Ragas v1 has them."""
    texts = _to_texts(cell)
    if not texts:
        return None
    if len(texts) > 1:
        raise _Misfit(texts, "a list of one reference", "Keep one, or join them into one text.")
    return texts[0]


def _to_texts(cell: object) -> list[str] | None:
    """Return the texts of a list; one plain text is a list of one, missing items are left out."""
    items = _to_items(cell, "a list of texts")
    if items is None:
        return None
    if all(type(item) is str and item.isascii() for item in items):
        return cast("list[str]", items)
    texts = [plain(item) for item in items]
    for index, text in enumerate(texts):
        if text is not None and not isinstance(text, str):
            raise _Misfit(text, f"the text of item {index}", "Every item of the list must be text.")
    return [text for text in texts if isinstance(text, str)]


def _to_ids(cell: object) -> list[str | int] | None:
    """Return the ids of a list; one plain id is a list of one, missing items are left out."""
    value = plain(cell)
    items = [value] if isinstance(value, (int, float)) else _to_items(value, "a list of ids")
    if items is None:
        return None
    ids: list[str | int] = []
    for index, item in enumerate(map(plain, items)):
        number = int(item) if isinstance(item, float) and item.is_integer() else item
        if isinstance(number, bool) or not isinstance(number, (str, int, type(None))):
            raise _Misfit(item, f"the id of item {index}", "Every id must be text or a whole number.")
        if number is not None:
            ids.append(number)
    return ids


def _to_items(cell: object, needed: str) -> list[object] | None:
    """Return the items of a list, however it is written; None where there is no list."""
    value = plain(cell)
    if isinstance(value, str):
        return _list_in_text(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray)):
        raise _Misfit(value, needed, "Decode it first: value.decode('utf-8').")
    if isinstance(value, (set, frozenset)):
        raise _Misfit(value, needed, "A set has no order: make it a list.")
    raise _Misfit(value, needed, "Put the values into a list.")


def _list_in_text(text: str) -> list[object] | None:
    """Return the list that the text spells out; other text is its own only item, blank text is nothing."""
    stripped = text.strip()
    if not stripped:
        return None
    if stripped[0] == "[" and stripped[-1] == "]":
        value = _literal(stripped)
        if isinstance(value, list):
            return value
    return [text]


def _literal(text: str) -> object:
    """Return the value that the text spells in JSON, in Python, or as numpy prints an array; else None."""
    if not text.startswith("['"):  # which JSON never does
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    try:
        if _STRING_LIST.fullmatch(text):  # Python would glue numpy's ['a' 'b'] into one text
            return [part[1:-1] if "\\" not in part else _python(part) for part in _STRINGS.findall(text)]
        return _python(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _python(text: str) -> object:
    """Return the value of a Python literal, without Python's warnings of odd escapes in somebody's data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)


def _to_rubrics(cell: object) -> dict[str, str] | None:
    """Return the rubrics of a cell, without those that are None: Arrow gives every row the keys of all."""
    value = plain(cell)
    if isinstance(value, str):
        spelled = _literal(value.strip())
        value = spelled if isinstance(spelled, Mapping) else value.strip() or None
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _Misfit(value, "a dict of texts", "Write rubrics as {'score1_description': 'text', …}.")
    rubrics: dict[str, str] = {}
    for key, text in ((plain(key), plain(text)) for key, text in value.items()):
        if not isinstance(key, (str, int)) or not isinstance(text, (str, type(None))):
            raise _Misfit(text, f"the text of rubric {key!r}", "Every rubric must be a name and a text.")
        if text is not None:
            rubrics[str(key)] = text
    return rubrics if rubrics or not value else None


_CLEANERS: Final[dict[str, Callable[[object], object]]] = {
    "user_input": _to_text,
    "retrieved_contexts": _to_texts,
    "reference_contexts": _to_texts,
    "retrieved_context_ids": _to_ids,
    "reference_context_ids": _to_ids,
    "response": _to_text,
    "multi_responses": _to_texts,
    "reference": _to_text,
    "rubrics": _to_rubrics,
    "persona_name": _to_text,
    "query_style": _to_text,
    "query_length": _to_text,
}
