"""A run in a process of its own, which may be killed.

`python -m tests.endurance.process STORE BASE_URL SAMPLES` prints `started`, then, when the run has ended, its
scores and failures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import ragas_nb as rnb
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from tests.loopback.samples import make_samples

ROOT = Path(__file__).parents[2]
AT_ONCE = 16


async def main(store: str, base_url: str, samples: int) -> None:
    """Evaluate, or go on where an earlier process stopped."""
    run = rnb.start(
        make_samples(samples),
        llm=OpenAIJudge("judge", base_url=base_url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=base_url, api_key="none"),
        run_config=rnb.RunConfig(max_workers=AT_ONCE),
        store=store,
    )
    print("started", flush=True)
    result = await run
    print(json.dumps({"scores": result.scores, "errors": len(result.errors), "run_id": run.run_id}))


def begin(store: Path, base_url: str, samples: int) -> subprocess.Popen[str]:
    """Start such a process; it has started its run when this returns."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.endurance.process", str(store), base_url, str(samples)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline() if process.stdout else ""
    if line.strip() != "started":
        raise RuntimeError(f"the run did not start (exit code {process.wait(10)})")
    return process


def finished(process: subprocess.Popen[str]) -> dict[str, object]:
    """What the run of such a process found, when it has ended."""
    out, _ = process.communicate(timeout=120)
    found: dict[str, object] = json.loads(out)
    return found


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
