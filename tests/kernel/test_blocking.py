"""`evaluate` in a cell: every way of waiting gives the result, and loses nothing else."""

from __future__ import annotations

import importlib.metadata

import pytest

from tests.kernel.driver import Kernel

pytestmark = pytest.mark.kernel

IPYKERNEL = int(importlib.metadata.version("ipykernel").split(".")[0])
APPLY = "import nest_asyncio; nest_asyncio.apply()"
EVALUATE = "result = rnb.evaluate(df, [polite], llm=judge, show_progress=False); print(result['polite'])"
ALL_ONE = "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]"

situations = pytest.mark.parametrize("before", ["", APPLY], ids=["plain", "nest_asyncio applied by the user"])


def expected_strategy(before: str) -> str:
    if IPYKERNEL < 7:
        return "nest_asyncio"
    return "thread" if before else "nest_asyncio2"


@situations
def test_waits_in_the_way_that_is_safe_here(notebook: Kernel, before: str) -> None:
    notebook.run(before or "pass")
    chosen = notebook.run("from ragas_nb.engine.loop import choose_strategy; print(choose_strategy())")
    assert chosen.text.strip() == expected_strategy(before)


@situations
def test_gives_the_result_on_the_next_line_twice(notebook: Kernel, before: str) -> None:
    notebook.run(before or "pass")
    assert notebook.run(EVALUATE).text.strip() == ALL_ONE
    assert notebook.run(EVALUATE).text.strip() == ALL_ONE


@situations
def test_cells_queued_behind_it_run(notebook: Kernel, before: str) -> None:
    notebook.run(before or "pass")
    cells = [notebook.submit(code) for code in (EVALUATE, "print('second')", "print('third')")]
    assert [notebook.finish(cell).text.strip() for cell in cells] == [ALL_ONE, "second", "third"]


@situations
def test_interrupt_keeps_finished_scores_and_leaves_no_task(notebook: Kernel, before: str) -> None:
    notebook.run(before or "pass")
    notebook.run("stuck = Stuck(answered=3)")
    cell = notebook.submit(
        "try:\n"
        "    rnb.evaluate(df, [polite], llm=stuck, show_progress=False, callbacks=stuck.heard)\n"
        "except rnb.RunCancelled as stopped:\n"
        "    kept = stopped.result['polite']\n"
    )
    notebook.wait_for_text(cell, "READY")
    notebook.interrupt()
    assert notebook.finish(cell).status == "ok"
    assert (
        notebook.run("print(sorted(kept, key=str))").text.strip()
        == "[1.0, 1.0, 1.0, None, None, None, None, None]"
    )
    assert notebook.run("print(open_tasks(), stuck.cancelled)").text.strip() == "[] 5"
    assert notebook.run(EVALUATE).text.strip() == ALL_ONE


def test_works_beside_a_run_that_goes_on(notebook: Kernel) -> None:
    notebook.run("stuck = Stuck(answered=2); other = rnb.start(df, [polite], llm=stuck, show_progress=False)")
    assert notebook.run(EVALUATE).text.strip() == ALL_ONE
    assert notebook.run("print(other.status); other.cancel()").text.strip() == "running"
    assert notebook.run("await asyncio.wait([other._task]); print(other.status)").text.strip() == "cancelled"


@situations
def test_a_failure_shows_one_short_error(notebook: Kernel, before: str) -> None:
    notebook.run(before or "pass")
    notebook.run("def refuse(prompt):\n    raise rnb.JudgeRefused('no such key', kind='authentication')")
    failed = notebook.finish(notebook.submit("rnb.evaluate(df, [polite], llm=refuse, show_progress=False)"))
    assert failed.error == "JudgeRefused: no such key"
    assert failed.text == ""
    assert [line for line in failed.traceback.splitlines() if "ragas_nb/" in line] == []
    assert "rnb.evaluate(" in failed.traceback
