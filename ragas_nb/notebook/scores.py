"""One metric's scores at one moment, as they are compared and ordered."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ragas_nb.metrics.result import Ranking
from ragas_nb.notebook.labels import Labels, label_of
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.state import SCORED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Numbers: TypeAlias = "NDArray[np.float32]"
Places: TypeAlias = "NDArray[np.intp]"


@dataclass(frozen=True, slots=True)
class Scores:
    """One metric's scores at one moment, by row; `known` are its labels, by the numbers that views know."""

    told: ScoreColumn
    statuses: bytes
    values: array[float]
    labels: Mapping[int, str | Ranking]
    known: Labels | None

    def has(self, status: int) -> NDArray[np.bool_]:
        """Which rows have this status."""
        import numpy as np

        found: NDArray[np.bool_] = np.frombuffer(self.statuses, dtype=np.uint8) == status
        return found

    def numbers(self) -> Numbers:
        """The scores as the page has them; NaN where there is none."""
        import numpy as np

        with np.errstate(over="ignore"):
            found = np.array(self.values, dtype=np.float32)
        found[~self.has(SCORED)] = np.nan
        return found

    def texts(self) -> tuple[Places, list[str]]:
        """The rows that have a score, and each one's label."""
        import numpy as np

        rows = np.flatnonzero(self.has(SCORED))
        names: dict[str, str] = {}
        found = []
        for row in rows.tolist():
            score = self.labels.get(row, self.values[row])
            if not isinstance(score, str):
                found.append(label_of(score))
            elif score in names:
                found.append(names[score])
            else:
                found.append(names.setdefault(score, label_of(score)))
        return rows, found


def in_order(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """What texts are ordered by, as a person would: numbers in them by their size, small letters first.

    >>> sorted(["b", "a10", "B", "a9"], key=in_order)
    ['a9', 'a10', 'b', 'B']
    """
    parts = re.split(r"(\d{1,18})", text.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p], text.swapcase()
