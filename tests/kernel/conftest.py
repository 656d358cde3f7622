"""Kernels for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernel.driver import Kernel, kernel

SETUP = """
import asyncio, warnings
import pandas as pd
import ragas_nb as rnb
from ragas_nb.metrics import AspectCritic

df = pd.DataFrame({
    "user_input": [f"question {i}" for i in range(8)],
    "response": [f"answer {i}" for i in range(8)],
})
polite = AspectCritic(name="polite", definition="Is the answer polite?")

async def judge(prompt):
    await asyncio.sleep(0)
    return {"reason": "it is", "verdict": 1}

class Stuck:
    "Answers the first questions and never the others; says so when it is asked one of them."
    def __init__(self, answered):
        self.answered = answered
        self.cancelled = 0
    async def __call__(self, prompt):
        self.answered -= 1
        if self.answered >= 0:
            return {"reason": "it is", "verdict": 1}
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1

def say_when_scored(count):
    scored = []
    def callback(event):
        if event.type == "job_scored":
            scored.append(event)
            if len(scored) == count:
                print("READY", flush=True)
    return callback

def open_tasks():
    return sorted(t.get_name() for t in asyncio.all_tasks() if "ragas_nb" in t.get_name() or "ragas_nb" in repr(t.get_coro()))
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel in which ragas_nb is imported and a few answers wait to be judged."""
    with kernel(tmp_path) as started:
        started.run(SETUP)
        yield started
