"""100,000 samples × 1 metric that asks a judge, on a server that answers at once: the memory it takes."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

from tests.benchmarks.throughput import Highest
from tests.loopback.fixtures import start_loopback, stop_loopback
from tests.loopback.samples import make_samples

SAMPLES = 100_000
DIFFERENT = 1_000
"""Samples that are made; the others are the same with another question."""
GROWTH_MB = 400.0
"""The bar: a tenth of what the traces would take in memory. The samples themselves are there before."""


async def growth(url: str) -> tuple[float, float, int]:
    """How much the memory of this process grows during the run, in MB; seconds, and jobs without a score."""
    import ragas_nb as rnb
    from ragas_nb.judges.openai import OpenAIJudge

    made = make_samples(DIFFERENT)
    data = rnb.read_dataset(
        [
            one | {"user_input": f"{one['user_input']} ({n})"}
            for n in range(SAMPLES // DIFFERENT)
            for one in made
        ]
    )
    memory, began = Highest(), time.perf_counter()
    run = rnb.start(data, ["context_recall"], llm=OpenAIJudge("judge", base_url=url, api_key="none"))
    result = await run
    return memory.growth_mb(), time.perf_counter() - began, len(result.errors)


def main() -> bool:
    """Print the figures; whether the memory stays within the bar."""
    process, loopback = start_loopback()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RAGAS_NB_STORE"] = str(Path(folder) / "runs.sqlite")
        try:
            grown, seconds, missing = asyncio.run(growth(loopback.base_url))
        finally:
            stop_loopback(process)
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    print(
        f"{SAMPLES:,} samples × 1 metric: {seconds:.0f} s, {SAMPLES / seconds:,.0f} requests/s, "
        f"{missing} missing\n"
        f"  memory grows by {grown:.0f} MB (bar {GROWTH_MB:.0f}), the store takes {size:.0f} MB"
    )
    return missing == 0 and grown < GROWTH_MB


if __name__ == "__main__":
    raise SystemExit(not main())
