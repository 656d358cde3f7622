"""One row in full: how the judge came to its scores, and why there is none."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser


def finished(notebook: Notebook, *ids: str) -> Widget:
    """A run over these samples that has ended."""
    widget = notebook.run(
        f"run = rnb.start(samples(*{ids}), ['faithfulness', 'exact_match'], llm=scripted())"
    ).widget
    expect(widget.state("Finished")).to_be_visible()
    return widget


def test_the_panel_shows_statements_with_verdict_and_reason(notebook: Notebook) -> None:
    panel = finished(notebook, "a", "b").open("a")
    found = panel.get_by_role("list", name="check_statements").get_by_role("listitem")
    expect(found).to_have_text(["1answer a is truereason 0", "2answer a is newreason 1"])
    expect(found.nth(0).get_by_role("img", name="supported", exact=True)).to_be_visible()
    expect(found.nth(1).get_by_role("img", name="not supported", exact=True)).to_be_visible()
    expect(panel).to_contain_text("1 of 2 statements supported")


def test_contexts_prompts_and_replies_are_one_click_away(notebook: Notebook) -> None:
    panel = finished(notebook, "a", "b").open("a")
    expect(panel.get_by_text("another context")).to_have_count(0)
    panel.get_by_role("button", name="retrieved_contexts").click()
    expect(panel.get_by_role("region", name="retrieved_contexts")).to_contain_text("another context")

    panel.get_by_role("button", name="Prompts and replies").click()
    step = panel.get_by_role("region", name="Step split_into_statements")
    expect(step.get_by_role("region", name="Prompt")).to_contain_text("answer a")
    expect(step.get_by_role("region", name="Reply")).to_have_text(
        '{"statements": ["answer a is true", "answer a is new"]}'
    )
    expect(step.get_by_role("row").last).to_contain_text("1ok10020$0.25")


def test_a_failed_job_shows_kind_message_and_raw_reply(notebook: Notebook) -> None:
    widget = finished(notebook, "a", "broken")
    expect(widget.header).to_contain_text("1 / 2 scored1 failed")
    expect(widget.cells("broken").nth(2)).to_have_text("failed")
    panel = widget.open("broken")
    expect(panel.get_by_role("alert")).to_have_text("Invalid outputJudgeOutputInvalid")
    expect(panel.get_by_text("the reply holds no JSON")).to_be_visible()
    expect(panel.get_by_role("region", name="Raw reply")).to_have_text("I would rather not say.")
    expect(panel.get_by_role("row").filter(has_text="invalid")).to_have_count(3)


def test_an_undefined_score_shows_its_reason(notebook: Notebook) -> None:
    widget = finished(notebook, "a", "silent")
    expect(widget.header).to_contain_text("1 / 2 scored1 undefined")
    expect(widget.cells("silent").nth(2)).to_have_text("undefined")
    expect(widget.open("silent")).to_contain_text("the response makes no statement")


def test_the_keyboard_opens_moves_and_closes(notebook: Notebook) -> None:
    widget = finished(notebook, "a", "b", "c")
    keys = notebook.page.keyboard
    widget.grid.get_by_role("rowheader", name="a", exact=True).focus()
    keys.press("ArrowDown")
    expect(widget.row("b").get_by_role("rowheader")).to_be_focused()
    keys.press("ArrowRight")
    expect(widget.cells("b").first).to_be_focused()
    keys.press("Enter")
    expect(widget.panel).to_have_attribute("aria-label", "Row b")
    keys.press("ArrowDown")
    expect(widget.panel).to_have_attribute("aria-label", "Row c")
    expect(widget.row("c")).to_have_attribute("aria-selected", "true")
    keys.press("Escape")
    expect(widget.panel).to_have_count(0)
    keys.press("Control+Home")
    keys.press("Home")
    expect(widget.row("a").get_by_role("rowheader")).to_be_focused()


def test_escape_in_the_panel_leads_back_to_the_grid(notebook: Notebook) -> None:
    widget = finished(notebook, "a", "b")
    panel = widget.open("b")
    panel.get_by_role("button", name="retrieved_contexts").focus()
    notebook.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(widget.row("b").get_by_role("rowheader")).to_be_focused()


def test_keys_in_the_widget_are_not_commands_of_the_notebook(notebook: Notebook) -> None:
    widget = finished(notebook, "a", "b")
    before = notebook.sources()
    panel = widget.open("a")
    places = (
        widget.row("a").get_by_role("rowheader"),
        widget.card("faithfulness").get_by_role("listbox"),
        panel.get_by_role("button", name="retrieved_contexts"),
    )
    for place in places:
        place.focus()
        for key in ("d", "d", "x", "a", "b", "m", "y", "v", "0", "0"):
            notebook.page.keyboard.press(key)
    assert notebook.sources() == before
    expect(widget.state("Finished")).to_be_visible()


LABELLED = """from ragas_nb.metrics import discrete_metric, ranking_metric

@discrete_metric(allowed_values=["known", "new"])
def novelty(response):
    return "new" if response == "answer b" else "known"

@ranking_metric(allowed_values=2)
def order(retrieved_contexts):
    return retrieved_contexts

run = rnb.start(samples("a", "b", "c"), [novelty, order])"""


def test_a_text_or_a_ranking_is_shown_as_it_is_and_filters(notebook: Notebook) -> None:
    widget = notebook.run(LABELLED).widget
    expect(widget.cells("b")).to_have_text(
        ["question b", "answer b", "new", "context b > another context", "0"]
    )
    assert widget.bins("novelty") == ["known: 2 samples", "new: 1 sample"]
    expect(widget.open("b").get_by_role("button", name="order")).to_contain_text(
        "context b > another context"
    )
    widget.card("novelty").get_by_role("option", name="new").click()
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["b"])
