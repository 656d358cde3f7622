"""Widgets come and go: many at once, one twice, closed and shown again, without a kernel, reloaded."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Cell, Notebook
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

MANY = 20
MOST_HEAP = 200e6
"""Bytes of JavaScript objects in the page, JupyterLab's own among them."""
START_MANY = f"""judge = GatedJudge(free=["a"])
runs = [
    rnb.start(samples("a", "b"), ["faithfulness"], llm=judge, name=f"run {{place}}", store=None)
    for place in range({MANY})
]"""
START = """judge = GatedJudge(free=["a", "b"])
run = rnb.start(samples(*"abcdef"), ["faithfulness", "exact_match"], llm=judge, name="held")"""
OPEN_GATE = "judge.gate.set()"
RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
COLLECT = "HeapProfiler.collectGarbage"


def heap(notebook: Notebook) -> float:
    """Bytes that the page's objects need."""
    session = notebook.page.context.new_cdp_session(notebook.page)
    session.send(COLLECT)
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(metric["value"] for metric in metrics if metric["name"] == "JSHeapUsedSize")


def widgets(cell: Cell) -> list[Widget]:
    """All widgets in a cell's output."""
    regions = cell.output.get_by_role("region", name="Evaluation run", exact=True)
    return [Widget(regions.nth(place)) for place in range(regions.count())]


def test_twenty_widgets_of_one_notebook_are_all_live(notebook: Notebook) -> None:
    cell = notebook.run(START_MANY)
    states = cell.output.locator(".rnb-state")
    expect(states).to_have_text(["Running"] * MANY)
    expect(cell.output.locator("header").get_by_text("1 / 2 scored")).to_have_count(MANY)
    last = widgets(cell)[-1]
    panel = last.open("a")
    expect(panel).to_contain_text("answer a is true")
    notebook.run(OPEN_GATE)
    expect(states).to_have_text(["Finished"] * MANY)
    expect(cell.output.locator("header").get_by_text("2 / 2 scored")).to_have_count(MANY)
    expect(panel).to_be_visible()
    assert heap(notebook) < MOST_HEAP


def test_the_same_widget_twice_has_one_run_and_two_views(notebook: Notebook) -> None:
    notebook.run(START)
    cell = notebook.run("display(run.widget, run.widget)")
    expect(cell.output.get_by_role("region", name="Evaluation run", exact=True)).to_have_count(2)
    first, second = widgets(cell)
    expect(first.open("a")).to_be_visible()
    expect(second.panel).to_have_count(0)
    expect(second.open("b")).to_be_visible()
    expect(first.panel).to_have_attribute("aria-label", "Row a")
    second.button("Pause").click()
    expect(first.state("Paused")).to_be_visible()
    first.button("Cancel").click()
    for widget in (first, second):
        expect(widget.state("Cancelled")).to_be_visible()


def test_a_widget_that_was_closed_is_shown_again_with_all_that_came_meanwhile(notebook: Notebook) -> None:
    cell = notebook.run(START)
    expect(cell.widget.header).to_contain_text("2 / 6 scored")
    notebook.activate(cell.place)
    notebook.command("notebook:clear-cell-output")
    expect(cell.output.get_by_role("region", name="Evaluation run", exact=True)).to_have_count(0)
    notebook.run(OPEN_GATE)
    widget = notebook.run("run.show()").widget
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")
    expect(widget.open("f")).to_contain_text("answer f is true")


def test_a_widget_whose_kernel_was_restarted_says_so_and_keeps_its_scores(notebook: Notebook) -> None:
    widget = notebook.run(START).widget
    expect(widget.cells("a").first).to_have_text("question a")
    notebook.page.evaluate(RESTART)
    expect(widget.state("Not connected")).to_be_visible()
    expect(widget.notices).to_contain_text("Kernel not connected")
    for order in ("Pause", "Cancel", "Limits"):
        expect(widget.button(order)).to_have_count(0)
    expect(widget.cells("a").filter(has_text="0.50").first).to_be_visible()
    widget.card("exact_match").get_by_role("option", name="1.0").last.click()
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["a", "c", "e"])


def test_a_reload_keeps_the_order_the_filter_and_the_open_row(notebook: Notebook) -> None:
    cell = notebook.run(f"{START}\n{OPEN_GATE}\n_ = await run")
    expect(cell.widget.state("Finished")).to_be_visible()
    cell.widget.grid.get_by_role("button", name="id", exact=True).dblclick()
    cell.widget.card("exact_match").get_by_role("option", name="1.0").last.click()
    expect(cell.widget.grid.get_by_role("rowheader")).to_have_text(["e", "c", "a"])
    cell.widget.open("c")
    notebook.run("import asyncio\nwhile run.view.viewing.open is None:\n    await asyncio.sleep(0.01)")
    notebook.save()
    notebook.reload()
    widget = notebook.cell(cell.place).widget
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["e", "c", "a"])
    expect(widget.panel).to_have_attribute("aria-label", "Row c")
    expect(widget.grid.get_by_role("columnheader", name="id")).to_have_attribute("aria-sort", "descending")
    expect(widget.root).to_contain_text("3 of 6 rows")
