"""A notebook that was saved, for readers without a kernel."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.lab import Notebook
from tests.browser.saved import page_of
from tests.browser.server import Server

pytestmark = pytest.mark.browser

MOST_BYTES = 300_000


def test_the_converted_notebook_shows_the_result_offline(
    notebook: Notebook, context: BrowserContext, server: Server
) -> None:
    notebook.run("judged = samples('a', 'silent')")
    cell = notebook.run(
        "run = rnb.start(judged, ['faithfulness', 'exact_match'], llm=scripted(), name='kept')"
    )
    expect(cell.widget.state("Finished")).to_be_visible()
    notebook.save()
    page = context.new_page()
    page.goto(page_of(server, notebook.name))
    saved = page.get_by_role("region", name="Saved result of kept")
    expect(saved).to_contain_text("Finished")
    expect(saved).to_contain_text("1 / 2 scored   1 undefined")
    expect(saved.get_by_role("row")).to_have_text(
        [
            "iduser_inputresponsefaithfulnessexact_match",
            "aquestion aanswer a0.501.00",
            "silentquestion silentanswer silentundefined0.00",
        ]
    )
    page.close()


def test_a_large_run_adds_less_than_300_kb_to_the_file(notebook: Notebook) -> None:
    cell = notebook.run("large = samples(*map(str, range(5_000)))\nrun = rnb.start(large, ['exact_match'])")
    expect(cell.widget.state("Finished")).to_be_visible()
    assert len(json.dumps(cell.outputs)) < MOST_BYTES
