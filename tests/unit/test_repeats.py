"""Each score asked for several times: their mean, how far they lie apart, and what was asked each time."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest

import ragas_nb as rnb
from ragas_nb.engine.events import JobScored
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError, JudgeRefused
from ragas_nb.judges.openai import OpenAIJudge
from ragas_nb.metrics import AspectCritic, SemanticSimilarity
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.loopback.fixtures import Loopback, loopback, loopback_process
from tests.unit.doubles import (
    NO,
    POLITE,
    YES,
    AsksJudge,
    Computes,
    Polite,
    PoliteAndShort,
    Text,
    Votes,
    new_run,
    record,
    responses,
)

__all__ = ["loopback", "loopback_process"]

ONE_BY_ONE = RunConfig(max_workers=1)


class Tone(AsksJudge):
    """A word."""

    name: str = "tone"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        verdict = (await ask(POLITE, Text(text=sample.response or ""))).verdict
        return MetricResult("kind" if verdict else "rude")


class YesOrNo(Polite):
    """A verdict, so that there is no mean."""

    name: str = "yes_or_no"
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"


def judge_of(*answers: Any, **options: Any) -> ScriptedJudge:
    return ScriptedJudge({"is_polite": list(answers), "is_short": YES}, **options)


async def test_the_score_is_the_mean_and_the_spread_stands_beside_it():
    result = await new_run(
        responses("a"), [Polite()], judge_of(YES, NO, YES, YES), repeats=4, config=ONE_BY_ONE
    )
    assert result.to_pandas().to_dict("list") == {
        "user_input": ["How?"],
        "response": ["a"],
        "polite": [0.75],
        "polite_std": [pytest.approx(0.5)],
    }


async def test_of_verdicts_it_is_the_most_frequent_one():
    result = await new_run(responses("a"), [YesOrNo()], judge_of(NO, YES, NO), repeats=3)
    assert (result["yes_or_no"], result.binary_columns) == ([0.0], ["yes_or_no"])


async def test_of_words_it_is_the_most_frequent_one_with_its_share():
    result = await new_run(responses("a"), [Tone()], judge_of(YES, NO, NO), repeats=3)
    frame = result.to_pandas()
    assert (list(frame["tone"]), list(frame["tone_agreement"])) == (["rude"], [pytest.approx(2 / 3)])


async def test_without_repeats_there_is_no_spread():
    frame = (await new_run(responses("a"), [Polite()], judge_of(YES))).to_pandas()
    assert list(frame.columns) == ["user_input", "response", "polite"]


async def test_each_time_has_an_answer_of_its_own_that_may_differ():
    judge = judge_of(YES, NO, YES, supports_n=True)
    run = new_run(responses("a"), [Polite()], judge, repeats=3)
    events = record(run)
    await run
    assert [(request.n, request.varied) for request in judge.requests] == [(1, True)] * 3
    (scored,) = [event for event in events if isinstance(event, JobScored)]
    assert sorted(scored.repeats) == [0.0, 1.0, 1.0]


async def test_the_steps_tell_which_time_they_are_of():
    run = new_run(responses("a"), [PoliteAndShort()], judge_of(YES, NO, YES), repeats=3)
    result = await run
    assert sorted((step.turn, step.step) for step in result.steps(0, "polite_and_short")) == [
        (turn, step) for turn in range(3) for step in ("is_polite", "is_short")
    ]


async def test_a_metric_that_asks_for_several_answers_gets_others_each_time():
    judge = judge_of(YES, YES, YES, NO, NO, NO, supports_n=False)
    result = await new_run(responses("a"), [Votes()], judge, repeats=2, config=ONE_BY_ONE)
    assert (result["votes"], len(judge.requests)) == ([1.5], 6)


async def test_two_metrics_share_the_answers_of_each_time():
    judge = judge_of(YES, NO)
    result = await new_run(responses("a"), [Polite(), PoliteAndShort()], judge, repeats=2)
    assert [request.prompt.name for request in judge.requests].count("is_polite") == 2
    assert result["polite"] == result["polite_and_short"] == [0.5]


async def test_what_asks_nobody_is_done_once():
    measured: list[str] = []

    def rule(text: str) -> MetricResult:
        measured.append(text)
        return MetricResult(1.0)

    result = await new_run(responses("a"), [Computes(rule=rule)], repeats=3)
    assert (measured, result["computes"]) == (["a"], [1.0])
    assert "computes_std" not in result.to_pandas()


async def test_a_job_of_which_one_time_fails_fails():
    answers = [YES, JudgeRefused("no", kind="content_filter"), YES]
    run = new_run(responses("a"), [Polite()], judge_of(*answers), repeats=3)
    result = await run
    assert (result["polite"], list(result.errors["kind"])) == ([None], ["refused"])


async def test_repeats_come_back_from_a_file(tmp_path: Any):
    result = await new_run(responses("a", "b"), [Polite(), Tone()], judge_of(*[YES, NO] * 3), repeats=3)
    result.save(tmp_path / "r.json")
    loaded = rnb.EvaluationResult.load(tmp_path / "r.json")
    assert loaded.to_pandas().to_dict("list") == result.to_pandas().to_dict("list")
    assert "polite_std" in loaded.to_pandas()
    assert [loaded.outcome(row, "polite") for row in (0, 1)] == [
        result.outcome(row, "polite") for row in (0, 1)
    ]


async def test_how_a_job_ended_tells_the_score_of_each_time():
    result = await new_run(responses("a"), [Polite()], judge_of(YES, NO, YES), repeats=3, config=ONE_BY_ONE)
    outcome = result.outcome(0, "polite")
    assert isinstance(outcome, JobScored)
    assert sorted(outcome.repeats) == [0.0, 1.0, 1.0]


async def test_texts_are_turned_into_vectors_once():
    embedder = ScriptedEmbedder(lambda text: [1.0, 0.0])
    dataset = EvaluationDataset([SingleTurnSample(response="a", reference="b")])
    result = await new_run(dataset, [SemanticSimilarity()], embedder=embedder, repeats=3)
    assert (result["semantic_similarity"], len(embedder.requests)) == ([1.0], 1)


async def test_a_model_behind_a_server_is_asked_at_a_temperature_at_which_answers_differ(loopback: Loopback):
    judge = OpenAIJudge("judge", base_url=loopback.base_url, api_key="none")
    kind = AspectCritic(name="kind", definition="Is it kind?")
    for repeats in (1, 3):
        await new_run(responses("a"), [kind], judge, repeats=repeats)  # type: ignore[arg-type]
    assert [request["temperature"] for request in loopback.requests()] == [0.0, 0.3, 0.3, 0.3]


@pytest.mark.parametrize("repeats", [0, -1, 1.5, True, "3", None])
def test_repeats_must_be_a_whole_number_above_zero(repeats: Any):
    with pytest.raises(ConfigurationError, match="repeats is how often each score is asked for, at least 1"):
        rnb.evaluate(responses("a"), [Polite()], judge_of(YES), repeats=repeats)
