"""What every request of a run used, in few bytes: forty a request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import TYPE_CHECKING, TypeAlias

from ragas_nb.engine.events import UsageAdded
from ragas_nb.judges.base import Usage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Payer: TypeAlias = tuple[str, str, str]
"""What a request was for, and who answered it: metric, step, model."""
_ENTRY = Struct("=IIqqqd")
_FIELDS = (
    ("row", "u4"),
    ("payer", "u4"),
    ("input_tokens", "i8"),
    ("output_tokens", "i8"),
    ("cached_tokens", "i8"),
    ("cost", "f8"),
)
_UNKNOWN = math.nan


@dataclass(slots=True)
class Spent:
    """What requests used: tokens, dollars (of those with a known price), and how many had no known price."""

    usage: Usage = field(default_factory=Usage)
    requests: int = 0
    cost: float = 0.0
    unpriced: int = 0

    def add(self, usage: Usage, cost: float | None) -> None:
        """Count one request."""
        self.usage = self.usage + usage
        self.requests += 1
        self.cost += cost or 0.0
        self.unpriced += cost is None


@dataclass(frozen=True, slots=True)
class Entry:
    """One request: the row of its sample, what it was for, its tokens, its cost (None: price not known)."""

    row: int
    payer: Payer
    usage: Usage
    cost: float | None


@dataclass(slots=True)
class Ledger:
    """The usage of every request, in the order in which the replies came."""

    _entries: bytearray = field(default_factory=bytearray)
    _payers: dict[Payer, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self._entries) // _ENTRY.size

    def add(self, row: int, event: UsageAdded) -> None:
        """Count one request for the sample of this row."""
        self.append(row, (event.metric, event.step, event.model), event.usage, event.cost)

    def append(self, row: int, payer: Payer, usage: Usage, cost: float | None) -> None:
        """Count one request for the sample of this row."""
        number = self._payers.get(payer)
        if number is None:
            number = self._payers[payer] = len(self._payers)
        self._entries += _ENTRY.pack(
            row,
            number,
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_tokens,
            _UNKNOWN if cost is None else cost,
        )

    @property
    def payers(self) -> list[Payer]:
        """What requests were for, in the order in which it came up; `table` counts them from 0."""
        return list(self._payers)

    def table(self) -> NDArray[np.void]:
        """Return the requests as a structured array: row, payer, tokens, cost (NaN: price not known)."""
        import numpy as np

        # A copy: while an array looked at the bytes themselves, no request could be added.
        return np.frombuffer(bytes(self._entries), dtype=np.dtype(list(_FIELDS)))

    def __iter__(self) -> Iterator[Entry]:
        """Give the requests one by one."""
        entries, payers = bytes(self._entries), self.payers
        for row, number, given, made, cached, cost in _ENTRY.iter_unpack(entries):
            usage = Usage(input_tokens=given, output_tokens=made, cached_tokens=cached)
            yield Entry(row, payers[number], usage, None if math.isnan(cost) else cost)

    def by_model(self) -> dict[str, Spent]:
        """Return what each model used, in the order in which the models came up."""
        import numpy as np

        table = self.table()
        models = [model for _, _, model in self.payers]
        found: dict[str, Spent] = {}
        for model in dict.fromkeys(models):
            numbers = [number for number, name in enumerate(models) if name == model]
            requests = table[np.isin(table["payer"], numbers)]
            if len(requests):
                found[model] = _spent(requests)
        return found

    def part(self, rows: Sequence[int]) -> Ledger:
        """Return the requests for the samples of these rows, which count from 0 in their new order."""
        import numpy as np

        table, wanted = self.table(), np.asarray(rows, dtype="i8")
        place = np.full(1 + max(table["row"].max(initial=0), wanted.max(initial=0)), -1)
        place[wanted] = np.arange(len(wanted))
        kept = table[place[table["row"]] >= 0].copy()
        kept["row"] = place[kept["row"]]
        return Ledger(bytearray(kept.tobytes()), dict(self._payers))


def _spent(requests: NDArray[np.void]) -> Spent:
    import numpy as np

    unknown = np.isnan(requests["cost"])
    usage = Usage(
        input_tokens=int(requests["input_tokens"].sum()),
        output_tokens=int(requests["output_tokens"].sum()),
        cached_tokens=int(requests["cached_tokens"].sum()),
    )
    cost = math.fsum(requests["cost"][~unknown].tolist())
    return Spent(usage, len(requests), cost, int(unknown.sum()))
