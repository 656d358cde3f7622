"""Samples and replies are untrusted: whatever they hold is text, in the page and in the saved file."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import hostile
from tests.browser.bare import BareHost
from tests.browser.hostile import ALL, INVALID, REFUSED
from tests.browser.lab import Notebook
from tests.browser.payloads import ELEMENTS, PAYLOADS
from tests.browser.saved import page_of
from tests.browser.server import Server
from tests.browser.watch import Watch
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

NBCONVERT = "https://cdnjs.cloudflare.com"
"""The host from which nbconvert's own template wants scripts, whatever the notebook."""
NEVER_OURS = (
    "script, iframe, object, embed, img, video, audio, link, meta, base, math, details, a, form, style, "
    "template, select, textarea, marquee, [srcset], [ping], [formaction], [onerror], [onload], [onfocus]"
)
FOLDED = '.rnb-pb [aria-expanded="false"], .rnb-pb [aria-pressed="false"]'
PLACES = "() => [...document.querySelectorAll('.ragas-nb [id]')].map((found) => found.id)"


def started(watch: Watch, host: BareHost) -> Widget:
    """The hostile run, once it has ended."""
    widget = host.show(watch.page, host.call(hostile.start)).widget
    expect(widget.state("Finished")).to_be_visible()
    return widget


def assert_inert(page: Page, root: Locator) -> None:
    """Nothing ran, and no text became an element."""
    assert page.evaluate("() => window.ran") is None
    expect(root.locator(NEVER_OURS)).to_have_count(0)


def unfold(panel: Locator) -> None:
    """Open all folds of a row panel."""
    while (folded := panel.locator(FOLDED)).count():
        folded.first.click()


def test_hostile_texts_are_shown_as_texts(blank: Watch, host: BareHost) -> None:
    widget = started(blank, host)
    expect(widget.root.get_by_role("heading", name=ALL, exact=True).first).to_have_text(ALL)
    expect(widget.notices.filter(has_text=ALL[:80])).to_have_text(f"{ALL}\ufffd")
    for place in (0, INVALID, REFUSED):
        row = widget.grid.locator(f'[data-row="{place}"]')
        expect(row.get_by_role("gridcell").first).to_have_text(PAYLOADS[place])
        row.get_by_role("rowheader").click()
        expect(widget.panel).to_have_attribute("aria-label", f"Row {PAYLOADS[place]}")
        unfold(widget.panel)
        contexts = widget.panel.get_by_role("region", name="retrieved_contexts").get_by_role("paragraph")
        assert contexts.evaluate_all("(found) => found.map((one) => one.textContent)") == list(PAYLOADS)
        expect(widget.panel.get_by_text(ALL, exact=True).first).to_be_visible()
    assert_inert(blank.page, widget.root)


def test_hostile_texts_that_are_read_as_markdown_run_nothing(blank: Watch, host: BareHost) -> None:
    widget = started(blank, host)
    row = widget.grid.locator('[data-row="0"]').get_by_role("rowheader")
    row.click()
    widget.panel.get_by_role("button", name="Markdown").click()
    expect(widget.panel.locator(".rnb-md").first).to_be_attached()
    row.focus()
    for payload in PAYLOADS[1:]:
        blank.page.keyboard.press("ArrowDown")
        expect(widget.panel).to_have_attribute("aria-label", f"Row {payload}")
        expect(widget.panel.locator(NEVER_OURS)).to_have_count(0)
    assert_inert(blank.page, widget.root)


def test_hostile_labels_are_counted_and_filter(blank: Watch, host: BareHost) -> None:
    widget = started(blank, host)
    counts = [
        sum(len(payload) % len(hostile.LABELS) == place for payload in PAYLOADS)
        for place in range(len(hostile.LABELS))
    ]
    assert sorted(widget.bins("__proto__")) == sorted(
        f"{label}: {n} samples" for label, n in zip(hostile.LABELS, counts, strict=True)
    )
    widget.card("__proto__").get_by_role("option", name="__proto__").click()
    expect(widget.root).to_contain_text(f"{counts[0]} of {len(PAYLOADS)} rows")
    assert_inert(blank.page, widget.root)


def test_hostile_tags_and_notes_are_texts_and_filter(blank: Watch, host: BareHost) -> None:
    widget = started(blank, host)
    widget.grid.locator('[data-row="0"]').get_by_role("rowheader").click()
    marks = widget.panel.get_by_role("region", name="Tags and note")
    expect(marks.get_by_role("listitem")).to_have_count(len(hostile.TAGS))
    expect(marks.get_by_role("paragraph")).to_have_text(f"{ALL}\ufffd")
    widget.button("Filter").click()
    tags = widget.root.get_by_role("group", name="Tags", exact=True).get_by_role("checkbox")
    expect(tags).to_have_count(len(hostile.TAGS))
    tags.nth(0).check()
    expect(widget.root).to_contain_text(f"1 of {len(PAYLOADS)} rows")
    assert_inert(blank.page, widget.root)


def test_no_text_becomes_the_id_of_an_element(blank: Watch, host: BareHost) -> None:
    widget = started(blank, host)
    widget.grid.locator('[data-row="0"]').get_by_role("rowheader").click()
    expect(widget.panel).to_be_visible()
    ids = blank.page.evaluate(PLACES)
    assert [place for place in ids if not place.startswith("rnb-")] == []
    assert blank.page.evaluate("() => ({}).polluted ?? Object.keys(Object.prototype).length") == 0


def test_the_payloads_do_harm_where_texts_are_taken_for_markup(context: BrowserContext) -> None:
    page = context.new_page()
    watch = Watch(page, "http://127.0.0.1")
    page.set_content("".join(payload for payload in ELEMENTS if not payload.startswith("<meta")))
    page.wait_for_function("() => window.ran?.length >= 8")
    assert "dialog: 1" in watch.troubles
    assert "request: http://elsewhere.test/pixel.png" in watch.troubles
    page.close()


def test_hostile_texts_do_nothing_in_the_saved_notebook(
    notebook: Notebook, context: BrowserContext, server: Server
) -> None:
    cell = notebook.run("from tests.browser import hostile\nrun = hostile.start()")
    expect(cell.widget.state("Finished")).to_be_visible()
    notebook.save()
    page = context.new_page()
    watch = Watch(page, server.url)
    page.goto(page_of(server, notebook.name))
    saved = page.get_by_role("region", name="Saved result of", exact=False)
    expect(saved).to_contain_text(PAYLOADS[INVALID])
    assert_inert(page, saved)
    assert [trouble for trouble in watch.troubles if NBCONVERT not in trouble] == []
    page.close()
