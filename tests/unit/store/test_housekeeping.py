"""Keeping the file small, and where it is."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ragas_nb import store
from ragas_nb.engine.events import JobScored
from ragas_nb.engine.memory import Remembered
from ragas_nb.errors import ConfigurationError, StoreError
from ragas_nb.store.archive import Archive
from ragas_nb.store.housekeeping import Pruned
from ragas_nb.store.journal import Journal
from tests.unit.store.told import (
    AT,
    METRICS,
    Heard,
    content,
    dataset,
    everything,
    folded,
    handles,
    known,
    meta,
    opened,
    rows,
    trace,
)

TABLES = ("runs", "jobs", "traces", "usage", "happenings", "prompts", "answers", "parts", "run_parts")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ragas_nb" / "runs.sqlite"


async def kept(path: Path, number: int, samples: int = 3) -> None:
    """A run with an answer of its own and one that all have, on data of its own."""
    told = meta(f"run{number}", created_at=AT + timedelta(days=number))
    data = dataset(samples + number)
    journal = await Journal.open(path, told, data, announce=Heard(), is_new=True)
    large = random.Random(number).randbytes(50_000).hex()
    await journal.keep({f"own{number}": Remembered(large), "common": Remembered("1")})
    for event in everything(data):
        journal.write(event)
    await journal.aclose()


def counts(path: Path) -> dict[str, int]:
    return {table: rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


async def test_runs_go_with_all_that_only_they_needed(path: Path):
    await kept(path, 1)
    alone, size = counts(path), Archive(path).size()
    await kept(path, 2)
    pruned = Archive(path).prune(run_ids=["run2"])
    assert (pruned.runs, pruned.answers) == (("run2",), 1)
    assert pruned.bytes > 40_000
    assert counts(path) == alone
    assert Archive(path).size() <= size + 8192
    data = dataset(4)
    assert known(Archive(path).load("run1").state) == known(folded(everything(data), data))
    assert handles(path.parent) == []


async def test_the_newest_runs_stay(path: Path):
    for number in (1, 2, 3):
        await kept(path, number)
    assert Archive(path).prune(keep=1).runs == ("run2", "run1")
    assert [entry.run_id for entry in Archive(path).entries()] == ["run3"]


async def test_runs_that_have_not_changed_for_long_go(path: Path):
    for number in (1, 2):
        await kept(path, number)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE runs SET updated_at = updated_at - 90000 WHERE run_id = 'run2'")
        connection.commit()
    assert Archive(path).prune(older_than=timedelta(days=1)).runs == ("run2",)


async def test_when_all_runs_go_nothing_of_them_can_be_read_any_more(path: Path):
    await kept(path, 1, samples=2_000)
    pruned = Archive(path).prune(keep=0)
    assert counts(path) == dict.fromkeys(TABLES, 0)
    assert pruned.bytes > 0
    assert b"What is" not in content(path)
    assert b"Say whether it is so" not in content(path)


async def test_a_run_in_progress_stays(path: Path):
    data = dataset()
    journal = await opened(path, data=data)
    for event in everything(data)[:6]:
        journal.write(event)
    await journal.flush()
    assert Archive(path).prune(keep=0, run_ids=["run1"]).runs == ()
    journal.write(JobScored(sample_id="q1", metric=METRICS[0], value=1.0, trace=trace(data, 1)))
    await journal.aclose()
    assert Archive(path).load("run1").state.score("q1", METRICS[0]) == 1.0


async def test_old_answers_go_when_that_is_asked(path: Path):
    await kept(path, 1)
    assert Archive(path).prune(answers_older_than=timedelta(days=1)).answers == 0
    assert Archive(path).prune(answers_older_than=timedelta(seconds=-5)).answers == 2
    assert rows(path, "SELECT * FROM run_answers") == []
    assert len(Archive(path).entries()) == 1


async def test_a_run_that_is_not_there_cannot_be_removed(path: Path):
    await kept(path, 1)
    with pytest.raises(StoreError, match="There is no run 'run7' to remove"):
        Archive(path).prune(run_ids=["run7", "run1"])
    assert len(Archive(path).entries()) == 1


async def test_the_store_can_be_asked_for_its_size_and_pruned(path: Path):
    assert (store.size(path), store.prune(keep=0, store=path)) == (0, Pruned((), 0, 0))
    await kept(path, 1)
    assert store.size(path) == len(content(path)) > 50_000
    assert store.prune(run_ids="run1", store=str(path)).runs == ("run1",)


def test_the_store_is_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RAGAS_NB_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert store.default_path() == store.path() == tmp_path / ".ragas_nb" / "runs.sqlite"


@pytest.mark.parametrize("word", ["none", " NONE", ""])
def test_there_may_be_no_store(word: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAGAS_NB_STORE", word)
    assert store.path() is None
    with pytest.raises(ConfigurationError, match="kept in memory only, for RAGAS_NB_STORE is 'none'"):
        store.size()


def test_the_store_may_be_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("RAGAS_NB_STORE", "~/evals.sqlite")
    assert store.path() == tmp_path / "evals.sqlite"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAGAS_NB_STORE", "evals.sqlite")
    assert store.path() == tmp_path / "evals.sqlite"
