"""Runs that the store keeps: found again by the same call, and gone on with."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError, JudgeRefused
from tests.unit.doubles import HeldJudge, record, until
from tests.unit.keeping import (
    KIND,
    ONE_BY_ONE,
    ROWS,
    VERDICTS,
    cancelled,
    evaluated,
    judge_named,
    size_of,
    started,
    store,
)
from tests.unit.results.telling import told

__all__ = ["store"]

# ── found again ──


def test_the_same_call_finds_the_finished_run_and_asks_nothing(store: Path):
    first, _ = evaluated(store)
    second, judge = evaluated(store)
    assert (judge.requests, second.run_id, second.status) == ([], first.run_id, "finished")
    assert told(second) == told(first)


BASE: dict[str, Any] = {"metrics": [KIND, size_of(0.5)]}
OTHERS: dict[str, dict[str, Any]] = {
    "data": {"dataset": [*ROWS[:-1], ROWS[-1] | {"answer": "Number 7 is not."}]},
    "order of the data": {"dataset": ROWS[::-1]},
    "an extra column": {"dataset": [row | {"source": "web"} for row in ROWS]},
    "fewer metrics": {"metrics": [KIND]},
    "a metric's prompt": {"metrics": [KIND.model_copy(update={"definition": "Is it rude?"}), size_of(0.5)]},
    "the code of a function": {"metrics": [KIND, size_of(0.25)]},
    "the judge": {"llm": judge_named("large")},
    "the name": {"name": "other"},
    "repeats": {"repeats": 2},
}


@pytest.mark.parametrize("changed", OTHERS.values(), ids=OTHERS)
def test_another_call_is_another_run(store: Path, changed: dict[str, Any]):
    first, _ = evaluated(store, **BASE)
    other, _ = evaluated(store, **(BASE | changed))
    same, judge = evaluated(store, **BASE)
    assert other.run_id != first.run_id == same.run_id
    assert judge.requests == []


@pytest.mark.parametrize(
    "changed",
    [
        {"run_config": RunConfig(max_workers=2)},
        {"budget": 5.0},
        {"callbacks": print},
        {"raise_exceptions": True},
    ],
)
def test_how_a_run_is_carried_out_does_not_make_another_of_it(store: Path, changed: dict[str, Any]):
    first, _ = evaluated(store)
    second, judge = evaluated(store, **changed)
    assert (second.run_id, judge.requests) == (first.run_id, [])


def test_never_makes_a_new_run_that_takes_the_answers_there_are(store: Path):
    first, _ = evaluated(store)
    second, judge = evaluated(store, resume="never")
    assert (second.scores, judge.requests, second.run_id != first.run_id) == (first.scores, [], True)
    sources = [step.source for sample_id in second.dataset.ids for step in second.steps(sample_id, "kind")]
    assert (sources, second.total_cost()) == (["remembered"] * 8, 0.0)


def test_an_answer_is_found_for_other_samples_and_another_metric_set(store: Path):
    evaluated(store)
    _, judge = evaluated(store, dataset=ROWS[2:5], metrics=[KIND, size_of(0.5)])
    assert judge.requests == []


# ── gone on with ──


async def test_a_cancelled_run_goes_on_when_it_is_called_again(store: Path):
    run, first = await cancelled(store)
    second = judge_named()
    again = started(store, second)
    events = record(again)
    result = await again
    assert (again.run_id, result["kind"], len(second.requests)) == (run.run_id, [1.0] * 8, 5)
    asked = Counter(
        request.input.model_dump_json() for judge in (first, second) for request in judge.requests
    )
    assert set(asked.values()) == {1}
    assert [event.type for event in events][:2] == ["run_resumed", "notice_given"]
    assert again.state.notices["resumed"].startswith("3 of 8 samples were judged before")


CHILD = dedent(
    """
    import os, sys
    import ragas_nb as rnb
    from ragas_nb.metrics import AspectCritic, numeric_metric
    from ragas_nb.testing import ScriptedJudge

    asked = []
    def verdict(question):
        asked.append(question)
        if len(asked) == 4:
            os._exit(9)
        return {"reason": "It says so.", "verdict": 1}

    rows = [
        {"question": f"How is {number}?", "answer": f"Number {number} is well."} for number in range(8)
    ]
    rnb.evaluate(
        rows,
        [AspectCritic(name="kind", definition="Is it kind?")],
        ScriptedJudge({"judge_aspect": verdict}, identity="small"),
        run_config=rnb.RunConfig(max_workers=1),
        show_progress=False,
        store=sys.argv[1],
    )
    """
)


def test_a_run_whose_process_died_goes_on_in_another(store: Path):
    child = subprocess.run([sys.executable, "-c", CHILD, str(store)], check=False, capture_output=True)
    assert (child.returncode, child.stderr) == (9, b"")
    ((run_id, state, scored),) = rnb.runs(store)[["run_id", "state", "scored"]].to_numpy().tolist()
    assert (state, scored) in [("interrupted", 2), ("interrupted", 3)]  # the third answer is kept in any case
    result, judge = evaluated(store)
    assert (result.run_id, result["kind"], len(judge.requests)) == (run_id, [1.0] * 8, 5)
    assert list(rnb.runs(store)["state"]) == ["finished"]


def test_failed_jobs_are_done_again_when_the_run_is_called_again(store: Path):
    refusing = judge_named(script={"judge_aspect": [JudgeRefused("no", kind="content_filter")] * 8})
    first, _ = evaluated(store, llm=refusing)
    second, judge = evaluated(store)
    assert (first["kind"], second["kind"]) == ([None] * 8, [1.0] * 8)
    assert (second.run_id, len(judge.requests), len(second.errors)) == (first.run_id, 8, 0)


async def test_ask_waits_until_it_is_told_to_go_on(store: Path):
    run, _ = await cancelled(store)
    judge = judge_named()
    again = started(store, judge, resume="ask")
    await until(lambda: again.status == "paused")
    assert (again.run_id, judge.requests, again.result["kind"].count(1.0)) == (run.run_id, [], 3)
    assert again.state.message == "Resume goes on from there; resume='never' starts anew."
    assert (await again.resume())["kind"] == [1.0] * 8
    assert len(judge.requests) == 5


async def test_ask_does_not_wait_where_there_is_nothing_to_go_on_with(store: Path):
    assert (await started(store, judge_named(), resume="ask"))["kind"] == [1.0] * 8


@pytest.mark.parametrize(
    ("resume", "problem"),
    [
        ("ask", r"resume='ask' waits for a click, and this call would wait for the run\. Use start\(…\)"),
        ("always", "resume is 'auto', 'never' or 'ask', not 'always'"),
        (True, "resume is 'auto', 'never' or 'ask', not True"),
    ],
)
def test_a_blocking_call_refuses_to_wait_for_a_click(store: Path, resume: Any, problem: str):
    with pytest.raises(ConfigurationError, match=problem):
        evaluated(store, resume=resume)
    assert not store.exists()


async def test_what_was_spent_before_counts_for_the_budget(store: Path):
    priced: dict[str, Any] = {"budget": 0.03, "run_config": ONE_BY_ONE}
    first = started(store, judge_named(price=0.01), **priced)
    assert ((await first)["kind"].count(1.0), first.status) == (3, "budget_reached")
    judge = judge_named(price=0.01)
    again = started(store, judge, **priced)
    await again
    assert (again.run_id, again.status, judge.requests) == (first.run_id, "budget_reached", [])
    more = started(store, judge, **priced | {"budget": 0.05})
    assert ((await more)["kind"].count(1.0), more.budget) == (5, "$0.0500 of $0.05")
    assert len(judge.requests) == 2


async def test_the_same_call_beside_a_run_that_goes_on_is_a_run_of_its_own(store: Path):
    held = HeldJudge(VERDICTS, identity="small")
    first = started(store, held)
    await held.arrived.wait()
    second = await started(store, judge_named())
    held.release.set()
    assert (await first)["kind"] == second["kind"] == [1.0] * 8
    assert sorted(rnb.runs(store)["run_id"]) == sorted([first.run_id, second.run_id])


async def test_two_runs_write_into_one_file_at_once(store: Path):
    one, other = await asyncio.gather(
        started(store, judge_named("one"), name="one"), started(store, judge_named("other"), name="other")
    )
    kept = rnb.runs(store).set_index("name")
    assert list(kept.loc[["one", "other"], "scored"]) == [8, 8]
    for result in (one, other):
        assert told(rnb.load(result.run_id, store).result) == told(result)
