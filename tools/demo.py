"""Executes the quickstart notebook and prints what it found: `make demo`.

The executed notebook and its static HTML go to `build/`. What is printed is the text output of the cells
tagged `summary`, as a notebook reader would see it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from jinja2 import DictLoader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import HTMLExporter

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "notebooks" / "quickstart.ipynb"
TARGET = ROOT / "build" / "quickstart.ipynb"
TIMEOUT = 600  # seconds for one cell: a slow server answers a few hundred requests in that time
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# nbconvert's page, without the scripts that it would load from other hosts
PAGE = """\
{% extends "lab/index.html.j2" %}
{% block html_head_js %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
"""


def execute(notebook: NotebookNode) -> None:
    """Runs all cells in a kernel of this environment; the outputs are written into the notebook."""
    metadata = {"metadata": {"path": str(SOURCE.parent)}}
    NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources=metadata, store_widget_state=False
    ).execute()


def keep_pictures(notebook: NotebookNode) -> None:
    """Leaves of each widget the static picture: the kernel that could bring it to life is gone."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)


def texts(notebook: NotebookNode, tag: str) -> Iterator[str]:
    """The text that the cells with a tag printed or displayed, in order."""
    for cell in notebook.cells:
        if tag not in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                yield output.text.rstrip("\n")
            elif "text/plain" in output.get("data", {}):
                yield output.data["text/plain"]


def write(notebook: NotebookNode) -> tuple[Path, Path]:
    """Writes the executed notebook and its HTML; returns both paths."""
    TARGET.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, TARGET)
    exporter = HTMLExporter(extra_loaders=[DictLoader({"page": PAGE})], template_file="page")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": SOURCE.stem}})
    html = TARGET.with_suffix(".html")
    html.write_text(page, encoding="utf-8")
    return TARGET, html


def main() -> int:
    """Executes, writes, prints; returns 1 where a cell failed, with what was executed so far written."""
    notebook = nbformat.read(SOURCE, as_version=4)
    begin = time.perf_counter()
    failure = None
    try:
        execute(notebook)
    except CellExecutionError as error:
        failure = error
    seconds = time.perf_counter() - begin
    keep_pictures(notebook)
    for path in write(notebook):
        print(f"written  {path.relative_to(ROOT)}")
    if failure is not None:
        print(failure, file=sys.stderr)
        return 1
    print(f"executed {SOURCE.relative_to(ROOT)} in {seconds:.1f} s (kernel start included)\n")
    print("\n".join(texts(notebook, "summary")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
