"""A key never leaves the client: not in outputs, widget messages, results, logs or errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.driver import Kernel
from tests.loopback.fixtures import Loopback, loopback, loopback_process

pytestmark = pytest.mark.kernel

__all__ = ["loopback", "loopback_process"]
KEY = "sk-planted-4711-abcdefghijklmnop"


def judge(address: Loopback) -> str:
    return f"OpenAIJudge('judge', base_url={address.base_url!r}, api_key=open('key').read())"


@pytest.fixture(autouse=True)
def _key_beside_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)


def with_key(folder: Path) -> list[str]:
    """The files that the store has written which hold the key."""
    files = list((folder / ".ragas_nb").iterdir())
    assert files
    return [file.name for file in files if KEY.encode() in file.read_bytes()]


def test_a_key_is_in_nothing_that_the_kernel_says_or_stores(
    notebook: Kernel, loopback: Loopback, tmp_path: Path
) -> None:
    notebook.run("import logging; logging.basicConfig(level=logging.DEBUG)")
    notebook.run(
        "from ragas_nb.judges.openai import OpenAIJudge; from ragas_nb.notebook.picture import row_detail"
    )
    notebook.run(f"run = rnb.start(df, [polite], llm={judge(loopback)})\nresult = await run")
    shown = notebook.run(
        "print(run, result, run.settings, vars(run.settings.judge), run.state.outcomes)\n"
        "print(row_detail(run, 0, 1), result.explain(0, 'polite'), result.to_pandas().to_csv())"
    )
    assert "judge at 127.0.0.1" in shown.text
    assert [text for text in notebook.said if KEY in text] == []
    assert with_key(tmp_path) == []


def test_a_refused_key_is_not_in_the_error_or_in_the_store(
    notebook: Kernel, loopback: Loopback, tmp_path: Path
) -> None:
    loopback.configure(api_key="another")
    notebook.run("from ragas_nb.judges.openai import OpenAIJudge")
    failed = notebook.finish(
        notebook.submit(f"run = rnb.start(df, [polite], llm={judge(loopback)})\nawait run")
    )
    assert failed.status == "error"
    assert "JudgeRefused" in (failed.error or "")
    notebook.run("import traceback; traceback.print_exception(run.error); print(run.errors.to_csv())")
    assert [text for text in notebook.said if KEY in text] == []
    assert with_key(tmp_path) == []
