"""How metrics read a sample: the fields they need, and contexts as one text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ragas_nb.errors import DatasetError

T = TypeVar("T")


def given(value: T | None, field: str) -> T:
    """The value of a field that the metric needs.

    Raises:
        DatasetError: the sample does not have it.
    """
    if value is None:
        raise DatasetError(
            f"the sample has no {field!r}. Add it to the data, or name its column in column_map=."
        )
    return value


def joined(contexts: Sequence[str]) -> str:
    """Contexts as one text, as every step gets them.

    >>> joined(["Lima is in Peru.", "Quito is in Ecuador."])
    'Lima is in Peru.\\nQuito is in Ecuador.'
    """
    return "\n".join(contexts)
