"""What the cells of a column mean, however pandas, numpy, Arrow, JSON or CSV spell them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Number
from typing import Final

from ragas_nb.errors import DatasetError
from ragas_nb.schema.columns import Match
from ragas_nb.schema.conversations import to_conversation, to_tool_calls, without_padding
from ragas_nb.schema.samples import AnySample, MultiTurnSample
from ragas_nb.schema.spellings import list_in_text, literal
from ragas_nb.schema.texts import ArrowTexts
from ragas_nb.schema.values import (
    Misfit,
    are_lists_of_texts,
    are_texts,
    plain,
    plain_column,
    plain_data,
    with_pythons_values,
)


def clean_column(
    match: Match, cells: Sequence[object], kind: type[AnySample], *, padded: bool = False
) -> Sequence[object]:
    """Return the cells of a column as values of its field, None where there is nothing.

    `padded` says that Arrow may have filled up dicts with None. Raises `DatasetError` naming row (counted
    from 0) and column at the first cell that does not fit.
    """
    clean = _cleaner(match, kind)
    if clean in (to_conversation, to_tool_calls):
        return _each(cells, (lambda cell: clean(without_padding(cell))) if padded else clean, match)
    if isinstance(cells, ArrowTexts) and clean is _to_text:
        return cells  # nobody can change them, nor put half a character in
    # What is asked of whole columns costs a tenth of what is asked of every cell.
    cells = with_pythons_values(cells)
    if clean is _to_text and are_texts(cells):
        return list(cells)
    if clean is _to_texts and are_lists_of_texts(cells):
        return [None if texts is None else texts.copy() for texts in cells]
    return _each(cells, clean, match)


def clean_extra(name: str, cells: Sequence[object]) -> Sequence[object]:
    """Return the cells of a column that is no field as Python's own values.

    Raises `DatasetError` naming row and column where lists or dicts are nested too deeply.
    """
    try:
        return plain_column(cells)
    except Misfit:
        return _each(cells, plain_data, Match(name, name, name))


def _each(cells: Sequence[object], clean: Callable[[object], object], match: Match) -> list[object]:
    cleaned: list[object] = []
    try:
        for cell in cells:
            cleaned.append(clean(cell))  # noqa: PERF401 - the length tells the row of a misfit
    except Misfit as misfit:
        raise DatasetError(f"{match.at(len(cleaned))}: {misfit}") from None
    return cleaned


def _cleaner(match: Match, kind: type[AnySample]) -> Callable[[object], object]:
    if match.name == "ground_truths":
        return _to_only_text
    if match.field == "user_input" and issubclass(kind, MultiTurnSample):
        return to_conversation
    return _CLEANERS[match.field]


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
        raise Misfit(value, "text", "Decode it first: value.decode('utf-8').")
    if isinstance(value, (list, tuple)):
        raise Misfit(value, "text", "Join the parts, or keep the one that counts.")
    raise Misfit(value, "text", "Turn the column into text first.")


def _to_only_text(cell: object) -> str | None:
    """Return the one text of a list of references, as Ragas v1 has them."""
    texts = _to_texts(cell)
    if not texts:
        return None
    if len(texts) > 1:
        raise Misfit(texts, "a list of one reference", "Keep one, or join them into one text.")
    return texts[0]


def _to_texts(cell: object) -> list[str] | None:
    """Return the texts of a list; one plain text is a list of one, missing items are left out."""
    items = _to_items(cell, "a list of texts")
    if items is None:
        return None
    texts = [plain(item) for item in items]
    for index, text in enumerate(texts):
        if text is not None and not isinstance(text, str):
            raise Misfit(text, f"the text of item {index}", "Every item of the list must be text.")
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
            raise Misfit(item, f"the id of item {index}", "Every id must be text or a whole number.")
        if number is not None:
            ids.append(number)
    return ids


def _to_items(cell: object, needed: str) -> list[object] | None:
    """Return the items of a list, however it is written; None where there is no list."""
    value = plain(cell)
    if isinstance(value, str):
        return list_in_text(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray)):
        raise Misfit(value, needed, "Decode it first: value.decode('utf-8').")
    if isinstance(value, (set, frozenset)):
        raise Misfit(value, needed, "A set has no order: make it a list.")
    raise Misfit(value, needed, "Put the values into a list.")


def _to_rubrics(cell: object) -> dict[str, str] | None:
    """Return the rubrics of a cell, without those that are None: Arrow gives every row the keys of all."""
    value = plain(cell)
    if isinstance(value, str):
        spelled = literal(value.strip())
        value = spelled if isinstance(spelled, Mapping) else value.strip() or None
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Misfit(value, "a dict of texts", "Write rubrics as {'score1_description': 'text', …}.")
    rubrics: dict[str, str] = {}
    for key, text in ((plain(key), plain(text)) for key, text in value.items()):
        if not isinstance(key, (str, int)) or not isinstance(text, (str, type(None))):
            raise Misfit(text, f"the text of rubric {key!r}", "Every rubric must be a name and a text.")
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
    "reference_tool_calls": to_tool_calls,
    "reference_topics": _to_texts,
}
