"""Samples and replies are untrusted: whatever they hold is text, in the page and in the saved file."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.hostile import ALL, INVALID, REFUSED
from tests.browser.lab import Notebook
from tests.browser.payloads import PAYLOADS
from tests.browser.saved import page_of
from tests.browser.server import Server
from tests.browser.watch import Watch
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

START = "from tests.browser import hostile\nrun = hostile.start()"
NBCONVERT = "https://cdnjs.cloudflare.com"
"""The host from which nbconvert's own template wants scripts, whatever the notebook."""
NEVER_OURS = (
    "script, iframe, object, embed, img, video, audio, link, meta, base, math, details, input, a, form"
)

HARMFUL = [payload for payload in PAYLOADS if payload.startswith(("<script", "<img"))]


def started(notebook: Notebook) -> Widget:
    """The hostile run, once it has ended."""
    widget = notebook.run(START).widget
    expect(widget.state("Finished")).to_be_visible()
    return widget


def assert_inert(page: Page, root: Locator) -> None:
    """Nothing ran, and no text became an element."""
    assert page.evaluate("() => window.ran") is None
    expect(root.locator(NEVER_OURS)).to_have_count(0)


def unfold(panel: Locator) -> None:
    """Open all folds of a row panel."""
    while (folded := panel.locator('[aria-expanded="false"], [aria-pressed="false"]')).count():
        folded.first.click()


def test_hostile_texts_are_shown_as_texts(notebook: Notebook) -> None:
    widget = started(notebook)
    expect(widget.root.get_by_role("heading", name=ALL, exact=True).first).to_have_text(ALL)
    for place in (0, INVALID, REFUSED):
        row = widget.grid.locator(f'[data-row="{place}"]')
        expect(row.get_by_role("gridcell").first).to_have_text(PAYLOADS[place])
        row.get_by_role("rowheader").click()
        expect(widget.panel).to_have_attribute("aria-label", f"Row {PAYLOADS[place]}")
        unfold(widget.panel)
        contexts = widget.panel.get_by_role("region", name="retrieved_contexts").get_by_role("paragraph")
        expect(contexts).to_have_text(PAYLOADS)
        expect(widget.panel.get_by_text(ALL, exact=True).first).to_be_visible()
    assert_inert(notebook.page, widget.root)


def test_the_payloads_do_harm_where_texts_are_taken_for_markup(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    watch = Watch(page, server.url)
    page.set_content("".join(HARMFUL))
    page.wait_for_function("() => window.ran?.length === 2")
    assert "dialog: 1" in watch.troubles
    assert "request: http://elsewhere.test/pixel.png" in watch.troubles
    page.close()


def test_walking_through_hostile_rows_runs_nothing(notebook: Notebook) -> None:
    widget = started(notebook)
    widget.grid.locator('[data-row="0"]').get_by_role("rowheader").click()
    for payload in PAYLOADS[1:]:
        notebook.page.keyboard.press("ArrowDown")
        expect(widget.panel).to_have_attribute("aria-label", f"Row {payload}")
    assert_inert(notebook.page, widget.root)


def test_hostile_texts_do_nothing_in_the_saved_notebook(
    notebook: Notebook, context: BrowserContext, server: Server
) -> None:
    started(notebook)
    notebook.save()
    page = context.new_page()
    watch = Watch(page, server.url)
    page.goto(page_of(server, notebook.name))
    saved = page.get_by_role("region", name="Saved result of", exact=False)
    expect(saved.get_by_role("row").nth(1)).to_contain_text(PAYLOADS[0])
    assert_inert(page, saved)
    assert [trouble for trouble in watch.troubles if NBCONVERT not in trouble] == []
    page.close()
