"""What is measured around asynchronous work: wall time, CPU time, and how long the loop was held."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

TICK_S = 0.005


@dataclass(frozen=True, slots=True)
class Measured:
    """One round: seconds of wall and CPU time, and the loop's lag (p99 and largest) in milliseconds."""

    wall_s: float
    cpu_s: float
    lag_p99_ms: float
    lag_max_ms: float
    first_s: float | None = None


async def measure(work: Callable[[], Awaitable[float | None]]) -> Measured:
    """Run `work` once; what it returns is the time of its first result, in seconds since its start."""
    lags: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_S)
            lags.append(time.perf_counter() - before - TICK_S)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(2 * TICK_S)
    wall, cpu = time.perf_counter(), time.process_time()
    first = await work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    ticker.cancel()
    ordered = sorted(lags)
    p99 = ordered[int(len(ordered) * 0.99)] if ordered else 0.0
    return Measured(wall, cpu, 1000 * p99, 1000 * max(ordered, default=0.0), first)


def spread(values: Sequence[float]) -> str:
    """Median, smallest and largest."""
    return f"{statistics.median(values):.3g} ({min(values):.3g}–{max(values):.3g})"
