"""Everything works without a mouse, also in a shadow root: there no document tells what has the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import states
from tests.browser.bare import BareHost, Shown
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

MOST_TABS = 40
HAS_FOCUS = "(of) => of.getRootNode().activeElement === of"


@pytest.fixture
def shown(blank: Watch, host: BareHost) -> Shown:
    """A run that has ended, with the browser's focus at the start of the page."""
    blank.page.set_viewport_size({"width": 1250, "height": 1000})
    shown = host.show(blank.page, host.wait(states.finished()), look="shadow")
    expect(shown.widget.cells("a").first).to_have_text("question a")
    return shown


def press(page: Page, *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate(HAS_FOCUS):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def tab_into(page: Page, part: Locator) -> None:
    """Press Tab until the focus is somewhere in a part."""
    for _ in range(MOST_TABS):
        if part.evaluate("(of) => of.contains(of.getRootNode().activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead into {part}")


def test_a_column_is_sorted_and_made_wider(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    head = widget.grid.get_by_role("columnheader", name="exact_match")
    tab_into(page, widget.grid)
    press(page, "ArrowUp", *["ArrowRight"] * 4, "Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["broken", "d", "f", "a", "silent", "e"])
    before = head.bounding_box()
    press(page, "Shift+ArrowRight")
    expect(widget.root.get_by_text("pixels wide")).to_be_attached()
    after = head.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] == pytest.approx(before["width"] + 16, abs=1)


def test_a_bar_filters(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_to(page, widget.card("exact_match").get_by_role("listbox"))
    press(page, *["ArrowRight"] * 9, "Enter")
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["a", "silent", "e"])
    press(page, "Escape")
    expect(widget.grid.get_by_role("rowheader")).to_have_count(6)


def test_texts_are_searched(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_into(page, widget.grid)
    press(page, "/")
    expect(widget.root.get_by_role("searchbox", name="Search texts")).to_be_focused()
    page.keyboard.type("CONTEXT d")
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["d"])
    press(page, "Escape")
    expect(widget.grid.get_by_role("rowheader")).to_have_count(6)


def test_the_filter_form_filters_and_gives_the_focus_back(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_to(page, widget.button("Filter"))
    press(page, "Enter")
    lowest = widget.root.get_by_role("textbox", name="faithfulness, at least")
    expect(lowest).to_be_focused()
    page.keyboard.type("0.4")
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["a", "d", "e", "f"])
    tab_to(page, widget.root.get_by_role("checkbox", name="new"))
    press(page, "Space")
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["d"])
    press(page, "Escape")
    expect(lowest).to_have_count(0)
    expect(widget.button("Filter")).to_be_focused()


def test_what_is_open_closes_when_the_focus_leaves(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_to(page, widget.button("Filter"))
    press(page, "Enter")
    form = widget.root.get_by_role("group", name="Filter", exact=True)
    expect(form).to_be_visible()
    tab_into(page, widget.grid)
    expect(form).to_have_count(0)


def test_columns_come_and_go(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_to(page, widget.button("Columns"))
    press(page, "Enter")
    tab_to(page, widget.root.get_by_role("checkbox", name="response"))
    press(page, "Space", "Escape")
    expect(widget.grid.get_by_role("columnheader", name="response")).to_have_count(0)
    expect(widget.button("Columns")).to_be_focused()


def test_a_row_is_opened_read_and_closed(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_into(page, widget.grid)
    press(page, "Enter")
    expect(widget.panel).to_have_attribute("aria-label", "Row a")
    prompts = widget.panel.get_by_role("button", name="Prompts and replies").first
    tab_to(page, prompts)
    press(page, "Enter")
    expect(widget.panel.get_by_role("region", name="Reply").first).to_contain_text("answer a is true")
    press(page, "j")
    expect(widget.panel).to_have_attribute("aria-label", "Row broken")
    expect(widget.panel.get_by_role("alert")).to_contain_text("JudgeOutputInvalid")
    tab_to(page, widget.panel.get_by_role("button", name="Retry"))
    press(page, "Escape")
    expect(widget.panel).to_have_count(0)
    expect(widget.grid.locator(":focus")).to_have_count(1)


def test_a_score_is_asked_for_again(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_into(page, widget.grid)
    press(page, "ArrowDown", "Enter")
    retry = widget.panel.get_by_role("button", name="Retry")
    tab_to(page, retry)
    press(page, "Enter")
    expect(widget.header).to_contain_text("1 failed")
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.root.locator(":focus")).to_have_count(1)
    retries = [told for told in shown.model.heard if told["type"] == "retry"]
    assert [(told["row"], told["metric"]) for told in retries] == [(1, "faithfulness")]


def test_scores_are_exported(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_to(page, widget.button("Export"))
    press(page, "Enter")
    expect(widget.button("Scores (CSV)")).to_be_focused()
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename.endswith(".csv")
    assert download.value.path().read_text(encoding="utf-8").count("answer ") >= 6
    expect(widget.button("Export")).to_be_focused()


def test_rows_are_selected(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    selected = widget.grid.locator("[role=row][aria-selected=true]").get_by_role("rowheader")
    tab_into(page, widget.grid)
    press(page, "Space", "Shift+ArrowDown", "Shift+ArrowDown")
    expect(selected).to_have_text(["a", "broken", "silent"])
    press(page, "Control+a")
    expect(selected).to_have_count(6)
    press(page, "Escape")
    expect(selected).to_have_count(0)


def test_the_key_sheet_opens_and_gives_the_focus_back(shown: Shown) -> None:
    page, widget = shown.page, shown.widget
    tab_to(page, widget.button("Columns"))
    press(page, "?")
    sheet = widget.root.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_focused()
    press(page, "Escape")
    expect(sheet).to_have_count(0)
    expect(widget.button("Columns")).to_be_focused()


def test_orders_are_given_and_the_focus_stays(blank: Watch, host: BareHost) -> None:
    shown = host.show(blank.page, host.wait(states.running()), look="shadow")
    page, widget = shown.page, shown.widget
    tab_to(page, widget.button("Pause"))
    press(page, "Enter")
    expect(widget.button("Resume")).to_be_focused()
    tab_to(page, widget.button("Limits"))
    press(page, "Enter")
    expect(widget.root.get_by_label("Requests at once, at most")).to_be_focused()
    press(page, "Escape")
    tab_to(
        page, widget.root.get_by_role("heading", name="held").locator("xpath=..").get_by_role("button").nth(1)
    )
    press(page, "Enter")
    expect(widget.state("Cancelled")).to_be_visible()
    expect(widget.root.locator(":focus")).to_have_count(1)
