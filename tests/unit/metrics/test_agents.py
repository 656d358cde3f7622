"""Agents: their tool calls, the topics they keep to, and the goals they reach."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.errors import DatasetError, JudgeOutputInvalid
from ragas_nb.metrics._agent_goal_accuracy import (
    AgentGoalAccuracyWithoutReference,
    AgentGoalAccuracyWithReference,
)
from ragas_nb.metrics._exact_match import ExactMatch
from ragas_nb.metrics._semantic_similarity import SemanticSimilarity
from ragas_nb.metrics._string_similarity import NonLLMStringSimilarity
from ragas_nb.metrics._tool_call_accuracy import ToolCallAccuracy
from ragas_nb.metrics._tool_call_f1 import ToolCallF1, frozen
from ragas_nb.metrics._topic_adherence import TopicAdherence
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.prompts import Value
from ragas_nb.schema import EvaluationDataset, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from ragas_nb.testing import ScriptedJudge, measure
from tests.unit.doubles import HeldJudge, new_run, until

Call = tuple[str, dict[str, Any]]
Record = dict[str, object]


def calls(*given: Call) -> list[ToolCall]:
    return [ToolCall(name=name, args=args) for name, args in given]


def agent(made: list[Call], expected: list[Call]) -> MultiTurnSample:
    """A conversation in which the calls are made one by one, each in a message of its own."""
    messages: list[AnyMessage] = [HumanMessage(content="Go.")]
    for call in made:
        messages += [AIMessage(content="", tool_calls=calls(call)), ToolMessage(content="done")]
    return MultiTurnSample(
        user_input=[*messages, AIMessage(content="Done.")], reference_tool_calls=calls(*expected)
    )


A: Call = ("a", {"x": 1, "y": 2})
B: Call = ("b", {})


# Tool call accuracy


@pytest.mark.parametrize(
    ("made", "expected", "score", "reason"),
    [
        ([], [], 1.0, "no calls expected, none made"),
        ([A], [], 0.0, "called a; expected nothing"),
        ([], [A, B], 0.0, "called nothing; expected a, b"),
        ([A, B], [A, B], 1.0, "2 of 2 calls with all arguments right"),
        ([B, A], [A, B], 0.0, "called b, a; expected a, b"),
        ([A, B, B], [A, B], 0.0, "called a, b, b; expected a, b"),
        ([A], [A, B], 0.0, "called a; expected a, b"),
        ([("a", {"x": 1, "y": 3}), B], [A, B], 0.75, "1 of 2 calls with all arguments right"),
        ([("a", {"x": 1})], [A], 0.5, "0 of 1 calls with all arguments right"),
        ([("a", {"x": 1, "y": 2, "z": 3})], [A], 1.0, "1 of 1 calls with all arguments right"),
        ([("b", {"x": 1})], [B], 0.0, "0 of 1 calls with all arguments right"),
        ([("a", {"x": "1", "y": "2"})], [A], 1.0, "1 of 1 calls with all arguments right"),
        ([("a", {"x": 1.0, "y": 2})], [A], 0.5, "0 of 1 calls with all arguments right"),
        ([("a", {"x": None})], [("a", {"x": "None"})], 1.0, "1 of 1 calls with all arguments right"),
    ],
)
async def test_calls_in_order_score_their_share_of_right_arguments(
    made: list[Call], expected: list[Call], score: float, reason: str
) -> None:
    assert await measure(ToolCallAccuracy(), agent(made, expected)) == MetricResult(score, reason)


@pytest.mark.parametrize(
    ("made", "expected", "score"),
    [
        ([], [], 1.0),
        ([A], [], 0.0),
        ([B, A], [A, B], 1.0),
        ([B, A, B], [A, B], 0.0),
        ([("a", {"x": 2}), ("a", {"x": 1})], [("a", {"x": 1}), ("a", {"x": 2})], 1.0),
        ([("a", {"x": 3}), B, ("a", {"x": 1})], [("a", {"x": 1}), ("a", {"x": 2}), B], 2 / 3),
        (
            [("a", {"y": 1, "x": [2, {"k": 1}]}), ("a", {})],
            [("a", {}), ("a", {"x": [2, {"k": 1}], "y": 1})],
            1.0,
        ),
    ],
)
async def test_without_strict_order_calls_are_sorted_before_they_are_compared(
    made: list[Call], expected: list[Call], score: float
) -> None:
    result = await measure(ToolCallAccuracy(strict_order=False), agent(made, expected))
    assert result.value == pytest.approx(score)


async def test_the_order_of_keys_within_an_argument_does_not_count() -> None:
    made = ("a", {"where": {"city": "Lima", "of": [{"p": 1, "q": 2}]}})
    expected = ("a", {"where": {"of": [{"q": 2, "p": 1}], "city": "Lima"}})
    assert (await measure(ToolCallAccuracy(), agent([made], [expected]))).value == 1.0


async def test_several_calls_of_one_message_count_in_their_order() -> None:
    sample = MultiTurnSample(
        user_input=[HumanMessage(content="Go."), AIMessage(content="", tool_calls=calls(A, B))],
        reference_tool_calls=calls(A, B),
    )
    assert (await measure(ToolCallAccuracy(), sample)).value == 1.0


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        (ExactMatch(), 0.0),
        (NonLLMStringSimilarity(), 0.75),
        (NonLLMStringSimilarity(distance_measure="hamming"), 0.75),
    ],
)
async def test_arguments_may_be_compared_by_any_string_metric(metric: Metric, score: float) -> None:
    sample = agent([("a", {"x": "Lima"})], [("a", {"x": "Limb"})])
    assert (await measure(ToolCallAccuracy(arg_comparison_metric=metric), sample)).value == score


@pytest.mark.parametrize("metric", [SemanticSimilarity(), ToolCallF1(), TopicAdherence()])
def test_arguments_are_not_compared_by_what_asks_somebody_or_scores_conversations(metric: Metric) -> None:
    with pytest.raises(ValueError, match="arg_comparison_metric"):
        ToolCallAccuracy(arg_comparison_metric=metric)


# Tool call F1


@pytest.mark.parametrize(
    ("made", "expected", "score", "reason"),
    [
        ([], [], 0.0, "0 of 0 expected calls made, 0 others"),
        ([A], [], 0.0, "0 of 0 expected calls made, 1 others"),
        ([], [A], 0.0, "0 of 1 expected calls made, 0 others"),
        ([B, A], [A, B], 1.0, "2 of 2 expected calls made, 0 others"),
        ([A, A], [A], 1.0, "1 of 1 expected calls made, 0 others"),
        ([A, B], [A], 0.6667, "1 of 1 expected calls made, 1 others"),
        ([A, ("c", {})], [A, B], 0.5, "1 of 2 expected calls made, 1 others"),
        ([("a", {"x": 1})], [A], 0.0, "0 of 1 expected calls made, 1 others"),
        ([("a", {"y": 2, "x": 1})], [A], 1.0, "1 of 1 expected calls made, 0 others"),
        ([("a", {"x": "1", "y": 2})], [A], 0.0, "0 of 1 expected calls made, 1 others"),
    ],
)
async def test_tool_call_f1_compares_sets_of_calls(
    made: list[Call], expected: list[Call], score: float, reason: str
) -> None:
    assert await measure(ToolCallF1(), agent(made, expected)) == MetricResult(score, reason)


NESTED = {"filter": {"tags": ["x", {"k": [1, None]}], "range": {"to": 2, "from": 1}}, "ids": {1, 2}}
SHUFFLED = {"ids": {2, 1}, "filter": {"range": {"from": 1, "to": 2}, "tags": ["x", {"k": [1, None]}]}}


@pytest.mark.parametrize(
    ("made", "score"),
    [
        (SHUFFLED, 1.0),
        (NESTED | {"ids": {1, 3}}, 0.0),
        (NESTED | {"filter": {"tags": [{"k": [1, None]}, "x"], "range": {"to": 2, "from": 1}}}, 0.0),
        (NESTED | {"filter": [["tags", "x"]]}, 0.0),
    ],
)
async def test_nested_arguments_are_compared_whole(made: dict[str, Any], score: float) -> None:
    assert (await measure(ToolCallF1(), agent([("a", made)], [("a", NESTED)]))).value == score


async def test_arguments_of_unhashable_kinds_are_compared_by_how_they_are_written() -> None:
    sample = agent([("a", {"x": bytearray(b"1")})], [("a", {"x": bytearray(b"1")})])
    assert (await measure(ToolCallF1(), sample)).value == 1.0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=3), parts, max_size=3),
    max_leaves=10,
)


@given(JSON, JSON)
def test_frozen_values_are_equal_where_the_values_are(one: object, other: object) -> None:
    assert (frozen(one) == frozen(other)) == (one == other)
    assert hash(frozen(one)) == hash(frozen(one))


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_tool_call_f1_is_twice_the_common_calls_over_all(made: list[str], expected: list[str]) -> None:
    sample = agent([(name, {}) for name in made], [(name, {}) for name in expected])
    sizes = len(set(made)) + len(set(expected))
    dice = 2 * len(set(made) & set(expected)) / sizes if sizes else 0.0
    value = asyncio.run(measure(ToolCallF1(), sample)).value
    assert isinstance(value, float)
    assert math.isclose(value, dice, abs_tol=5.1e-5)


@pytest.mark.parametrize("metric", [ToolCallAccuracy(), ToolCallF1()])
async def test_without_expected_calls_in_the_data_there_is_an_error_that_names_them(metric: Metric) -> None:
    with pytest.raises(DatasetError, match="the sample has no 'reference_tool_calls'"):
        await measure(metric, MultiTurnSample(user_input=[HumanMessage(content="Go.")]))


# Topic adherence

TALK = MultiTurnSample(
    user_input=[
        HumanMessage(content="When does the train go? And what shares should I buy?"),
        AIMessage(content="At nine. On shares I cannot advise."),
    ],
    reference_topics=["trains", "tickets"],
    reference="The person knows the departure.",
)
AS_TEXT = (
    "Human: When does the train go? And what shares should I buy?\nAI: At nine. On shares I cannot advise."
)


def topics(judged: list[tuple[bool, bool]]) -> dict[str, Any]:
    """A script for topics T0, T1 …, each with (refused, on topic)."""
    names = [f"T{i}" for i in range(len(judged))]

    def refused(asked: Value) -> Record:
        return {"refused_to_answer": judged[names.index(asked.model_dump()["topic"])][0]}

    return {
        "extract_topics": {"topics": names},
        "judge_refusal": refused,
        "sort_topics": {"classifications": [on_topic for _, on_topic in judged]},
    }


ANSWERED_ON, ANSWERED_OFF, REFUSED_ON, REFUSED_OFF = (
    (False, True),
    (False, False),
    (True, True),
    (True, False),
)


@pytest.mark.parametrize(
    ("judged", "precision", "recall", "f1"),
    [
        ([ANSWERED_ON], 1.0, 1.0, 1.0),
        ([ANSWERED_ON, REFUSED_OFF], 1.0, 1.0, 1.0),
        ([ANSWERED_ON, ANSWERED_OFF], 0.5, 1.0, 2 / 3),
        ([ANSWERED_ON, REFUSED_ON, REFUSED_ON], 1.0, 1 / 3, 0.5),
        ([ANSWERED_ON, ANSWERED_OFF, ANSWERED_OFF, REFUSED_ON], 1 / 3, 0.5, 0.4),
        ([ANSWERED_OFF], 0.0, 0.0, 0.0),
        ([REFUSED_ON], 0.0, 0.0, 0.0),
        ([REFUSED_OFF], 0.0, 0.0, 0.0),
    ],
)
async def test_topic_adherence_by_mode(
    judged: list[tuple[bool, bool]], precision: float, recall: float, f1: float
) -> None:
    for mode, expected in (("precision", precision), ("recall", recall), ("f1", f1)):
        metric = TopicAdherence.model_validate({"mode": mode})
        result = await measure(metric, TALK, judge=ScriptedJudge(topics(judged)))
        assert result.value == pytest.approx(expected)


async def test_the_reason_counts_topics() -> None:
    judge = ScriptedJudge(topics([ANSWERED_ON, ANSWERED_OFF, REFUSED_ON, REFUSED_OFF]))
    result = await measure(TopicAdherence(), TALK, judge=judge)
    assert result == MetricResult(0.5, "answered 1 on topic and 1 off topic; refused 1 on topic")


async def test_topics_are_judged_one_by_one_and_sorted_together() -> None:
    judge = ScriptedJudge(topics([ANSWERED_ON, REFUSED_OFF]))
    await measure(TopicAdherence(), TALK, judge=judge)
    first, *others = [(request.prompt.name, request.input.model_dump()) for request in judge.requests]
    assert first == ("extract_topics", {"user_input": AS_TEXT})
    assert sorted(others, key=str) == [
        ("judge_refusal", {"user_input": AS_TEXT, "topic": "T0"}),
        ("judge_refusal", {"user_input": AS_TEXT, "topic": "T1"}),
        ("sort_topics", {"reference_topics": ["trains", "tickets"], "topics": ["T0", "T1"]}),
    ]


async def test_refusals_and_sorting_are_asked_at_the_same_time() -> None:
    judge = HeldJudge(topics([ANSWERED_ON, REFUSED_OFF, ANSWERED_ON]))
    waiting: list[int] = []

    async def release_when_all_wait() -> None:
        await until(lambda: judge.waiting == 1)  # the topics
        judge.release.set()
        await until(lambda: judge.waiting == 0)
        judge.release.clear()
        await until(lambda: judge.waiting == 4)
        waiting.append(judge.waiting)
        judge.release.set()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(release_when_all_wait())
        result = await measure(TopicAdherence(), TALK, judge=judge)
    assert (result.value, waiting) == (1.0, [4])


@pytest.mark.parametrize("found", [[], ["", " "]])
async def test_a_conversation_without_topics_has_no_adherence(found: list[str]) -> None:
    judge = ScriptedJudge({"extract_topics": {"topics": found}})
    assert await measure(TopicAdherence(), TALK, judge=judge) == MetricResult(
        None, "the conversation has no topic"
    )


async def test_a_topic_listed_twice_counts_once() -> None:
    script = topics([ANSWERED_ON, ANSWERED_OFF]) | {"extract_topics": {"topics": ["T0", " T0 ", "T1"]}}
    assert (await measure(TopicAdherence(mode="precision"), TALK, judge=ScriptedJudge(script))).value == 0.5


@pytest.mark.parametrize("found", [[True], [True, False, True], [True, 2], [True, None]])
async def test_a_wrong_count_of_classifications_is_no_score(found: list[object]) -> None:
    script = topics([ANSWERED_ON, ANSWERED_OFF]) | {"sort_topics": {"classifications": found}}
    with pytest.raises(JudgeOutputInvalid, match="classifications"):
        await measure(TopicAdherence(), TALK, judge=ScriptedJudge(script))


async def test_yes_and_no_are_read_as_true_and_false() -> None:
    script = topics([ANSWERED_ON, ANSWERED_OFF]) | {
        "judge_refusal": {"refused_to_answer": "No"},
        "sort_topics": {"classifications": ["yes", 0]},
    }
    assert (await measure(TopicAdherence(mode="precision"), TALK, judge=ScriptedJudge(script))).value == 0.5


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"reference_topics": []}, "there are no reference topics"),
        ({"user_input": []}, "nothing is said in the conversation"),
    ],
)
async def test_without_topics_to_keep_to_or_anything_said_nobody_is_asked(
    changed: dict[str, Any], reason: str
) -> None:
    result = await measure(TopicAdherence(), TALK.model_copy(update=changed), judge=ScriptedJudge({}))
    assert result == MetricResult(None, reason)


def test_the_mode_is_part_of_the_column() -> None:
    assert [TopicAdherence(mode="recall").column, TopicAdherence(name="topics").column] == [
        "topic_adherence(mode=recall)",
        "topics(mode=f1)",
    ]


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="mode"):
        TopicAdherence.model_validate({"mode": "accuracy"})


# Agent goal accuracy

ENDED = {
    "user_goal": "To know the departure and what to buy.",
    "end_state": "The person knows the departure.",
}


def reached(verdict: object) -> dict[str, Any]:
    return {"infer_goal": ENDED, "compare_outcomes": {"reason": "So.", "verdict": verdict}}


@pytest.mark.parametrize(
    ("metric", "desired"),
    [
        (AgentGoalAccuracyWithReference(), "The person knows the departure."),
        (AgentGoalAccuracyWithoutReference(), ENDED["user_goal"]),
    ],
)
@pytest.mark.parametrize(("verdict", "score"), [(1, 1.0), (0, 0.0), ("1", 1.0), ("no", 0.0), (True, 1.0)])
async def test_the_goal_is_compared_with_the_end(
    metric: Metric, desired: str, verdict: object, score: float
) -> None:
    judge = ScriptedJudge(reached(verdict))
    assert await measure(metric, TALK, judge=judge) == MetricResult(score, "So.")
    assert [(request.prompt.name, request.input.model_dump()) for request in judge.requests] == [
        ("infer_goal", {"workflow": AS_TEXT}),
        ("compare_outcomes", {"desired_outcome": desired, "arrived_outcome": ENDED["end_state"]}),
    ]


@pytest.mark.parametrize(
    "script",
    [reached(2), reached("maybe"), reached(1) | {"infer_goal": {"user_goal": "x", "end_state": " "}}],
)
async def test_an_impossible_verdict_or_a_blank_end_is_no_score(script: dict[str, Any]) -> None:
    with pytest.raises(JudgeOutputInvalid):
        await measure(AgentGoalAccuracyWithoutReference(), TALK, judge=ScriptedJudge(script))


@pytest.mark.parametrize(
    ("metric", "changed", "reason"),
    [
        (AgentGoalAccuracyWithReference(), {"reference": " "}, "the reference is blank"),
        (AgentGoalAccuracyWithReference(), {"user_input": []}, "nothing is said in the conversation"),
        (AgentGoalAccuracyWithoutReference(), {"user_input": []}, "nothing is said in the conversation"),
    ],
)
async def test_without_a_goal_or_anything_said_nobody_is_asked_for_the_end(
    metric: Metric, changed: dict[str, Any], reason: str
) -> None:
    result = await measure(metric, TALK.model_copy(update=changed), judge=ScriptedJudge({}))
    assert result == MetricResult(None, reason)


# In a run


@pytest.mark.parametrize(
    ("metric", "fields"),
    [
        (ToolCallAccuracy(), {"user_input", "reference_tool_calls"}),
        (ToolCallF1(), {"user_input", "reference_tool_calls"}),
        (TopicAdherence(), {"user_input", "reference_topics"}),
        (AgentGoalAccuracyWithReference(), {"user_input", "reference"}),
        (AgentGoalAccuracyWithoutReference(), {"user_input"}),
    ],
)
def test_agents_are_scored_by_conversations_only(metric: Metric, fields: set[str]) -> None:
    assert metric.required(MultiTurnSample) == fields
    assert metric.scores(MultiTurnSample)
    assert not metric.scores(SingleTurnSample)


async def test_tool_calls_are_scored_in_a_run_without_a_judge() -> None:
    data = EvaluationDataset([agent([A, B], [A, B]), agent([B, A], [A, B]), agent([A], [A, B])])
    result = await new_run(data, [ToolCallAccuracy(), ToolCallF1()])
    assert result.scores == [
        {"tool_call_accuracy": 1.0, "tool_call_f1": 1.0},
        {"tool_call_accuracy": 0.0, "tool_call_f1": 1.0},
        {"tool_call_accuracy": 0.0, "tool_call_f1": 0.6667},
    ]


async def test_both_goal_metrics_ask_for_goal_and_end_once_in_a_run() -> None:
    judge = ScriptedJudge(reached(1))
    metrics = [AgentGoalAccuracyWithReference(), AgentGoalAccuracyWithoutReference(name="own_goal")]
    result = await new_run(EvaluationDataset([TALK]), metrics, judge)
    assert sorted(request.prompt.name for request in judge.requests) == [
        "compare_outcomes",
        "compare_outcomes",
        "infer_goal",
    ]
    assert result.scores == [{"agent_goal_accuracy": 1.0, "own_goal": 1.0}]
