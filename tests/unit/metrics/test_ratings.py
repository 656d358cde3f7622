"""Answer accuracy, context relevance and response groundedness: the mean of two judges' ratings."""

from __future__ import annotations

from typing import Any

import pytest

from ragas_nb.errors import JudgeRefused
from ragas_nb.metrics import Metric, MetricResult
from ragas_nb.metrics._answer_accuracy import AnswerAccuracy
from ragas_nb.metrics._context_relevance import ContextRelevance
from ragas_nb.metrics._response_groundedness import ResponseGroundedness
from ragas_nb.testing import Line, ScriptedJudge, measure
from tests.unit.metrics.scripted import SAMPLE as COMMON
from tests.unit.metrics.scripted import InRounds, steps

SAMPLE = COMMON.model_copy(update={"response": "It lies in Peru."})
STEPS = {
    AnswerAccuracy: ("rate_accuracy", "compare_answers"),
    ContextRelevance: ("rate_relevance", "try_to_answer"),
    ResponseGroundedness: ("rate_groundedness", "look_for_sources"),
}


def script(metric: type[Metric], first: Any, second: Any) -> dict[str, Line]:
    ratings = zip(STEPS[metric], (first, second), strict=True)  # type: ignore[index]
    return {step: {"rating": rating} for step, rating in ratings}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (4, 4, MetricResult(1.0, "rated 4 and 4 of 4")),
        (4, 2, MetricResult(0.75, "rated 4 and 2 of 4")),
        (2, 0, MetricResult(0.25, "rated 2 and 0 of 4")),
        (0, 0, MetricResult(0.0, "rated 0 and 0 of 4")),
        (" 4", "2", MetricResult(0.75, "rated 4 and 2 of 4")),
        (3, 2, MetricResult(0.5, "rated 2 of 4")),
        (4, "four", MetricResult(1.0, "rated 4 of 4")),
        (1, 5, MetricResult(None, "no judge gave a rating on the scale")),
    ],
)
async def test_accuracy_is_the_mean_of_the_ratings_on_the_scale(
    first: object, second: object, expected: MetricResult
) -> None:
    judge = ScriptedJudge(script(AnswerAccuracy, first, second))
    assert await measure(AnswerAccuracy(), SAMPLE, judge=judge) == expected


@pytest.mark.parametrize("metric", [ContextRelevance(), ResponseGroundedness()])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (2, 2, MetricResult(1.0, "rated 2 and 2 of 2")),
        (2, 1, MetricResult(0.75, "rated 2 and 1 of 2")),
        (0, 1, MetricResult(0.25, "rated 0 and 1 of 2")),
        ("2", 0, MetricResult(0.5, "rated 2 and 0 of 2")),
        (3, 1, MetricResult(0.5, "rated 1 of 2")),
        (-1, None, MetricResult(None, "no judge gave a rating on the scale")),
        (1.5, "", MetricResult(None, "no judge gave a rating on the scale")),
    ],
)
async def test_relevance_and_groundedness_are_the_mean_of_the_ratings_on_the_scale(
    metric: Metric, first: object, second: object, expected: MetricResult
) -> None:
    judge = ScriptedJudge(script(type(metric), first, second))
    assert await measure(metric, SAMPLE, judge=judge) == expected


@pytest.mark.parametrize("metric", [AnswerAccuracy(), ContextRelevance(), ResponseGroundedness()])
async def test_both_judges_are_asked_together_in_different_words(metric: Metric) -> None:
    judge = InRounds([2], script(type(metric), 2, 2))
    await measure(metric, SAMPLE, judge=judge)
    one, other = judge.requests
    assert one.prompt.instruction != other.prompt.instruction
    assert tuple(steps(judge)) == STEPS[type(metric)]  # type: ignore[index]


async def test_the_answers_swap_their_roles() -> None:
    judge = ScriptedJudge(script(AnswerAccuracy, 4, 4))
    await measure(AnswerAccuracy(), SAMPLE, judge=judge)
    response, reference = SAMPLE.response, SAMPLE.reference
    assert [request.input.model_dump() for request in judge.requests] == [
        {"question": SAMPLE.user_input, "answer": response, "reference": reference},
        {"question": SAMPLE.user_input, "answer": reference, "reference": response},
    ]


async def test_a_judge_that_cannot_be_asked_is_a_failure_not_a_rating() -> None:
    lines = script(AnswerAccuracy, 4, 4) | {"compare_answers": JudgeRefused("no", kind="content_filter")}
    with pytest.raises(JudgeRefused, match="no"):
        await measure(AnswerAccuracy(), SAMPLE, judge=ScriptedJudge(lines))


@pytest.mark.parametrize(
    ("metric", "fields", "expected"),
    [
        (AnswerAccuracy(), {"response": " "}, MetricResult(0.0, "the response is blank")),
        (AnswerAccuracy(), {"reference": ""}, MetricResult(None, "the reference is blank")),
        (ContextRelevance(), {"user_input": " "}, MetricResult(0.0, "the question is blank")),
        (ContextRelevance(), {"retrieved_contexts": []}, MetricResult(0.0, "the contexts are blank")),
        (ContextRelevance(), {"retrieved_contexts": [" ", ""]}, MetricResult(0.0, "the contexts are blank")),
        (
            ContextRelevance(),
            {"retrieved_contexts": [" is Lima "]},
            MetricResult(0.0, "the contexts only repeat the question"),
        ),
        (ResponseGroundedness(), {"response": "\n"}, MetricResult(0.0, "the response is blank")),
        (ResponseGroundedness(), {"retrieved_contexts": []}, MetricResult(0.0, "the contexts are blank")),
        (
            ResponseGroundedness(),
            {"response": " capital of Peru.\nQuito "},
            MetricResult(1.0, "the response stands in the contexts word for word"),
        ),
    ],
)
async def test_clear_cases_are_scored_without_a_request(
    metric: Metric, fields: dict[str, object], expected: MetricResult
) -> None:
    sample = SAMPLE.model_copy(update=fields)
    assert await measure(metric, sample, judge=ScriptedJudge({})) == expected


def test_the_columns_are_those_of_ragas() -> None:
    assert [metric().column for metric in STEPS] == [
        "nv_accuracy",
        "nv_context_relevance",
        "nv_response_groundedness",
    ]
