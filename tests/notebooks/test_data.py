"""The notebook about data, executed as a reader would."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.notebooks.executing import execute, printed

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "data.ipynb"
SEEN = (
    "EvaluationDataset(2 samples: user_input, retrieved_contexts, response) ['lima', 'quito']",
    "Row 1, column 'contexts' (retrieved_contexts): found int 7 where a list of texts is needed.",
    "ToolOutput: dry, 19 °C",
    "True\n",
    "{'faithfulness': 1.0000 (3 of 4 scored, 1 undefined)}",
    "undefined (the sample has no 'response')",
    "['lima', 'rhine', 'mona-lisa']",
    "True True",
    "4 2 2",
)
"""What its cells print, in order."""


@pytest.mark.notebook
def test_the_notebook_about_data_runs_and_says_what_its_text_says(tmp_path: Path) -> None:
    done = execute(nbformat.read(NOTEBOOK, as_version=4), tmp_path)
    told = "\n".join(printed(cell) for cell in done.cells if cell.cell_type == "code")
    place = 0
    for words in SEEN:
        place = told.find(words, place)
        assert place >= 0, f"{words!r} does not come where it should in:\n{told}"
    assert list(tmp_path.iterdir()) == []
