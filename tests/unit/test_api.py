"""The calls that people make, in every spelling."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb import api
from ragas_nb.engine.events import Event
from ragas_nb.judges import prices
from ragas_nb.judges.openai import OpenAIJudge
from ragas_nb.metrics import AspectCritic, ExactMatch, SemanticSimilarity
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge

ROWS = [
    {"question": "q", "answer": "a", "ground_truth": "a"},
    {"question": "q", "answer": "b", "ground_truth": "c"},
]
KIND = AspectCritic(name="kind", definition="Is it kind?")
VERDICT = {"judge_aspect": {"reason": "r", "verdict": 1}}


@pytest.fixture(autouse=True)
def _no_judge_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAGAS_NB_LLM", "RAGAS_NB_EMBEDDINGS", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


# ── the three calls ──


def test_evaluate_in_a_script_returns_the_result():
    assert rnb.evaluate(ROWS, ["exact_match"]).scores == [{"exact_match": 1.0}, {"exact_match": 0.0}]


async def test_evaluate_within_a_loop_returns_the_result_and_can_be_called_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(
        "ragas_nb.engine.loop.choose_strategy", lambda: "thread"
    )  # nesting would patch asyncio
    first, second = rnb.evaluate(ROWS, ["exact_match"]), rnb.evaluate(ROWS, ["exact_match"])
    assert first.scores == second.scores == [{"exact_match": 1.0}, {"exact_match": 0.0}]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_aevaluate_gives_the_result():
    assert (await rnb.aevaluate(ROWS, [KIND], ScriptedJudge(VERDICT)))["kind"] == [1.0, 1.0]


async def test_cancelling_aevaluate_leaves_no_task():
    async def stuck(prompt: str) -> str:
        asked.set()
        await asyncio.Event().wait()
        return ""

    asked = asyncio.Event()
    task = asyncio.ensure_future(rnb.aevaluate(ROWS, [KIND], stuck))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_start_returns_at_once_with_a_run_to_await():
    run = rnb.start(ROWS, ["exact_match"], name="mine")
    assert (run.status, run.name, run.settings.blocking) == ("starting", "mine", False)
    assert (await run)["exact_match"] == [1.0, 0.0]


# ── spellings ──


@pytest.mark.parametrize(
    "metrics", ["exact_match", ["exact_match"], ExactMatch, ExactMatch(), [ExactMatch], (ExactMatch(),)]
)
def test_metrics_are_taken_by_name_class_and_instance_alone_or_listed(metrics: Any):
    assert rnb.evaluate(ROWS, metrics)["exact_match"] == [1.0, 0.0]


def test_ragas_keywords_are_taken():
    heard: list[str] = []
    result = rnb.evaluate(
        dataset=ROWS,
        metrics=[KIND],
        llm=ScriptedJudge(VERDICT),
        embeddings=None,
        experiment_name="first",
        callbacks=[lambda event: heard.append(event.type)],
        run_config=rnb.RunConfig(max_retries=1),
        token_usage_parser=lambda result: None,
        raise_exceptions=True,
        column_map=None,
        show_progress=False,
        batch_size=1,
    )
    assert (result.name, result["kind"]) == ("first", [1.0, 1.0])
    assert (heard[0], heard[-1]) == ("run_started", "run_ended")


def test_name_goes_before_experiment_name():
    assert rnb.evaluate(ROWS, "exact_match", name="ours", experiment_name="theirs").name == "ours"


def test_columns_are_mapped():
    rows = [{"said": "a", "truth": "a"}]
    assert rnb.evaluate(rows, "exact_match", column_map={"said": "response", "truth": "reference"})[
        "exact_match"
    ] == [1.0]


@pytest.mark.parametrize(
    ("config", "size", "workers"),
    [
        (None, None, 32),
        (None, 4, 4),
        (rnb.RunConfig(max_workers=9), None, 9),
        (rnb.RunConfig(max_workers=9), 4, 4),
    ],
)
async def test_batch_size_bounds_the_requests_in_flight(config: Any, size: int | None, workers: int):
    judge = ScriptedJudge(VERDICT)
    run = api.prepare(ROWS, [KIND], llm=judge, run_config=api._batched(config, size), blocking=False)
    assert run.settings.config.max_workers == workers


def test_one_callback_need_not_be_listed():
    events: list[Event] = []
    rnb.evaluate(ROWS, "exact_match", callbacks=events.append)
    assert events[-1].type == "run_ended"


@pytest.mark.parametrize("callbacks", [5, "print", [print, None], {"on_end": print}])
def test_callbacks_that_cannot_be_called_are_refused(callbacks: Any):
    with pytest.raises(
        rnb.ConfigurationError, match="callbacks takes functions that are called with each event"
    ):
        rnb.evaluate(ROWS, "exact_match", callbacks=callbacks)


# ── whom the metrics ask ──


def test_metrics_that_ask_nobody_need_no_judge():
    assert rnb.evaluate(ROWS, "exact_match").total_tokens().input_tokens == 0


def test_without_a_judge_the_error_shows_three_ways_to_set_one():
    with pytest.raises(rnb.ConfigurationError, match=r"(?s)No judge is set.*1\. .*2\. .*3\. "):
        rnb.evaluate(ROWS, [KIND])


def test_metrics_that_only_embed_need_no_judge_where_embeddings_are_given():
    embedder = ScriptedEmbedder(lambda text: [1.0, 0.0])
    result = rnb.evaluate(ROWS, [SemanticSimilarity()], embeddings=embedder)
    assert result["semantic_similarity"] == [1.0, 1.0]


def test_embeddings_may_go_with_a_judge_that_no_metric_asks():
    run = api.prepare(ROWS, ["semantic_similarity"], llm="offline", blocking=False)
    assert (run.settings.judge, run.settings.embedder.label) == (None, "offline")


# ── what is refused ──


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match=r"0 samples|no rows|empty"):
        rnb.evaluate([], "exact_match")


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_must_be_positive(budget: float):
    with pytest.raises(
        rnb.ConfigurationError, match=f"budget is in dollars and must be above 0, not {budget}"
    ):
        rnb.evaluate(ROWS, [KIND], ScriptedJudge(VERDICT), budget=budget)


def test_a_budget_without_a_known_price_is_refused_with_the_way_to_set_one():
    with pytest.raises(rnb.ConfigurationError) as caught:
        rnb.evaluate(ROWS, [KIND], ScriptedJudge(VERDICT, identity="my-model", price=None), budget=1.0)
    assert str(caught.value) == (
        "A budget of $1 cannot be kept: no price is known for 'my-model'. "
        "Set one with rnb.set_price('my-model', input=…, output=…), limit tokens with "
        "budget=rnb.TokenBudget(…), or leave the budget out."
    )


def test_the_first_failure_is_raised_where_wanted_with_the_partial_result():
    judge = ScriptedJudge(
        {"judge_aspect": [{"reason": "r", "verdict": 1}, rnb.JudgeRefused("no", kind="content_filter")]}
    )
    with pytest.raises(rnb.JudgeRefused) as caught:
        rnb.evaluate(ROWS, [KIND], judge, raise_exceptions=True, batch_size=1)
    assert caught.value.result["kind"] == [1.0, None]


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'ragas_nb' has no attribute 'evalute'"):
        rnb.evalute  # noqa: B018


def test_the_price_that_a_budget_asks_for_is_enough(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prices, "_set_by_user", {})
    judge = OpenAIJudge("house-model", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(rnb.ConfigurationError, match=r"set_price\('house-model', input=…, output=…\)"):
        api.prepare(ROWS, [KIND], llm=judge, budget=1.0, blocking=True)
    rnb.set_price("house-model", input=1.0, output=2.0)
    assert api.prepare(ROWS, [KIND], llm=judge, budget=1.0, blocking=True).budget == "$0.0000 of $1"
