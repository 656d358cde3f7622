"""Two runs side by side, in a notebook: what changed, found and opened by a person."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

RUNS = """judge = GatedJudge(free=["paris", "rome"])
data = samples("paris", "rome", "oslo")
a = rnb.start(data, ["faithfulness", "exact_match"], llm=judge, name="before", show_progress=False)
changed = data.assign(response=["silent", "answer rome", "answer oslo"])
b = rnb.start(changed, ["faithfulness", "exact_match"], llm=scripted(), name="after", show_progress=False)
_ = await b"""


def compared(notebook: Notebook) -> Widget:
    """A run that goes on, and one that has ended, of which one response is another."""
    notebook.run(RUNS)
    output = notebook.run("rnb.compare(a, b)").output
    return Widget(output.get_by_role("region", name="Comparison of before and after", exact=True))


def test_news_of_a_run_that_goes_on_is_shown_beside_the_one_that_has_ended(notebook: Notebook) -> None:
    widget = compared(notebook)
    expect(widget.cells("oslo").nth(1)).to_have_text("running")
    expect(widget.header).to_contain_text("3 samples in both")
    notebook.run("judge.gate.set(); _ = await a")
    expect(widget.cells("oslo")).to_have_text(
        ["question oslo", "0.50", "0.50", "=equal", "1.00", "1.00", "=equal"]
    )
    expect(widget.header.get_by_text("Finished")).to_have_count(2)


def test_what_became_worse_is_found_and_opened_with_both_responses(notebook: Notebook) -> None:
    widget = compared(notebook)
    notebook.run("judge.gate.set(); _ = await a")
    widget.root.get_by_label("Metric that better and worse refer to").select_option("exact_match")
    widget.button("Worse 1").click()
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["paris"])
    widget.row("paris").get_by_role("rowheader").click()
    panel = widget.root.get_by_role("complementary", name="Row paris in both runs", exact=True)
    expect(panel.get_by_role("region", name="Response in A").locator("del")).to_have_text("answer paris")
    expect(panel.get_by_role("region", name="Response in B").locator("ins")).to_have_text("silent")
    panel.get_by_role("button", name="faithfulness").click()
    expect(panel.get_by_role("region", name="faithfulness in A")).to_contain_text("answer paris is true")
    widget.root.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
