"""Runs that the store keeps: listed, loaded, gone on with by their id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ragas_nb as rnb
from ragas_nb.errors import ConfigurationError, JudgeRefused, StoreError
from ragas_nb.judges.base import Usage
from tests.loopback.fixtures import Loopback, loopback, loopback_process
from tests.unit.keeping import (
    KIND,
    ONE_BY_ONE,
    ROWS,
    VERDICTS,
    evaluated,
    judge_named,
    size_of,
    store,
)
from tests.unit.results.telling import told

__all__ = ["loopback", "loopback_process", "store"]

# ── listed and loaded ──


def test_runs_are_listed_with_the_newest_first(store: Path):
    first, _ = evaluated(store, llm=judge_named(price=0.25))
    second, _ = evaluated(store, dataset=ROWS[:2], name="two", llm=judge_named("large", price=None))
    listed = rnb.runs(store)
    assert list(listed.columns) == [
        "run_id",
        "name",
        "state",
        "message",
        "created_at",
        "updated_at",
        "samples",
        "metrics",
        "jobs",
        "scored",
        "undefined",
        "failed",
        "cost",
        "requests",
        "unpriced",
        "elapsed_s",
        "judge",
        "fingerprint",
        "written_by",
    ]
    shown = [
        "run_id",
        "name",
        "state",
        "samples",
        "metrics",
        "scored",
        "cost",
        "requests",
        "unpriced",
        "judge",
    ]
    assert listed[shown].to_numpy().tolist() == [
        [second.run_id, "two", "finished", 2, ("kind",), 2, 0.0, 2, 2, "large"],
        [first.run_id, "evaluation", "finished", 8, ("kind",), 8, 2.0, 8, 0, "small"],
    ]
    assert listed["created_at"].is_monotonic_decreasing


def test_without_runs_the_list_is_empty_and_no_file_is_made(store: Path):
    listed = rnb.runs(store)
    assert (len(listed), list(listed.columns)[:3]) == (0, ["run_id", "name", "state"])
    assert not store.exists()


async def test_a_loaded_run_tells_what_the_live_one_told(store: Path):
    answers = [
        VERDICTS["judge_aspect"],
        JudgeRefused("not for me", kind="content_filter"),
        *["perhaps"] * 3,
        *[VERDICTS["judge_aspect"] | {"verdict": 0}] * 5,
    ]
    judge = judge_named(
        script={"judge_aspect": answers}, price=None, usage=Usage(input_tokens=7, cached_tokens=3)
    )
    rows = [*ROWS, {"question": "And 8?", "answer": None}]
    live = rnb.start(
        rows, [KIND, size_of(0.5)], llm=judge, store=store, show_progress=False, run_config=ONE_BY_ONE
    )
    result = await live
    loaded = rnb.load(live.run_id, store)
    assert told(loaded.result) == told(result)
    pd.testing.assert_frame_equal(loaded.df, live.df)
    pd.testing.assert_frame_equal(loaded.errors, live.errors)
    assert (loaded.status, loaded.name, loaded.columns, loaded.can) == (
        "finished",
        "evaluation",
        live.columns,
        (),
    )
    assert (len(loaded), repr(loaded), loaded.result.dataset) == (9, repr(live), result.dataset)


def test_repeats_come_back_from_the_store(store: Path):
    verdicts = [VERDICTS["judge_aspect"] | {"verdict": verdict} for verdict in (0, 1, 1)]
    judge = judge_named(script={"judge_aspect": verdicts})
    result, _ = evaluated(store, llm=judge, dataset=ROWS[:1], repeats=3)
    loaded = rnb.load(result.run_id, store).result
    assert loaded.to_pandas().to_dict("list") == result.to_pandas().to_dict("list")
    assert [step.turn for step in loaded.steps(0, "kind")] == [step.turn for step in result.steps(0, "kind")]


def test_a_loaded_result_cannot_ask_again_and_says_what_can(store: Path):
    result, _ = evaluated(store)
    with pytest.raises(ConfigurationError, match=rf"rnb\.resume\('{result.run_id}'\)"):
        rnb.load(result.run_id, store).result.retry_failed()


@pytest.mark.parametrize("call", [rnb.load, rnb.resume])
def test_an_id_that_is_unknown_is_told_with_those_there_are(store: Path, call: Callable[..., object]):
    with pytest.raises(
        StoreError, match=r"There is no run 'nowhere': no runs are stored in .*runs\.sqlite yet"
    ):
        call("nowhere", store=store)
    result, _ = evaluated(store)
    with pytest.raises(
        StoreError, match=rf"There is no run 'nowhere' in .*The last ones are {result.run_id}\."
    ):
        call("nowhere", store=store)
    with pytest.raises(StoreError, match=rf"Did you mean '{result.run_id}'\?"):
        call(result.run_id[:-1], store=store)


# ── resumed by id ──


async def test_a_run_goes_on_by_its_id_alone_with_the_offline_judge(store: Path):
    metrics, limit = ["answer_relevancy"], rnb.TokenBudget(1)
    run = rnb.start(ROWS, metrics, llm="offline", store=store, show_progress=False, budget=limit)
    await run
    again = rnb.resume(run.run_id, store=store, budget=rnb.TokenBudget(10**9), show_progress=False)
    result = await again
    assert (again.run_id, result.status, None in result["answer_relevancy"]) == (
        run.run_id,
        "finished",
        False,
    )


async def test_a_run_goes_on_by_its_id_alone_with_a_model_behind_a_server(
    store: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-4711-abcdefghijklmnop")
    run = rnb.start(
        ROWS, [KIND], llm="judge", store=store, show_progress=False, budget=rnb.TokenBudget(1), name="mine"
    )
    await run
    before = loopback.stats()["requests"]
    again = rnb.resume(run.run_id, store=store, budget=rnb.TokenBudget(10**9), show_progress=False)
    result = await again
    assert (again.name, again.run_id, result.status) == ("mine", run.run_id, "finished")
    assert (None in result["kind"], loopback.stats()["requests"]) == (False, 8)
    assert before == 1


def test_a_metric_that_is_code_of_yours_has_to_be_passed_again(store: Path):
    result, _ = evaluated(store, metrics=[KIND, size_of(0.5)])
    with pytest.raises(ConfigurationError, match=rf"Metric 'size' of run '{result.run_id}' is code of yours"):
        rnb.resume(result.run_id, store=store)


async def test_a_run_with_code_of_yours_goes_on_where_it_is_passed_again(store: Path):
    metrics = [KIND, size_of(0.5)]
    first = rnb.start(
        ROWS,
        metrics,
        llm=judge_named(price=0.01),
        store=store,
        show_progress=False,
        budget=0.01,
        run_config=ONE_BY_ONE,
    )
    await first
    judge = judge_named(price=0.01)
    again = rnb.resume(first.run_id, metrics, llm=judge, store=store, budget=1.0, show_progress=False)
    result = await again
    assert (again.run_id, result["kind"], result["size"]) == (first.run_id, [1.0] * 8, [0.5] * 8)
    assert len(judge.requests) == 7


@pytest.mark.parametrize(
    ("metrics", "judge", "problem"),
    [
        ([KIND], "large", "was made otherwise; its scores would be mixed"),
        (
            [KIND.model_copy(update={"definition": "Is it rude?"})],
            "small",
            "was made otherwise; its scores would be mixed",
        ),
        ([KIND, "exact_match"], "small", "has the metrics kind; these are kind, exact_match"),
    ],
)
def test_what_would_mix_the_scores_of_two_runs_is_refused(
    store: Path, metrics: list[Any], judge: str, problem: str
):
    rows = [row | {"reference": "x"} for row in ROWS]
    result, _ = evaluated(store, dataset=rows)
    with pytest.raises(ConfigurationError, match=problem):
        rnb.resume(result.run_id, metrics, llm=judge_named(judge), store=store)
