"""The tables of the store, version after version."""

from __future__ import annotations

import sqlite3
from typing import Final

from ragas_nb.errors import StoreError

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE,
            fingerprint TEXT,
            name TEXT NOT NULL,
            judge TEXT,
            metrics TEXT NOT NULL,
            meta TEXT NOT NULL,
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            state TEXT NOT NULL,
            message TEXT,
            elapsed REAL NOT NULL DEFAULT 0,
            samples INTEGER NOT NULL,
            scored INTEGER NOT NULL DEFAULT 0,
            undefined INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            requests INTEGER NOT NULL DEFAULT 0,
            unpriced INTEGER NOT NULL DEFAULT 0,
            cost REAL NOT NULL DEFAULT 0,
            dataset_name TEXT,
            dataset_complete INTEGER NOT NULL DEFAULT 0,
            owner TEXT,
            seen_at REAL NOT NULL
        )
        """,
        "CREATE INDEX runs_by_fingerprint ON runs (fingerprint, created_at)",
        """
        CREATE TABLE jobs (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            row INTEGER NOT NULL,
            metric INTEGER NOT NULL,
            status INTEGER NOT NULL,
            value,
            more TEXT,
            PRIMARY KEY (run, row, metric)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE traces (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            row INTEGER NOT NULL,
            metric INTEGER NOT NULL,
            body BLOB,
            PRIMARY KEY (run, row, metric)
        )
        """,
        """
        CREATE TABLE usage (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            row INTEGER NOT NULL,
            metric INTEGER NOT NULL,
            step TEXT NOT NULL,
            model TEXT NOT NULL,
            input_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            cost REAL,
            PRIMARY KEY (run, number)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE happenings (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (run, number)
        ) WITHOUT ROWID
        """,
        "CREATE TABLE prompts (digest TEXT PRIMARY KEY, body TEXT NOT NULL)",
        """
        CREATE TABLE run_prompts (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            digest TEXT NOT NULL,
            PRIMARY KEY (run, digest)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE answers (
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE,
            body BLOB NOT NULL,
            created_at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE run_answers (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            answer INTEGER NOT NULL,
            PRIMARY KEY (run, answer)
        ) WITHOUT ROWID
        """,
        "CREATE TABLE parts (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body BLOB NOT NULL)",
        """
        CREATE TABLE run_parts (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            part INTEGER NOT NULL,
            PRIMARY KEY (run, number)
        ) WITHOUT ROWID
        """,
    ),
    (
        """
        CREATE TABLE annotations (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            row INTEGER NOT NULL,
            metric INTEGER,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            author TEXT NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (run, number)
        ) WITHOUT ROWID
        """,
    ),
)
"""What leads from each version to the next, the first from an empty file. A step that has been released never
changes: add another one.

- `runs`: one row per run; the counts are kept up to date with `jobs` and `usage`.
- `jobs`: how each job ended last (`status` as in `state`; 0 where it will be done again), `more` in JSON.
- `traces`: the steps of a job; see `packing`.
- `usage`: one row per request. `happenings`: the events of the run as a whole, in JSON.
- `parts`: five hundred samples each, by their content, so that runs share them; see `parts`.
- `answers`: by the hash of their key; `run_answers` says which runs used them.
- `annotations`: what people left on samples (`metric` NULL) and on scores, one row for each time somebody did
  something, in JSON, in order; none is ever changed.
"""


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file's tables; 0 where there are none yet."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def check_version(version: int, where: object) -> None:
    """Raise `StoreError` for a file that a newer ragas_nb has written."""
    if version > len(STEPS):
        raise StoreError(
            f"{where} was written by a newer ragas_nb: its tables have version {version}, this one knows "
            f"{len(STEPS)}. Update ragas_nb, or name another file: store=… or RAGAS_NB_STORE"
        )


def migrate(connection: sqlite3.Connection, where: object) -> None:
    """Bring a file's tables up to date, each step whole or not at all.

    Raises:
        StoreError: a newer ragas_nb has written the file.
    """
    while (version := version_of(connection)) != len(STEPS):
        check_version(version, where)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version_of(connection) == version:  # no other process was quicker
                for statement in STEPS[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
