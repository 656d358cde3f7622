"""The file that `run.to_html` writes, opened from the disk: the whole grid, and nothing but the file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

import ragas_nb as rnb
from ragas_nb.run import Run
from tests.browser import hostile
from tests.browser.axe import SOURCE, violations
from tests.browser.hostile import ALL, INVALID, REFUSED
from tests.browser.payloads import PAYLOADS
from tests.browser.scenes import samples, scripted
from tests.browser.server import Theme
from tests.browser.test_safety import assert_inert
from tests.browser.watch import Watch
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

IDS = ("a", "b", "silent", "d", "broken")


def start() -> Run:
    """A run with every kind of score."""
    return rnb.start(samples(*IDS), ["faithfulness", "exact_match"], llm=scripted(), name="kept")


def written(start: Callable[[], Run], path: Path) -> Path:
    """Let a run end, on a loop of its own beside that of Playwright, and write it into a file."""

    async def write() -> None:
        run = start()
        await run
        run.to_html(path)

    thread = Thread(target=lambda: asyncio.run(write()))
    thread.start()
    thread.join()
    return path


@pytest.fixture
def watch(context: BrowserContext) -> Iterator[Watch]:
    """A page that may load the one file and do nothing else."""
    watch = Watch(context.new_page(), "")
    yield watch
    watch.page.close()
    assert watch.troubles == []


def unfold(panel: Locator) -> None:
    """Open all folds of a row panel; what they hold is shown as text, not as Markdown."""
    while (folded := panel.locator('[aria-expanded="false"]')).count():
        folded.first.click()


def opened(page: Page, path: Path) -> Widget:
    """The run in a file."""
    page.goto(path.as_uri())
    return Widget(page.get_by_role("region", name="Evaluation run", exact=True))


@pytest.fixture
def widget(watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Widget:
    """The run of every kind of score, opened from its file."""
    monkeypatch.setenv("RAGAS_NB_STORE", "none")
    return opened(watch.page, written(start, tmp_path / "run.html"))


def test_the_file_shows_the_run_and_offers_nothing_that_needs_a_kernel(widget: Widget) -> None:
    expect(widget.state("Finished")).to_be_visible()
    expect(widget.header).to_contain_text("3 / 5 scored1 failed1 undefined")
    expect(widget.notices.first).to_have_text(re.compile(r"^Saved \d+ \w+ 2\d{3}, "))
    expect(widget.cells("a")).to_have_text(["question a", "answer a", "0.50", "1.00", "0.50000"])
    expect(widget.header.get_by_role("button")).to_have_count(0)
    expect(widget.root).not_to_contain_text("kernel", ignore_case=True)


def test_rows_are_sorted_and_filtered_in_the_file(widget: Widget) -> None:
    expect(widget.grid.get_by_role("rowheader")).to_have_text(list(IDS))
    widget.grid.get_by_role("columnheader", name="exact_match").click()
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["b", "d", "a", "silent", "broken"])
    widget.root.get_by_role("button", name="Failed").click()
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["broken"])


def test_texts_are_searched_in_the_file(widget: Widget) -> None:
    widget.root.get_by_role("searchbox").fill("CONTEXT d")
    expect(widget.grid.get_by_role("rowheader")).to_have_text(["d"])


def test_a_row_is_opened_with_its_texts_and_steps(widget: Widget) -> None:
    panel = widget.open("a")
    unfold(panel)
    contexts = panel.get_by_role("region", name="retrieved_contexts").get_by_role("paragraph")
    expect(contexts).to_have_text(["context a", "another context"])
    expect(panel).to_contain_text("answer a is new")
    expect(panel).to_contain_text("reason 1")
    expect(panel).to_contain_text('"statement": "answer a is true"')


def test_a_failure_is_told_and_cannot_be_retried(widget: Widget) -> None:
    panel = widget.open("broken")
    expect(panel.get_by_role("alert")).to_contain_text("JudgeOutputInvalid")
    expect(panel.get_by_role("button", name="Retry")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_file_is_accessible_in_both_themes(
    widget: Widget, watch: Watch, tmp_path: Path, theme: Theme
) -> None:
    watch.page.emulate_media(color_scheme=theme)
    widget.open("a")
    expect(widget.panel).to_contain_text("answer a is new")
    watch.page.evaluate(SOURCE.read_text(encoding="utf-8"))
    assert violations(watch.page) == []


def test_without_scripts_the_file_shows_the_picture(context: BrowserContext, tmp_path: Path) -> None:
    path = written(start, tmp_path / "run.html")
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(path.as_uri())
    expect(page.get_by_role("region", name="Saved result of kept")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + len(IDS))
    plain.close()


def test_hostile_texts_are_texts_in_the_file_too(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAS_NB_STORE", "none")
    widget = opened(watch.page, written(hostile.start, tmp_path / "hostile.html"))
    expect(widget.root.get_by_role("heading", name=ALL, exact=True).first).to_have_text(ALL)
    for place in (0, INVALID, REFUSED):
        row = widget.grid.locator(f'[data-row="{place}"]')
        expect(row.get_by_role("gridcell").first).to_have_text(PAYLOADS[place])
        row.get_by_role("rowheader").click()
        expect(widget.panel).to_have_attribute("aria-label", f"Row {PAYLOADS[place]}")
        unfold(widget.panel)
    assert_inert(watch.page, widget.root)
