"""100,000 scores into the widget in JupyterLab, while its grid is scrolled: how long it holds the page.

The bar is for the processor time of the page's tasks, so that it means the same on a busy machine.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.tracing import CATEGORIES, Task, tasks
from tests.browser.lab import Notebook, load, write_notebook
from tests.browser.server import Server, chromium, jupyterlab

BAR_MS = 50
OURS_FROM_MS = 1
"""A task in which our script runs for less is not ours."""
PATIENCE_MS = 300_000
SHAPES = ((100_000, 1), (20_000, 5))
"""Samples and metrics: 100,000 scores each time."""

SETUP = """import time
import pandas as pd
import ragas_nb as rnb
from ragas_nb.metrics import ExactMatch

def data(n):
    return pd.DataFrame({"user_input": [f"question {i}" for i in range(n)],
                         "response": [f"answer {i % 7}" for i in range(n)],
                         "reference": [f"answer {i % 5}" for i in range(n)]})

def metrics(n):
    return [ExactMatch(name=f"match_{i}") for i in range(n)]
"""
PREPARE = """frame = data({samples})
began = time.process_time()
_ = await rnb.start(frame, metrics({metrics}), show_progress=False)
print(time.process_time() - began)"""
STREAM = """began = time.process_time()
run = rnb.start(frame, metrics({metrics}))"""
SPENT = "print(time.process_time() - began)"
MARK = "ragas_nb scrolls"
SCROLL = """(mark) => {
  performance.mark(mark);
  const grid = document.querySelector('.ragas-nb [role="grid"]');
  window.frames_ms = [];
  let before = performance.now();
  const step = (now) => {
    window.frames_ms.push(now - before);
    before = now;
    grid.scrollTop += 90;
    window.scrolling = requestAnimationFrame(step);
  };
  window.scrolling = requestAnimationFrame(step);
}"""
IN_SIGHT = "() => document.querySelector('.ragas-nb [role=rowheader]') !== null"
ENDED = "() => document.querySelector('.ragas-nb header').textContent.includes('Finished')"
STOP = "() => { cancelAnimationFrame(window.scrolling); return window.frames_ms.slice(1); }"


@dataclass(frozen=True, slots=True)
class Streamed:
    """What one run cost."""

    opening: list[Task]
    """The page's tasks until the widget shows its grid."""
    streaming: list[Task]
    """Those from then on."""
    frames_ms: list[float]
    """The time between frames."""
    kernel_s: float
    """The kernel's processor time."""
    kernel_without_s: float
    """The same without a widget."""


def stream(browser: Browser, notebook: Notebook, samples: int, metrics: int) -> Streamed:
    """One run into a widget that is scrolled all the while."""
    without = notebook.run(PREPARE.format(samples=samples, metrics=metrics))
    page = notebook.page
    browser.start_tracing(page=page, categories=list(CATEGORIES))
    notebook.begin(STREAM.format(metrics=metrics))
    # Plain looks at the page: those of `expect` cost it more than the widget does.
    page.wait_for_function(IN_SIGHT)
    page.evaluate(SCROLL, MARK)
    page.wait_for_function(ENDED)
    frames = page.evaluate(STOP)
    opening, streaming = tasks(browser.stop_tracing(), MARK)
    spent = notebook.run(SPENT)
    return Streamed(opening, streaming, frames, float(spent.text), float(without.text))


def measured(browser: Browser, server: Server, samples: int, metrics: int) -> Streamed:
    """One run in a page and a kernel of its own."""
    page = browser.new_page(viewport={"width": 1250, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    name = f"streaming-{samples}-{metrics}.ipynb"
    write_notebook(server, name)
    load(page, server)
    notebook = Notebook(page, server, name)
    notebook.open()
    notebook.run(SETUP)
    found = stream(browser, notebook, samples, metrics)
    notebook.close()
    page.close()
    return found


def table(found: Streamed) -> Iterator[str]:
    """The lines that tell of one run."""
    for when, all_tasks in (("opening", found.opening), ("streaming", found.streaming)):
        task = longest(all_tasks)
        yield (
            f"{when:9} longest task of ours {task.cpu_ms:.0f} ms of processor time (bar {BAR_MS}); "
            f"{task.ms:.0f} ms from start to end, {task.ours_ms:.0f} ms of them in our script"
        )
    p95 = statistics.quantiles(found.frames_ms, n=20)[-1]
    median = statistics.median(found.frames_ms)
    yield f"scrolling a frame every {median:.0f} ms, 95th percentile {p95:.0f} ms"
    yield f"kernel    {found.kernel_s:.2f} s of processor time; {found.kernel_without_s:.2f} s if not shown"


def longest(of: list[Task]) -> Task:
    """The task with the most processor time of those in which our script took part."""
    ours = (task for task in of if task.ours_ms >= OURS_FROM_MS)
    return max(ours, key=lambda task: task.cpu_ms)


def main() -> bool:
    """Print the table; whether the bar is met."""
    met = True
    with tempfile.TemporaryDirectory() as home, jupyterlab(Path(home)) as server, chromium() as browser:
        for samples, metrics in SHAPES:
            found = measured(browser, server, samples, metrics)
            print(f"{samples:,} samples × {metrics} metrics")
            for line in table(found):
                print(f"  {line}")
            met &= longest(found.opening + found.streaming).cpu_ms <= BAR_MS
    return met


if __name__ == "__main__":
    raise SystemExit(not main())
