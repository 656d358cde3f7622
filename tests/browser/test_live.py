"""A run that goes on, seen live under its cell."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Cell, Notebook

pytestmark = pytest.mark.browser

IDS = '"a", "b", "c", "d", "e", "f"'
START = f"""judge = GatedJudge(free=["a", "b"])
run = rnb.start(samples({IDS}), ["faithfulness", "exact_match"], llm=judge, name="live")"""
SCORED_A = ["question a", "answer a", "0.50", "1.00", "0.50000"]
SCORED_F = ["question f", "answer f", "0.50", "0.00", "0.50000"]
OPEN_GATE = "judge.gate.set()"


def start(notebook: Notebook) -> Cell:
    """Start a run in which two of six samples are scored and the others wait for the gate."""
    cell = notebook.run(START)
    expect(cell.widget.header).to_contain_text("2 / 6 scored")
    return cell


def test_scores_counts_and_cost_come_in_while_the_kernel_works(notebook: Notebook) -> None:
    widget = start(notebook).widget
    expect(widget.state("Running")).to_be_visible()
    expect(widget.header).to_contain_text("400 in80 out")
    expect(widget.header).to_contain_text("$1.00 of ≈ $3.00")
    expect(widget.card("faithfulness")).to_contain_text("n 2")
    assert widget.bins("faithfulness")[5] == "0.5–0.6: 2 samples"
    expect(widget.cells("a")).to_have_text(SCORED_A)
    expect(widget.cells("f")).to_have_text(["question f", "answer f", "running", "0.00", "0"])

    notebook.run(OPEN_GATE)
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")
    expect(widget.header).to_contain_text("1.20 k in240 out")
    expect(widget.header).to_contain_text("$3.00")
    expect(widget.card("faithfulness")).to_contain_text("n 6")
    assert widget.bins("faithfulness")[5] == "0.5–0.6: 6 samples"
    expect(widget.cells("f")).to_have_text(SCORED_F)


def test_cancel_ends_the_run_within_two_seconds_and_keeps_finished_scores(notebook: Notebook) -> None:
    widget = start(notebook).widget
    widget.cancel.click()
    expect(widget.state("Cancelled")).to_be_visible(timeout=2_000)
    expect(widget.header).to_contain_text("2 / 6 scored")
    expect(widget.cells("a")).to_have_text(SCORED_A)
    expect(widget.cells("f")).to_have_text(["question f", "answer f", "not judged", "0.00", "0"])
    assert notebook.run("print(run.status)").text == "cancelled"


def test_cancel_works_while_a_cell_awaits_the_run(notebook: Notebook) -> None:
    cell = notebook.begin(f"{START}\n_ = await run")
    expect(cell.widget.header).to_contain_text("2 / 6 scored")
    cell.widget.cancel.click()
    expect(cell.widget.state("Cancelled")).to_be_visible(timeout=2_000)
    assert notebook.run("print(run.status)").text == "cancelled"


def test_a_reload_during_a_run_loses_nothing(notebook: Notebook) -> None:
    place = start(notebook).place
    notebook.save()
    notebook.reload()
    widget = notebook.cell(place).widget
    expect(widget.state("Running")).to_be_visible()
    expect(widget.header).to_contain_text("2 / 6 scored")
    expect(widget.cells("a")).to_have_text(SCORED_A)

    notebook.run(OPEN_GATE)
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("6 / 6 scored")
    assert notebook.run("print(run['faithfulness'])").text == "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]"


def test_two_cells_that_show_one_run_agree(notebook: Notebook) -> None:
    first = start(notebook).widget
    second = notebook.run("run.show()").widget
    expect(second.header).to_contain_text("2 / 6 scored")
    notebook.run(OPEN_GATE)
    for widget in (first, second):
        expect(widget.state("Finished")).to_be_visible()
        expect(widget.header).to_contain_text("6 / 6 scored")
        expect(widget.cells("f")).to_have_text(SCORED_F)


def test_the_open_row_stays_open_when_the_run_ends(notebook: Notebook) -> None:
    widget = start(notebook).widget
    panel = widget.open("f")
    expect(panel).to_contain_text("answer f")
    notebook.run(OPEN_GATE)
    expect(widget.state("Finished")).to_be_visible()
    expect(panel).to_contain_text("answer f is true")


def test_the_magic_shows_the_widget(notebook: Notebook) -> None:
    notebook.run('%load_ext ragas_nb\ndf = samples("a", "b")')
    widget = notebook.run("%ragas df exact_match --name magic --out run").widget
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.root.get_by_role("heading", name="magic")).to_be_visible()
    expect(widget.cells("a")).to_have_text(["question a", "answer a", "1.00", "0"])
    expect(widget.cells("b")).to_have_text(["question b", "answer b", "0.00", "0"])
