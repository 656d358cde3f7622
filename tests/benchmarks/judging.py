"""100 samples × the four default metrics, 64 requests in flight, 50 ms latency: ours and the bare client."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

import ragas_nb as rnb
from ragas_nb.engine.events import Event
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from tests.benchmarks.clock import Measured, measure, spread
from tests.loopback.fixtures import Loopback, start_loopback, stop_loopback
from tests.loopback.samples import make_samples

IN_FLIGHT = 64
ROUNDS = 5
SAMPLES = 100
BARS = {"wall": 1.3, "cpu": 1.3, "lag_p99": 1.2, "lag_max": 1.2, "first_s": 0.3}


async def ours(loopback: Loopback, data: list[dict[str, object]]) -> float | None:
    """Evaluate as a person would; the time of the first score."""
    began = time.perf_counter()
    first: list[float] = []

    def heard(event: Event) -> None:
        if event.type == "job_scored" and not first:
            first.append(time.perf_counter() - began)

    run = rnb.start(
        data,
        llm=OpenAIJudge("judge", base_url=loopback.base_url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=loopback.base_url, api_key="none"),
        run_config=rnb.RunConfig(max_workers=IN_FLIGHT),
        callbacks=heard,
        store=Path(tempfile.mkdtemp()) / "runs.sqlite",
    )
    result = await run
    if len(result.errors):
        raise RuntimeError(f"{len(result.errors)} jobs failed: {result.errors.iloc[0].to_dict()}")
    return first[0]


async def bare(loopback: Loopback, bodies: Sequence[dict[str, Any]]) -> float | None:
    """The same requests through the openai client and nothing else."""
    client = openai.AsyncOpenAI(
        base_url=loopback.base_url, api_key="none", max_retries=0, http_client=openai.DefaultAioHttpClient()
    )
    free = asyncio.Semaphore(IN_FLIGHT)

    async def one(body: dict[str, Any]) -> None:
        async with free:
            if "messages" in body:
                await client.chat.completions.create(**body)
            else:
                await client.embeddings.create(**body)

    await asyncio.gather(*(one(body) for body in bodies))
    await client.close()
    return None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rounds of both sides, and how many requests each makes."""

    ours: list[Measured]
    bare: list[Measured]
    requests: int


def compare(rounds: int = ROUNDS) -> Comparison:
    """Both sides in turn, after a warm-up of each."""
    process, loopback = start_loopback("--latency-ms", "50")
    data: list[dict[str, object]] = make_samples(SAMPLES)
    try:
        asyncio.run(measure(lambda: ours(loopback, data)))
        bodies: list[dict[str, Any]] = loopback.requests()
        asyncio.run(measure(lambda: bare(loopback, bodies)))
        found = Comparison([], [], len(bodies))
        for _ in range(rounds):
            found.ours.append(asyncio.run(measure(lambda: ours(loopback, data))))
            found.bare.append(asyncio.run(measure(lambda: bare(loopback, bodies))))
        return found
    finally:
        stop_loopback(process)


def main() -> bool:
    """Print the table; whether every bar is met."""
    found = compare()
    n = found.requests
    rows = {
        "wall": ([m.wall_s for m in found.ours], [m.wall_s for m in found.bare], "s"),
        "cpu": (
            [1000 * m.cpu_s / n for m in found.ours],
            [1000 * m.cpu_s / n for m in found.bare],
            "ms/request",
        ),
        "lag_p99": ([m.lag_p99_ms for m in found.ours], [m.lag_p99_ms for m in found.bare], "ms"),
        "lag_max": ([m.lag_max_ms for m in found.ours], [m.lag_max_ms for m in found.bare], "ms"),
    }
    print(
        f"{SAMPLES} samples × 4 metrics, {n} requests, {IN_FLIGHT} in flight, 50 ms latency, "
        f"{ROUNDS} rounds of each in turn"
    )
    met = True
    for name, (mine, other, unit) in rows.items():
        ratio = statistics.median(mine) / statistics.median(other)
        met &= ratio <= BARS[name]
        print(
            f"  {name:8} ours {spread(mine)} {unit}, bare client {spread(other)}: "
            f"ratio {ratio:.2f} (bar {BARS[name]})"
        )
    first = [m.first_s or 0.0 for m in found.ours]
    met &= statistics.median(first) < BARS["first_s"]
    print(f"  first score after {spread(first)} s (bar {BARS['first_s']})")
    return met


if __name__ == "__main__":
    raise SystemExit(not main())
