"""The notebook about exploring a run, executed as a reader would."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.executing import execute, printed

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.notebook
def test_the_notebook_about_exploring_finds_marks_and_compares(tmp_path: Path) -> None:
    shutil.copy(NOTEBOOKS / "questions.jsonl", tmp_path)
    done = execute(nbformat.read(NOTEBOOKS / "explore.ipynb", as_version=4), tmp_path)
    codes = [cell for cell in done.cells if cell.cell_type == "code"]
    told = "\n".join(printed(cell) for cell in codes)
    shown = "\n".join(str(output.get("data", "")) for cell in codes for output in cell.outputs)
    assert "faithfulness of sample 'amazon': 0 (0 of 1 statements supported)" in told
    assert "[unsupported]  nothing in the contexts says so" in shown
    assert "<Comparison of 'before' and 'after': 24 samples in both" in shown
    assert "6 better, 0 worse, 18 equal" in told
    assert [path.name for path in tmp_path.iterdir()] == ["questions.jsonl"]
