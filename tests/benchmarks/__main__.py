"""Run every measurement and say which bars are met; name some to run only those."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

NAMES = (
    "importing",
    "frames",
    "prompt_size",
    "offline_quality",
    "judging",
    "showing",
    "grid",
    "streaming",
    "requests_saved",
    "judge_free",
    "store",
    "pacing",
    "throughput",
    "kills",
    "long_run",
)


def main(names: list[str]) -> int:
    """Run the named measurements (all without names); the number of bars that were missed."""
    missed = []
    folder = Path(tempfile.mkdtemp())
    for name in names or NAMES:
        os.environ["RAGAS_NB_STORE"] = str(folder / f"{name}.sqlite")  # nothing is there from earlier runs
        print(f"\n── {name} ──", flush=True)
        measure = cast("Callable[[], bool | int | None]", import_module(f"tests.benchmarks.{name}").main)
        if not measure():
            missed.append(name)
    print("\nall bars met" if not missed else f"\nbars missed in: {', '.join(missed)}")
    return len(missed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
