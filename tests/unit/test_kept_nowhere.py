"""Runs without a store, and with one that cannot be used."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ragas_nb as rnb
from ragas_nb.engine.events import RunStarted
from ragas_nb.errors import ConfigurationError
from tests.unit.doubles import record
from tests.unit.keeping import (
    KIND,
    ROWS,
    evaluated,
    judge_named,
    started,
)

# ── kept in memory ──


@pytest.fixture
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert [found.name for found in tmp_path.iterdir()] == []


@pytest.mark.usefixtures("_in_a_folder_of_its_own")
def test_without_a_store_nothing_is_written_and_nothing_is_found_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RAGAS_NB_STORE")
    first, _ = evaluated(None)
    second, judge = evaluated(None)
    assert (first.run_id != second.run_id, len(judge.requests)) == (True, 8)
    assert len(second.steps(0, "kind")) == 1


@pytest.mark.usefixtures("_in_a_folder_of_its_own")
@pytest.mark.parametrize("setting", ["none", "None", ""])
def test_the_environment_can_say_that_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, setting: str):
    monkeypatch.setenv("RAGAS_NB_STORE", setting)
    result = rnb.evaluate(ROWS, [KIND], judge_named(), show_progress=False)
    assert (result["kind"], len(rnb.runs())) == ([1.0] * 8, 0)
    with pytest.raises(ConfigurationError, match="Runs are kept in memory only here"):
        rnb.load(result.run_id)


def test_the_store_is_in_the_working_folder_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAGAS_NB_STORE")
    result = rnb.evaluate(ROWS, [KIND], judge_named(), show_progress=False)
    assert (tmp_path / ".ragas_nb" / "runs.sqlite").is_file()
    assert (list(rnb.runs()["run_id"]), rnb.load(result.run_id).result.scores) == (
        [result.run_id],
        result.scores,
    )


# ── trouble with the file ──


def a_folder(path: Path) -> None:
    path.mkdir()


def no_database(path: Path) -> None:
    path.write_bytes(b"This is a shopping list. " * 400)


def a_file_for_a_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


def damaged(path: Path) -> None:
    evaluated(path)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(100)
        file.write(b"\xff" * (size - 100))


@pytest.mark.parametrize("trouble", [a_folder, no_database, a_file_for_a_folder, damaged])
async def test_a_store_that_cannot_be_used_does_not_stop_the_run(
    tmp_path: Path, trouble: Callable[[Path], None]
):
    path = tmp_path / "sub" / "runs.sqlite"
    path.parent.mkdir()
    await asyncio.to_thread(trouble, path)
    judge = judge_named()
    run = started(path, judge)
    events = record(run)
    result = await run
    assert (run.status, result["kind"], len(judge.requests)) == ("finished", [1.0] * 8, 8)
    assert run.state.notices["store"].startswith(
        "The run is kept in memory only, and is lost with the kernel"
    )
    assert [len(result.steps(row, "kind")) for row in range(8)] == [1] * 8
    assert sum(isinstance(event, RunStarted) for event in events) == 1
