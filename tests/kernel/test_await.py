"""`start` and `await` in cells: the run goes on by itself, and ends with the cell that waits for it."""

from __future__ import annotations

import pytest

from tests.kernel.driver import Kernel

pytestmark = pytest.mark.kernel

START = "run = rnb.start(df, [polite], llm=judge)"


def test_start_returns_at_once_and_the_run_goes_on_between_cells(notebook: Kernel) -> None:
    notebook.run(
        "asked, gate = asyncio.Event(), asyncio.Event()\n"
        "async def waiting(prompt):\n"
        "    asked.set()\n"
        "    await gate.wait()\n"
        "    return await judge(prompt)"
    )
    notebook.run("run = rnb.start(df, [polite], llm=waiting)")
    seen = notebook.run("await asked.wait(); print(run.status); gate.set()")
    assert seen.text.strip() == "running"
    assert notebook.run("result = await run; print(result['polite'])").text.strip().startswith("[1.0, 1.0")


def test_the_same_cell_again_shows_the_run_that_still_goes_on(notebook: Kernel) -> None:
    notebook.run(
        "asked, gate = asyncio.Event(), asyncio.Event()\n"
        "async def waiting(prompt):\n"
        "    asked.set()\n"
        "    await gate.wait()\n"
        "    return await judge(prompt)\n"
        "from ragas_nb.judges.calls import FunctionJudge\n"
        "named = FunctionJudge(waiting, name='waiting')"
    )
    notebook.run("first = rnb.start(df, [polite], llm=named)")
    notebook.run("await asked.wait()")
    again = notebook.run("again = rnb.start(df, [polite], llm=named); print(again is first); gate.set()")
    assert again.text.strip() == "True"
    assert notebook.run("print((await again)['polite'][:2])").text.strip() == "[1.0, 1.0]"


def test_awaiting_a_run_lets_queued_cells_run_afterwards(notebook: Kernel) -> None:
    cells = [notebook.submit(code) for code in (START, "await run; print('done')", "print('next')")]
    assert [notebook.finish(cell).text.strip() for cell in cells] == ["", "done", "next"]


def test_interrupting_an_awaited_run_keeps_finished_scores_and_leaves_no_task(notebook: Kernel) -> None:
    notebook.run("stuck = Stuck(answered=3)")
    cell = notebook.submit("run = rnb.start(df, [polite], llm=stuck, callbacks=stuck.heard)\nawait run")
    notebook.wait_for_text(cell, "READY")
    notebook.interrupt()
    assert notebook.finish(cell).status == "error"
    assert notebook.run("print(run.status, open_tasks(), stuck.cancelled)").text.strip() == "cancelled [] 5"
    assert notebook.run("print(sum(v == 1.0 for v in run['polite']))").text.strip() == "3"


def test_the_cell_shows_the_widget_and_below_it_a_picture(notebook: Kernel) -> None:
    shown = notebook.run("rnb.start(df, [polite], llm=judge)").displays
    texts = {"text/html", "text/plain"}
    assert [set(data) for data in shown] == [{"application/vnd.jupyter.widget-view+json", *texts}, texts]


def test_the_static_picture_is_brought_up_to_date_when_the_run_ends(notebook: Kernel) -> None:
    shown = notebook.run("run = rnb.start(df, [polite], llm=judge)\n_ = await run").displays
    assert "not scored" in shown[1]["text/html"]
    assert "not scored" not in shown[-1]["text/html"]
    assert "Finished" in shown[-1]["text/html"]


def test_the_magic_evaluates_the_last_expression_of_a_cell(notebook: Kernel) -> None:
    notebook.run("%load_ext ragas_nb")
    notebook.run("%%ragas exact_match --out run --wait\nsmall = df.assign(reference=df.response)\nsmall")
    assert (
        notebook.run("print(run['exact_match'])").text.strip() == "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]"
    )


def test_a_run_that_fails_shows_one_short_error(notebook: Kernel) -> None:
    notebook.run("def refuse(prompt):\n    raise rnb.JudgeRefused('no such key', kind='authentication')")
    failed = notebook.finish(notebook.submit("await rnb.start(df, [polite], llm=refuse)"))
    assert failed.error == "JudgeRefused: no such key"
    assert failed.text == ""
    assert [line for line in failed.traceback.splitlines() if "ragas_nb/" in line] == []
    assert "await rnb.start(" in failed.traceback
