"""Drives a notebook in JupyterLab as a person would: writes cells, runs them, looks at what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page

from tests.browser.server import Server
from tests.browser.widget import Widget

_LOADED = "() => window.jupyterapp?.shell !== undefined"
_RESTORED = "async () => { await window.jupyterapp.restored; }"
_OPENED = "(name) => window.jupyterapp?.shell?.currentWidget?.context?.path === name"
_READY = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
}"""
_IDLE = "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
_RUN = """async ({ source, wait }) => {
  const { shell, commands } = window.jupyterapp;
  const { content } = shell.currentWidget;
  const cells = content.model.sharedModel;
  const place = cells.cells.length;
  cells.insertCell(place, { cell_type: "code", source });
  content.activeCellIndex = place;
  content.deselectAll();
  const done = commands.execute("notebook:run-cell");
  if (wait) await done;
  return place;
}"""
_OUTPUTS = (
    "(place) => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells[place].getOutputs()"
)
_ACTIVATE = "(place) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = place; }"
_COMMAND = "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }"
_CLOSE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  void panel.sessionContext.shutdown();
  panel.dispose();
}"""
_CELLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .map((cell) => cell.getSource())"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell that was run."""

    page: Page
    place: int

    @property
    def whole(self) -> Locator:
        """Its part of the page, code and output."""
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{self.place}"]')

    @property
    def output(self) -> Locator:
        """The part of the page below its code."""
        return self.whole.locator(".jp-Cell-outputArea")

    @property
    def widget(self) -> Widget:
        """The run that it shows."""
        return Widget(self.output.get_by_role("region", name="Evaluation run", exact=True))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Its outputs as the notebook file keeps them."""
        found: list[dict[str, Any]] = self.page.evaluate(_OUTPUTS, self.place)
        return found

    @property
    def text(self) -> str:
        """What it printed."""
        return "".join("".join(output["text"]) for output in self.outputs if "text" in output).strip()


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook that is open in a page, with a kernel of its own."""

    page: Page
    server: Server
    name: str

    def open(self) -> None:
        """Open the notebook in a tab of its own and wait for its kernel."""
        self.command("docmanager:open", path=self.name, factory="Notebook")
        self._wait_until_ready()

    def visit(self) -> None:
        """Go to the notebook's own page, as Jupyter Notebook has it, and wait for its kernel."""
        self.page.goto(f"{self.server.url}/notebooks/{self.name}")
        self._wait_until_ready()

    def reload(self) -> None:
        """Press the browser's reload button; the kernel goes on meanwhile."""
        self.page.reload()
        self.page.wait_for_function(_LOADED)
        self.page.evaluate(_RESTORED)  # until then another notebook may come to the front
        self._wait_until_ready()

    def run(self, source: str) -> Cell:
        """Run a new cell at the end of the notebook to its end; an error in it is an error here."""
        cell = Cell(self.page, self.page.evaluate(_RUN, {"source": source, "wait": True}))
        errors = [output for output in cell.outputs if output["output_type"] == "error"]
        assert errors == [], "\n".join(errors[0]["traceback"])
        return cell

    def begin(self, source: str) -> Cell:
        """Run a new cell at the end of the notebook without waiting for it."""
        return Cell(self.page, self.page.evaluate(_RUN, {"source": source, "wait": False}))

    def cell(self, place: int) -> Cell:
        """A cell by its place."""
        return Cell(self.page, place)

    def activate(self, place: int) -> None:
        """Make a cell the active one."""
        self.page.evaluate(_ACTIVATE, place)

    def sources(self) -> list[str]:
        """The code of all cells."""
        found: list[str] = self.page.evaluate(_CELLS)
        return found

    def save(self) -> None:
        """Save the notebook's file."""
        self.command("docmanager:save")

    def command(self, name: str, **args: object) -> None:
        """Carry out a command of JupyterLab, as its menus and keys do."""
        self.page.evaluate(_COMMAND, [name, args])

    def close(self) -> None:
        """Close the notebook and have its kernel ended; nobody waits for that."""
        self.page.evaluate(_CLOSE)

    def _wait_until_ready(self) -> None:
        self.page.wait_for_function(_OPENED, arg=self.name)
        self.page.evaluate(_READY)
        self.page.wait_for_function(_IDLE)


def load(page: Page, server: Server) -> None:
    """Load JupyterLab."""
    page.goto(f"{server.url}/lab?reset")
    page.wait_for_function(_LOADED)
    page.evaluate(_RESTORED)


def write_notebook(server: Server, name: str, *sources: str) -> None:
    """Write a notebook file with these code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(
        cells=[new_code_cell(source) for source in sources], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, server.folder / name)
