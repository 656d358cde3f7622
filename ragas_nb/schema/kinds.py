"""Whether the data holds single questions or conversations: its `user_input` says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ragas_nb.errors import DatasetError
from ragas_nb.schema.columns import Match
from ragas_nb.schema.conversations import spells_messages
from ragas_nb.schema.messages import Message
from ragas_nb.schema.samples import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.texts import ArrowTexts
from ragas_nb.schema.values import Misfit, plain

_TYPES_OF_TEXT: Final = frozenset({str, int, float, bool, type(None)})


def kind_of(match: Match, cells: Sequence[object]) -> type[AnySample]:
    """Return the kind of samples that a column `user_input` makes: lists make conversations, text does not.

    Texts make conversations if the first of them spells messages, in JSON or in Python. Raises `DatasetError`
    naming a row where both kinds are in the column.
    """
    texts = (cell for cell in cells if isinstance(cell, str) and not _is_blank(cell))
    if not spells_messages(next(texts, "")) and not _holds_lists(cells):
        return SingleTurnSample
    _refuse_mixture(match, cells)
    return MultiTurnSample


def _holds_lists(cells: Sequence[object]) -> bool:
    if isinstance(cells, ArrowTexts):
        return False
    types = set(map(type, cells)) - _TYPES_OF_TEXT
    return bool(types) and any(type(cell) in types and _is_conversation(cell) for cell in cells)


def _is_conversation(cell: object) -> bool | None:
    """Whether a cell is (part of) a conversation and not a text; None where it is nothing."""
    value = plain(cell)
    if isinstance(value, str):
        return None if _is_blank(value) else spells_messages(value)
    return None if value is None else isinstance(value, (list, tuple, Mapping, Message))


def _is_blank(text: str) -> bool:
    """Whether a text is that of no conversation: nothing, or a list of nothing."""
    return text.strip() in ("", "[]")


def _refuse_mixture(match: Match, cells: Sequence[object]) -> None:
    """Raise if there are texts among conversations or the other way round; the rarer ones are named."""
    told = list(map(_is_conversation, cells))
    lists, texts = told.count(True), told.count(False)
    if not lists or not texts:
        return
    row = told.index(lists <= texts)
    fix = (
        "Text makes single questions, lists of messages make conversations; they do not mix. "
        "Correct the cell, or make two datasets."
    )
    needed = f"text, as in {_rows(texts)}," if told[row] else f"a list of messages, as in {_rows(lists)},"
    raise DatasetError(f"{match.at(row)}: {Misfit(plain(cells[row]), needed, fix)}")


def _rows(count: int) -> str:
    return "another row" if count == 1 else f"{count:,} other rows"
