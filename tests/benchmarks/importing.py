"""How long `import ragas_nb` takes in a fresh interpreter, beside an interpreter that imports nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from tests.benchmarks.clock import spread

BAR_S = 0.3
ROUNDS = 7
HEAVY = ("openai", "pandas", "plotly", "anywidget", "ipywidgets", "IPython", "numpy")


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def main() -> bool:
    """Print the figures; whether the bar is met."""
    heavy = subprocess.run(
        [sys.executable, "-c", f"import sys, ragas_nb; print([m for m in {HEAVY} if m in sys.modules])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    with_it, without = [], []
    for _ in range(ROUNDS):
        with_it.append(_seconds("import ragas_nb"))
        without.append(_seconds("pass"))
    cost = statistics.median(with_it) - statistics.median(without)
    print(
        f"import ragas_nb: {cost:.3f} s (bar {BAR_S}); process {spread(with_it)} s, "
        f"empty one {spread(without)} s"
    )
    print(f"  heavy packages loaded by it: {heavy}")
    return cost <= BAR_S and heavy == "[]"


if __name__ == "__main__":
    raise SystemExit(not main())
