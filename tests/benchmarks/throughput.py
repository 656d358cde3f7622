"""5,000 samples × 4 metrics on a server that answers at once; its requests by the bare openai client.

Each round is a process of its own, so that its memory is that of one run.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.clock import measure, spread
from tests.loopback.fixtures import Loopback, start_loopback, stop_loopback
from tests.loopback.samples import make_samples

SAMPLES = 5_000
METRICS = 4
ROUNDS = 3
RAGAS_PER_S = 181
"""Requests per second of Ragas 0.4.3 with the same samples, metrics and server."""
RATE, LAG, FIRST_S, GROWTH_MB, STORE_KB = 5.0, 1.2, 0.5, 100.0, 3.0
"""The bars: requests per second over Ragas', lag p99 over the bare client's, seconds to the first score,
growth of resident memory, store per score."""
TIMES_BARE = 3
"""How often the bare client sends the requests that the server kept, the last of our round."""
LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Round:
    """What one process measured: wall and CPU seconds, lag and memory growth of its work."""

    wall_s: float
    cpu_s: float
    lag_p99_ms: float
    growth_mb: float
    first_s: float | None = None
    requests: int = 0


def resident_mb() -> float:
    """The memory that this process has now (Linux), or has had at most."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


class Highest:
    """The largest memory seen since it was made, above that at the time; looks in the background."""

    def __init__(self) -> None:
        self.before = self.most = resident_mb()
        self.task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            self.most = max(self.most, resident_mb())
            await asyncio.sleep(LOOK_S)

    def growth_mb(self) -> float:
        """How much it grew; ends the looking."""
        self.task.cancel()
        return max(self.most, resident_mb()) - self.before


async def evaluate(url: str, data: list[dict[str, object]]) -> float:
    """Evaluate with the metrics of a call that names none; the time of the first score in seconds."""
    import ragas_nb as rnb
    from ragas_nb.engine.events import Event
    from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge

    began = time.perf_counter()
    first: list[float] = []

    def heard(event: Event) -> None:
        if event.type == "job_scored" and not first:
            first.append(time.perf_counter() - began)

    run = rnb.start(
        data,
        llm=OpenAIJudge("judge", base_url=url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=url, api_key="none"),
        callbacks=heard,
    )
    result = await run
    if len(result.errors):
        raise RuntimeError(f"{len(result.errors)} jobs failed: {result.errors.iloc[0].to_dict()}")
    return first[0]


async def send(url: str, bodies: list[dict[str, Any]], in_flight: int) -> None:
    """Send these requests through the openai client and nothing else."""
    import openai

    waiting: Iterator[dict[str, Any]] = iter(bodies)
    async with openai.AsyncOpenAI(
        base_url=url, api_key="none", max_retries=0, http_client=openai.DefaultAioHttpClient()
    ) as client:

        async def work() -> None:
            for body in waiting:
                if "messages" in body:
                    await client.chat.completions.create(**body)
                else:
                    await client.embeddings.create(**body)

        await asyncio.gather(*(work() for _ in range(in_flight)))


async def our_round(loopback: Loopback) -> Round:
    """One run, after a small one that has loaded everything."""
    await evaluate(loopback.base_url, make_samples(20, seed=5))
    data = make_samples(SAMPLES)
    before = loopback.stats()["requests"]
    memory = Highest()
    found = await measure(lambda: evaluate(loopback.base_url, data))
    growth = memory.growth_mb()
    sent = int(str(loopback.stats()["requests"])) - int(str(before))
    return Round(found.wall_s, found.cpu_s, found.lag_p99_ms, growth, found.first_s, sent)


async def bare_round(loopback: Loopback) -> Round:
    """The last requests of our round, as many at once as our run has at most."""
    import ragas_nb as rnb

    workers = rnb.RunConfig().max_workers
    bodies: list[dict[str, Any]] = loopback.requests()
    await send(loopback.base_url, bodies[: 10 * workers], workers)
    bodies *= TIMES_BARE
    memory = Highest()
    found = await measure(lambda: send(loopback.base_url, bodies, workers))
    return Round(found.wall_s, found.cpu_s, found.lag_p99_ms, memory.growth_mb(), requests=len(bodies))


def in_process(side: str, port: int, store: Path) -> Round:
    """One round in a process of its own, which keeps its runs in this file."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.throughput", side, str(port)],
        env=os.environ | {"RAGAS_NB_STORE": str(store)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Round(**json.loads(done.stdout.splitlines()[-1]))


@dataclass(frozen=True, slots=True)
class Compared:
    """All rounds of both sides, and what our runs left in the store, in kB per score."""

    ours: list[Round]
    bare: list[Round]
    store_kb: list[float]


def compare(rounds: int = ROUNDS) -> Compared:
    """Both sides in turn."""
    found = Compared([], [], [])
    process, loopback = start_loopback()
    try:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                found.ours.append(in_process("ours", loopback.port, Path(folder) / "runs.sqlite"))
                found.bare.append(in_process("bare", loopback.port, Path(folder) / "runs.sqlite"))
                size = sum(file.stat().st_size for file in Path(folder).iterdir())
                found.store_kb.append(size / 1000 / (SAMPLES * METRICS))
    finally:
        stop_loopback(process)
    return found


def per_second(rounds: list[Round]) -> list[float]:
    """Requests per second of each round."""
    return [one.requests / one.wall_s for one in rounds]


def cpu_us(rounds: list[Round]) -> list[float]:
    """Microseconds of CPU per request of each round."""
    return [1e6 * one.cpu_s / one.requests for one in rounds]


def main() -> bool:
    """Print the table; whether every bar is met."""
    found = compare()
    ours, bare = found.ours, found.bare
    print(
        f"{SAMPLES:,} samples × {METRICS} metrics, {ours[0].requests:,} requests, no latency, "
        f"{ROUNDS} rounds of each in turn"
    )
    rates, lags = per_second(ours), [one.lag_p99_ms for one in ours]
    bare_lags = [one.lag_p99_ms for one in bare]
    times = statistics.median(rates) / RAGAS_PER_S
    slower = statistics.median(lags) / statistics.median(bare_lags)
    first = [one.first_s or 0.0 for one in ours]
    growth = [one.growth_mb for one in ours]
    print(f"  requests/s   {spread(rates)}, bare client {spread(per_second(bare))}")
    print(f"  over Ragas'  {times:.2f} (of {RAGAS_PER_S}/s; bar {RATE})")
    print(f"  cpu          {spread(cpu_us(ours))} µs/request, bare client {spread(cpu_us(bare))}")
    print(
        f"  lag p99      {spread(lags)} ms, bare client {spread(bare_lags)}: ratio {slower:.2f} (bar {LAG})"
    )
    print(f"  first score  {spread(first)} s (bar {FIRST_S})")
    print(f"  memory       {spread(growth)} MB more (bar {GROWTH_MB:g})")
    print(f"  store        {spread(found.store_kb)} kB per score (bar {STORE_KB:g})")
    return (
        times >= RATE
        and slower <= LAG
        and statistics.median(first) < FIRST_S
        and statistics.median(growth) < GROWTH_MB
        and statistics.median(found.store_kb) < STORE_KB
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        side = {"ours": our_round, "bare": bare_round}[sys.argv[1]]
        print(json.dumps(asdict(asyncio.run(side(Loopback(int(sys.argv[2])))))))
    else:
        raise SystemExit(not main())
