"""One run in a store's tables: claimed, written, read, copied to another store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ragas_nb.errors import StoreError
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.batches import Batch, Progress
from ragas_nb.store.codec import ascii_json, meta_text, sql_text
from ragas_nb.store.database import insert, transaction
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.ownership import Owner, living_owner
from ragas_nb.store.packing import prompt_text
from ragas_nb.store.parts import pack_part, part_digest
from ragas_nb.store.records import PromptRecord
from ragas_nb.store.state import FAILED, SCORED, STATUSES, UNDEFINED

_KEYS_AT_ONCE = 500
_ROWS_AT_ONCE = 500
_COUNTS = """
    UPDATE runs SET (scored, undefined, failed) = (
        SELECT coalesce(sum(status = :scored), 0), coalesce(sum(status = :undefined), 0),
               coalesce(sum(status = :failed), 0) FROM jobs WHERE run = :run
    ), (requests, unpriced, cost) = (
        SELECT count(*), coalesce(sum(cost IS NULL), 0), coalesce(sum(cost), 0.0) FROM usage WHERE run = :run
    ) WHERE id = :run
"""


class RunInUse(StoreError):
    """Another process, or another run of this one, writes the run."""


@dataclass(slots=True)
class RunTables:
    """A run, by its number, in the store behind a connection. Not for two threads at once."""

    connection: sqlite3.Connection
    run: int
    _named: set[str] = field(default_factory=set)
    """Digests of prompts that are written already."""

    # ── the run's row ──

    @classmethod
    def add(
        cls, connection: sqlite3.Connection, meta: RunMeta, dataset: EvaluationDataset, owner: Owner
    ) -> RunTables:
        """A new run."""
        now = time.time()
        values = {
            "run_id": meta.run_id,
            "fingerprint": meta.fingerprint,
            "name": sql_text(meta.name),
            "judge": None if meta.judge is None else sql_text(meta.judge),
            "metrics": ascii_json([column.name for column in meta.columns]),
            "meta": meta_text(meta),
            "created_at": meta.created_at.timestamp(),
            "updated_at": now,
            "state": "starting",
            "samples": len(dataset),
            "dataset_name": None if dataset.name is None else ascii_json(dataset.name),
            "owner": owner.text,
            "seen_at": now,
        }
        places = ", ".join(f":{name}" for name in values)
        cursor = connection.execute(f"INSERT INTO runs ({', '.join(values)}) VALUES ({places})", values)
        return cls(connection, cursor.lastrowid or 0)

    @classmethod
    def claim(cls, connection: sqlite3.Connection, run_id: str, owner: Owner) -> RunTables | None:
        """A run that is there already, for this owner; None where it is not there.

        Raises:
            RunInUse: somebody who lives has it.
        """
        found = connection.execute(
            "SELECT id, owner, seen_at FROM runs WHERE run_id = ?", (run_id,)
        ).fetchone()
        if found is None:
            return None
        number, text, seen_at = found
        if text == owner.text:
            return cls(connection, number)
        other = living_owner(text, seen_at)
        if other is None:
            taken = connection.execute(
                "UPDATE runs SET owner = ?, seen_at = ? WHERE id = ? AND owner IS ?",
                (owner.text, time.time(), number, text),
            )
            if taken.rowcount:
                return cls(connection, number)
        who = "another process, which was quicker" if other is None else str(other)
        raise RunInUse(f"Run {run_id} is being written by {who}. Wait for its end, or cancel it there.")

    def seen(self) -> None:
        """Say that the owner lives."""
        self.connection.execute("UPDATE runs SET seen_at = ? WHERE id = ?", (time.time(), self.run))

    def release(self, owner: Owner) -> None:
        """Let anybody go on with the run."""
        self.connection.execute(
            "UPDATE runs SET owner = NULL WHERE id = ? AND owner = ?", (self.run, owner.text)
        )

    def progress(self, samples: int, metrics: int) -> Progress:
        """How far the run is.

        Raises:
            StoreError: what is stored is of other samples or metrics.
        """
        progress = Progress(bytearray(samples * metrics), counts=[samples * metrics, 0, 0, 0, 0])
        for row, metric, status in self.connection.execute(
            "SELECT row, metric, status FROM jobs WHERE run = ?", (self.run,)
        ):
            if not (0 <= row < samples and 0 <= metric < metrics and status in range(len(STATUSES))):
                raise StoreError(
                    f"What is stored of the run has a row {row} of metric {metric}: it is damaged"
                )
            progress.settle(row * metrics + metric, status)
        known = self.connection.execute(
            "SELECT state, requests, unpriced, cost, elapsed, "
            "(SELECT coalesce(max(number) + 1, 0) FROM happenings WHERE run = id) FROM runs WHERE id = ?",
            (self.run,),
        ).fetchone()
        progress.state, progress.requests, progress.unpriced, progress.cost = known[:4]
        progress.elapsed, progress.happenings = known[4:]
        return progress

    # ── written ──

    def write(self, batch: Batch, progress: Progress, prompts: Mapping[str, PromptRecord]) -> None:
        """Write a batch, whole or not at all."""
        connection, run = self.connection, self.run
        with transaction(connection):
            for table, rows in (
                ("jobs", batch.jobs),
                ("traces", batch.traces),
                ("usage", batch.usage),
                ("happenings", batch.happenings),
            ):
                insert(connection, table, [(run, *row) for row in rows])
            new = batch.prompts - self._named
            self._name_prompts({digest: prompt_text(prompts[digest]) for digest in new})
            insert(connection, "answers (key, body, created_at)", batch.answers, "IGNORE")
            self._use(batch.used)
            connection.execute(
                "UPDATE runs SET state = ?, message = ?, elapsed = ?, scored = ?, undefined = ?, failed = ?, "
                "requests = ?, unpriced = ?, cost = ?, updated_at = ?, seen_at = ? WHERE id = ?",
                (*progress.row, time.time(), run),
            )
        self._named |= new

    def _name_prompts(self, texts: Mapping[str, str]) -> None:
        insert(self.connection, "prompts", list(texts.items()), "IGNORE")
        insert(self.connection, "run_prompts", [(self.run, digest) for digest in texts], "IGNORE")

    def _use(self, keys: Sequence[bytes]) -> None:
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = keys[start : start + _KEYS_AT_ONCE]
            self.connection.execute(
                "INSERT OR IGNORE INTO run_answers SELECT ?, id FROM answers "
                f"WHERE key IN ({','.join('?' * len(part))})",
                (self.run, *part),
            )

    def write_part(self, number: int, text: bytes, *, last: bool) -> None:
        """Write a part of the dataset, unless another run has written an equal one."""
        digest = part_digest(text)
        with transaction(self.connection):
            found = self.connection.execute("SELECT id FROM parts WHERE digest = ?", (digest,)).fetchone()
            if found is None:
                added = self.connection.execute(
                    "INSERT INTO parts (digest, body) VALUES (?, ?)", (digest, pack_part(text))
                )
                found = (added.lastrowid,)
            insert(self.connection, "run_parts", [(self.run, number, *found)])
            if last:
                self.connection.execute("UPDATE runs SET dataset_complete = 1 WHERE id = ?", (self.run,))

    def annotate(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Write what people left on samples, after what is there already, whole or not at all."""
        with transaction(self.connection):
            (number,) = self.connection.execute(
                "SELECT coalesce(max(number) + 1, 0) FROM annotations WHERE run = ?", (self.run,)
            ).fetchone()
            insert(
                self.connection,
                "annotations",
                [(self.run, number + place, *row) for place, row in enumerate(rows)],
            )
            self.connection.execute("UPDATE runs SET updated_at = ? WHERE id = ?", (time.time(), self.run))

    # ── read ──

    def has_dataset(self) -> bool:
        """Whether all samples are stored."""
        (complete,) = self.connection.execute(
            "SELECT dataset_complete FROM runs WHERE id = ?", (self.run,)
        ).fetchone()
        return bool(complete)

    def traces(self, first: int, last: int) -> list[tuple[int, int, bytes | None]]:
        """Row, metric and bytes of the traces of some rows, the last one not among them."""
        return self.connection.execute(
            "SELECT row, metric, body FROM traces WHERE run = ? AND row >= ? AND row < ?",
            (self.run, first, last),
        ).fetchall()

    def prompts(self) -> dict[str, str]:
        """The prompts of the run, by digest, in JSON."""
        return dict(
            self.connection.execute(
                "SELECT digest, body FROM prompts JOIN run_prompts USING (digest) WHERE run = ?", (self.run,)
            ).fetchall()
        )

    def find(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The answers that are kept under these keys."""
        found: dict[bytes, bytes] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            part = wanted[start : start + _KEYS_AT_ONCE]
            found.update(
                self.connection.execute(
                    f"SELECT key, body FROM answers WHERE key IN ({','.join('?' * len(part))})", part
                ).fetchall()
            )
        return found

    # ── copied ──

    def copy_to(self, other: RunTables) -> None:
        """Write all that this store has of the run to another one, where it goes on from what is there."""
        with transaction(other.connection):
            for table, columns in (
                ("jobs", "row, metric, status, value, more"),
                ("traces", "row, metric, body"),
            ):
                self._copy(other, table, f"SELECT ?, {columns} FROM {table} WHERE run = ?", other.run)
            for table, columns in (
                ("usage", "row, metric, step, model, input_tokens, output_tokens, cached_tokens, cost"),
                ("happenings", "body"),
                ("annotations", "row, metric, kind, body, author, at"),
            ):
                self._copy(
                    other,
                    table,
                    f"SELECT ?, number + ?, {columns} FROM {table} WHERE run = ?",
                    other.run,
                    self._shift(other, table),
                )
            self._copy_shared(other)
            mine = self.connection.execute(
                "SELECT state, message, elapsed, updated_at FROM runs WHERE id = ?", (self.run,)
            ).fetchone()
            other.connection.execute(
                "UPDATE runs SET state = ?, message = ?, elapsed = max(elapsed, ?), updated_at = ? "
                "WHERE id = ?",
                (*mine, other.run),
            )
            counted = {"scored": SCORED, "undefined": UNDEFINED, "failed": FAILED, "run": other.run}
            other.connection.execute(_COUNTS, counted)

    def _copy(self, other: RunTables, table: str, query: str, *values: object) -> None:
        rows = self.connection.execute(query, (*values, self.run))
        while part := rows.fetchmany(_ROWS_AT_ONCE):
            insert(other.connection, table, part)

    def _shift(self, other: RunTables, table: str) -> int:
        """What to add to numbers here so that they come after those there."""
        (first,) = self.connection.execute(
            f"SELECT min(number) FROM {table} WHERE run = ?", (self.run,)
        ).fetchone()
        (last,) = other.connection.execute(
            f"SELECT max(number) FROM {table} WHERE run = ?", (other.run,)
        ).fetchone()
        return 0 if first is None or last is None else max(0, last + 1 - first)

    def _copy_shared(self, other: RunTables) -> None:
        """Copy the prompts and answers that the run uses."""
        other._name_prompts(self.prompts())
        answers = self.connection.execute(
            "SELECT key, body, created_at FROM answers JOIN run_answers ON answer = id WHERE run = ?",
            (self.run,),
        )
        while part := answers.fetchmany(_ROWS_AT_ONCE):
            insert(other.connection, "answers (key, body, created_at)", part, "IGNORE")
            other._use([row[0] for row in part])
