"""The widget looks as if it belonged to JupyterLab: in light, in dark, and where there is little room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook
from tests.browser.server import Theme
from tests.browser.widget import Widget

pytestmark = pytest.mark.browser

START = "run = rnb.start(samples('a', 'broken'), ['faithfulness', 'exact_match'], llm=scripted())"
SIZES = "(of) => [of.parentElement.clientWidth, of.scrollWidth, of.offsetWidth]"
THEME_COLOURS = """() => {
  const paint = document.body.appendChild(document.createElement("span"));
  paint.style.background = "var(--jp-layout-color0)";
  paint.style.color = "var(--jp-ui-font-color1)";
  const { backgroundColor, color } = getComputedStyle(paint);
  paint.remove();
  return [backgroundColor, color];
}"""


@pytest.fixture
def widget(notebook: Notebook) -> Iterator[Widget]:
    """A finished run; afterwards JupyterLab looks as before."""
    widget = notebook.run(START).widget
    expect(widget.state("Finished")).to_be_visible()
    size = notebook.page.viewport_size
    yield widget
    choose(notebook, "light")
    if size is not None:
        notebook.page.set_viewport_size(size)


def choose(notebook: Notebook, theme: Theme) -> None:
    """Choose a theme of JupyterLab, as its menu does."""
    notebook.command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
    expect(notebook.page.locator("body")).to_have_attribute(
        "data-jp-theme-light", str(theme == "light").lower()
    )
    expect(notebook.page.locator("#jupyterlab-splash")).to_have_count(0)  # it fails to go away twice


def test_the_widget_follows_the_theme_while_it_is_shown(notebook: Notebook, widget: Widget) -> None:
    seen = []
    for theme in ("light", "dark", "light"):
        choose(notebook, theme)
        expect(widget.root).to_have_css("color-scheme", theme)
        background, text = notebook.page.evaluate(THEME_COLOURS)
        expect(widget.root).to_have_css("background-color", background)
        expect(widget.root).to_have_css("color", text)
        seen.append((background, text))
    assert seen[0] == seen[2] != seen[1]


def test_the_widget_keeps_within_its_cell(notebook: Notebook, widget: Widget) -> None:
    panel = widget.open("broken")
    for width in (1250, 760, 480):
        notebook.page.set_viewport_size({"width": width, "height": 1300})
        expect(panel.get_by_role("alert")).to_be_visible()
        room, taken, drawn = widget.root.evaluate(SIZES)
        assert taken <= drawn <= room < width
