"""Takes the pictures of the README, and others to look at: `python -m tools.screenshots`.

`docs/widget-light.png` and `docs/widget-dark.png` show the quickstart's questions, judged offline in a real
JupyterLab, with a partly wrong answer open. `build/shots/` gets the widget's other states.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.lab import Cell, Notebook, load, write_notebook
from tests.browser.server import Server, Theme, chromium, jupyterlab

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "notebooks" / "questions.jsonl"
DOCS = ROOT / "docs"
SHOTS = ROOT / "build" / "shots"
SCALE = 2
"""Picture points per point of the page, so that text stays sharp."""
WIDE, NARROW, TALL = 1200, 640, 1300
PATIENCE_MS = 60_000
OPEN = "titanic"
"""The sample that the README shows: of its three statements one is wrong."""

SETUP = """import os
os.environ["RAGAS_NB_STORE"] = "none"  # no scene goes on with the run of another
import pandas as pd
import ragas_nb as rnb
from tests.browser.scenes import GatedJudge, samples, scripted
questions = pd.read_json("questions.jsonl", lines=True)"""
START = """run = rnb.start(
    questions,
    metrics=["faithfulness", "answer_relevancy", "context_precision", "answer_correctness"],
    llm="offline",
    name="quickstart",
)"""
RUNNING = """judge = GatedJudge(free=["paris", "rome", "oslo"])
run = rnb.start(samples("paris", "rome", "oslo", *map(str, range(4, 16))), ["faithfulness", "exact_match"],
                llm=judge, name="half way")"""
TROUBLED = """run = rnb.start(samples("fine", "broken", "silent"), ["faithfulness", "exact_match"],
                llm=scripted(), name="troubled")"""


def quickstart(notebook: Notebook) -> Cell:
    """The README's run, ended, with one row open."""
    cell = notebook.run(START)
    expect(cell.widget.state("Finished")).to_be_visible()
    panel = cell.widget.open(OPEN)
    panel.get_by_role("img", name="not supported", exact=True).first.scroll_into_view_if_needed()
    return cell


def closed(notebook: Notebook) -> Cell:
    """The same without an open row."""
    cell = notebook.run(START)
    expect(cell.widget.state("Finished")).to_be_visible()
    expect(cell.widget.row(OPEN)).to_be_visible()
    return cell


def running(notebook: Notebook) -> Cell:
    """A run that goes on."""
    cell = notebook.run(RUNNING)
    expect(cell.widget.header).to_contain_text("3 / 15 scored")
    expect(cell.widget.cells("paris").first).to_have_text("question paris")
    return cell


def cancelled(notebook: Notebook) -> Cell:
    """A run that was ended by hand."""
    cell = running(notebook)
    cell.widget.cancel.click()
    expect(cell.widget.state("Cancelled")).to_be_visible()
    return cell


def failed(notebook: Notebook) -> Cell:
    """A row whose reply could not be used."""
    cell = notebook.run(TROUBLED)
    expect(cell.widget.state("Finished")).to_be_visible()
    expect(cell.widget.open("broken").get_by_role("alert")).to_be_visible()
    return cell


def prompts(notebook: Notebook) -> Cell:
    """What was sent and what came back."""
    cell = quickstart(notebook)
    cell.widget.panel.get_by_role("button", name="Prompts and replies").first.click()
    expect(cell.widget.panel.get_by_role("region", name="Prompt").first).to_be_visible()
    return cell


Scene = Callable[[Notebook], Cell]
Picture = tuple[Path, Scene, Theme, int]
PICTURES: tuple[Picture, ...] = (
    (DOCS / "widget-light.png", quickstart, "light", WIDE),
    (DOCS / "widget-dark.png", quickstart, "dark", WIDE),
    (SHOTS / "finished.png", closed, "light", WIDE),
    (SHOTS / "running.png", running, "light", WIDE),
    (SHOTS / "running-dark.png", running, "dark", WIDE),
    (SHOTS / "cancelled.png", cancelled, "light", WIDE),
    (SHOTS / "failed.png", failed, "light", WIDE),
    (SHOTS / "failed-dark.png", failed, "dark", WIDE),
    (SHOTS / "prompts.png", prompts, "light", WIDE),
    (SHOTS / "narrow.png", quickstart, "light", NARROW),
)


def take(page: Page, server: Server, picture: Picture) -> None:
    """Run a scene in a notebook of its own and take the picture of its cell."""
    path, scene, theme, width = picture
    name = f"{path.stem}.ipynb"
    write_notebook(server, name)
    page.set_viewport_size({"width": width, "height": TALL})
    notebook = Notebook(page, server, name)
    notebook.open()
    notebook.command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "light").lower())
    notebook.run(SETUP)
    cell = scene(notebook)
    notebook.activate(0)  # the tools of the active cell would cover its code
    page.mouse.move(0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    cell.whole.screenshot(path=path, animations="disabled")
    print(f"written  {path.relative_to(ROOT)}")
    notebook.close()


def main(names: list[str]) -> int:
    """Take the pictures whose file names are given, without any all of them."""
    wanted = [picture for picture in PICTURES if not names or picture[0].stem in names]
    with tempfile.TemporaryDirectory() as home, jupyterlab(Path(home)) as server, chromium() as browser:
        (server.folder / QUESTIONS.name).write_bytes(QUESTIONS.read_bytes())
        context = browser.new_context(device_scale_factor=SCALE, viewport={"width": WIDE, "height": TALL})
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        load(page, server)
        page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        for picture in wanted:
            take(page, server, picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
