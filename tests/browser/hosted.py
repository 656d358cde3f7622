"""One run for every host: what its notebook or app says, and what a person does with it there."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.server import ROOT
from tests.browser.widget import Widget

SHOTS = ROOT / "build" / "shots"
START = """import ragas_nb as rnb
from ragas_nb.engine.events import RunPaused
from tests.browser.scenes import GatedJudge, samples

judge = GatedJudge(free=["a", "b"])
run = rnb.start(samples(*"abcdef"), ["faithfulness", "exact_match"], llm=judge, name="hosted", store=None)
_stop = run.listen(lambda event: judge.gate.set() if isinstance(event, RunPaused) else None)"""
"""Two of six samples are scored; the others wait until the run was paused."""
APP = f"""import marimo

app = marimo.App(width="medium")


@app.cell
async def _():
    import marimo as mo

{indent(START, "    ")}
    mo.ui.anywidget(run.widget)
    return


if __name__ == "__main__":
    app.run()
"""
"""The same as an app of marimo."""


def work_with(place: Page | FrameLocator) -> Widget:
    """Watch the run, open a row, pause, resume, and see the end; every step needs the kernel."""
    widget = Widget(place.get_by_role("region", name="Evaluation run", exact=True))
    expect(widget.header).to_contain_text("2 / 6 scored")
    expect(widget.open("a")).to_contain_text("answer a is true")
    widget.button("Pause").click()
    expect(widget.state("Paused")).to_be_visible()
    widget.button("Resume").click()
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")
    expect(widget.card("faithfulness")).to_contain_text("n 6")
    expect(widget.cells("f").filter(has_text="0.00")).to_have_count(1)
    return widget


def picture(page: Page, name: str) -> None:
    """Take a picture to look at; no test reads it."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(SHOTS, f"hosts-{name}.png"), animations="disabled")
