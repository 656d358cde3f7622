"""What writing a run down costs: plain scores, answers looked up and kept, bytes on the disk, lists."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import ragas_nb as rnb
from ragas_nb.engine.events import Event, JobScored, RunEnded, RunStarted
from ragas_nb.engine.memory import Remembered
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.archive import Archive
from ragas_nb.store.journal import Journal
from ragas_nb.store.meta import RunMeta, ScoreColumn
from tests.benchmarks.clock import spread
from tests.loopback.fixtures import start_loopback, stop_loopback
from tests.loopback.samples import make_samples

MANY, MANY_S, WAIT_MS = 100_000, 1.0, 10.0
CALLS, CALL_US = 4_000, 150.0
SAMPLES, BYTES = 500, 3_000
RUNS, LIST_MS = 1_000, 200.0
STEPS_MS = 2.0
ROUNDS = 3
AT_ONCE = 400
"""Scores between two turns of the loop, about as many as a slice of the scheduler makes."""


@dataclass
class Listener:
    """Somebody who hears every event."""

    heard: int = 0

    def __call__(self, event: Event) -> None:
        self.heard += 1


@contextmanager
def new_file() -> Iterator[Path]:
    """A store that does not exist yet, in a folder that does not outlive this."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / ".ragas_nb" / "runs.sqlite"


def meta(run_id: str) -> RunMeta:
    """A run of one metric."""
    return RunMeta(
        run_id=run_id,
        name=run_id,
        created_at=datetime.now(UTC),
        fingerprint=run_id,
        columns=(ScoreColumn("exact_match"),),
        metrics=({"name": "exact_match"},),
    )


async def plain(path: Path, data: EvaluationDataset, events: list[JobScored]) -> float:
    """Write plain scores as a run of them does; seconds of processor time of all threads."""
    listener = Listener()
    journal = await Journal.open(path, meta("plain"), data, announce=listener, is_new=True)
    gc.collect()
    began = time.process_time()
    journal.write(RunStarted(run_id="plain", name="plain", at=datetime.now(UTC)))
    for start in range(0, len(events), AT_ONCE):
        for event in events[start : start + AT_ONCE]:
            journal.write(event)
        await asyncio.sleep(0)
        await journal.room()
    journal.write(RunEnded(state="finished"))
    await journal.aclose()
    if listener.heard != len(events) + 2:
        raise RuntimeError(f"{listener.heard} events were announced")
    return time.process_time() - began


async def longest_hold(path: Path, data: EvaluationDataset, events: list[JobScored]) -> float:
    """Write plain scores; the longest time that this held the loop, in milliseconds of processor time."""
    task = asyncio.ensure_future(plain(path, data, events))
    longest, last = 0.0, time.thread_time()
    while not task.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    await task
    return 1000 * longest


def plain_scores() -> bool:
    """Print what 100,000 plain scores take; whether the bars are met."""
    data = EvaluationDataset.from_dict({"response": [f"answer {row % 7}" for row in range(MANY)]})
    events = [JobScored(sample_id=row, metric="exact_match", value=0.5) for row in range(MANY)]
    gc.freeze()  # these are older than the run: no collection within it looks at them
    seconds, holds = [], []
    for _ in range(ROUNDS):
        with new_file() as path:
            seconds.append(asyncio.run(plain(path, data, events)))
        with new_file() as path:
            holds.append(asyncio.run(longest_hold(path, data, events)))
    gc.unfreeze()
    print(f"{MANY:,} plain scores with their samples: {spread(seconds)} s of processor time in all threads")
    print(f"  they hold the loop for {spread(holds)} ms at most")
    return median(seconds) <= MANY_S and median(holds) <= WAIT_MS


async def answers(path: Path) -> tuple[float, float, float]:
    """Microseconds of processor time of a look-up without and with an answer, and of keeping one."""
    data = EvaluationDataset.from_dict({"response": ["a"]})
    journal = await Journal.open(path, meta("answers"), data, announce=Listener(), is_new=True)
    kept = Remembered('{"statements": ["Lima is in Peru.", "It is by the sea."]}')

    async def timed(how_many: int, work: str) -> float:
        began = time.process_time()
        for start in range(0, CALLS, how_many):
            keys = [f"{number:040x}" for number in range(start, start + how_many)]
            if work == "find":
                await asyncio.gather(*(journal.find([key]) for key in keys))
            else:
                await asyncio.gather(*(journal.keep({key: kept}) for key in keys))
        return 1e6 * (time.process_time() - began) / CALLS

    found = await timed(8, "find"), await timed(8, "keep"), await timed(8, "find")
    await journal.aclose()
    return found


def look_ups() -> bool:
    """Print what looking up and keeping answers takes; whether the bar is met."""
    rounds = []
    for _ in range(ROUNDS):
        with new_file() as path:
            rounds.append(asyncio.run(answers(path)))
    missing, keeping, found = zip(*rounds, strict=True)
    print(
        f"an answer looked up in {spread(missing)} µs where there is none, {spread(found)} µs where there is "
        f"one; kept in {spread(keeping)} µs"
    )
    return median(missing) <= CALL_US and median(found) <= CALL_US


def on_the_disk() -> bool:
    """Print the bytes of a judged run, table by table; whether the bars are met."""
    process, loopback = start_loopback()
    try:
        with new_file() as path:
            run = asyncio.run(judged(path, loopback.base_url))
            count = SAMPLES * len(run.columns)
            size = Archive(path).size() / count
            print(f"{SAMPLES} samples × {len(run.columns)} default metrics: {size:,.0f} bytes per score")
            print(f"  {', '.join(f'{table} {taken / count:,.0f}' for table, taken in tables(path))}")
            stored = Archive(path).load(run.run_id)
            some, metric = stored.dataset.ids[:: SAMPLES // 20], run.columns[0].name
            one = median(timed_ms(partial(stored.steps, sample_id, metric)) for sample_id in some)
            every = timed_ms(
                lambda: [stored.steps(i, c.name) for i in stored.dataset.ids for c in run.columns]
            )
            print(f"  the steps of one job in {one:.2f} ms, of all in {every / count:.3f} ms each")
            return size < BYTES and one < STEPS_MS
    finally:
        stop_loopback(process)


async def judged(path: Path, base_url: str) -> rnb.Run:
    """Evaluate as a person would, with the default metrics."""
    run = rnb.start(
        make_samples(SAMPLES),
        llm=OpenAIJudge("judge", base_url=base_url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=base_url, api_key="none"),
        store=path,
        show_progress=False,
    )
    await run
    return run


def tables(path: Path) -> list[tuple[str, int]]:
    """The bytes of each table with its indices, the largest one; none where SQLite cannot tell."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            return connection.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) "
                "GROUP BY tbl_name ORDER BY 2 DESC LIMIT 7"
            ).fetchall()
        except sqlite3.OperationalError:
            return []


def timed_ms(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def listing() -> bool:
    """Print how long 1,000 runs of 100,000 samples take to list; whether the bar is met."""
    data = EvaluationDataset.from_dict({"response": ["a"]})

    async def write(path: Path) -> None:
        journal = await Journal.open(path, meta("run"), data, announce=Listener(), is_new=True)
        await journal.aclose()

    with new_file() as path:
        asyncio.run(write(path))
        with closing(sqlite3.connect(path)) as connection:
            columns = ", ".join(
                name
                for _, name, *_ in connection.execute("PRAGMA table_info(runs)")
                if name not in ("id", "run_id")
            )
            for number in range(1, RUNS):
                connection.execute(
                    f"INSERT INTO runs (run_id, {columns}) SELECT ?, {columns} FROM runs WHERE id = 1",
                    (f"run{number}",),
                )
            connection.commit()
        times = [timed_ms(Archive(path).entries) for _ in range(ROUNDS)]
    print(f"{RUNS:,} runs are listed in {spread(times)} ms")
    return median(times) <= LIST_MS


def main() -> bool:
    """Print the tables; whether the bars are met."""
    met = [plain_scores(), look_ups(), on_the_disk(), listing()]
    print(
        f"bars: {MANY:,} scores in {MANY_S:.0f} s, holds of {WAIT_MS:.0f} ms, look-ups of {CALL_US:.0f} µs, "
        f"{BYTES:,} bytes per score, steps in {STEPS_MS:.0f} ms, {RUNS:,} runs in {LIST_MS:.0f} ms"
    )
    return all(met)


if __name__ == "__main__":
    raise SystemExit(not main())
