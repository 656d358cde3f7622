"""A process that is killed at any moment leaves a file that opens, with all in it that it had announced."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ragas_nb.engine.events import JobScored
from ragas_nb.engine.memory import Remembered
from ragas_nb.store.archive import Archive
from ragas_nb.store.records import records_of
from tests.unit.store.told import METRICS, Heard, dataset, opened, rows, trace

SAMPLES = 900
WRITES = f"""
import asyncio, os, sys
from pathlib import Path
from ragas_nb.engine.events import JobScored, RunStarted
from ragas_nb.engine.memory import Remembered
from tests.unit.store.told import AT, METRICS, dataset, meta, trace
from ragas_nb.store.journal import Journal

def announce(event):
    if event.type == "job_scored":
        os.write(1, f"{{event.sample_id}}\\n".encode())

async def main(path):
    data = dataset({SAMPLES})
    journal = await Journal.open(path, meta(), data, announce=announce, is_new=True)
    journal.write(RunStarted(run_id="run1", name="a run", at=AT))
    for row in range({SAMPLES}):
        await journal.keep({{f"k{{row}}": Remembered(str(row))}})
        steps = trace(data, row) if row % 3 == 0 else ()
        journal.write(JobScored(sample_id=f"q{{row}}", metric=METRICS[0], value=float(row), trace=steps))
    await journal.flush()
    await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which writes a run and is killed in the end"""
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_after(path: Path, announced: int) -> list[str]:
    """Kill a process that writes a run when it has announced so many scores; all that it announced."""
    with writing(path) as process:
        assert process.stdout is not None
        heard = [process.stdout.readline() for _ in range(announced)]
        process.kill()
        heard += process.stdout.readlines()
    return [line.strip() for line in heard if line.endswith("\n")]


@pytest.mark.parametrize("announced", random.Random(5).sample(range(1, SAMPLES), 5))
async def test_all_that_was_announced_is_there_after_a_kill(tmp_path: Path, announced: int):
    path, data = tmp_path / ".ragas_nb" / "runs.sqlite", dataset(SAMPLES)
    heard = killed_after(path, announced)
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    stored = {f"q{row}": value for row, value in rows(path, "SELECT row, value FROM jobs")}
    assert {sample_id: stored.get(sample_id) for sample_id in heard} == {
        sample_id: float(sample_id[1:]) for sample_id in heard
    }
    journal = await opened(path, data=data, is_new=False)  # at once: its owner is dead
    keys = [f"k{row}" for row in range(len(stored))]
    assert await journal.find(keys) == {f"k{row}": Remembered(str(row)) for row in range(len(stored))}
    for row in range(len(stored), SAMPLES):
        journal.write(JobScored(sample_id=f"q{row}", metric=METRICS[0], value=float(row)))
    await journal.aclose()
    found = Archive(path).load("run1")
    assert found.dataset == data
    assert found.state.scores(METRICS[0]) == [float(row) for row in range(SAMPLES)]
    assert (found.entry.scored, found.entry.jobs) == (SAMPLES, 2 * SAMPLES)
    traced = range(0, len(stored), 3)
    assert [found.steps(f"q{row}", METRICS[0]) for row in traced] == [
        records_of(trace(data, row)) for row in traced
    ]


async def test_two_processes_write_one_file(tmp_path: Path):
    path, data, heard = tmp_path / "runs.sqlite", dataset(SAMPLES), Heard()
    journal = await opened(path, "run2", data=data, heard=heard)
    with writing(path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for row in range(SAMPLES):
            journal.write(JobScored(sample_id=f"q{row}", metric=METRICS[0], value=0.5))
            await journal.keep({f"k{row}": Remembered(str(row))})
        for _ in range(SAMPLES - 1):
            process.stdout.readline()
    await journal.aclose()
    assert heard.notices == []
    assert rows(path, "SELECT run_id, scored FROM runs ORDER BY run_id") == [
        ("run1", SAMPLES),
        ("run2", SAMPLES),
    ]
    assert rows(path, "SELECT count(*) FROM answers") == [(SAMPLES,)]
    assert rows(path, "SELECT count(*) FROM parts") == [(2,)]
