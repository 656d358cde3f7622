"""Reading and giving back large frames: time and memory, beside making one sample object per row.

Every measurement runs in a process of its own, so that none inherits another's memory.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pandas as pd

from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from tests.benchmarks.clock import spread

IN_S, OUT_S, MILLION_S, MILLION_MB = 0.3, 0.1, 4.0, 700.0
ROUNDS = 5
ROWS, MANY = 100_000, 1_000_000


def frame_of(rows: int) -> pd.DataFrame:
    """Questions, answers, references of a sentence each, and three contexts of twenty words."""
    numbers = range(rows)
    return pd.DataFrame(
        {
            "user_input": [f"Who designed garden number {i} of Lisbon, and when?" for i in numbers],
            "response": [f"Garden {i} of Lisbon was designed by Ada Moreau in 1873." for i in numbers],
            "reference": [f"Ada Moreau designed garden {i}; it was opened in 1873." for i in numbers],
            "retrieved_contexts": [
                [f"Passage {i}-{k} " + "of the garden " * 6 for k in range(3)] for i in numbers
            ],
        }
    )


def by_columns(frame: pd.DataFrame) -> EvaluationDataset:
    """Our way in."""
    return EvaluationDataset.from_pandas(frame)


def by_rows(frame: pd.DataFrame) -> list[SingleTurnSample]:
    """The obvious way in: a sample object per row."""
    return [SingleTurnSample(**row) for row in frame.to_dict(orient="records")]


def to_frame(data: EvaluationDataset | list[SingleTurnSample]) -> pd.DataFrame:
    """The way out: ours, or the obvious one."""
    if isinstance(data, EvaluationDataset):
        return data.to_pandas()
    return pd.DataFrame([sample.to_dict() for sample in data])


WAYS: dict[str, Callable[[pd.DataFrame], EvaluationDataset | list[SingleTurnSample]]] = {
    "columns": by_columns,
    "columns of objects": by_columns,
    "rows": by_rows,
}
"""How frames are read; "of objects" where pandas holds texts as Python's own, as before pandas 3."""


def resident_mb() -> float:
    """Memory of this process in MB, as the system counts it."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell how much memory a process holds")


def measure(way: str, rows: int) -> dict[str, float]:
    """Seconds in and out, and MB held by what was read."""
    WAYS[way](frame_of(100))  # what is loaded at first use is not counted
    frame = frame_of(rows).astype(object if "objects" in way else {})
    gc.collect()
    before = resident_mb()
    began = time.perf_counter()
    data = WAYS[way](frame)
    read = time.perf_counter()
    gc.collect()
    held = resident_mb() - before
    again = time.perf_counter()
    to_frame(data)
    return {"in": read - began, "out": time.perf_counter() - again, "mb": held}


def apart(way: str, rows: int) -> dict[str, float]:
    """`measure` in a fresh process."""
    code = (
        "import json; from tests.benchmarks.frames import measure; "
        f"print(json.dumps(measure({way!r}, {rows})))"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(out)
    return figures


def main() -> bool:
    """Print the figures; whether the bars are met."""
    rounds: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, figures in rounds.items():
            figures.append(apart(way, ROWS))
    many = {way: apart(way, MANY) for way in WAYS}
    for way, figures in rounds.items():
        print(
            f"{ROWS:,} rows by {way}: in {spread([f['in'] for f in figures])} s, "
            f"out {spread([f['out'] for f in figures])} s, holding {median(f['mb'] for f in figures):.0f} MB"
        )
    for way, figure in many.items():
        print(
            f"{MANY:,} rows by {way}: in {figure['in']:.2f} s, out {figure['out']:.2f} s, "
            f"holding {figure['mb']:.0f} MB"
        )
    print(f"bars: in {IN_S} s, out {OUT_S} s; a million in {MILLION_S} s, holding {MILLION_MB:.0f} MB")
    return all(
        median(f["in"] for f in rounds[way]) <= IN_S
        and median(f["out"] for f in rounds[way]) <= OUT_S
        and many[way]["in"] <= MILLION_S
        and many[way]["mb"] <= MILLION_MB
        for way in WAYS
        if way != "rows"
    )


if __name__ == "__main__":
    raise SystemExit(not main())
