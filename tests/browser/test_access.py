"""Everybody can use the widget: axe-core finds nothing, in no state, at no width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from ragas_nb.engine.events import NoticeGiven
from ragas_nb.notebook import bridge
from tests.browser import states
from tests.browser.axe import bring_axe, violations
from tests.browser.bare import BareHost
from tests.browser.watch import Watch
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

HEIGHT = 1000
NARROW, ZOOMED, USUAL, WIDE = 400, 500, 1000, 1800
"""Pixels of a cell's width; a usual one at 200 % zoom has half of its pixels."""
Room = tuple[Literal["light", "dark"], int]
ROOMS: tuple[Room, ...] = (("light", USUAL), ("dark", NARROW))
EVERY_ROOM: tuple[Room, ...] = (*ROOMS, ("light", ZOOMED), ("dark", WIDE), ("light", NARROW), ("dark", USUAL))
TOOLS = """
- toolbar "Rows":
  - searchbox "Search texts"
  - button "Filter"
  - button "Failed 1"
  - button "Undefined 1"
  - button "Columns"
"""
CARD = """
- region "faithfulness":
  - heading "faithfulness" [level=3]
  - 'listbox "faithfulness histogram: choose score ranges to filter"':
    - 'option "0.5–0.6: 4 samples"'
"""
"""What a screen reader is told of them."""


@pytest.fixture
def page(blank: Watch) -> Iterator[Page]:
    """A page with axe-core."""
    bring_axe(blank.page)
    blank.page.set_viewport_size({"width": USUAL, "height": HEIGHT})
    return blank.page


def faults(page: Page, rooms: Sequence[Room] = ROOMS, over: str | None = None) -> list[str]:
    """What axe-core finds in these themes and widths."""
    found = []
    for theme, width in rooms:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{theme}, {width} px: {fault}" for fault in violations(page, over)]
    return found


@pytest.mark.parametrize("word", states.STATES)
def test_axe_finds_nothing_in_any_state(word: str, page: Page, host: BareHost) -> None:
    shown = host.show(page, host.wait(states.STATES[word]()))
    expect(shown.widget.state(word)).to_be_visible()
    expect(shown.widget.row("a")).to_be_visible()
    assert faults(page) == []


def opened(page: Page, host: BareHost) -> Widget:
    """A run that has ended, all of whose parts are drawn."""
    widget = host.show(page, host.wait(states.finished())).widget
    expect(widget.row("a")).to_be_visible()
    return widget


def test_axe_finds_nothing_beside_an_open_row(page: Page, host: BareHost) -> None:
    widget = opened(page, host)
    panel = widget.open("a")
    panel.get_by_role("button", name="retrieved_contexts").click()
    panel.get_by_role("button", name="Prompts and replies").click()
    expect(panel.get_by_role("region", name="Reply").first).to_be_visible()
    assert faults(page, EVERY_ROOM) == []
    panel.get_by_role("button", name="Markdown").click()
    assert faults(page) == []


def test_axe_finds_nothing_beside_a_failed_row(page: Page, host: BareHost) -> None:
    panel = opened(page, host).open("broken")
    expect(panel.get_by_role("alert")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("name", ["Filter", "Columns", "Export"])
def test_axe_finds_nothing_in_what_opens(name: str, page: Page, host: BareHost) -> None:
    widget = opened(page, host)
    widget.button(name).click()
    expect(widget.root.get_by_role("group", name=name, exact=True).last).to_be_visible()
    assert faults(page, over=".rnb-pop") == []


def test_axe_finds_nothing_in_the_sheet_of_keys(page: Page, host: BareHost) -> None:
    widget = opened(page, host)
    widget.row("a").get_by_role("rowheader").focus()
    page.keyboard.press("?")
    expect(widget.root.get_by_role("dialog", name="Keys")).to_be_visible()
    assert faults(page, over=".rnb-sheet") == []


def test_axe_finds_nothing_where_no_row_is_found(page: Page, host: BareHost) -> None:
    widget = opened(page, host)
    widget.root.get_by_role("searchbox").fill("warranty claim")
    expect(widget.grid.get_by_role("rowheader")).to_have_count(0)
    expect(widget.root).to_contain_text("No row contains “warranty claim”")
    assert faults(page) == []


def test_axe_finds_nothing_before_the_first_score(page: Page, host: BareHost) -> None:
    widget = host.show(page, host.wait(states.starting())).widget
    expect(widget.cells("a").first).to_have_text("question a")
    assert faults(page) == []


def test_axe_finds_nothing_without_a_kernel(page: Page, host: BareHost) -> None:
    page.clock.install()
    widget = host.show(page, host.wait(states.finished()), hears=False).widget
    page.clock.fast_forward(5_000)
    expect(widget.notices).to_contain_text("Kernel not connected: showing the saved state")
    expect(widget.row("a")).to_be_visible()
    assert faults(page) == []


def test_axe_finds_nothing_while_a_cell_blocks_the_kernel(
    page: Page, host: BareHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "INTRODUCE_S", 0.0)
    page.clock.install()
    run = host.wait(states.blocking())
    widget = host.show(page, run, hears=False).widget
    host.call(lambda: run._announce(NoticeGiven(about="store", message="Something to tell.")))
    expect(widget.header).to_contain_text("scored")
    page.clock.fast_forward(5_000)
    expect(widget.notices.first).to_contain_text("This cell is still running")
    assert faults(page) == []


def test_axe_finds_nothing_where_two_runs_are_compared(page: Page, host: BareHost) -> None:
    widget = host.show(page, host.wait(states.compared())).widget
    expect(widget.row("a")).to_be_visible()
    widget.row("broken").get_by_role("rowheader").click()
    expect(widget.panel).to_contain_text("answer broken")
    assert faults(page, EVERY_ROOM) == []


def test_every_control_has_a_name_and_a_role(page: Page, host: BareHost) -> None:
    widget = opened(page, host)
    controls = widget.root.locator(":is(button, input, [tabindex], [role]):not([role=row], [role=gridcell])")
    nameless = controls.evaluate_all(
        """(all) => all.filter((one) => one.checkVisibility() && one.getAttribute("aria-hidden") === null
          && !(one.getAttribute("aria-label") ?? one.textContent).trim()).map((one) => one.outerHTML)"""
    )
    assert nameless == []
    expect(widget.root.get_by_role("toolbar", name="Rows")).to_match_aria_snapshot(TOOLS)
    expect(widget.card("faithfulness")).to_match_aria_snapshot(CARD)
