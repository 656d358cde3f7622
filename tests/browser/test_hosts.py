"""The widget works wherever anywidget does: in every host a run is followed and told what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

import ragas_nb as rnb
from ragas_nb.engine.events import RunPaused
from ragas_nb.run import Run
from tests.browser import hosted
from tests.browser.bare import BareHost, Look
from tests.browser.hosted import picture, work_with
from tests.browser.lab import Notebook, write_notebook
from tests.browser.scenes import GatedJudge, samples
from tests.browser.server import marimo, notebook7, voila
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

NAME = "hosted.ipynb"
OF_NOTEBOOK = ("reading 'schema'",)
"""What Jupyter Notebook itself says in the console, whatever the notebook."""
OF_VOILA = ("cdn.jsdelivr.net/npm/@fortawesome", "@jupyter-notebook/lab-extension")
"""The icons that Voila's own page wants, and an extension that is not for it."""


def start() -> Run:
    """Start the run of `hosted.START`."""
    judge = GatedJudge(free=["a", "b"])
    run = rnb.start(samples(*"abcdef"), ["faithfulness", "exact_match"], llm=judge, name="hosted", store=None)
    run.listen(lambda event: judge.gate.set() if isinstance(event, RunPaused) else None)
    return run


def ours(watch: Watch, theirs: tuple[str, ...] = ()) -> list[str]:
    """The troubles that the host does not make by itself."""
    return [trouble for trouble in watch.troubles if not any(part in trouble for part in theirs)]


@pytest.mark.parametrize("look", ["plain", "vscode", "colab", "shadow"])
def test_a_host_that_knows_only_the_contract(blank: Watch, host: BareHost, look: Look) -> None:
    shown = host.show(blank.page, host.call(start), look=look)
    widget = work_with(shown.place)
    expect(widget.root).to_have_css("display", "flex")
    if look == "vscode":
        expect(widget.root).to_have_css("background-color", "rgb(30, 30, 30)")
        expect(widget.root).to_have_css("color", "rgb(212, 212, 212)")
    if look in ("vscode", "colab"):
        expect(widget.root).to_have_css("color-scheme", "dark")
    picture(blank.page, look)


def test_notebook_7(context: BrowserContext, tmp_path: Path) -> None:
    with notebook7(tmp_path) as server:
        write_notebook(server, NAME)
        watch = Watch(context.new_page(), server.url)
        notebook = Notebook(watch.page, server, NAME)
        notebook.visit()
        notebook.run(hosted.START)
        work_with(watch.page)
        picture(watch.page, "notebook")
        watch.page.close()
        assert ours(watch, OF_NOTEBOOK) == []


def test_voila(context: BrowserContext, tmp_path: Path) -> None:
    with voila(tmp_path) as server:
        write_notebook(server, NAME, hosted.START)
        watch = Watch(context.new_page(), server.url)
        watch.page.goto(f"{server.url}/voila/render/{NAME}")
        work_with(watch.page)
        picture(watch.page, "voila")
        watch.page.close()
        assert ours(watch, OF_VOILA) == []


def test_marimo(context: BrowserContext, tmp_path: Path) -> None:
    with marimo(tmp_path, hosted.APP) as server:
        watch = Watch(context.new_page(), server.url)
        watch.page.goto(server.url)
        widget = work_with(watch.page)
        expect(widget.panel.get_by_role("button", name="Close")).to_have_css("border-top-width", "0px")
        picture(watch.page, "marimo")
        watch.page.close()
        assert ours(watch) == []
