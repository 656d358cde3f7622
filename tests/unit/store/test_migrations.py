"""The tables of each version, from the first on: what an older version has written is read by this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import ragas_nb as rnb
from ragas_nb.engine.events import JobFailed, JobScored, RunEnded, RunStarted
from ragas_nb.errors import StoreError
from ragas_nb.store import migrations
from ragas_nb.store.archive import Archive
from ragas_nb.store.codec import happening_text, meta_text, told_of_failure, told_of_score
from ragas_nb.store.database import open_file
from ragas_nb.store.migrations import STEPS
from ragas_nb.store.packing import Packer, prompt_text, words_of
from ragas_nb.store.parts import pack_part, part_digest, part_text
from ragas_nb.store.records import records_of
from ragas_nb.store.state import Mark
from tests.unit.store.told import (
    AT,
    METRICS,
    content,
    dataset,
    folded,
    known,
    meta,
    opened,
    rows,
    trace,
    used,
)

FIRST = (
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
)
"""The tables of version 1, as they were released. This never changes."""
EVENTS = [
    RunStarted(run_id="run1", name="a run", at=AT),
    JobScored(sample_id="q0", metric=METRICS[0], value=0.75, trace=trace(dataset(), 0)),
    JobScored(sample_id="q1", metric=METRICS[1], value="kind", reason="polite", repeats=("kind", "rude")),
    JobFailed(
        sample_id="q2", metric=METRICS[0], kind="timeout", message="too late", error="JudgeUnavailable"
    ),
    used("q0", 0.25),
    RunEnded(state="cancelled"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def write_first(path: Path) -> None:
    """A file as the first version wrote it."""
    data = dataset()
    packer = Packer(words_of(data))
    body, (check, rate, embed) = packer.pack(0, trace(data, 0))[0], sorted(packer.prompts)
    part = part_text(data, data.ids, 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA application_id = 0x524E4231")
        db.execute("PRAGMA journal_mode = WAL")
        for statement in FIRST:
            db.execute(statement)
        db.execute("PRAGMA user_version = 1")
        db.execute(
            "INSERT INTO runs VALUES (1, 'run1', 'same', 'a run', 'judge-1', ?, ?, ?, ?, 'cancelled', NULL, "
            "2.5, 3, 2, 0, 1, 1, 0, 0.25, '\"numbers\"', 1, NULL, 0)",
            ('["faithfulness","tone"]', meta_text(meta()), AT.timestamp(), AT.timestamp()),
        )
        db.executemany(
            "INSERT INTO jobs VALUES (1, ?, ?, ?, ?, ?)",
            [
                (0, 0, *told_of_score(EVENTS[1])),
                (1, 1, *told_of_score(EVENTS[2])),
                (2, 0, *told_of_failure(EVENTS[3])),
            ],
        )
        db.execute("INSERT INTO traces VALUES (1, 0, 0, ?)", (body,))
        db.execute("INSERT INTO usage VALUES (1, 0, 0, 0, 'check', 'judge-1', 10, 2, 5, 0.25)")
        db.executemany(
            "INSERT INTO happenings VALUES (1, ?, ?)",
            [(0, happening_text(EVENTS[0])), (1, happening_text(EVENTS[5]))],
        )
        for digest in (check, rate, embed):
            db.execute("INSERT INTO prompts VALUES (?, ?)", (digest, prompt_text(packer.prompts[digest])))
            db.execute("INSERT INTO run_prompts VALUES (1, ?)", (digest,))
        db.execute("INSERT INTO parts VALUES (1, ?, ?)", (part_digest(part), pack_part(part)))
        db.execute("INSERT INTO run_parts VALUES (1, 0, 1)")


def test_what_the_first_version_has_written_is_read(path: Path):
    write_first(path)
    data = dataset()
    found = Archive(path).load("run1")
    assert (found.meta, found.dataset, found.elapsed_s) == (meta(), data, 2.5)
    assert known(found.state) == known(folded(EVENTS, data))
    assert found.steps("q0", METRICS[0]) == records_of(trace(data, 0))
    assert rows(path, "PRAGMA user_version") == [(len(STEPS),)]


async def test_a_run_of_the_first_version_can_go_on(path: Path):
    write_first(path)
    journal = await opened(path, is_new=False)
    more = JobScored(sample_id="q2", metric=METRICS[1], value=1.0)
    journal.write(more)
    await journal.aclose()
    assert known(Archive(path).load("run1").state) == known(folded([*EVENTS[:5], more, EVENTS[5]], dataset()))


def test_on_a_run_of_the_first_version_people_can_leave_marks(path: Path):
    write_first(path)
    run = rnb.load("run1", path)
    run.tag(["q2", "q0"], "billing")
    run.note("q0", "why?")
    assert Archive(path).load("run1").state.marks == {0: Mark(("billing",), "why?"), 2: Mark(("billing",))}


def test_a_file_is_brought_up_to_date_step_by_step(path: Path, monkeypatch: pytest.MonkeyPatch):
    write_first(path)
    later = (*STEPS, ("ALTER TABLE runs ADD COLUMN note TEXT",), ("UPDATE runs SET note = run_id",))
    monkeypatch.setattr(migrations, "STEPS", later)
    open_file(path, create=False).close()
    assert rows(path, "SELECT note FROM runs") == [("run1",)]
    assert rows(path, "PRAGMA user_version") == [(len(later),)]


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    write_first(path)
    broken = (*STEPS, ("ALTER TABLE runs ADD COLUMN note TEXT", "UPDATE others SET a = 1"))
    monkeypatch.setattr(migrations, "STEPS", broken)
    with pytest.raises(sqlite3.OperationalError, match="no such table: others"):
        open_file(path, create=False)
    assert rows(path, "PRAGMA user_version") == [(len(STEPS),)]
    assert "note" not in {name for _, name, *_ in rows(path, "PRAGMA table_info(runs)")}


def test_a_new_file_has_the_tables_of_today(path: Path):
    with closing(open_file(path, create=True)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert {"runs", "jobs", "traces", "usage", "answers", "parts", "prompts", "happenings"} <= tables
    assert "annotations" in tables
    assert rows(path, "PRAGMA user_version") == [(len(STEPS),)]
    assert content(path)[68:72] == b"RNB1"


def test_a_newer_file_is_not_touched(path: Path, monkeypatch: pytest.MonkeyPatch):
    write_first(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    before = content(path)
    told = "written by a newer ragas_nb: its tables have version .* Update ragas_nb, or name another file"
    with pytest.raises(StoreError, match=told):
        Archive(path).entries()
    monkeypatch.setattr(
        "ragas_nb.store.database._check_header", lambda path: False
    )  # as if only the log knew
    with pytest.raises(StoreError, match=told):
        Archive(path).entries()
    assert content(path) == before
