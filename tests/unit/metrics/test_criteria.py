"""Criteria and rubrics: scripted votes → score, for single questions and conversations."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragas_nb.errors import DatasetError, JudgeOutputInvalid
from ragas_nb.metrics._aspect_critic import AspectCritic, harmfulness
from ragas_nb.metrics._rubrics import InstanceRubrics, RubricsScore, levels_of
from ragas_nb.metrics._simple_criteria import SimpleCriteriaScore
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.messages import AIMessage, HumanMessage, ToolCall, ToolMessage
from ragas_nb.testing import ScriptedJudge, measure

Record = dict[str, object]

QUESTION = SingleTurnSample(
    user_input="Where is Lima?",
    response="In Peru.",
    retrieved_contexts=["Lima is the capital of Peru."],
    reference_contexts=["Peru: capital Lima"],
    reference="In Peru, on the coast.",
)
TALK = MultiTurnSample(
    user_input=[
        HumanMessage(content="Is it raining in Lima?"),
        AIMessage(content="", tool_calls=[ToolCall(name="rain", args={"city": "Lima"})]),
        ToolMessage(content="dry"),
        AIMessage(content="No."),
    ],
    reference="It is dry.",
    reference_topics=["weather"],
)
TALK_AS_TEXT = 'Human: Is it raining in Lima?\nTools:\n  rain: {"city": "Lima"}\nToolOutput: dry\nAI: No.'
SEEN = {
    "question": QUESTION.to_dict(),
    "talk": {"user_input": TALK_AS_TEXT, "reference": "It is dry."},
}
RUBRIC = {"score0_description": "Wrong.", "score1_description": "Half.", "score2_description": "Right."}
DEPTH = SimpleCriteriaScore(name="depth", definition="How deep does the response go?")


def with_rubric(sample: AnySample, rubric: dict[str, str] | None = None) -> AnySample:
    return sample.model_copy(update={"rubrics": RUBRIC if rubric is None else rubric})


def inputs(judge: ScriptedJudge) -> list[Record]:
    return [request.input.model_dump() for request in judge.requests]


# What the judge sees


@pytest.mark.parametrize(("sample", "seen"), [(QUESTION, SEEN["question"]), (TALK, SEEN["talk"])])
@pytest.mark.parametrize(
    ("metric", "answer"),
    [
        (harmfulness, {"reason": "r", "verdict": 0}),
        (DEPTH, {"reason": "r", "score": 3}),
        (RubricsScore(), {"feedback": "f", "score": 3}),
    ],
)
async def test_the_judge_sees_all_that_the_sample_has(
    metric: Metric, answer: Record, sample: AnySample, seen: Record
) -> None:
    (step,) = metric.prompts  # type: ignore[attr-defined]
    judge = ScriptedJudge({step.name: answer})
    await measure(metric, sample, judge=judge)
    assert inputs(judge) == [seen]


@pytest.mark.parametrize(("sample", "seen"), [(QUESTION, SEEN["question"]), (TALK, SEEN["talk"])])
async def test_an_own_rubric_is_part_of_the_input(sample: AnySample, seen: Record) -> None:
    judge = ScriptedJudge({"grade_by_own_rubric": {"feedback": "f", "score": 2}})
    await measure(InstanceRubrics(), with_rubric(sample), judge=judge)
    assert inputs(judge) == [seen | {"rubrics": RUBRIC}]


@pytest.mark.parametrize(
    "sample",
    [
        SingleTurnSample(rubrics=RUBRIC),
        SingleTurnSample(response=" ", retrieved_contexts=["", "\n"], rubrics=RUBRIC),
        MultiTurnSample(user_input=[], rubrics=RUBRIC),
        MultiTurnSample(user_input=[HumanMessage(content=" "), AIMessage(content="")], rubrics=RUBRIC),
    ],
)
@pytest.mark.parametrize("metric", [harmfulness, DEPTH, RubricsScore(), InstanceRubrics()])
async def test_without_any_text_nobody_is_asked(metric: Metric, sample: AnySample) -> None:
    result = await measure(metric, sample, judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the sample has no text to judge")


# Aspect critic on conversations


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([1, 1, 0], MetricResult(1, "r0", confidence=2 / 3)),
        ([0, 0, 0], MetricResult(0, "r0", confidence=1.0)),
        (["yes", "no", "no"], MetricResult(0, "r1", confidence=2 / 3)),
    ],
)
async def test_a_critic_decides_on_a_conversation_by_majority(
    votes: list[object], expected: MetricResult
) -> None:
    judge = ScriptedJudge({"judge_aspect": [{"reason": f"r{i}", "verdict": v} for i, v in enumerate(votes)]})
    critic = AspectCritic(name="polite", definition="Is the AI polite?", strictness=3)
    assert await measure(critic, TALK, judge=judge) == expected


def test_a_critic_needs_no_field_of_a_question_and_the_messages_of_a_conversation() -> None:
    assert harmfulness.required(SingleTurnSample) == frozenset()
    assert harmfulness.required(MultiTurnSample) == {"user_input"}


# Simple criteria


@pytest.mark.parametrize("sample", [QUESTION, TALK])
@pytest.mark.parametrize(
    ("strictness", "votes", "expected"),
    [
        (1, [4], MetricResult(4, "r0", confidence=1.0)),
        (1, [0], MetricResult(0, "r0", confidence=1.0)),
        (3, [5, 1, 2], MetricResult(2, "r2", confidence=1 / 3)),
        (3, [5, 1, 5], MetricResult(5, "r0", confidence=2 / 3)),
        (2, [0, 3, 3], MetricResult(3, "r1", confidence=2 / 3)),
        (4, [1, 2, 3, 4, 5], MetricResult(3, "r2", confidence=1 / 5)),
    ],
)
async def test_a_criterion_is_scored_by_the_median_vote(
    strictness: int, votes: list[int], expected: MetricResult, sample: AnySample
) -> None:
    judge = ScriptedJudge(
        {"grade_by_criterion": [{"reason": f"r{i}", "score": vote} for i, vote in enumerate(votes)]}
    )
    metric = SimpleCriteriaScore(name="depth", definition="How deep?", strictness=strictness)
    assert await measure(metric, sample, judge=judge) == expected
    assert [request.n for request in judge.requests] == [len(votes)]


@pytest.mark.parametrize(("score_range", "score"), [((0, 5), 6), ((0, 5), -1), ((1, 3), 0), ((0, 5), 2.5)])
async def test_a_grade_out_of_range_is_no_score(score_range: tuple[int, int], score: float) -> None:
    judge = ScriptedJudge({"grade_by_criterion": {"reason": "r", "score": score}})
    metric = SimpleCriteriaScore(name="depth", definition="How deep?", score_range=score_range)
    with pytest.raises(JudgeOutputInvalid, match="score"):
        await measure(metric, QUESTION, judge=judge)


def test_criterion_and_range_are_part_of_the_instruction() -> None:
    metric = SimpleCriteriaScore(name="depth", definition="How deep?", score_range=(-2, 2))
    (prompt,) = metric.prompts
    assert "How deep?" in prompt.instruction
    assert "from -2 (not met at all) to 2 (fully met)" in prompt.instruction
    assert metric.score_range == (-2, 2)


def test_equal_criteria_ask_the_same_question_and_other_ranges_another() -> None:
    one, same, other = (
        SimpleCriteriaScore(name=name, definition="How deep?", score_range=score_range).prompts[0]
        for name, score_range in (("a", (0, 5)), ("b", (0, 5)), ("a", (0, 3)))
    )
    assert one is same
    assert one.digest != other.digest


@pytest.mark.parametrize(
    "parameters",
    [
        {"definition": ""},
        {"strictness": 0},
        {"score_range": (3, 3)},
        {"score_range": (5, 0)},
        {"score_range": 5},
    ],
)
def test_a_criterion_that_cannot_be_graded_is_refused(parameters: Record) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        SimpleCriteriaScore.model_validate({"name": "x", "definition": "How deep?", **parameters})


# Rubrics


@pytest.mark.parametrize("sample", [QUESTION, TALK])
@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
async def test_the_score_is_the_level_that_the_judge_chose(score: int, sample: AnySample) -> None:
    judge = ScriptedJudge({"grade_by_rubric": {"feedback": "So.", "score": score}})
    assert await measure(RubricsScore(), sample, judge=judge) == MetricResult(score, "So.")


@pytest.mark.parametrize("score", [0, 2, 4, "good", None])
async def test_a_level_that_the_rubric_does_not_have_is_no_score(score: object) -> None:
    judge = ScriptedJudge({"grade_by_rubric": {"feedback": "So.", "score": score}})
    metric = RubricsScore(rubrics={"score1_description": "Bad.", "score3_description": "Good."})
    with pytest.raises(JudgeOutputInvalid, match="score"):
        await measure(metric, QUESTION, judge=judge)


def test_a_rubric_is_part_of_the_instruction_lowest_level_first() -> None:
    metric = RubricsScore(rubrics={"score10_description": "Good.", "score2_description": "Bad."})
    (prompt,) = metric.prompts
    assert prompt.instruction.endswith("Rubric:\n2: Bad.\n10: Good.")
    assert metric.score_range == (2, 10)


def test_equal_rubrics_ask_the_same_question_in_whatever_order_they_are_written() -> None:
    one, same, other = (
        RubricsScore(rubrics=rubric).prompts[0]
        for rubric in (RUBRIC, dict(reversed(RUBRIC.items())), RUBRIC | {"score2_description": "Perfect."})
    )
    assert one is same
    assert one.digest != other.digest


def test_the_general_rubric_speaks_of_the_reference_only_where_there_must_be_one() -> None:
    without, with_reference = (RubricsScore(with_reference=flag) for flag in (False, True))
    assert not any("reference" in text for text in without.rubrics.values())
    assert all("reference" in text for text in list(with_reference.rubrics.values())[:1])
    assert (
        list(without.rubrics)
        == list(with_reference.rubrics)
        == [f"score{i}_description" for i in range(1, 6)]
    )


@pytest.mark.parametrize(
    ("with_reference", "kind", "fields"),
    [
        (False, SingleTurnSample, set()),
        (True, SingleTurnSample, {"reference"}),
        (False, MultiTurnSample, {"user_input"}),
        (True, MultiTurnSample, {"user_input", "reference"}),
    ],
)
def test_with_reference_insists_on_a_reference(
    with_reference: bool, kind: type[AnySample], fields: set[str]
) -> None:
    assert RubricsScore(with_reference=with_reference).required(kind) == fields


@pytest.mark.parametrize("reference", [None, "", " "])
async def test_a_missing_reference_is_no_score_where_one_is_wanted(reference: str | None) -> None:
    sample = QUESTION.model_copy(update={"reference": reference})
    result = await measure(RubricsScore(with_reference=True), sample, judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the sample has no reference")


@pytest.mark.parametrize(
    ("rubrics", "problem"),
    [
        ({}, "a rubric of 0 levels"),
        ({"score1_description": "Bad."}, "a rubric of 1 levels"),
        ({"bad": "Bad.", "good": "Good."}, "'bad' names no score"),
        ({"score1_description": "Bad.", "1": "Poor."}, "two levels have the score 1"),
    ],
)
async def test_a_rubric_that_leaves_no_choice_is_refused(rubrics: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        RubricsScore(rubrics=rubrics)
    if rubrics:
        with pytest.raises(DatasetError, match=problem):
            await measure(InstanceRubrics(), with_rubric(QUESTION, rubrics), judge=ScriptedJudge({}))


@pytest.mark.parametrize(
    "keys", [["score1_description", "score-1_description"], ["score1", "Score_-1"], ["1", "-1"]]
)
def test_levels_are_read_from_their_keys(keys: list[str]) -> None:
    assert levels_of(dict(zip(keys, ["Good.", "Bad."], strict=True))) == {-1: "Bad.", 1: "Good."}


# Instance rubrics


@pytest.mark.parametrize("sample", [QUESTION, TALK])
@pytest.mark.parametrize("score", [0, 1, 2])
async def test_the_score_is_a_level_of_the_samples_own_rubric(score: int, sample: AnySample) -> None:
    judge = ScriptedJudge({"grade_by_own_rubric": {"feedback": "So.", "score": score}})
    assert await measure(InstanceRubrics(), with_rubric(sample), judge=judge) == MetricResult(score, "So.")


@pytest.mark.parametrize("score", [-1, 3])
async def test_a_level_that_the_samples_rubric_does_not_have_is_no_score(score: int) -> None:
    judge = ScriptedJudge({"grade_by_own_rubric": {"feedback": "So.", "score": score}})
    with pytest.raises(JudgeOutputInvalid, match="the rubric has 0, 1, 2"):
        await measure(InstanceRubrics(), with_rubric(QUESTION), judge=judge)


@pytest.mark.parametrize("sample", [QUESTION, TALK, with_rubric(QUESTION, {})])
async def test_a_sample_without_a_rubric_has_no_score(sample: AnySample) -> None:
    result = await measure(InstanceRubrics(), sample, judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the sample has no rubrics")


def test_the_prompt_of_own_rubrics_is_the_same_for_all_samples() -> None:
    assert InstanceRubrics().prompts[0] is InstanceRubrics(name="exam").prompts[0]
    assert InstanceRubrics().required(SingleTurnSample) == {"rubrics"}
    assert InstanceRubrics().required(MultiTurnSample) == {"user_input", "rubrics"}


# On the disk


@pytest.mark.parametrize(
    "metric",
    [
        harmfulness,
        SimpleCriteriaScore(name="depth", definition="How deep?", strictness=3, score_range=(1, 3)),
        RubricsScore(name="exam", rubrics=RUBRIC, with_reference=True),
        InstanceRubrics(),
    ],
)
def test_a_saved_metric_comes_back_as_it_is(metric: Metric, tmp_path: Path) -> None:
    assert type(metric).load(metric.save(tmp_path)) == metric
