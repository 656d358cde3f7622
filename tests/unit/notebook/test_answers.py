"""What a view asks the kernel to look for or to write, and what it hears of tags and notes."""

from __future__ import annotations

import asyncio
import threading
from array import array
from pathlib import Path
from time import thread_time
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.notebook import answers, finding
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.recorded import RecordedRun
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, HeldJudge, Polite, new_run, responses, until
from tests.unit.keeping import KIND, judge_named
from tests.unit.notebook.choosing import run_of
from tests.unit.notebook.views import View, open_view

NUMBER = ScoreColumn("number")


def view_on(run: RecordedRun) -> tuple[Bridge, View]:
    view = View(len(run), len(run.columns))
    return Bridge(run, view.take), view


def find_command(number: int, **chosen: Any) -> dict[str, Any]:
    return {"type": "find", "id": number, "filter": chosen, "sort": {"by": "number", "down": True}}


def found(view: View, number: int) -> list[int]:
    return list(array("I", view.content[number]))


# ── looked for ──


def test_rows_are_found_at_once_where_no_loop_runs():
    bridge, view = view_on(run_of([NUMBER], {"number": [0.1, 0.5, 0.3, 0.9]}))
    bridge.handle(find_command(4, conditions=[{"column": "number", "op": "<", "value": 0.6}]))
    assert view.sent == [{"type": "found", "id": 4, "rows": 3}]
    assert found(view, 4) == [1, 2, 0]


async def test_rows_are_looked_for_in_another_thread_and_the_loop_goes_on(monkeypatch: pytest.MonkeyPatch):
    bridge, view = view_on(run_of([NUMBER], {"number": [0.1, 0.5]}))
    go_on, threads = threading.Event(), []
    rows = finding.Search.rows

    def held(search: finding.Search, *chosen: Any) -> Any:
        threads.append(threading.current_thread())
        go_on.wait(5)
        return rows(search, *chosen)

    monkeypatch.setattr(finding.Search, "rows", held)
    bridge.handle(find_command(1))
    await until(lambda: threads)
    bridge.handle({"type": "rows", "id": 2, "rows": [0]})
    assert [content["type"] for content in view.sent] == ["rows"]
    go_on.set()
    await until(lambda: len(view.sent) == 2)
    assert (found(view, 1), threads[0] is threading.main_thread()) == ([1, 0], False)


async def test_a_search_that_cannot_be_made_is_refused():
    bridge, view = view_on(run_of([NUMBER], {"number": [0.1]}))
    bridge.handle({"type": "find", "id": 3, "filter": {}, "sort": {"by": "x", "down": True}})
    assert view.sent == [
        {
            "type": "reply",
            "id": 3,
            "ok": False,
            "error": "There is no metric 'x' in run 1a2b3c4d; it has number.",
        }
    ]


async def test_trouble_in_the_other_thread_is_told_to_the_view(monkeypatch: pytest.MonkeyPatch):
    bridge, view = view_on(run_of([NUMBER], {"number": [0.1]}))

    def broken(run: RecordedRun, to: str) -> Any:
        raise rnb.ConfigurationError("Install it.")

    monkeypatch.setattr(answers, "exported", broken)
    bridge.handle({"type": "export", "id": 5, "format": "parquet"})
    await until(lambda: view.sent)
    assert view.sent == [{"type": "reply", "id": 5, "ok": False, "error": "Install it."}]


async def test_a_search_that_is_interrupted_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch):
    bridge, view = view_on(run_of([NUMBER], {"number": [0.1]}))
    go_on = threading.Event()
    monkeypatch.setattr(finding.Search, "rows", lambda *_: go_on.wait(5))
    bridge.handle(find_command(1))
    await asyncio.sleep(0)
    (task,) = bridge._working
    task.cancel()
    await until(lambda: view.sent)
    go_on.set()
    assert view.sent[0]["error"] == "The kernel was interrupted meanwhile. Try it once more."


async def test_a_hundred_thousand_rows_are_found_without_holding_up_the_loop():
    rows = 100_000
    words = ["Where is my refund?", "Grüße aus Köln, wo ist mein Geld geblieben?"]
    samples = EvaluationDataset.from_dict({"user_input": [words[row % 2] * 5 for row in range(rows)]})
    run = run_of([NUMBER], {"number": [row % 997 / 997 for row in range(rows)]}, data=samples)
    bridge, view = view_on(run)
    turns, last = [], thread_time()
    bridge.handle(find_command(1, text="geld"))
    while not view.sent:
        await asyncio.sleep(0)
        now = thread_time()
        turns.append(now - last)
        last = now
    assert len(found(view, 1)) == rows // 2
    assert max(turns) < 0.01  # of this thread's own time: what the machine does besides does not count


# ── files ──


async def test_a_file_comes_with_its_name_and_size():
    bridge, view = view_on(run_of([NUMBER], {"number": [0.5]}))
    bridge.handle({"type": "export", "id": 1, "format": "csv"})
    await until(lambda: view.sent)
    content = b"user_input,id,number\r\nQuestion 0?,q0,0.5\r\n"
    assert view.sent == [
        {
            "type": "file",
            "id": 1,
            "name": "a-run-1a2b3c4d.csv",
            "media_type": "text/csv",
            "size": len(content),
        }
    ]
    assert view.content[1] == content


# ── further fields ──


def test_a_snapshot_tells_which_fields_there_are_and_rows_bring_those_asked_for():
    data = EvaluationDataset([SingleTurnSample(user_input="a", reference="b")], extra={"topic": ["c"]})
    bridge, view = view_on(run_of([NUMBER], {"number": [0.5]}, data=data))
    bridge.handle({"type": "hello", "id": 1})
    assert view.sent[-1]["fields"] == ["reference", "topic"]
    bridge.handle({"type": "rows", "id": 2, "rows": [0], "fields": ["topic", "reference"]})
    assert view.sent[-1]["rows"][0]["more"] == ["c", "b"]
    bridge.handle({"type": "rows", "id": 3, "rows": [0], "fields": ["x"]})
    assert view.sent[-1]["error"] == "The samples have no field 'x'."


# ── tags and notes ──


def mark(row: int, *tags: str, note: str | None = None) -> dict[str, Any]:
    return wire.Mark(row=row, tags=list(tags), note=note).model_dump()


async def test_marks_are_told_with_the_snapshot_and_those_that_change_with_the_next_batch():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b", "c"), [Polite()], judge).start()
    bridge, view = open_view(run)
    await judge.arrived.wait()
    run.tag([0, 1], "x")
    bridge.handle({"type": "hello", "id": 1})
    assert view.of_type("snapshot")[-1]["marks"] == [mark(0, "x"), mark(1, "x")]
    sent = len(view.of_type("batch"))
    run.note(2, "why?")
    run.untag(1, "x")
    judge.release.set()
    await run
    told = [found for batch in view.of_type("batch")[sent:] for found in batch["marks"]]
    assert told == [mark(1), mark(2, note="why?")]


async def test_after_the_end_marks_are_told_soon_and_nothing_goes_on():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    _, view = open_view(run)
    await run
    before = len(view.sent)
    run.tag(0, "x")
    await until(lambda: len(view.sent) > before)
    assert [batch["marks"] for batch in view.sent[before:]] == [[mark(0, "x")]]
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert others == set()


def test_marks_on_a_run_that_goes_on_nowhere_are_told_at_once(tmp_path: Path):
    store = tmp_path / "runs.sqlite"
    result = rnb.evaluate([{"response": "a"}], [KIND], judge_named(), store=store, show_progress=False)
    run = rnb.load(result.run_id, store)
    _, view = view_on(run)
    run.note(0, "why?")
    assert [batch["marks"] for batch in view.of_type("batch")] == [[mark(0, note="why?")]]
