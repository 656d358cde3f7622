"""A metric that scores by itself: one job in a run of its own, or one for each of several samples."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from ragas_nb.errors import (
    ConfigurationError,
    DatasetError,
    JudgeOutputInvalid,
    JudgeRefused,
    PlanError,
)
from ragas_nb.metrics import ExactMatch, Faithfulness, Metric, MetricResult, SemanticSimilarity
from ragas_nb.metrics.discrete import DiscreteMetric
from ragas_nb.metrics.numeric import numeric_metric
from ragas_nb.schema import AIMessage, EvaluationDataset, HumanMessage, MultiTurnSample, SingleTurnSample
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit.doubles import HeldJudge, Polite

SAMPLE = SingleTurnSample(user_input="How?", response="Thanks!", reference="Thanks!")
CONVERSATION = MultiTurnSample(user_input=[HumanMessage(content="Hi"), AIMessage(content="Hello")])
KIND = DiscreteMetric(name="kind", prompt="Is the assistant kind in {user_input}?")
YES: Any = {"is_polite": {"verdict": 1}}
SAID: Any = {"judge_label": {"reason": "It greets.", "value": "pass"}}


@pytest.mark.parametrize(
    "given",
    [
        {"sample": SAMPLE},
        {"sample": {"response": "Thanks!", "reference": "Thanks!"}},
        {"sample": {"answer": "Thanks!", "ground_truth": "Thanks!", "topic": "manners"}},
        {"response": "Thanks!", "reference": "Thanks!"},
        {"answer": "Thanks!", "ground_truth": "Thanks!"},
    ],
)
async def test_a_sample_is_given_as_such_as_a_dict_or_by_its_fields(given: dict[str, Any]) -> None:
    assert (await ExactMatch().ascore(**given)).value == 1.0


async def test_conversations_are_scored_too() -> None:
    messages = [{"type": "human", "content": "Hi"}, {"type": "ai", "content": "Hello"}]
    for given in ({"sample": CONVERSATION}, {"sample": {"user_input": messages}}, {"user_input": messages}):
        judge = ScriptedJudge(SAID)
        result = await KIND.ascore(**given, llm=judge)  # type: ignore[arg-type]
        assert result == MetricResult("pass", "It greets.")
        assert judge.requests[0].input.model_dump() == {"user_input": "Human: Hi\nAI: Hello"}


async def test_the_steps_are_in_the_traces() -> None:
    result = await KIND.ascore(user_input="Hi", llm=ScriptedJudge(SAID))
    assert result.traces is not None
    assert {name: (calls["input"], calls["output"]) for name, calls in result.traces.items()} == {  # type: ignore[index]
        "judge_label": ({"user_input": "Hi"}, {"reason": "It greets.", "value": "pass"})
    }


async def test_a_metric_that_asks_nobody_has_no_traces() -> None:
    assert (await ExactMatch().ascore(SAMPLE)).traces is None


async def test_an_answer_that_cannot_be_used_is_asked_for_again() -> None:
    judge = ScriptedJudge({"is_polite": [{"verdict": 7}, {"verdict": 1}]})
    assert (await Polite().ascore(SAMPLE, llm=judge), len(judge.requests)) == (1, 2)


async def test_an_embedder_can_be_given() -> None:
    embedder = ScriptedEmbedder({"Thanks!": [1.0, 0.0]})
    assert await SemanticSimilarity().ascore(SAMPLE, embeddings=embedder) == 1.0


async def test_what_the_job_failed_with_is_raised() -> None:
    with pytest.raises(JudgeOutputInvalid, match="Asked 3 times"):
        await Polite().ascore(SAMPLE, llm=ScriptedJudge({"is_polite": {"verdict": 7}}))

    @numeric_metric
    def breaks(response: str) -> float:
        raise KeyError("no such word")

    with pytest.raises(KeyError, match="no such word"):
        await breaks.ascore(SAMPLE)


async def test_an_undefined_score_is_a_result_with_its_reason() -> None:
    result = await Faithfulness().ascore(
        user_input="How?", response=" ", retrieved_contexts=["c"], llm=ScriptedJudge({})
    )
    assert result == MetricResult(None, "the response makes no statement")


@pytest.mark.parametrize(
    ("metric", "given", "error", "message"),
    [
        (ExactMatch(), {}, TypeError, "Pass either a sample"),
        (ExactMatch(), {"sample": SAMPLE, "response": "x"}, TypeError, "Pass either a sample"),
        (ExactMatch(), {"response": "x", "referense": "x"}, TypeError, "Did you mean 'reference'"),
        (ExactMatch(), {"sample": [SAMPLE]}, TypeError, "A list is no sample.* several to batch_score"),
        (ExactMatch(), {"sample": {"said": "x"}}, DatasetError, "No column fits"),
        (
            ExactMatch(),
            {"response": "x"},
            PlanError,
            "needs 'reference'; the sample has 'response'. Pass reference=",
        ),
        (ExactMatch(), {"sample": SingleTurnSample()}, PlanError, "the sample has nothing"),
        (ExactMatch(), {"sample": CONVERSATION}, PlanError, "scores single questions"),
        (Polite(), {"sample": SAMPLE, "llm": 7}, ConfigurationError, "7"),
    ],
)
async def test_what_cannot_be_scored_is_refused_before_anything_is_asked(
    metric: Metric, given: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        await metric.ascore(**given)


async def test_cancelling_the_call_cancels_the_request() -> None:
    judge = HeldJudge(YES)
    job = asyncio.create_task(Polite().ascore(SAMPLE, llm=judge))
    await judge.arrived.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert judge.waiting == 0


# Several samples


async def test_several_samples_are_scored_in_one_run_and_in_their_order() -> None:
    judge = ScriptedJudge({"is_polite": lambda asked: {"verdict": int(asked.text == "b")}})
    samples = [SingleTurnSample(response=text) for text in ("a", "b", "a", "b")]
    assert await Polite().abatch_score(samples, llm=judge) == [MetricResult(v) for v in (0, 1, 0, 1)]
    assert len(judge.requests) == 2  # equal questions are asked once per run


@pytest.mark.parametrize(
    "samples",
    [
        [{"response": "a", "reference": "a"}, {"response": "a", "reference": "b"}],
        [{"id": 9, "response": "a", "reference": "a"}, {"id": 3, "response": "a", "reference": "b"}],
        {"response": ["a", "a"], "reference": ["a", "b"]},
        EvaluationDataset.from_list([{"response": "a", "reference": r} for r in ("a", "b")], name="d"),
    ],
)
async def test_several_samples_come_in_any_form(samples: Any) -> None:
    assert [result.value for result in await ExactMatch().abatch_score(samples)] == [1.0, 0.0]


async def test_one_that_failed_is_undefined_and_names_the_kind_of_error() -> None:
    judge = ScriptedJudge({"is_polite": lambda asked: {"verdict": 7 if asked.text == "a" else 1}})
    samples = [SingleTurnSample(response=text) for text in ("a", "b")] + [SingleTurnSample(user_input="q")]
    failed, good, missing = await Polite().abatch_score(samples, llm=judge)
    assert failed.value is None
    assert str(failed.reason).startswith("JudgeOutputInvalid: verdict: Input should be 0 or 1")
    assert failed.traces is not None
    assert list(failed.traces) == ["is_polite"]
    assert (good, missing) == (MetricResult(1), MetricResult(None, "the sample has no 'response'"))


async def test_what_would_fail_every_job_is_raised() -> None:
    judge = ScriptedJudge({"is_polite": JudgeRefused("no such model", kind="model")})
    with pytest.raises(JudgeRefused, match="no such model"):
        await Polite().abatch_score([SAMPLE, SAMPLE], llm=judge)


async def test_no_samples_have_no_results() -> None:
    assert await ExactMatch().abatch_score([]) == []


# Blocking, and by the names of Ragas 0.2


def test_the_blocking_calls_wait() -> None:
    assert ExactMatch().score(SAMPLE) == 1.0
    assert ExactMatch().batch_score([SAMPLE]) == [MetricResult(1.0)]
    assert ExactMatch().single_turn_score(SAMPLE) == 1.0
    assert KIND.multi_turn_score(CONVERSATION, llm=ScriptedJudge(SAID)) == "pass"


async def test_the_blocking_calls_wait_in_a_notebook_too() -> None:
    """They nest the running loop for good, so another process has to do it."""
    code = (
        "import asyncio\n"
        "from ragas_nb.metrics import ExactMatch\n"
        "async def cell():\n"
        "    return ExactMatch().score(response='a', reference='a').value\n"
        "print(asyncio.run(cell()))"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "1.0\n"


async def test_the_older_calls_give_the_plain_value() -> None:
    value = await ExactMatch().single_turn_ascore(SAMPLE)
    text = await KIND.multi_turn_ascore(CONVERSATION, llm=ScriptedJudge(SAID))
    assert (value, type(value), text, type(text)) == (1.0, float, "pass", str)


async def test_the_older_calls_take_their_kind_of_sample() -> None:
    with pytest.raises(TypeError, match="takes a SingleTurnSample, not a MultiTurnSample"):
        await ExactMatch().single_turn_ascore(CONVERSATION)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes a MultiTurnSample, not a SingleTurnSample"):
        KIND.multi_turn_score(SAMPLE)  # type: ignore[arg-type]
