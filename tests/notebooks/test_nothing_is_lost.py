"""The notebook about what a run keeps, executed as a reader would."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.notebooks.executing import execute, printed

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "nothing_is_lost.ipynb"
SEEN = (
    "0.024 24.0",
    "finished 1 failed: {'server_error'}",
    "0 failed; asked for 2 answers",
    "True 0 answers asked for",
    "12 of 12 samples",
    "0 answers asked for",
    "budget_reached $0.010",
    "finished $0.024",
    "0.0",
)
"""What its cells print, in order."""


@pytest.mark.notebook
def test_the_notebook_about_what_a_run_keeps_runs_and_says_what_its_text_says(tmp_path: Path) -> None:
    done = execute(nbformat.read(NOTEBOOK, as_version=4), tmp_path)
    told = "\n".join(printed(cell) for cell in done.cells if cell.cell_type == "code")
    place = 0
    for words in SEEN:
        place = told.find(words, place)
        assert place >= 0, f"{words!r} does not come where it should in:\n{told}"
    assert list(tmp_path.iterdir()) == []
