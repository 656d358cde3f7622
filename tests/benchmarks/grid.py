"""100,000 judged rows × 6 metrics in the grid, in a real browser: paint, scroll, sort, filter, memory.

The kernel is played in the page, and nothing else is on it. Frames are what a person sees on this machine; it
should do nothing else meanwhile.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.built import STATIC
from tests.benchmarks.clock import spread
from tests.browser.server import chromium

ROWS, METRICS = 100_000, 6
ROUNDS = 5
PAINT_MS, FRAME_MS, TASK_MS, SORT_MS, FILTER_MS, HEAP_MB, BUNDLE_KIB = 200, 17, 50, 100, 50, 120, 220
WHEELS = 400
PAGE = Path(__file__).with_name("grid_page.js").read_text(encoding="utf-8")
TOTALS = wire.Totals(
    state="finished",
    message=None,
    scored=ROWS,
    failed=0,
    undefined=0,
    elapsed_s=60,
    rate=ROWS / 60,
    left_s=None,
    input_tokens=1_000_000,
    output_tokens=100_000,
    requests=ROWS,
    cost=1,
    unpriced=0,
    projected_cost=None,
    projected_margin=None,
    budget=None,
    can=[],
    notices=[],
    limits=None,
    failures=[],
)
FOLLOW_FRAMES = """() => {
  window.frames_ms = [];
  window.longest_ms = 0;
  window.observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longest_ms = Math.max(window.longest_ms, duration);
  });
  window.observer.observe({ type: "longtask" });
  let before = performance.now();
  const step = (now) => {
    window.frames_ms.push(now - before);
    before = now;
    window.following = requestAnimationFrame(step);
  };
  window.following = requestAnimationFrame(step);
}"""
STOP = """() => {
  cancelAnimationFrame(window.following);
  window.observer.disconnect();
  return [window.frames_ms.slice(2), window.longest_ms];
}"""
FIRST_ID = "() => grid().querySelector('[role=rowheader]').textContent"
ACT = """async ([selector, nth]) => {
  const target = document.querySelectorAll(selector)[nth];
  const counts = () => document.querySelector('.rnb-count').textContent;
  const ids = () => [...grid().querySelectorAll('[role=rowheader]')].map((cell) => cell.textContent).join();
  const before = counts() + ids();
  const began = performance.now();
  target.click();
  return (await painted(() => counts() + ids() !== before)) - began;
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one round showed, in milliseconds and megabytes."""

    paint_ms: float
    whole_ms: float
    sort_ms: float
    filter_ms: float
    frames_ms: list[float]
    longest_ms: float
    """The longest task while scrolling; 0 where none took 50 ms."""
    heap_mb: float


def totals() -> dict[str, Any]:
    """The run's totals as they travel."""
    return TOTALS.model_dump(mode="json")


def opened(browser: Browser) -> tuple[Page, float, float]:
    """A page with the widget, and the milliseconds from the message to the first paint and to the whole."""
    page = browser.new_page(viewport={"width": 1250, "height": 1000})
    page.set_content("<!doctype html><body></body>")
    script, style = ((STATIC / name).read_text(encoding="utf-8") for name in ("widget.js", "widget.css"))
    first, whole = page.evaluate(PAGE, [script, style, ROWS, METRICS, totals()])
    return page, first, whole


def scrolled(page: Page) -> tuple[list[float], float]:
    """Turn the wheel from end to end; the milliseconds of each frame, and of the longest task."""
    page.evaluate("() => { grid().scrollTop = 0; }")
    page.mouse.move(400, 400)
    page.evaluate(FOLLOW_FRAMES)
    far = page.evaluate("(wheels) => grid().scrollHeight / wheels", WHEELS)
    for _ in range(WHEELS):
        page.mouse.wheel(0, far)
    page.wait_for_function("() => grid().scrollTop + grid().clientHeight >= grid().scrollHeight - 2")
    frames, longest = page.evaluate(STOP)
    return frames, longest


def acted(page: Page, selector: str, nth: int) -> float:
    """Click something that changes the rows; milliseconds until the change is painted."""
    took: float = page.evaluate(ACT, [selector, nth])
    return took


def heap_mb(session: CDPSession) -> float:
    """Megabytes that the page's script holds, typed arrays among them."""
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    held: float = usage["usedSize"] + usage.get("backingStorageSize", 0)
    return held / 1e6


def seen(browser: Browser) -> Seen:
    """One round."""
    page, paint, whole = opened(browser)
    sort_ms = acted(page, ".rnb-rh button", 1)
    filter_ms = acted(page, "[role=listbox] [role=option]", 2)
    page.evaluate("() => document.querySelectorAll('[role=listbox] [role=option]')[2].click()")
    page.wait_for_function(f"() => document.querySelector('.rnb-count').textContent === '{ROWS:,} rows'")
    frames, longest = scrolled(page)
    held = heap_mb(page.context.new_cdp_session(page))
    page.close()
    return Seen(paint, whole, sort_ms, filter_ms, frames, longest, held)


def table(rounds: list[Seen]) -> Iterator[tuple[str, str, bool]]:
    """What was measured, in words, and whether its bar is met."""

    def line(name: str, values: list[float], bar: float, unit: str) -> tuple[str, str, bool]:
        return name, f"{spread(values)} {unit} (bar {bar:g})", statistics.median(values) <= bar

    yield line("first paint", [r.paint_ms for r in rounds], PAINT_MS, "ms")
    yield line("all rows in sight painted", [r.whole_ms for r in rounds], PAINT_MS, "ms")
    yield line("scrolling, a frame", [statistics.median(r.frames_ms) for r in rounds], FRAME_MS, "ms")
    yield line("scrolling, longest frame", [max(r.frames_ms) for r in rounds], TASK_MS, "ms")
    yield line("scrolling, longest task over 50 ms", [r.longest_ms for r in rounds], TASK_MS, "ms")
    yield line("sorting, to the paint", [r.sort_ms for r in rounds], SORT_MS, "ms")
    yield line("filtering, to the paint", [r.filter_ms for r in rounds], FILTER_MS, "ms")
    yield line("memory of the script", [r.heap_mb for r in rounds], HEAP_MB, "MB")


def main() -> bool:
    """Print the table; whether all bars are met."""
    with chromium() as browser:
        rounds = [seen(browser) for _ in range(ROUNDS)]
    met = True
    print(f"{ROWS:,} rows × {METRICS} metrics, {datetime.now(UTC):%d %b %Y}")
    for name, told, good in table(rounds):
        print(f"  {name:32} {told}")
        met &= good
    kib = (STATIC / "widget.js").stat().st_size / 1024
    print(f"  {'the bundle':32} {kib:.0f} KiB (bar {BUNDLE_KIB})")
    return met and kib <= BUNDLE_KIB


if __name__ == "__main__":
    raise SystemExit(not main())
