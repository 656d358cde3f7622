"""Which rows of a run to show, and in which order: for what the page cannot find by itself."""

from __future__ import annotations

from array import array

from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.recorded import RecordedRun


def find(
    run: RecordedRun, chosen: wire.Filter, sort: wire.Sort | None, beside: Counterpart | None
) -> array[int]:
    """The rows that a filter lets through, sorted; rows without a score come last."""
    raise NotImplementedError
