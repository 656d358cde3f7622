"""The notebook about metrics, executed as a reader would."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from ragas_nb import metrics
from ragas_nb.metrics import ComputedMetric, Metric, resolve
from ragas_nb.metrics.asking import AskingMetric
from ragas_nb.metrics.catalogue import Entry, catalogue
from tests.notebooks.executing import execute, printed

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "metrics.ipynb"
SEEN = (
    "context_recall of sample 'right': 1 (1 of 1 reference statements in the contexts)",
    "'non_llm_context_recall': 1.0000 (1 of 1 scored)",
    "'data_compare_score(mode=columns)': 0.5000 (1 of 1 scored)",
    "'llm_sql_equivalence_with_reference': 1.0000 (1 of 1 scored)",
    "'tool_call_f1': 1.0000 (1 of 1 scored)",
    "'topic_adherence(mode=f1)': 1.0000 (1 of 1 scored)",
    "{'length': short 2, long 1 (3 of 3 scored)",
    "'tone': curt 3 (3 of 3 scored)}",
    "False Liste auf",
)
"""What its cells print, in order."""


def text_of(notebook: NotebookNode) -> str:
    """All that its author wrote."""
    return "\n".join(cell.source for cell in notebook.cells)


@pytest.mark.notebook
def test_the_notebook_about_metrics_runs_and_shows_what_its_text_says(tmp_path: Path) -> None:
    done = execute(nbformat.read(NOTEBOOK, as_version=4), tmp_path)
    told = "\n".join(printed(cell) + results(cell) for cell in done.cells if cell.cell_type == "code")
    place = 0
    for words in SEEN:
        place = told.find(words, place)
        assert place >= 0, f"{words!r} does not come where it should in:\n{told}"


def results(cell: NotebookNode) -> str:
    """What a cell gave back, as text."""
    return "".join(
        output.data.get("text/plain", "") for output in cell.outputs if output.output_type == "execute_result"
    )


def test_the_notebook_about_metrics_knows_every_metric() -> None:
    words = set(re.findall(r"\w+", text_of(nbformat.read(NOTEBOOK, as_version=4))))
    unknown = [entry.names for entry in catalogue() if not words & known_as(entry)]
    assert unknown == []


def known_as(entry: Entry) -> set[str]:
    """All that a metric goes by: its names, its class, its ready-made instance."""
    kinds = {kind for name in entry.names for kind in type(resolve(name)).__mro__ if issubclass(kind, Metric)}
    shared = {Metric, AskingMetric, ComputedMetric}
    ready_made = {name for name in metrics.__all__ if type(getattr(metrics, name)) in kinds - shared}
    return {*entry.names, *(kind.__name__ for kind in kinds - shared), *ready_made}
