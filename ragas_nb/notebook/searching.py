"""Which samples say something: looked for in all their texts, in small or capital letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from operator import not_
from typing import Final

from ragas_nb.judges.images.data_uris import described
from ragas_nb.schema import EvaluationDataset, Message, SampleId
from ragas_nb.schema.selection import take_cells

FIELDS: Final = (
    "user_input",
    "response",
    "multi_responses",
    "reference",
    "retrieved_contexts",
    "reference_contexts",
)
"""The fields of a sample that are looked through, besides its id."""


def rows_saying(
    dataset: EvaluationDataset, ids: Sequence[SampleId], words: str, rows: Sequence[int]
) -> list[int]:
    """Those of the rows whose id, or one of whose texts, contains the words; in the same order.

    >>> data = EvaluationDataset.from_list([{"question": "A refund?"}, {"question": "Where is Lima?"}])
    >>> rows_saying(data, data.ids, "REFUND", [1, 0])
    [0]
    """
    sought = words.casefold()
    known = set(dataset.features())
    found = {row for row in rows if sought in str(ids[row]).casefold()}
    for field in FIELDS:
        if field in known:
            left = list(compress(rows, map(not_, map(found.__contains__, rows))))
            found.update(_saying(sought, left, take_cells(dataset.column(field), left)))
    return [row for row in rows if row in found]


def _saying(sought: str, rows: Sequence[int], cells: Sequence[object]) -> Iterator[int]:
    for row, cell in zip(rows, cells, strict=True):
        if any(sought in text.casefold() for text in _texts(cell)):
            yield row


def _texts(cell: object) -> Iterator[str]:
    """The texts in a cell, as a person sees them: an image that is written out is no text."""
    for part in cell if isinstance(cell, list) else (cell,):
        if isinstance(part, Message):
            yield part.content
        elif isinstance(part, str):
            yield described(part)
