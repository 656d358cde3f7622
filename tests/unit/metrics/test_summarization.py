from __future__ import annotations

from collections.abc import Sequence

import pytest

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.metrics import MetricResult
from ragas_nb.metrics._summarization import (
    ANSWER_QUESTIONS,
    Answers,
    SummarizationScore,
    SummaryWithQuestions,
)
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import Line, ScriptedJudge, measure
from tests.unit.metrics.scripted import inputs, steps

SAMPLE = SingleTurnSample(reference_contexts=["0123456789" * 3, "012345678"], response="0123456789")
"""40 characters of text with the line break, a summary of 10."""


def script(
    answers: Sequence[object], questions: Sequence[str] = (), phrases: Sequence[str] = ("P",)
) -> dict[str, Line]:
    return {
        "extract_keyphrases": {"keyphrases": list(phrases)},
        "write_questions": {"questions": list(questions) or [f"Q{i}?" for i in range(len(answers))]},
        "answer_questions": {"answers": list(answers)},
    }


@pytest.mark.parametrize(
    ("metric", "answers", "value"),
    [
        (SummarizationScore(), "1111", 0.875),
        (SummarizationScore(), "1010", 0.625),
        (SummarizationScore(), "0000", 0.375),
        (SummarizationScore(coeff=0.2), "1010", 0.55),
        (SummarizationScore(coeff=0), "1010", 0.5),
        (SummarizationScore(coeff=1), "1010", 0.75),
        (SummarizationScore(length_penalty=False), "1111", 1.0),
        (SummarizationScore(length_penalty=False, coeff=0.9), "1010", 0.5),
        (SummarizationScore(length_penalty=False), [1, 0, True, "yes"], 0.75),
    ],
)
async def test_the_score_weighs_what_is_kept_and_how_short_it_is(
    metric: SummarizationScore, answers: Sequence[object], value: float
) -> None:
    result = await measure(metric, SAMPLE, judge=ScriptedJudge(script(answers)))
    assert result.value == pytest.approx(value, abs=1e-12)


async def test_the_reason_tells_both_parts() -> None:
    result = await measure(SummarizationScore(), SAMPLE, judge=ScriptedJudge(script("10")))
    assert result == MetricResult(
        0.625, "1 of 2 questions answered by the summary; 75% shorter than its source"
    )


async def test_a_summary_longer_than_its_source_is_not_concise() -> None:
    sample = SAMPLE.model_copy(update={"response": "x" * 400})
    assert (await measure(SummarizationScore(), sample, judge=ScriptedJudge(script("11")))).value == 0.5


async def test_three_steps_each_from_the_one_before() -> None:
    judge = ScriptedJudge(script("10", ["A?", " ", "B?"], ["x", "", "y"]))
    await measure(SummarizationScore(), SAMPLE, judge=judge)
    text = "\n".join(SAMPLE.reference_contexts or ())
    assert [(request.prompt.name, request.input.model_dump()) for request in judge.requests] == [
        ("extract_keyphrases", {"text": text}),
        ("write_questions", {"text": text, "keyphrases": ["x", "y"]}),
        ("answer_questions", {"summary": SAMPLE.response, "questions": ["A?", "B?"]}),
    ]


async def test_questions_can_be_asked_of_a_text_without_keyphrases() -> None:
    judge = ScriptedJudge(script("1", phrases=()))
    assert (await measure(SummarizationScore(), SAMPLE, judge=judge)).value == 0.875
    assert inputs(judge, "write_questions")[0]["keyphrases"] == []


@pytest.mark.parametrize("questions", [[" "], ["", ""]])
async def test_without_questions_there_is_no_score(questions: list[str]) -> None:
    judge = ScriptedJudge(script("", questions))
    result = await measure(SummarizationScore(), SAMPLE, judge=judge)
    assert result == MetricResult(None, "the judge found no question to ask about the text")
    assert steps(judge) == ["extract_keyphrases", "write_questions"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"response": " "}, MetricResult(0.0, "the summary is blank")),
        ({"reference_contexts": [" ", ""]}, MetricResult(None, "the reference contexts are blank")),
        ({"reference_contexts": []}, MetricResult(None, "the reference contexts are blank")),
    ],
)
async def test_blank_texts_are_scored_without_a_request(
    fields: dict[str, object], expected: MetricResult
) -> None:
    sample = SAMPLE.model_copy(update=fields)
    assert await measure(SummarizationScore(), sample, judge=ScriptedJudge({})) == expected


@pytest.mark.parametrize("answers", [["1"], ["1", "1", "0"], ["1", "2"], ["1", "maybe"], ["1", None], []])
async def test_answers_that_do_not_fit_the_questions_are_no_score(answers: list[object]) -> None:
    judge = ScriptedJudge(script(answers, ["A?", "B?"]))
    with pytest.raises(JudgeOutputInvalid):
        await measure(SummarizationScore(), SAMPLE, judge=judge)


def test_answers_are_texts() -> None:
    asked = SummaryWithQuestions(summary="s", questions=["A?", "B?"])
    assert ANSWER_QUESTIONS.parse('{"answers": [1, "no"]}', asked) == Answers(answers=["1", "0"])


@pytest.mark.parametrize("coeff", [-0.1, 1.1, float("nan")])
def test_a_share_outside_0_to_1_is_refused(coeff: float) -> None:
    with pytest.raises(ValueError, match="coeff"):
        SummarizationScore(coeff=coeff)
