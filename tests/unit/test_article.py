"""The program that people bring along from Ragas: only its import lines change."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.loopback.fixtures import Loopback, loopback, loopback_process  # noqa: F401
from tests.notebooks.executing import execute, printed

IMPORTS = """\
from datasets import Dataset
import os
import nest_asyncio
from ragas import evaluate
from ragas.metrics import faithfulness, answer_correctness"""

DATA = """\
data_samples = {
'question': ['When was the first super bowl?', 'Who won the most super bowls?'],
'answer': ['The first superbowl was held on Jan 15, 1967', 'The most super bowls have been won by The New England Patriots'],
'contexts': [['The First AFL–NFL World Championship Game was an American football game played on January 15, 1967, at the Los Angeles Memorial Coliseum in Los Angeles,'],
['The Green Bay Packers...Green Bay, Wisconsin.','The Packers compete...Football Conference']],
'ground_truth': ['The first superbowl was held on January 15, 1967', 'The New England Patriots have won the Super Bowl a record six times']
}"""  # noqa: E501

REQUESTS = {"/v1/chat/completions": 8, "/v1/embeddings": 2}
"""For two samples: split response and reference, check, compare; both metrics share a split."""

CELLS = (
    IMPORTS.replace("from ragas", "from ragas_nb"),
    "nest_asyncio.apply()",
    'os.environ["OPENAI_API_KEY"] = "your-actual-api-key"',
    DATA,
    """\
dataset = Dataset.from_dict(data_samples)
score = evaluate(dataset, metrics=[faithfulness, answer_correctness])
score.to_pandas()""",
    """\
print(score.errors.to_json(orient='records'))
print(score.to_pandas().to_json(orient='records'))""",
)
"""The program, and two lines that tell the test what it found."""


@pytest.fixture
def server(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> Loopback:  # noqa: F811
    """A server that lets in only the key that the program sets, where OpenAI would be."""
    loopback.configure(api_key="your-actual-api-key")
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("RAGAS_NB_LLM", raising=False)
    return loopback


def check(told: str, server: Loopback) -> None:
    """Both samples are there under today's names, scored by both metrics, and were judged by the server."""
    failures, rows = (json.loads(line) for line in told.splitlines()[-2:])
    assert failures == []
    scores = [row.pop(metric) for row in rows for metric in ("faithfulness", "answer_correctness")]
    data = ast.literal_eval(DATA.removeprefix("data_samples = "))
    columns = zip(data["question"], data["contexts"], data["answer"], data["ground_truth"], strict=True)
    assert rows == [
        {"user_input": question, "retrieved_contexts": contexts, "response": answer, "reference": truth}
        for question, contexts, answer, truth in columns
    ]
    assert [0 <= score <= 1 for score in scores] == [True] * 4
    assert server.stats()["errors"] == {}
    assert server.stats()["by_path"] == REQUESTS


def test_program_works_as_a_script(server: Loopback, tmp_path: Path) -> None:
    script = tmp_path / "article.py"
    script.write_text("\n".join(CELLS), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        check=False,
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    check(done.stdout, server)


@pytest.mark.kernel
def test_program_works_as_notebook_cells(server: Loopback, tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    executed = execute(nbformat.v4.new_notebook(cells=cells), tmp_path)
    check(printed(executed.cells[-1]), server)
