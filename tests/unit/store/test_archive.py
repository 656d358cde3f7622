"""The runs of a file: listed, found again, read back, and each written by one process only."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ragas_nb.engine.events import RunEnded, RunStarted
from ragas_nb.errors import StoreError
from ragas_nb.store import ownership, processes
from ragas_nb.store.archive import Archive
from ragas_nb.store.journal import Journal
from ragas_nb.store.ownership import living_owner, new_owner
from ragas_nb.store.records import records_of
from tests.unit.store.told import (
    AT,
    METRICS,
    Heard,
    dataset,
    everything,
    folded,
    handles,
    known,
    meta,
    opened,
    rows,
    stored,
    trace,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ragas_nb" / "runs.sqlite"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_a_run_is_listed_with_its_counts(path: Path):
    before = time.time()
    await stored(path, everything(dataset()))
    (entry,) = Archive(path).entries()
    assert before <= entry.updated_at.timestamp() <= time.time()
    assert 0 <= entry.elapsed_s < 10
    assert replace(entry, updated_at=AT, elapsed_s=0.0) == replace(
        entry,
        run_id="run1",
        name="a run",
        state="cancelled",
        message="by you",
        created_at=AT,
        updated_at=AT,
        samples=3,
        metrics=METRICS,
        jobs=6,
        scored=4,
        undefined=1,
        failed=1,
        cost=0.25,
        requests=2,
        unpriced=1,
        elapsed_s=0.0,
        judge="judge-1",
        fingerprint="same",
        written_by=None,
    )


async def test_the_newest_run_comes_first(path: Path):
    for number in (1, 3, 2):
        told = meta(f"run{number}", created_at=AT + timedelta(days=number))
        journal = await Journal.open(path, told, dataset(), announce=Heard(), is_new=True)
        await journal.aclose()
    assert [entry.run_id for entry in Archive(path).entries()] == ["run3", "run2", "run1"]
    found = Archive(path).find("same")
    assert (found and found.run_id, Archive(path).find("other")) == ("run3", None)


async def test_without_a_file_there_are_no_runs_and_none_is_made(path: Path):
    archive = Archive(path)
    assert (archive.entries(), archive.find("same"), archive.size()) == ([], None, 0)
    with pytest.raises(StoreError, match="There is no run 'run1': no runs are stored in "):
        archive.load("run1")
    assert list(path.parent.parent.iterdir()) == []


async def test_steps_are_read_back(path: Path):
    data = dataset()
    await stored(path, everything(data))
    found = Archive(path).load("run1")
    assert {(row, m): found.steps(f"q{row}", m) for row in range(3) for m in METRICS} == {
        (0, METRICS[0]): records_of(trace(data, 0)),
        (2, METRICS[0]): records_of(trace(data, 2, "nonsense")),
        **{(row, METRICS[1]): () for row in range(3)},
        (1, METRICS[0]): (),
    }
    assert handles(path.parent) == []


async def test_a_run_is_read_with_the_dataset_that_is_passed(path: Path):
    data = dataset()
    await stored(path, everything(data))
    change(path, "DELETE FROM run_parts")
    found = Archive(path).load("run1", data)
    assert found.dataset is data
    assert known(found.state) == known(folded(everything(data), data))


async def test_a_run_that_is_not_there_is_told_with_the_nearest(path: Path):
    for run_id in ("alpha1", "beta22"):
        await stored(path, [], run_id)
    with pytest.raises(StoreError, match=r"There is no run 'alpha2' in .*\. Did you mean 'alpha1'\?"):
        Archive(path).load("alpha2")
    with pytest.raises(StoreError, match="The last ones are beta22, alpha1"):
        Archive(path).load("zzz")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE runs SET meta = '{}'",
        "UPDATE jobs SET metric = metric + 9 WHERE row = 1",
        "UPDATE jobs SET row = 99 WHERE row = 1",
        "UPDATE jobs SET status = 17 WHERE row = 1",
        "UPDATE jobs SET more = 'x' WHERE row = 1",
        "UPDATE happenings SET body = 'null'",
        "UPDATE parts SET body = x'00'",
        "UPDATE usage SET row = 99",
    ],
)
async def test_a_damaged_run_is_told(path: Path, damage: str):
    await stored(path, everything(dataset()))
    change(path, damage)
    with pytest.raises(StoreError, match=r"Run run1 in .*runs\.sqlite is damaged \(.+\)\. Evaluate again"):
        Archive(path).load("run1")


async def test_damaged_steps_are_told_by_row_and_metric(path: Path):
    await stored(path, everything(dataset()))
    change(path, "UPDATE traces SET body = x'0102' WHERE row = 2")
    found = Archive(path).load("run1")
    with pytest.raises(
        StoreError, match=r"steps of sample 'q2' \(row 2\), metric 'faithfulness' are damaged"
    ):
        found.steps("q2", METRICS[0])
    change(path, "DELETE FROM prompts")
    with pytest.raises(StoreError, match=r"sample 'q0' \(row 0\).* are damaged \(their prompt .* is missing"):
        Archive(path).load("run1").steps("q0", METRICS[0])


async def test_a_run_whose_samples_are_not_all_stored_says_how_to_go_on(path: Path):
    await stored(path, everything(dataset()))
    change(path, "UPDATE runs SET dataset_complete = 0")
    with pytest.raises(
        StoreError, match=r"before its samples were stored\. Start it again with the same data"
    ):
        Archive(path).load("run1")


async def test_a_file_that_is_no_store_is_an_error_that_says_so(path: Path):
    path.parent.mkdir()
    with path.open("wb") as file:
        file.write(b"x" * 1000)
    for ask in (
        Archive(path).entries,
        lambda: Archive(path).find("same"),
        lambda: Archive(path).load("run1"),
    ):
        with pytest.raises(StoreError, match="is damaged, or no store of runs"):
            ask()


async def test_the_time_of_pauses_does_not_count(path: Path, monkeypatch: pytest.MonkeyPatch):
    now = 100.0
    monkeypatch.setattr("ragas_nb.store.batches.monotonic", lambda: now)
    journal = await opened(path)
    for event in everything(dataset()):
        journal.write(event)
        await journal.flush()
        now += 1.0
    await journal.aclose()
    # From its start to its pause five events passed, from there to its end eight more.
    assert Archive(path).load("run1").elapsed_s == 5.0 + 8.0


# ── whose run it is ──


async def test_a_run_in_progress_cannot_be_taken(path: Path):
    journal = await opened(path)
    journal.write(RunStarted(run_id="run1", name="a run", at=AT))
    await journal.flush()
    (entry,) = Archive(path).entries()
    me = f"process {os.getpid()} on {socket.gethostname()}"
    assert (entry.state, entry.written_by, Archive(path).find("same")) == ("running", me, None)
    with pytest.raises(
        StoreError, match=f"Run run1 is being written by {me}. Wait for its end, or cancel it"
    ):
        await opened(path, is_new=False)
    await journal.aclose()
    (entry,) = Archive(path).entries()
    assert (entry.state, entry.written_by) == ("interrupted", None)
    again = await opened(path, is_new=False)
    await again.aclose()


WRITES = """
import asyncio, sys
from pathlib import Path
from ragas_nb.engine.events import RunStarted
from tests.unit.store.told import AT, opened

async def main(path):
    journal = await opened(path)
    journal.write(RunStarted(run_id="run1", name="a run", at=AT))
    await journal.flush()
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def other(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which writes the run."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


async def test_a_run_of_another_process_can_be_taken_when_that_is_dead(
    path: Path, other: subprocess.Popen[str]
):
    with pytest.raises(StoreError, match=f"is being written by process {other.pid} on "):
        await opened(path, is_new=False)
    (entry,) = Archive(path).entries()
    assert entry.state == "running"
    other.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    other.wait()
    (entry,) = Archive(path).entries()
    assert (entry.state, entry.written_by) == ("interrupted", None)
    began = time.monotonic()
    journal = await opened(path, is_new=False)
    assert time.monotonic() - began < 1
    await journal.aclose()


TAKES = """
import asyncio, sys, time
from pathlib import Path
from ragas_nb.errors import StoreError
from tests.unit.store.told import opened

async def main(path):
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        journal = await opened(path, is_new=False)
    except StoreError:
        print("refused", flush=True)
        return
    print("taken", flush=True)
    sys.stdin.readline()
    await journal.aclose()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def takers(path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are about to take the run."""
    command = [sys.executable, "-c", TAKES, str(path)]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, text=True, cwd=ROOT, stdin=pipe, stdout=pipe) for _ in range(3)]
    yield started
    for process in started:
        process.communicate("done\n", timeout=30)


async def test_of_several_processes_that_want_a_run_at_once_one_gets_it(
    path: Path, takers: list[subprocess.Popen[str]]
):
    await stored(path, [])
    pipes = [(taker.stdin, taker.stdout) for taker in takers if taker.stdin and taker.stdout]
    assert [out.readline() for _, out in pipes] == ["ready\n"] * 3
    for into, _ in pipes:
        into.write("go\n")
        into.flush()
    assert sorted(out.readline() for _, out in pipes) == ["refused\n", "refused\n", "taken\n"]


def test_an_owner_is_told_from_another_process_with_its_number():
    me = new_owner()
    other = replace(me, pid=os.getppid(), started=str(processes.started(os.getppid())))
    assert living_owner(other.text, 0) == other
    assert living_owner(replace(other, started="long ago").text, time.time()) is None
    assert living_owner(me.text, time.time()) is None  # no thread of this process writes for it
    assert living_owner(None, time.time()) is None
    assert living_owner("damaged", time.time()) is None
    assert living_owner(json.dumps({"host": "x"}), time.time()) is None


def test_an_owner_on_another_machine_lives_while_it_says_so():
    far = replace(new_owner(), host="elsewhere")
    assert living_owner(far.text, time.time() - ownership.HEARTBEAT_S) == far
    assert living_owner(far.text, time.time() - 10 * ownership.HEARTBEAT_S) is None


async def test_an_owner_with_nothing_to_write_says_that_it_lives(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ragas_nb.store.writer.HEARTBEAT_S", 0.001)
    journal = await opened(path)
    await journal.flush()
    ((seen,),) = rows(path, "SELECT seen_at FROM runs")
    while rows(path, "SELECT seen_at FROM runs") == [(seen,)]:
        pass
    await journal.aclose()


def test_a_process_that_is_not_there_has_no_start():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert processes.started(ended.pid) is None
    assert processes.started(os.getpid()) == processes.started(os.getpid()) is not None


@pytest.mark.skipif(sys.platform == "win32", reason="has no ps")
def test_where_there_is_no_proc_ps_tells_when_a_process_started(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "exists", lambda self: False)
    monkeypatch.setenv("LC_ALL", "C")
    assert processes.started(os.getpid()) is not None


async def test_the_state_of_a_run_that_has_ended_stays(path: Path):
    for state in ("finished", "cancelled", "failed", "budget_reached"):
        await stored(path, [RunEnded(state=state)], state)
    found = {entry.run_id: entry.state for entry in Archive(path).entries()}
    assert found == {s: s for s in ("finished", "cancelled", "failed", "budget_reached")}
