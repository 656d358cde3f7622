"""A dataset in parts of some hundred samples, found by their content: runs of equal data share them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from pydantic import BaseModel

from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.store.codec import compact
from ragas_nb.store.plain_json import to_json
from ragas_nb.store.samples import SavedDataset, dataset_from

SIZE: Final = 500
"""Samples in a part."""
_SIMPLE: Final = frozenset({str, int, bool, type(None)})


class _Part(BaseModel):
    """Samples by field; a field that has no value in any of them is left out."""

    multi_turn: bool
    ids: list[SampleId]
    fields: dict[str, list[object]]
    extra: dict[str, list[object]]


def count(dataset: EvaluationDataset) -> int:
    """How many parts a dataset has; an empty one has a part, too, which knows its columns."""
    return max(1, -(-len(dataset) // SIZE))


def part_text(dataset: EvaluationDataset, ids: Sequence[SampleId], number: int) -> bytes:
    """A part in JSON. Of values that JSON has no way to say, the text is kept."""
    rows = slice(number * SIZE, (number + 1) * SIZE)
    part = {
        "multi_turn": dataset.is_multi_turn(),
        "ids": list(ids[rows]),
        "fields": {name: _cells(dataset.column(name)[rows]) for name in dataset.features()},
        "extra": {name: _cells(cells[rows]) for name, cells in dataset.extra.items()},
    }
    return compact(part).encode("utf-8", "surrogatepass")


def _cells(cells: Sequence[object]) -> list[object]:
    if _are_simple(cells):
        return list(cells)
    if all(cell is None or (type(cell) is list and _are_simple(cell)) for cell in cells):
        return list(cells)
    lost: set[str] = set()
    return [to_json(_data(cell), lost) for cell in cells]


def _are_simple(cells: Sequence[object]) -> bool:
    """Whether JSON has all of these as they are; quick, for there may be a million."""
    return _SIMPLE.issuperset(map(type, cells))


def _data(cell: object) -> object:
    """Messages as dicts of their fields."""
    if isinstance(cell, BaseModel):
        return cell.model_dump()
    return [_data(part) for part in cell] if isinstance(cell, list) else cell


def part_digest(text: bytes) -> bytes:
    """By what a part is found."""
    return blake2b(text, digest_size=16).digest()


def pack_part(text: bytes) -> bytes:
    """A part in few bytes."""
    return zlib.compress(text, 1)


def dataset_of_parts(bodies: Sequence[bytes], name: str | None) -> EvaluationDataset:
    """The dataset that some parts make.

    Raises:
        ValueError, zlib.error: they make none.
    """
    texts = (zlib.decompress(body).decode("utf-8", "surrogatepass") for body in bodies)
    parts = [_Part.model_validate(json.loads(text)) for text in texts]
    ids = [sample_id for part in parts for sample_id in part.ids]
    samples = [sample for part in parts for sample in _samples(part)]
    extra = {
        name: [cell for part in parts for cell in part.extra[name]]
        for name in (parts[0].extra if parts else ())
    }
    saved = SavedDataset(
        name=name, multi_turn=any(part.multi_turn for part in parts), samples=samples, extra=extra
    )
    return dataset_from(saved, ids)


def _samples(part: _Part) -> list[object]:
    names = tuple(part.fields)
    if not names:
        return [{} for _ in part.ids]
    rows = zip(*part.fields.values(), strict=True)
    return [{name: cell for name, cell in zip(names, row, strict=True) if cell is not None} for row in rows]
