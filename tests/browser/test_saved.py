"""A notebook for readers without its kernel: reopened, converted, or looked at where nothing is trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.lab import Cell, Notebook
from tests.browser.saved import page_of
from tests.browser.server import Server
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

MOST_BYTES = 300_000
START = """judged = samples('a', 'silent')
run = rnb.start(judged, ['faithfulness', 'exact_match'], llm=scripted(), name='kept')"""
NO_WIDGET = "Error displaying widget"
_KEEP_STATE = """async (keep) => {
  const plugin = "@jupyter-widgets/jupyterlab-manager:saveWidgetState";
  const { commands } = window.jupyterapp;
  if (commands.isToggled(plugin) !== keep) await commands.execute(plugin);
}"""

_SAVE_AND_END = """async () => {
  const { context, sessionContext } = window.jupyterapp.shell.currentWidget;
  await context.save();
  await sessionContext.shutdown();
}"""


def picture_in(page: Page | Locator) -> Locator:
    """The static picture of the run."""
    return page.get_by_role("region", name="Saved result of kept")


def judged(notebook: Notebook) -> Cell:
    """The cell of a run that has ended, its picture brought up to date."""
    cell = notebook.run(START)
    wait_for_the_last_picture(cell)
    return cell


def wait_for_the_last_picture(cell: Cell) -> None:
    """The run has ended, and the notebook has its picture as it was then."""
    expect(cell.output.locator(".rnb-saved")).to_contain_text("Finished")


def reopened(notebook: Notebook, place: int) -> Cell:
    """The cell after the notebook was saved, closed with its kernel, and opened with another."""
    notebook.page.evaluate(_SAVE_AND_END)
    notebook.close()
    notebook.open()
    return notebook.cell(place)


def forget_missing_widgets(watch: Watch) -> None:
    """JupyterLab also tells the console of widgets that it does not find; that is as it should be here."""
    watch.troubles[:] = [told for told in watch.troubles if "widget model not found" not in told]


@pytest.fixture
def widget_state_kept(notebook: Notebook) -> Iterator[None]:
    """JupyterLab saves the state of widgets with the notebook, which it does not unless told."""
    notebook.page.evaluate(_KEEP_STATE, True)
    yield
    notebook.page.evaluate(_KEEP_STATE, False)


def test_while_the_widget_is_alive_it_alone_is_seen(notebook: Notebook) -> None:
    cell = judged(notebook)
    again = notebook.run("run.show()")
    for shown in (cell, again):
        expect(shown.widget.grid).to_be_visible()
        expect(shown.output.locator(".rnb-saved")).to_be_hidden()
        assert len(shown.outputs) == 2
        assert shown.output.locator(".jp-OutputArea-child:visible").count() == 1


def test_a_reopened_notebook_shows_the_picture_and_no_error(notebook: Notebook, watch: Watch) -> None:
    cell = reopened(notebook, judged(notebook).place)
    expect(picture_in(cell.output)).to_be_visible()
    expect(picture_in(cell.output)).to_contain_text("Finished")
    expect(cell.output.get_by_text(NO_WIDGET)).to_be_attached()
    expect(cell.output.get_by_text(NO_WIDGET)).to_be_hidden()
    forget_missing_widgets(watch)


def test_in_a_reopened_notebook_a_run_that_is_loaded_leaves_the_older_picture(
    notebook: Notebook, watch: Watch
) -> None:
    cell = reopened(notebook, judged(notebook).place)
    store = f"{notebook.name.removesuffix('.ipynb')}.sqlite"
    loaded = notebook.run(
        f"import ragas_nb as rnb\nrun = rnb.load(rnb.runs(store='{store}')['run_id'][0], '{store}')\nrun"
    )
    expect(loaded.widget.state("Finished")).to_be_visible()
    expect(loaded.output.locator(".rnb-saved")).to_be_hidden()
    expect(picture_in(cell.output)).to_be_visible()
    forget_missing_widgets(watch)


@pytest.mark.usefixtures("widget_state_kept")
def test_a_notebook_with_widget_state_shows_the_saved_widget(notebook: Notebook) -> None:
    cell = reopened(notebook, judged(notebook).place)
    expect(cell.widget.state("Finished")).to_be_visible()
    expect(cell.widget.root).to_contain_text("Kernel not connected")
    expect(cell.output.locator(".rnb-saved")).to_be_hidden()


def test_where_outputs_are_not_trusted_the_picture_is_a_plain_table(
    notebook: Notebook, server: Server
) -> None:
    place = judged(notebook).place
    notebook.save()
    file = server.folder / notebook.name
    changed = nbformat.read(file, as_version=4)
    changed.cells[place].source += "  # changed by somebody else"
    notebook.close()
    nbformat.write(changed, file)
    notebook.open()
    output = notebook.cell(place).output
    expect(output.get_by_role("row")).to_have_count(3)
    expect(output).to_contain_text("kept · Finished · scripted ·", use_inner_text=True)
    expect(output.get_by_text(NO_WIDGET)).to_be_hidden()


@pytest.mark.parametrize("state", [False, True], ids=["without widget state", "with widget state"])
def test_the_converted_notebook_shows_the_result_offline(
    notebook: Notebook, context: BrowserContext, server: Server, state: bool
) -> None:
    notebook.page.evaluate(_KEEP_STATE, state)
    judged(notebook)
    notebook.save()
    notebook.page.evaluate(_KEEP_STATE, False)
    page = context.new_page()
    page.goto(page_of(server, notebook.name), wait_until="domcontentloaded")
    saved = picture_in(page)
    expect(saved).to_be_visible()
    expect(saved).to_contain_text("Finished")
    expect(saved).to_contain_text("1 / 2 scored · 1 undefined")
    expect(saved.get_by_role("row")).to_have_text(
        [
            "iduser_inputresponsefaithfulnessexact_match",
            "silentquestion silentanswer silentundefined0.00",
            "aquestion aanswer a0.501.00",
        ]
    )
    page.close()


@pytest.mark.usefixtures("widget_state_kept")
def test_a_large_run_adds_less_than_300_kb_to_the_file(notebook: Notebook, server: Server) -> None:
    notebook.save()
    file = server.folder / notebook.name
    before = file.stat().st_size
    cell = notebook.run(
        "large = samples(*(f'{row:>300}' for row in range(5_000)))\n"
        "run = rnb.start(large, [f'{name}' for name in ('exact_match', 'rouge_score', 'bleu_score', "
        "'string_present', 'non_llm_string_similarity', 'chrf_score')])"
    )
    wait_for_the_last_picture(cell)
    notebook.save()
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert "widgets" in saved["metadata"]
    assert file.stat().st_size - before < MOST_BYTES


# The last one: a reloaded JupyterLab brings back what was open, at times in front of a later test's notebook.
def test_after_a_reload_the_widget_alone_is_seen_again(notebook: Notebook) -> None:
    cell = judged(notebook)
    notebook.save()
    notebook.reload()
    expect(cell.widget.grid).to_be_visible()
    expect(cell.output.locator(".rnb-saved")).to_be_hidden()
    assert notebook.run("print(run.status)").text == "finished"
