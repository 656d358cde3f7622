"""The quickstart notebook, executed with the offline judge."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.executing import execute, printed

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
METRICS = ["faithfulness", "answer_relevancy", "context_precision", "context_recall", "answer_correctness"]
RUNS = ["quickstart", "magic", "own criterion"]
WIDGET = "application/vnd.jupyter.widget-view+json"
"""In an output of its own; the picture for readers without a kernel is another one."""
FINDINGS = """
import json
frame = result.to_pandas()
print(json.dumps({
    "status": run.status,
    "metrics": list(result.metrics),
    "means": frame.groupby("answer_is")["faithfulness"].mean().to_dict(),
    "unscored": [
        (sample_id, metric)
        for sample_id in result.dataset.ids
        for metric in result.metrics
        if getattr(result.outcome(sample_id, metric), "value", None) is None
    ],
    "failed": len(result.errors),
}))
"""


def quickstart() -> NotebookNode:
    notebook: NotebookNode = nbformat.read(NOTEBOOKS / "quickstart.ipynb", as_version=4)
    return notebook


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The quickstart as `make demo` executes it without a key, with one more cell that tells its findings."""
    folder = tmp_path_factory.mktemp("quickstart")
    shutil.copy(NOTEBOOKS / "questions.jsonl", folder)
    notebook = quickstart()
    notebook.cells.append(nbformat.v4.new_code_cell(FINDINGS))
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("OPENAI_API_KEY", raising=False)
        environment.delenv("RAGAS_NB_LLM", raising=False)
        environment.delenv("RAGAS_NB_STORE", raising=False)
        return execute(notebook, folder)


@pytest.fixture
def findings(executed: NotebookNode) -> dict[str, object]:
    found: dict[str, object] = json.loads(printed(executed.cells[-1]))
    return found


@pytest.mark.notebook
def test_every_score_is_settled(findings: dict[str, object]) -> None:
    settled = {name: findings[name] for name in ("status", "metrics", "unscored", "failed")}
    assert settled == {"status": "finished", "metrics": METRICS, "unscored": [], "failed": 0}


@pytest.mark.notebook
def test_faithfulness_falls_from_right_to_partly_wrong_to_unsupported_answers(
    findings: dict[str, dict[str, float]],
) -> None:
    means = findings["means"]
    assert sorted(means, key=means.__getitem__, reverse=True) == ["right", "partly wrong", "unsupported"]


@pytest.mark.notebook
def test_saved_notebook_shows_every_run_finished(executed: NotebookNode) -> None:
    shown = [
        output.data["text/plain"]
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if output.output_type == "display_data" and WIDGET not in output.data
    ]
    found = [re.sub(r"' \w+:", "':", text) for text in shown]  # the ids are random
    assert found == [f"<Run {name!r}: finished, 24 of 24 samples scored>" for name in RUNS]


@pytest.mark.notebook
def test_cells_print_nothing_to_stderr(executed: NotebookNode) -> None:
    noise = [
        output.text
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert noise == []


@pytest.mark.notebook
def test_summary_names_metrics_judge_tokens_cost_and_time(executed: NotebookNode) -> None:
    (summary,) = [cell for cell in executed.cells if "summary" in cell.metadata.get("tags", [])]
    text = printed(summary)
    expected = [*METRICS, "judge   offline", "tokens  ", "cost    $0.0000", "time    "]
    assert [part for part in expected if part not in text] == []


def test_quickstart_is_stored_without_outputs() -> None:
    code = [cell for cell in quickstart().cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


def test_questions_have_24_samples_of_three_kinds_most_of_them_in_english() -> None:
    lines = (NOTEBOOKS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    samples = [json.loads(line) for line in lines]
    assert Counter(sample["answer_is"] for sample in samples) == {
        "right": 10,
        "partly wrong": 7,
        "unsupported": 7,
    }
    assert Counter(sample["language"] for sample in samples) == {
        "en": 16, "de": 2, "zh": 2, "ar": 1, "es": 1, "fr": 1, "ja": 1
    }  # fmt: skip
    assert len({sample["id"] for sample in samples}) == len(samples)
