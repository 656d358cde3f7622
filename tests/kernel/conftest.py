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
    "Answers the first questions and never the others; says READY when all are either scored or stuck."
    def __init__(self, answered):
        self.answered = answered
        self.asked = self.scored = self.stuck = self.cancelled = 0
    async def __call__(self, prompt):
        self.asked += 1
        if self.asked <= self.answered:
            return {"reason": "it is", "verdict": 1}
        self.stuck += 1
        try:
            self.look()
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1
    def heard(self, event):
        self.scored += event.type == "job_scored"
        self.look()
    def look(self):
        if (self.scored, self.stuck) == (self.answered, len(df) - self.answered):
            print("READY", flush=True)

def open_tasks():
    ours = (t for t in asyncio.all_tasks() if "ragas_nb" in t.get_name() + repr(t.get_coro()))
    return sorted(t.get_name() for t in ours)
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel in which ragas_nb is imported and a few answers wait to be judged."""
    with kernel(tmp_path) as started:
        started.run(SETUP)
        yield started
