"""A saved notebook as its readers without a kernel get it: nbconvert's page."""

from __future__ import annotations

import nbformat
from nbconvert.exporters import HTMLExporter

from tests.browser.server import Server


def page_of(server: Server, name: str) -> str:
    """Convert a saved notebook to HTML; the address of the page's file."""
    path = server.folder / name
    page, _ = HTMLExporter().from_notebook_node(nbformat.read(path, as_version=4))
    html = path.with_suffix(".html")
    html.write_text(page, encoding="utf-8")
    return html.as_uri()
