"""What a person tells a run in its widget: pause, retry, more budget, other limits; a run that comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Cell, Notebook
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

START = """judge = GatedJudge(free=["a", "b"])
run = rnb.start(samples(*"abcdef"), ["faithfulness", "exact_match"], llm=judge, name="held")"""
OPEN_GATE = "judge.gate.set()"
MOODY = """judge = MoodyJudge()
run = rnb.start(samples("fine", "broken", "rude"), ["faithfulness", "exact_match"], llm=judge)"""
RECOVER = "judge.well = True"
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
REQUESTS = "print(len(judge.requests))"


def started(notebook: Notebook) -> Cell:
    """A run in which two of six samples are scored, and the others wait for the gate."""
    cell = notebook.run(START)
    expect(cell.widget.header).to_contain_text("2 / 6 scored")
    return cell


def test_pause_stops_requests_and_resume_goes_on(notebook: Notebook) -> None:
    widget = started(notebook).widget
    widget.button("Pause").click()
    expect(widget.state("Paused")).to_be_visible()
    expect(widget.button("Resume")).to_be_focused()
    # The first steps of four samples are in flight. They come back; the second ones do not follow.
    notebook.run(f"{OPEN_GATE}\nimport asyncio; await asyncio.sleep(0.3)")
    assert notebook.run(REQUESTS).text == "8"
    expect(widget.header).to_contain_text("2 / 6 scored")

    widget.button("Resume").press("Enter")
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")


def test_a_reload_of_a_paused_run_keeps_all(notebook: Notebook) -> None:
    cell = started(notebook)
    cell.widget.button("Pause").click()
    expect(cell.widget.state("Paused")).to_be_visible()
    notebook.save()
    notebook.reload()
    widget = notebook.cell(cell.place).widget
    expect(widget.state("Paused")).to_be_visible()
    expect(widget.header).to_contain_text("2 / 6 scored")
    expect(widget.cells("a").nth(2)).to_have_text("0.50")
    notebook.run(OPEN_GATE)
    widget.button("Resume").click()
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")


def test_a_cancelled_run_resumes_where_it_stopped(notebook: Notebook) -> None:
    widget = started(notebook).widget
    widget.button("Cancel").click()
    expect(widget.state("Cancelled")).to_be_visible()
    expect(widget.button("Resume")).to_be_focused()
    expect(widget.cells("f").nth(2)).to_have_attribute("title", "faithfulness: not judged: cancelled")
    notebook.run(OPEN_GATE)
    widget.button("Resume").click()
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")


def moody(notebook: Notebook) -> Widget:
    """A run with two failures of different kinds, whose judge has got well since."""
    widget = notebook.run(MOODY).widget
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("1 / 3 scored2 failed")
    notebook.run(RECOVER)
    return widget


def test_retry_turns_failed_cells_into_scores_kind_by_kind(notebook: Notebook) -> None:
    widget = moody(notebook)
    expect(widget.cells("rude").nth(2)).to_have_attribute(
        "title", "faithfulness: failed: refused. Open the row to see why"
    )
    widget.button("Retry failed 2").click()
    widget.root.get_by_role("group", name="Retry failed").get_by_role("button", name="Refused").click()
    expect(widget.cells("rude").nth(2)).to_have_text("0.50")
    expect(widget.cells("broken").nth(2)).to_have_text("failed")
    widget.button("Retry failed 1").click()
    expect(widget.header).to_contain_text("3 / 3 scored")
    expect(widget.root.get_by_role("button", name="Retry")).to_have_count(0)


def test_retry_in_the_panel_asks_for_that_score_only(notebook: Notebook) -> None:
    widget = moody(notebook)
    panel = widget.open("broken")
    expect(panel.get_by_role("alert")).to_have_text("Invalid outputJudgeOutputInvalid")
    panel.get_by_role("button", name="Retry").click()
    expect(widget.cells("broken").nth(1)).to_have_text("0.50")
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(panel.locator(":focus")).to_have_count(1)
    expect(widget.cells("rude").nth(1)).to_have_text("failed")


def test_more_budget_lets_the_run_go_on(notebook: Notebook) -> None:
    widget = notebook.run(
        "run = rnb.start(samples('a', 'b'), ['faithfulness'], llm=scripted(), budget=0.75, name='dear')"
    ).widget
    expect(widget.state("Budget reached")).to_be_visible()
    expect(widget.notices).to_contain_text("Budget of $0.75 reached")
    widget.button("Add budget").click()
    expect(widget.root.get_by_label("How much more")).to_be_focused()
    notebook.page.keyboard.type("0.25")
    notebook.page.keyboard.press("Enter")
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("2 / 2 scored")
    expect(widget.header).to_contain_text("budget $1.00")


def test_limits_change_while_the_run_goes_on(notebook: Notebook) -> None:
    widget = started(notebook).widget
    expect(widget.header).to_contain_text(re.compile(r"4 of \d+ at once"))
    widget.button("Limits").click()
    widget.root.get_by_label("Requests at once, at most").fill("3")
    widget.root.get_by_label("Requests per minute").fill("6000")
    notebook.page.keyboard.press("Enter")
    expect(widget.root.get_by_role("group", name="Limits")).to_have_count(0)
    expect(widget.button("Limits")).to_be_focused()
    expect(widget.header).to_contain_text("4 of 3 at once")
    assert notebook.run("print(run.limits.max_workers, run.limits.most_requests)").text == "3 6000.0"
    notebook.run(OPEN_GATE)
    expect(widget.state("Finished")).to_be_visible()


def test_a_popover_closes_with_escape_and_gives_the_focus_back(notebook: Notebook) -> None:
    widget = started(notebook).widget
    widget.button("Limits").click()
    expect(widget.root.get_by_label("Requests at once, at most")).to_be_focused()
    notebook.page.keyboard.press("Escape")
    expect(widget.root.get_by_role("group", name="Limits")).to_have_count(0)
    expect(widget.button("Limits")).to_be_focused()
    widget.button("Limits").click()
    widget.root.get_by_role("heading", name="held").click()
    expect(widget.root.get_by_role("group", name="Limits")).to_have_count(0)
    widget.button("Cancel").click()


def test_a_store_that_cannot_be_written_is_told_and_the_run_goes_on(notebook: Notebook) -> None:
    notebook.run("import pathlib; pathlib.Path('in-the-way').write_text('a file')")
    widget = notebook.run(
        "run = rnb.start(samples('a'), ['exact_match'], store='in-the-way/runs.sqlite', name='unkept')"
    ).widget
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("1 / 1 scored")
    expect(widget.notices).to_have_count(1)
    expect(widget.notices).to_contain_text("memory")
    expect(widget.notices).to_have_class(re.compile("rnb-trouble"))


def test_the_same_cell_goes_on_after_the_kernel_was_restarted(notebook: Notebook) -> None:
    notebook.run(
        "judge = scripted()\nrun = rnb.start(samples('a', 'b'), ['faithfulness'], llm=judge, name='kept')\n"
        "_ = await run\nprint(run.run_id)"
    )
    store = notebook.run("print(os.environ['RAGAS_NB_STORE'])").text
    notebook.page.evaluate(RESTART)
    notebook.run(
        f"import os; os.environ['RAGAS_NB_STORE'] = {store!r}\n"
        "import ragas_nb as rnb\nfrom tests.browser.scenes import *\nkept = rnb.runs()"
    )
    widget = notebook.run("loaded = rnb.load(kept['run_id'][0])\nloaded.show()").widget
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("2 / 2 scored")
    expect(widget.root.get_by_role("group", name="Run")).to_have_count(0)
    expect(widget.open("a")).to_contain_text("answer a is true")
