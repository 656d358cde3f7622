"""The runs that a file holds: listed, found again, read, removed."""

from __future__ import annotations

import difflib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from ragas_nb.engine.events import UsageAdded
from ragas_nb.errors import StoreError
from ragas_nb.judges.base import Usage
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.codec import first_line, happening_of, meta_of, outcome_of
from ragas_nb.store.database import reading
from ragas_nb.store.housekeeping import Pruned, prune, size_of
from ragas_nb.store.marks import stored_marks
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.ownership import living_owner
from ragas_nb.store.packing import words_of
from ragas_nb.store.parts import dataset_of_parts
from ragas_nb.store.state import PENDING, RunStatus, State
from ragas_nb.store.tables import RunTables
from ragas_nb.store.trace_pages import TraceReader

EntryState: TypeAlias = RunStatus | Literal["interrupted"]
"""How a run is, as the file knows it: interrupted is one that has not ended, and nobody goes on with it."""
_ENDED: Final = frozenset({"finished", "cancelled", "failed", "budget_reached"})
_SHOWN: Final = 5
_FIELDS: Final = (
    "run_id",
    "name",
    "state",
    "message",
    "created_at",
    "updated_at",
    "samples",
    "metrics",
    "scored",
    "undefined",
    "failed",
    "cost",
    "requests",
    "unpriced",
    "elapsed_s",
    "judge",
    "fingerprint",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A run in a list of runs; `cost` in dollars, of the requests whose price is known."""

    run_id: str
    name: str
    state: EntryState
    message: str | None
    created_at: datetime
    updated_at: datetime
    samples: int
    metrics: tuple[str, ...]
    jobs: int
    """In all; those that are neither scored, undefined nor failed are pending."""
    scored: int
    undefined: int
    failed: int
    cost: float
    requests: int
    unpriced: int
    elapsed_s: float
    judge: str | None
    fingerprint: str | None
    written_by: str | None
    """The process that writes the run now."""


class StoredTraces:
    """The traces of one run, read through a connection that is open only meanwhile."""

    def __init__(self, path: Path, run: int) -> None:
        self._path = path
        self._run = run

    def traces(self, first: int, last: int) -> list[tuple[int, int, bytes | None]]:
        """Row, metric and bytes of the traces of some rows, the last one not among them."""
        with reading(self._path) as connection:
            return RunTables(connection, self._run).traces(first, last)

    def prompts(self) -> dict[str, str]:
        """The prompts of the run, by digest, in JSON."""
        with reading(self._path) as connection:
            return RunTables(connection, self._run).prompts()


@dataclass(frozen=True, slots=True)
class StoredRun:
    """All of a run that a file holds; `steps` reads the steps of a job when it is asked for them."""

    entry: RunEntry
    meta: RunMeta
    dataset: EvaluationDataset
    state: State
    steps: TraceReader

    @property
    def elapsed_s(self) -> float:
        """How long the run has been going, in seconds."""
        return self.entry.elapsed_s


class Archive:
    """The runs of one file. It is open only while it is asked something."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> list[RunEntry]:
        """All runs, the newest first.

        Raises:
            StoreError: the file cannot be read.
        """
        if not self.path.exists():
            return []
        with reading(self.path) as connection:
            return _entries(connection, "ORDER BY created_at DESC, id DESC")

    def find(self, fingerprint: str) -> RunEntry | None:
        """The newest run with this fingerprint that nobody is writing now.

        Raises:
            StoreError: the file cannot be read.
        """
        return next((entry for entry in self.same(fingerprint) if entry.written_by is None), None)

    def same(self, fingerprint: str) -> list[RunEntry]:
        """All runs with this fingerprint, the newest first.

        Raises:
            StoreError: the file cannot be read.
        """
        if not self.path.exists():
            return []
        with reading(self.path) as connection:
            return _entries(
                connection, "WHERE fingerprint = ? ORDER BY created_at DESC, id DESC", fingerprint
            )

    def load(self, run_id: str, dataset: EvaluationDataset | None = None) -> StoredRun:
        """A run with all its scores. With a dataset, which must be the run's own, the stored one is not read.

        Raises:
            StoreError: there is no such run, or what is stored of it is damaged.
        """
        if not self.path.exists():
            raise StoreError(f"There is no run {run_id!r}: no runs are stored in {self.path} yet.")
        with reading(self.path) as connection:
            connection.execute("BEGIN")  # all that is read is of one moment
            found = connection.execute(
                "SELECT id, meta, dataset_name FROM runs WHERE run_id = ?", (run_id,)
            ).fetchone()
            if found is None:
                raise _unknown(connection, run_id, self.path)
            number, meta, name = found
            try:
                (entry,) = _entries(connection, "WHERE id = ?", number)
                known = meta_of(meta)
                if dataset is None:
                    dataset = _dataset(connection, number, None if name is None else json.loads(name))
                state = State(dataset.ids, [column.name for column in known.columns])
                _fill(state, connection, number)
            except (ValueError, KeyError, IndexError, zlib.error) as error:
                raise StoreError(
                    f"Run {run_id} in {self.path} is damaged ({first_line(error)}). Evaluate again: the "
                    "answers that are stored are not paid for twice."
                ) from error
        words, rows = words_of(dataset), state.row_of
        steps = TraceReader(
            StoredTraces(self.path, number),
            lambda: words,
            lambda: rows,
            state.metrics,
            name=f"Run {run_id}",
        )
        return StoredRun(entry, known, dataset, state, steps)

    def size(self) -> int:
        """The bytes that the file takes on the disk, its log among them."""
        return size_of(self.path)

    def prune(
        self,
        *,
        older_than: timedelta | None = None,
        keep: int | None = None,
        run_ids: Sequence[str] = (),
        answers_older_than: timedelta | None = None,
    ) -> Pruned:
        """Remove runs, and what no other run needs; see `housekeeping.prune`.

        Raises:
            StoreError: the file cannot be written, or there is no such run.
        """
        return prune(
            self.path,
            older_than=older_than,
            keep=keep,
            run_ids=run_ids,
            answers_older_than=answers_older_than,
        )


def _entries(connection: sqlite3.Connection, which: str, *values: object) -> list[RunEntry]:
    columns = ", ".join(_FIELDS).replace("elapsed_s", "elapsed")
    query = f"SELECT {columns}, owner, seen_at FROM runs {which}"
    return [_entry(row) for row in connection.execute(query, values)]


def _entry(row: tuple[Any, ...]) -> RunEntry:
    """A run as its row tells it. Sums and counts are made before: nothing else is read."""
    *told, owner, seen_at = row
    entry = dict(zip(_FIELDS, told, strict=True))
    writer = living_owner(owner, seen_at)
    if writer is None and entry["state"] not in _ENDED:
        entry["state"] = "interrupted"
    for name in ("created_at", "updated_at"):
        entry[name] = datetime.fromtimestamp(entry[name], UTC)
    entry["message"] = None if entry["message"] is None else json.loads(entry["message"])
    entry["metrics"] = tuple(json.loads(entry["metrics"]))
    jobs = entry["samples"] * len(entry["metrics"])
    return RunEntry(**entry, jobs=jobs, written_by=None if writer is None else str(writer))


def _unknown(connection: sqlite3.Connection, run_id: str, path: Path) -> StoreError:
    known = [
        name for (name,) in connection.execute("SELECT run_id FROM runs ORDER BY created_at DESC, id DESC")
    ]
    near = difflib.get_close_matches(run_id, known, n=1)
    way_out = f"Did you mean {near[0]!r}?" if near else f"The last ones are {', '.join(known[:_SHOWN])}."
    return StoreError(
        f"There is no run {run_id!r} in {path}. {way_out if known else 'No runs are stored there.'}"
    )


def _dataset(connection: sqlite3.Connection, number: int, name: str | None) -> EvaluationDataset:
    bodies = connection.execute(
        "SELECT body FROM run_parts JOIN parts ON parts.id = part WHERE run = ? ORDER BY number", (number,)
    ).fetchall()
    (complete,) = connection.execute("SELECT dataset_complete FROM runs WHERE id = ?", (number,)).fetchone()
    if not complete:
        raise StoreError(
            "The run was interrupted before its samples were stored. Start it again with the same data and "
            "metrics: it goes on where it was."
        )
    return dataset_of_parts([body for (body,) in bodies], name)


def _fill(state: State, connection: sqlite3.Connection, number: int) -> None:
    """Tell the state all that has happened in the run."""
    for (text,) in connection.execute("SELECT body FROM happenings WHERE run = ? ORDER BY number", (number,)):
        state.apply(happening_of(text))
    for row, metric, *told in connection.execute(
        "SELECT row, metric, status, value, more FROM jobs WHERE run = ? AND status != ? "
        "ORDER BY row, metric",
        (number, PENDING),
    ):
        state.apply(outcome_of(state.ids[row], state.metrics[metric], (told[0], told[1], told[2])))
    for event in _usage(state, connection, number):
        state.apply(event)
    for mark in stored_marks(connection, number, state.ids):
        state.apply(mark)


def _usage(state: State, connection: sqlite3.Connection, number: int) -> Iterator[UsageAdded]:
    for row, metric, step, model, given, made, cached, cost in connection.execute(
        "SELECT row, metric, step, model, input_tokens, output_tokens, cached_tokens, cost FROM usage "
        "WHERE run = ? ORDER BY number",
        (number,),
    ):
        usage = Usage(input_tokens=given, output_tokens=made, cached_tokens=cached)
        yield UsageAdded(
            sample_id=state.ids[row],
            metric=state.metrics[metric],
            step=step,
            model=model,
            usage=usage,
            cost=cost,
        )
