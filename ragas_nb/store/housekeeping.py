"""Keeping the file small: runs that are not needed any more, and what only they needed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from ragas_nb.errors import StoreError
from ragas_nb.store.database import reading, transaction
from ragas_nb.store.ownership import living_owner

_UNUSED: Final = (
    ("answers", "id NOT IN (SELECT answer FROM run_answers)"),
    ("prompts", "digest NOT IN (SELECT digest FROM run_prompts)"),
    ("parts", "id NOT IN (SELECT part FROM run_parts)"),
)
"""What nothing needs any more."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed: the ids of the runs, how many answers, and the bytes that the file is smaller by."""

    runs: tuple[str, ...]
    answers: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    run_id: str
    updated_at: float
    in_progress: bool


def size_of(path: Path) -> int:
    """The bytes that a store takes on the disk: the file and what SQLite keeps beside it."""
    total = 0
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            total += path.with_name(path.name + suffix).stat().st_size
    return total


def prune(
    path: Path,
    *,
    older_than: timedelta | None = None,
    keep: int | None = None,
    run_ids: Sequence[str] = (),
    answers_older_than: timedelta | None = None,
) -> Pruned:
    """Remove runs, and the answers, prompts and samples that no other run needs.

    Runs go that have not changed for `older_than`, all but the newest `keep`, and those named by `run_ids`;
    never one that somebody is writing. `answers_older_than` removes answers that other runs could still use,
    too: such a run asks them again when it goes on.

    Raises:
        StoreError: the file cannot be written, or there is no such run.
    """
    if not path.exists():
        return Pruned((), 0, 0)
    before = size_of(path)
    with reading(path) as connection:
        connection.execute("PRAGMA secure_delete = ON")  # texts of people: gone means gone
        runs = _known(connection)
        going = _going(runs, older_than=older_than, keep=keep, run_ids=run_ids)
        for run in going:  # one at a time, so that others can write in between
            connection.execute("DELETE FROM runs WHERE id = ?", (run.number,))
        answers = _drop_answers(connection, answers_older_than)
        # As a script: a statement without columns is otherwise taken one step only, which is a page.
        connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
    return Pruned(tuple(run.run_id for run in going), answers, max(0, before - size_of(path)))


def _known(connection: sqlite3.Connection) -> list[_Known]:
    """All runs, the newest first."""
    rows = connection.execute(
        "SELECT id, run_id, updated_at, owner, seen_at FROM runs ORDER BY created_at DESC, id DESC"
    ).fetchall()
    return [
        _Known(number, run_id, updated_at, living_owner(owner, seen_at) is not None)
        for number, run_id, updated_at, owner, seen_at in rows
    ]


def _going(
    runs: Sequence[_Known], *, older_than: timedelta | None, keep: int | None, run_ids: Collection[str]
) -> list[_Known]:
    """The runs to remove."""
    if unknown := set(run_ids) - {run.run_id for run in runs}:
        raise StoreError(f"There is no run {min(unknown)!r} to remove; rnb.runs() lists those there are.")
    oldest = None if older_than is None else time.time() - older_than.total_seconds()
    return [
        run
        for place, run in enumerate(runs)
        if not run.in_progress
        and (
            run.run_id in run_ids
            or (keep is not None and place >= keep)
            or (oldest is not None and run.updated_at < oldest)
        )
    ]


def _drop_answers(connection: sqlite3.Connection, older_than: timedelta | None) -> int:
    """Remove what no run needs any more, and old answers; how many answers went."""
    with transaction(connection):
        (before,) = connection.execute("SELECT count(*) FROM answers").fetchone()
        if older_than is not None:
            oldest = time.time() - older_than.total_seconds()
            connection.execute("DELETE FROM answers WHERE created_at < ?", (oldest,))
            connection.execute("DELETE FROM run_answers WHERE answer NOT IN (SELECT id FROM answers)")
        for table, unused in _UNUSED:
            connection.execute(f"DELETE FROM {table} WHERE {unused}")
        (after,) = connection.execute("SELECT count(*) FROM answers").fetchone()
    return int(before - after)
