"""What people leave on samples, in a run's file: written by themselves, whoever writes the run's scores."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast, get_args

from pydantic import BaseModel

from ragas_nb.engine.events import MarkKind, SampleMarked
from ragas_nb.schema import SampleId
from ragas_nb.store.codec import ascii_json, sql_text
from ragas_nb.store.database import NotStored, reading
from ragas_nb.store.tables import RunTables

KINDS: Final[tuple[MarkKind, ...]] = get_args(MarkKind)


class _Body(BaseModel):
    text: str | None


def write_marks(
    path: Path, run_id: str, row_of: Mapping[SampleId, int], marks: Sequence[SampleMarked]
) -> None:
    """Add marks to a stored run, behind those that it has; when this returns, they are on the disk.

    Raises:
        NotStored: the file has no such run.
        StoreError: the file cannot be written.
    """
    with reading(path) as connection:
        found = connection.execute("SELECT id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if found is None:
            raise NotStored(f"There is no run {run_id!r} in {path}")
        RunTables(connection, found[0]).annotate([_row(row_of[mark.sample_id], mark) for mark in marks])


def _row(row: int, mark: SampleMarked) -> tuple[object, ...]:
    body = ascii_json({"text": mark.text})
    return row, None, mark.kind, body, sql_text(mark.author), mark.at.timestamp()


def stored_marks(
    connection: sqlite3.Connection, number: int, ids: Sequence[SampleId]
) -> Iterator[SampleMarked]:
    """The marks of a run, in order.

    Raises:
        ValueError, IndexError: what is stored is something else.
    """
    for row, kind, body, author, at in connection.execute(
        "SELECT row, kind, body, author, at FROM annotations WHERE run = ? AND metric IS NULL "
        "ORDER BY number",
        (number,),
    ):
        if kind in KINDS:
            yield SampleMarked(
                sample_id=ids[row],
                kind=cast("MarkKind", kind),
                text=_Body.model_validate(json.loads(body)).text,
                author=author,
                at=datetime.fromtimestamp(at, UTC),
            )
