"""A result in a file, and back: it tells what it told before."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragas_nb.judges.base import Usage
from ragas_nb.metrics import AnswerCorrectness, ContextRecall, Faithfulness
from ragas_nb.metrics.base import MetricResult
from ragas_nb.results.result import EvaluationResult
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit.doubles import NO, YES, Computes, HeldJudge, Polite, Votes, new_run, responses
from tests.unit.results.telling import again, told


async def judged() -> EvaluationResult:
    """A run with scores, a text, a failure, what is undefined, shared answers, embeddings, a vote."""
    sample = SingleTurnSample(
        user_input="Where is Lima?",
        response="In Peru, in Asia.",
        reference="In Perú 🇵🇪.",
        retrieved_contexts=["Lima is in Peru."],
    )
    checked = {"statement": "Lima is in Peru.", "reason": "It says so.", "verdict": 1}
    judge = ScriptedJudge(
        {
            "split_into_statements": {"statements": ["Lima is in Peru."]},
            "check_statements": {"statements": [checked]},
            "attribute_statements": "perhaps \ud83d",
            "compare_statements": ["{}", {"TP": [{"statement": "x", "reason": "y"}], "FP": [], "FN": []}],
            "is_polite": [YES, NO, YES] * 2,
        },
        usage=Usage(input_tokens=11, output_tokens=3, cached_tokens=5),
        price=None,
    )
    dataset = EvaluationDataset(
        [sample, SingleTurnSample(response="x")],
        "capitals",
        ids=["lima", 7],
        extra={"when": [date(2030, 1, 2), None], "weight": [math.inf, 0.1], "tags": [("a", 1), {"$": [2]}]},
    )
    metrics = [
        Faithfulness(),
        ContextRecall(),
        AnswerCorrectness(),
        Votes(),
        Polite(),
        Computes(rule=lambda text: MetricResult("short" if len(text) < 3 else "long")),
    ]
    return await new_run(dataset, metrics, judge, embedder=ScriptedEmbedder(lambda text: [1.0, 0.5]))


# ── round trips ──


@pytest.mark.parametrize("name", ["result.json", "result.json.gz", "RESULT.GZ", "result"])
async def test_a_loaded_result_tells_what_it_told(tmp_path: Path, name: str):
    result = await judged()
    result.save(tmp_path / name)
    loaded = EvaluationResult.load(tmp_path / name)
    assert told(loaded) == told(result)
    assert loaded.dataset == result.dataset
    pd.testing.assert_frame_equal(loaded.to_pandas(), result.to_pandas())


async def test_a_result_that_is_saved_again_is_the_same_file(tmp_path: Path):
    (await judged()).save(tmp_path / "one.json.gz")
    EvaluationResult.load(tmp_path / "one.json.gz").save(tmp_path / "two.json.gz")
    assert (tmp_path / "one.json.gz").read_bytes() == (tmp_path / "two.json.gz").read_bytes()


async def test_a_part_of_a_loaded_result_is_the_part(tmp_path: Path):
    result = await judged()
    assert told(again(result, tmp_path)[1:]) == told(result[1:]) == told(again(result[1:], tmp_path))


async def test_a_cancelled_run_tells_what_was_not_run(tmp_path: Path):
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    await judge.arrived.wait()
    run.cancel()
    loaded = again(await run, tmp_path)
    assert (loaded.status, repr(loaded)) == ("cancelled", "{'polite': – (0 of 2 scored, 2 not run)}")


async def test_a_run_that_goes_on_is_saved_as_far_as_it_is(tmp_path: Path):
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    await judge.arrived.wait()
    loaded = again(run.result, tmp_path)
    judge.release.set()
    await run
    assert (loaded.status, loaded["polite"], run.result["polite"]) == ("running", [None, None], [1.0, 1.0])


def test_conversations_come_back(tmp_path: Path):
    sample = MultiTurnSample(
        user_input=[
            HumanMessage(content="Is it raining?", metadata={"at": None}),
            AIMessage(content="", tool_calls=[ToolCall(name="rain", args={"city": None, "$": 1})]),
            ToolMessage(content="no"),
        ],
        reference_topics=["weather"],
    )
    result = EvaluationResult([{"m": 1}], EvaluationDataset([sample]))
    assert again(result, tmp_path).dataset == result.dataset


def test_a_result_of_scores_alone_comes_back(tmp_path: Path):
    step = {"input": {"a": 1}, "output": {"verdict": 1}}
    result = EvaluationResult(
        [{"m": 1, "n": 5}, {"m": "good"}], None, ["n"], traces=[{"m": {"s": [step, step]}}, {}], run_id="r"
    )
    assert told(again(result, tmp_path)) == told(result)


def test_what_a_handler_has_counted_comes_back(tmp_path: Path):
    handler = CostCallbackHandler(lambda reply: TokenUsage(input_tokens=10, output_tokens=5, model=reply))
    for model in ("a", "b", "a"):
        handler.on_llm_end(model)
    result = EvaluationResult([{"m": 1}], None, cost_cb=handler)
    loaded = again(result, tmp_path)
    assert loaded.total_tokens() == result.total_tokens()
    costs = {"a": (1.0, 2.0), "b": (3.0, 4.0)}
    assert loaded.total_cost(per_model_costs=costs) == result.total_cost(per_model_costs=costs)


def test_a_handler_of_somebody_else_is_kept_by_its_sums(tmp_path: Path):
    class Foreign:
        def total_tokens(self) -> TokenUsage:
            return TokenUsage(input_tokens=1, output_tokens=2, model="m")

    result = EvaluationResult([{"m": 1}], None, cost_cb=Foreign())  # type: ignore[arg-type]
    assert again(result, tmp_path).total_tokens() == result.total_tokens()


VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates()
SAMPLES = st.builds(
    SingleTurnSample,
    user_input=st.none() | st.text(),
    retrieved_contexts=st.none() | st.lists(st.text()),
    retrieved_context_ids=st.none() | st.lists(st.text() | st.integers()),
    rubrics=st.none() | st.dictionaries(st.text(), st.text()),
)
SCORES = st.none() | st.floats(-10, 10) | st.text()
ROWS = st.lists(
    st.tuples(SAMPLES, VALUES, st.dictionaries(st.sampled_from("mn"), SCORES), st.text() | st.integers()),
    unique_by=lambda row: str(row[3]),
)


@given(ROWS, st.none() | st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_result_comes_back(
    tmp_path: Path,
    rows: list[tuple[SingleTurnSample, object, dict[str, object], str | int]],
    name: str | None,
):
    dataset = EvaluationDataset(
        [row[0] for row in rows],
        name,
        ids=[row[3] for row in rows],
        extra={"other": [row[1] for row in rows]},
    )
    result = EvaluationResult([row[2] for row in rows], dataset)
    loaded = again(result, tmp_path)
    assert told(loaded) == told(result)
    assert loaded.dataset == dataset


async def test_numbers_that_json_does_not_have_come_back(tmp_path: Path):
    class Dear(ScriptedJudge):
        def cost(self, usage: Usage, model: str) -> float | None:
            return math.inf

    class Endless(Polite):
        score_range = (0.0, math.inf)

    result = await new_run(responses("a"), [Endless()], Dear({"is_polite": YES}))
    loaded = again(result, tmp_path)
    assert (loaded.total_cost(), loaded.traces[0]["polite"]["is_polite"]["attempts"][0].cost) == (
        math.inf,
    ) * 2
    assert "Infinity" not in (tmp_path / "result.json").read_text("utf-8")


def test_what_json_cannot_hold_is_kept_as_text_and_told(tmp_path: Path):
    dataset = EvaluationDataset([SingleTurnSample(response="a")], extra={"set": [{1}]})
    with pytest.warns(UserWarning, match=r"column 'set': of values of type set the file keeps the text only"):
        loaded = again(EvaluationResult([{"m": 1}], dataset), tmp_path)
    assert loaded.dataset.extra == {"set": ["{1}"]}
