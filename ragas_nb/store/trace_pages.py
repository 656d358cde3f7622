"""The steps of stored jobs, one job after the other at little cost each: rows that follow are read ahead."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from ragas_nb.errors import StoreError
from ragas_nb.schema import SampleId
from ragas_nb.store.codec import first_line
from ragas_nb.store.packing import Words, prompt_of, unpack
from ragas_nb.store.records import PromptRecord, StepRecord

_MOST_ROWS: Final = 256
"""Rows of which the traces are held in memory, packed."""


class Traces(Protocol):
    """Where a run's traces are."""

    def traces(self, first: int, last: int) -> list[tuple[int, int, bytes | None]]:
        """Row, metric and bytes of the traces of some rows, the last one not among them."""
        ...

    def prompts(self) -> dict[str, str]:
        """The prompts of the run, by digest, in JSON."""
        ...


class TraceReader:
    """Reads traces of a run; from any thread.

    `changes` counts what has changed in the store: what was read ahead before is read again.
    """

    def __init__(
        self,
        where: Traces,
        words: Callable[[], Words],
        rows: Callable[[], Mapping[SampleId, int]],
        metrics: tuple[str, ...],
        *,
        name: str,
        changes: Callable[[], int] = lambda: 0,
    ) -> None:
        self._where = where
        self._words = words
        self._row_of = rows
        self._metrics = {metric: number for number, metric in enumerate(metrics)}
        self._name = name
        self._changes = changes
        self._lock = threading.Lock()
        self._prompts: dict[str, PromptRecord] = {}
        self._page: dict[tuple[int, int], bytes | None] = {}
        self._rows = range(0)
        self._read_at = -1

    def __call__(self, sample_id: SampleId, metric: str) -> tuple[StepRecord, ...]:
        """The steps of one job; none where it has not ended, or asked nobody.

        Raises:
            KeyError: there is no such job.
            StoreError: they cannot be read, or are damaged.
        """
        row, number = self._row_of()[sample_id], self._metrics[metric]
        with self._lock:
            self._turn_to(row)
            body = self._page.get((row, number))
            if body is None:
                return ()
            try:
                return unpack(body, self._words()(row), self._prompt)
            except (ValueError, zlib.error) as error:
                raise StoreError(
                    f"{self._name}: the steps of sample {sample_id!r} (row {row}), metric {metric!r} are "
                    f"damaged ({first_line(error)}). The scores do not depend on them; to have the steps, "
                    "evaluate again."
                ) from error

    def _turn_to(self, row: int) -> None:
        """Have the traces of a row; twice as many as before, where rows are read in their order."""
        changes = self._changes()
        if row in self._rows and changes == self._read_at:
            return
        in_order = row == self._rows.stop and bool(self._rows)
        count = min(2 * len(self._rows), _MOST_ROWS) if in_order else 1
        self._rows = range(row, row + count)
        self._page = {(r, m): body for r, m, body in self._where.traces(row, row + count)}
        self._read_at = changes

    def _prompt(self, digest: str) -> PromptRecord:
        if digest not in self._prompts:
            self._prompts = {key: prompt_of(text) for key, text in self._where.prompts().items()}
        if digest not in self._prompts:
            raise ValueError(f"their prompt {digest} is missing")
        return self._prompts[digest]
